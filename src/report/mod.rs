//! The report: a document and the tables of a run become a page in HTML or Markdown, with its figures and its data.
//!
//! [`Document`] is the source, [`Context`] all the data of a page, [`render`] the way from one to the other. The text of
//! a document calls functions (`results()`, `det()`, `eer("RAT", "matched")`...), which are listed in
//! [`functions`].

mod align;
mod audits;
mod block;
mod breakdown;
mod catalogue;
mod cells;
mod compare;
mod comparisons;
mod context;
mod corpora;
mod corpus_page;
mod data;
mod document;
mod download;
pub(crate) mod escape;
mod figures;
mod findings;
pub mod functions;
mod groups;
mod html;
mod latex;
mod latex_table;
mod latex_text;
mod llr_map;
mod llr_quality;
mod markdown;
mod measure;
mod naming;
mod params;
mod pictures;
mod provenance;
mod render;
mod run;
mod seeds;
mod sheet;
mod source;
pub mod table;
mod tandem;
mod twin;
mod verify;

pub use audits::{FileAudit, audit_file, format_audits};
pub use breakdown::{Breakdown, CellMeasure, breakdown};
pub use catalogue::verdict;
pub use cells::{Cell, CellFailure, CellOptions, CellOutcome, CellRunner, Page, Shown};
pub(crate) use cells::{DISPLAY_MARK, SESSION};
pub use compare::{Pairs, compare};
pub use comparisons::{Comparisons, ConditionComparison};
pub use context::{AuditRecord, Context, System};
pub use corpora::{bad_recordings_csv, format_check, format_corpora};
pub use corpus_page::corpus_page;
pub use document::Document;
pub use figures::{FigureKind, FigureSettings, figure};
pub use findings::Findings;
pub use llr_map::{LlrMap, Overlap};
pub use llr_quality::LlrQuality;
pub use measure::{Llr, MeasureSettings, POOLED, measure};
pub use naming::{Named, told_apart};
pub use params::{assignment, llr};
pub use provenance::Provenance;
pub use render::{Format, RenderOptions, Rendered, render, render_running};
pub use run::Input;
pub use seeds::{SeedRow, compare_seeds, format_seeds};
pub use source::{ReadSettings, Reader, Source};
pub use table::{TableFormat, format_comparison, format_results};
pub use tandem::{AsvSource, TandemRow, TandemSettings, asv_rates, format_tandem, measure_tandem, tandem_warnings};
pub use verify::{Change, Verdict, Verification, verify};

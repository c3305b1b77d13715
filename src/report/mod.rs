//! The report: a document and the tables of a run become a page in HTML or Markdown, with its figures and its data.
//!
//! [`Document`] is the source, [`Context`] all the data of a page, [`render`] the way from one to the other. The text of
//! a document calls functions (`results()`, `det()`, `eer("RAT", "matched")`...), which are listed in
//! [`functions`].

mod block;
mod breakdown;
mod catalogue;
mod compare;
mod comparisons;
mod context;
mod document;
mod download;
pub(crate) mod escape;
mod findings;
pub mod functions;
mod groups;
mod html;
mod latex;
mod latex_table;
mod latex_text;
mod markdown;
mod measure;
mod params;
mod pictures;
mod provenance;
mod render;
mod run;
mod sheet;
mod source;
pub mod table;
mod twin;

pub use comparisons::{Comparisons, ConditionComparison};
pub use context::{AuditRecord, Context, System};
pub use document::Document;
pub use findings::Findings;
pub use breakdown::{Breakdown, CellMeasure, breakdown};
pub use compare::{Pairs, compare};
pub use measure::{Llr, MeasureSettings, POOLED, measure};
pub use params::{assignment, llr};
pub use provenance::Provenance;
pub use render::{Format, RenderOptions, render};
pub use run::Input;
pub use source::{ReadSettings, Reader, Source};
pub use table::{TableFormat, format_comparison, format_results};

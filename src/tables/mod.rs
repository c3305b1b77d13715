//! The seam between the network and the paper: every measurement is a table with a schema and a file.
//!
//! A table here is rows, a reader and a writer; nothing is computed. Files are CSV with a header and unrounded numbers.

pub mod formats;

mod audit;
mod comparison;
mod contribution;
mod contribution_layers;
mod file;
mod history;
mod results;
mod run;
mod score;
mod tandem;

pub use audit::{Audit, Finding, Severity};
pub use comparison::{ComparisonRow, ComparisonTable};
pub use contribution::{ContributionRow, ContributionTable};
pub use contribution_layers::{LayerContributionRow, LayerContributionTable};
pub(crate) use file::frame_of;
pub use history::{HistoryRow, TrainingHistory};
pub use results::{ResultsRow, ResultsTable};
pub use run::{PhaseRecord, RunRecord, SplitRecord, StageRecord, is_run_directory};
pub(crate) use score::refuse_repeated;
pub use score::{ScoreRow, ScoreTable, ScoredTrial};
pub use score::{ShardFile, ShardManifest};
pub use tandem::{TandemOptions, TandemScoreKind, TandemScoreRow, TandemTable};

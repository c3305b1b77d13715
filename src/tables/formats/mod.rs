//! Anybody's score files, read to one form: a file, a score that grows with bona fide, and what else stands there.
//!
//! [`ScoreFormat`] lists the forms; which one a file has is told from its first lines and said in [`RawScores::note`]. Sign
//! and label convention are the format's own unless [`ScoreFileOptions`] say otherwise. Nothing is measured here and
//! repeated trials are not refused: [`first_duplicate`] and [`Audit`](super::Audit) find them.

mod detect;
mod duplicate;
mod format;
mod headerless;
mod options;
mod parquet;
mod plan;
mod read;
mod row;

pub(super) use duplicate::duplicates;
pub use duplicate::first_duplicate;
pub use format::ScoreFormat;
pub use options::{Polarity, ScoreFileOptions};
pub use read::{LenientScores, read_scores, read_scores_lenient};

pub use crate::protocol::LabelConvention;
use crate::trial::Label;

/// The scores of a file, by column; all columns are equally long.
#[derive(Clone, Debug, PartialEq)]
pub struct RawScores {
    /// The form the file has.
    pub format: ScoreFormat,
    /// What was found and how it was understood, in one line.
    pub note: String,
    /// The trials' names, as they stand in the file.
    pub files: Vec<String>,
    /// Higher = more bona fide, whatever the file has.
    pub scores: Vec<f64>,
    /// `None` where the file has no labels at all.
    pub labels: Option<Vec<Option<Label>>>,
    /// Everything else, by the column's name (`speaker`, `attack`, `codec`, `margin`...), as it stands in the file.
    pub extra: Vec<(String, Vec<String>)>,
    /// The line of each trial, from 1; in a Parquet file its row.
    pub lines: Vec<u32>,
}

impl RawScores {
    /// How many trials there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is none; [`read_scores`] refuses such a file.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// A column of [`extra`](Self::extra) by its name.
    pub fn column(&self, name: &str) -> Option<&[String]> {
        self.extra.iter().find(|column| column.0 == name).map(|column| column.1.as_slice())
    }
}

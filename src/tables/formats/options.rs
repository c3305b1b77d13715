//! How a score file is to be read, where its own lines do not tell.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{LabelConvention, ScoreFormat};
use crate::error::{Error, Result};

/// Which way scores grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Polarity {
    /// As the format has it: all known ones write higher = more bona fide.
    #[default]
    Auto,
    /// Higher = more bona fide: scores are taken as they are.
    HigherIsBonafide,
    /// Higher = more spoof: scores are negated when read.
    HigherIsSpoof,
}

impl Polarity {
    /// All of them, in the order of the help.
    pub const ALL: [Self; 3] = [Self::Auto, Self::HigherIsBonafide, Self::HigherIsSpoof];
}

impl fmt::Display for Polarity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Auto => "auto",
            Self::HigherIsBonafide => "higher-is-bonafide",
            Self::HigherIsSpoof => "higher-is-spoof",
        })
    }
}

impl FromStr for Polarity {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "auto" => Ok(Self::Auto),
            "higher-is-bonafide" | "bonafide" => Ok(Self::HigherIsBonafide),
            "higher-is-spoof" | "spoof" => Ok(Self::HigherIsSpoof),
            _ => Err(Error::config(
                "polarity",
                format!("`{name}` is no polarity"),
                "use auto, higher-is-bonafide or higher-is-spoof",
            )),
        }
    }
}

/// How to read a score file; the default finds everything out by itself.
///
/// Columns are named as in the header, or by their place from 1 where there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScoreFileOptions {
    /// The form, where it is not to be found out.
    pub format: Option<ScoreFormat>,
    /// The column of trial names.
    pub file_column: Option<String>,
    /// The column of scores.
    pub score_column: Option<String>,
    /// The column of labels.
    pub label_column: Option<String>,
    /// How labels are written.
    pub labels: LabelConvention,
    /// Which way scores grow.
    pub polarity: Polarity,
}

impl ScoreFileOptions {
    /// Whether a column is named, so that the file is read as [`ScoreFormat::Named`].
    pub(super) fn names_columns(&self) -> bool {
        self.file_column.is_some() || self.score_column.is_some() || self.label_column.is_some()
    }
}

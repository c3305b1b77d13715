//! Measures of score tables, a row for each system, condition and group of trials.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::file::{read_rows, write_rows};
use crate::error::Result;

/// The measures of one score table, or of one group of its trials. Rates are fractions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ResultsRow {
    /// The system's name, as `RAT`.
    pub system: String,
    /// The reference condition, `-` where there is none.
    pub condition: String,
    /// `pooled`, or the attack.
    pub group: String,
    /// Bona fide trials.
    pub bonafide: usize,
    /// Spoof trials.
    pub spoof: usize,
    /// Equal error rate by the official rule.
    pub eer: f64,
    /// Lower end of its interval.
    pub eer_low: f64,
    /// Upper end.
    pub eer_high: f64,
    /// The threshold there.
    pub eer_threshold: f64,
    /// Equal error rate with ties merged.
    pub eer_tie_merged: f64,
    /// Normalised minimum detection cost.
    pub min_dcf: f64,
    /// Lower end of its interval.
    pub min_dcf_low: f64,
    /// Upper end.
    pub min_dcf_high: f64,
    /// The threshold there.
    pub min_dcf_threshold: f64,
    /// The intervals' level, as 0.95.
    pub level: f64,
    /// How the intervals were made, as `percentile bootstrap over trials, 1000 resamples, seed 0`.
    pub method: String,
}

/// Measures with their intervals: what a paper's table is made from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ResultsTable {
    /// In the order of the page.
    pub rows: Vec<ResultsRow>,
}

impl ResultsTable {
    /// Reads a results table.
    ///
    /// # Errors
    /// Where the file is missing or a line does not fit.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        Ok(Self { rows: read_rows(path.as_ref(), "results table")? })
    }

    /// Writes a results table.
    ///
    /// # Errors
    /// Where the place is not writable.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        write_rows(path.as_ref(), &self.rows)
    }
}

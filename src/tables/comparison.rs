//! Pairs of systems on the same trials: how far apart they are, and how sure that is.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::file::{frame_of, read_rows, write_rows};
use crate::error::Result;
use polars::prelude::DataFrame;

/// Two score tables on the same trials. Differences are first minus second; rates are fractions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ComparisonRow {
    /// The first system, with its condition where there is one.
    pub first: String,
    /// The second.
    pub second: String,
    /// How many labelled trials they share.
    pub trials: usize,
    /// EER of the first, official rule.
    pub eer_first: f64,
    /// EER of the second.
    pub eer_second: f64,
    /// Difference of the EERs.
    pub eer_difference: f64,
    /// Lower end of its paired interval.
    pub eer_low: f64,
    /// Upper end.
    pub eer_high: f64,
    /// Two-sided bootstrap p value.
    pub eer_p: f64,
    /// The same after Holm's correction over all pairs of the table.
    pub eer_p_holm: f64,
    /// minDCF of the first.
    pub min_dcf_first: f64,
    /// minDCF of the second.
    pub min_dcf_second: f64,
    /// Difference of the minDCFs.
    pub min_dcf_difference: f64,
    /// Lower end of its paired interval.
    pub min_dcf_low: f64,
    /// Upper end.
    pub min_dcf_high: f64,
    /// Two-sided bootstrap p value.
    pub min_dcf_p: f64,
    /// The same after Holm's correction over all pairs of the table.
    pub min_dcf_p_holm: f64,
    /// The intervals' level, as 0.95.
    pub level: f64,
    /// How the intervals were made.
    pub method: String,
}

/// Comparisons that were corrected together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ComparisonTable {
    /// In the order of the systems.
    pub rows: Vec<ComparisonRow>,
}

impl ComparisonTable {
    /// Reads a comparison table.
    ///
    /// # Errors
    /// Where the file is missing or a line does not fit.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        Ok(Self { rows: read_rows(path.as_ref(), "comparison table")? })
    }

    /// The table as a polars data frame, a column for each field.
    ///
    /// # Errors
    /// None with a well-formed table.
    pub fn frame(&self) -> Result<DataFrame> {
        frame_of(&self.rows)
    }

    /// Writes a comparison table.
    ///
    /// # Errors
    /// Where the place is not writable.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        write_rows(path.as_ref(), &self.rows)
    }
}

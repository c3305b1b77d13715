//! Measures of score tables, a row for each system, condition and group of trials.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::file::{frame_of, read_rows, write_rows};
use crate::error::Result;
use polars::prelude::DataFrame;

/// The measures of one score table, or of one group of its trials. Rates are fractions; what has no interval has NaN for its ends.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ResultsRow {
    /// The system's name, as `RAT`.
    pub system: String,
    /// The reference condition, `-` where there is none.
    pub condition: String,
    /// The columns that made the group, as `attack` or `attack, codec`; `-` for all trials.
    pub by: String,
    /// `pooled`, or the group's name, as `A17` or `A17, C05`.
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
    /// Lower end of its interval.
    pub eer_tie_merged_low: f64,
    /// Upper end.
    pub eer_tie_merged_high: f64,
    /// The threshold there.
    pub eer_tie_merged_threshold: f64,
    /// Equal error rate on the convex hull of the ROC.
    pub eer_convex_hull: f64,
    /// Bona fide trials rejected at the threshold of the official EER.
    pub misses: usize,
    /// Spoof trials accepted there.
    pub false_alarms: usize,
    /// Share of trials whose score a trial of the other class has too.
    pub tied: f64,
    /// Normalised minimum detection cost.
    pub min_dcf: f64,
    /// Lower end of its interval.
    pub min_dcf_low: f64,
    /// Upper end.
    pub min_dcf_high: f64,
    /// The threshold there.
    pub min_dcf_threshold: f64,
    /// Normalised detection cost at the Bayes threshold; for log-likelihood ratios only, as all below.
    pub act_dcf: Option<f64>,
    /// Lower end of its interval.
    pub act_dcf_low: Option<f64>,
    /// Upper end.
    pub act_dcf_high: Option<f64>,
    /// The Bayes threshold.
    pub act_dcf_threshold: Option<f64>,
    /// Cost of the log-likelihood ratios, in bits.
    pub cllr: Option<f64>,
    /// Lower end of its interval.
    pub cllr_low: Option<f64>,
    /// Upper end.
    pub cllr_high: Option<f64>,
    /// The same after the best monotone calibration.
    pub min_cllr: Option<f64>,
    /// Lower end of its interval.
    pub min_cllr_low: Option<f64>,
    /// Upper end.
    pub min_cllr_high: Option<f64>,
    /// What bad calibration costs: Cllr less minCllr.
    pub calibration_loss: Option<f64>,
    /// The intervals' level, as 0.95.
    pub level: f64,
    /// How the intervals were made, as `percentile bootstrap over trials, 1000 resamples, seed 0`.
    pub method: String,
}

/// Fewer errors than this of either kind say little of a rate (Doddington's rule of 30).
const FEW: usize = 30;

impl ResultsRow {
    /// Whether it is of all trials; a group may bear the same name.
    pub fn is_pooled(&self) -> bool {
        self.group == "pooled" && matches!(self.by.as_str(), "" | "-")
    }

    /// Whether fewer than 30 misses or fewer than 30 false alarms stand behind the equal error rate.
    pub fn has_few_errors(&self) -> bool {
        self.misses.min(self.false_alarms) < FEW
    }
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

    /// The table as a polars data frame, a column for each field; what is no number is null.
    ///
    /// ```
    /// use rat::tables::{ResultsRow, ResultsTable};
    /// let row = |system: &str, eer| ResultsRow { system: system.into(), eer, ..ResultsRow::default() };
    /// let table = ResultsTable { rows: vec![row("RAT", 0.0257), row("baseline", 0.0412)] };
    /// let frame = table.frame()?;
    /// let best = frame.sort(["eer"], Default::default()).expect("a column");
    /// assert_eq!(best.column("system").expect("a column").str().expect("text").get(0), Some("RAT"));
    /// # Ok::<(), rat::Error>(())
    /// ```
    ///
    /// # Errors
    /// None with a well-formed table.
    pub fn frame(&self) -> Result<DataFrame> {
        frame_of(&self.rows)
    }

    /// Writes a results table.
    ///
    /// # Errors
    /// Where the place is not writable.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        write_rows(path.as_ref(), &self.rows)
    }
}

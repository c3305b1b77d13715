//! The contribution of the reference, per checkpoint and degradation (RAT paper, section on the decay over training).

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::file::{read_rows, write_rows};
use crate::error::Result;

/// How much the reference matters after one epoch, measured against one degraded twin of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ContributionRow {
    /// Counted from 1 over both stages; 0 is the untrained network.
    pub epoch: usize,
    /// `train` (encoder frozen) or `finetune`.
    pub stage: String,
    /// What stands in for the reference: `silence` or `noise`.
    pub degradation: String,
    /// Trials measured.
    pub trials: usize,
    /// Gradient at the reference embedding over gradient at the test embedding, root mean squares.
    pub gradient_ratio: f64,
    /// RMS of the attention output over RMS of the MLP output, mean over trials.
    pub branch_ratio: f64,
    /// Standard deviation of the branch ratio over trials.
    pub branch_ratio_std: f64,
    /// Mean absolute change of the logit margin.
    pub delta_margin: f64,
    /// Sum of the margin's absolute changes over the sum of its absolute values.
    pub delta_margin_normalised: f64,
    /// Relative change of the attention output; likewise below for what follows it.
    pub delta_attention: f64,
    /// Of the MLP output: zero, it never sees the reference.
    pub delta_mlp: f64,
    /// Of the sum of both branches.
    pub delta_combined: f64,
    /// Of that sum added to the test frames.
    pub delta_residual: f64,
    /// Of the block's output after the last LayerNorm.
    pub delta_output: f64,
    /// Of the pooled embedding.
    pub delta_embedding: f64,
    /// Of the logits.
    pub delta_logits: f64,
}

/// The decay of the reference's contribution over the epochs.
///
/// ```
/// use rat::tables::ContributionTable;
/// let table = ContributionTable::default();
/// assert!(table.rows.is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ContributionTable {
    /// In order of epoch, `silence` before `noise`.
    pub rows: Vec<ContributionRow>,
}

impl ContributionTable {
    /// Reads `contribution.csv`.
    ///
    /// # Errors
    /// Where the file is missing or a line does not fit.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        Ok(Self { rows: read_rows(path.as_ref(), "contribution table")? })
    }

    /// Writes `contribution.csv`.
    ///
    /// # Errors
    /// Where the place is not writable.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        write_rows(path.as_ref(), &self.rows)
    }
}

//! What training reported after each epoch.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::file::{read_rows, write_rows};
use crate::error::Result;

/// One epoch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HistoryRow {
    /// Counted from 1 over both stages.
    pub epoch: usize,
    /// `train` (encoder frozen) or `finetune`.
    pub stage: String,
    /// Mean cross-entropy over the epoch's batches, in nats.
    pub train_loss: f64,
    /// Equal error rate on dev by the official rule, a fraction; on the set that `selected_on` names.
    pub dev_eer: f64,
    /// Normalised minimum DCF on dev.
    pub dev_min_dcf: f64,
    /// Adam's step size.
    pub learning_rate: f64,
    /// The set whose scores judge the epoch: `dev`, or `eval` where that was forced.
    #[serde(default = "dev")]
    pub selected_on: String,
}

fn dev() -> String {
    "dev".into()
}

/// The course of a training run, `history.csv`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TrainingHistory {
    /// In order of epoch.
    pub rows: Vec<HistoryRow>,
}

impl TrainingHistory {
    /// Reads `history.csv`.
    ///
    /// # Errors
    /// Where the file is missing or a line does not fit.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        Ok(Self { rows: read_rows(path.as_ref(), "training history")? })
    }

    /// Writes `history.csv`.
    ///
    /// # Errors
    /// Where the place is not writable.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        write_rows(path.as_ref(), &self.rows)
    }

    /// The epoch with the lowest dev EER, the earliest of equals.
    pub fn best(&self) -> Option<&HistoryRow> {
        self.rows.iter().min_by(|a, b| a.dev_eer.total_cmp(&b.dev_eer))
    }
}

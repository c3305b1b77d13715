//! The contribution of the reference layer by layer: in which layers of the encoder it goes quiet first.
//!
//! The block has one set of weights for all layers, so every measure of the contribution table can be taken for each
//! layer alone, before they are pooled.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::file::{read_rows, write_rows};
use crate::error::Result;

/// How much the reference matters in one layer after one epoch, measured against one degraded twin of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LayerContributionRow {
    /// Counted from 1 over both stages; 0 is the untrained network.
    pub epoch: usize,
    /// `train` (encoder frozen) or `finetune`.
    pub stage: String,
    /// What stands in for the reference: `silence` or `noise`.
    pub degradation: String,
    /// The encoder's layer, counted from 1.
    pub layer: usize,
    /// Trials measured.
    pub trials: usize,
    /// Root mean square of the loss's gradient at this layer of the reference embedding, mean over trials.
    pub gradient_reference: f64,
    /// The same at the test embedding.
    pub gradient_test: f64,
    /// The former over the latter.
    pub gradient_ratio: f64,
    /// RMS of the attention output over RMS of the MLP output in this layer, mean over trials.
    pub branch_ratio: f64,
    /// Relative change of the attention output; likewise below for what follows it.
    pub delta_attention: f64,
    /// Of the sum of both branches.
    pub delta_combined: f64,
    /// Of that sum added to the test frames.
    pub delta_residual: f64,
    /// Of the block's output after the last LayerNorm.
    pub delta_output: f64,
}

/// The contribution of the reference by epoch and layer, `contribution_layers.csv`.
///
/// ```
/// use rat::tables::LayerContributionTable;
/// let table = LayerContributionTable::default();
/// assert_eq!(table.layers(), 0);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LayerContributionTable {
    /// In order of epoch, `silence` before `noise`, then of layer.
    pub rows: Vec<LayerContributionRow>,
}

impl LayerContributionTable {
    /// Reads `contribution_layers.csv`.
    ///
    /// # Errors
    /// Where the file is missing or a line does not fit.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        Ok(Self { rows: read_rows(path.as_ref(), "contribution table by layer")? })
    }

    /// Writes `contribution_layers.csv`.
    ///
    /// # Errors
    /// Where the place is not writable.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        write_rows(path.as_ref(), &self.rows)
    }

    /// How many layers there are.
    pub fn layers(&self) -> usize {
        self.rows.iter().map(|row| row.layer).max().unwrap_or(0)
    }

    /// Where the table lies that belongs to a contribution table: `contribution_layers.csv` beside `contribution.csv`.
    pub fn beside(contribution: &Path) -> PathBuf {
        let stem = contribution.file_stem().unwrap_or_default().to_string_lossy();
        let ending =
            contribution.extension().map_or_else(String::new, |ending| format!(".{}", ending.to_string_lossy()));
        contribution.with_file_name(format!("{stem}_layers{ending}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_lies_beside_its_table() {
        let beside = |path: &str| LayerContributionTable::beside(Path::new(path)).display().to_string();
        assert_eq!(beside("runs/rat/contribution.csv"), "runs/rat/contribution_layers.csv");
        assert_eq!(beside("table"), "table_layers");
    }
}

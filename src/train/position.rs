//! Where a run stands, `progress.json`: the one file that says which of the saved states is current. It is replaced in one
//! motion, after everything that it names was written.

use serde::{Deserialize, Serialize};

use super::run::{LOST, RunDirectory};
use crate::{
    error::{Error, Result},
    output::OutputFile,
    tables::TrainingHistory,
};

/// How far a run has come.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// Epochs that are done.
    pub epochs: usize,
    /// Steps done of the epoch after them.
    pub steps: usize,
    /// The sum of these steps' losses, in nats.
    pub loss_sum: f64,
}

impl Position {
    /// That of a run directory; `None` where nothing was saved.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn read(run: &RunDirectory) -> Result<Option<Self>> {
        let path = run.progress();
        if !path.exists() {
            // Runs from before there was such a file were saved after whole epochs.
            return Self::of_history(run).map(|at| (at != Self::default()).then_some(at));
        }
        let bytes = std::fs::read(&path).map_err(|source| Error::io("reading the progress", &path, source))?;
        serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|source| Error::parse(&path, source.line() as u64, "progress", source.to_string(), LOST))
    }

    /// After the last epoch of the history, whose state is saved before its row.
    ///
    /// # Errors
    /// Where the history is broken.
    pub(super) fn of_history(run: &RunDirectory) -> Result<Self> {
        let history = run.file("history.csv");
        let epochs = if history.exists() { TrainingHistory::read(history)?.rows.len() } else { 0 };
        Ok(Self { epochs, ..Self::default() })
    }

    /// After the last whole epoch.
    pub(super) fn whole(&self) -> Self {
        Self { epochs: self.epochs, ..Self::default() }
    }

    /// Makes it the current one.
    ///
    /// # Errors
    /// Where the place is not writable.
    pub(super) fn write(&self, run: &RunDirectory) -> Result<()> {
        let text = serde_json::to_string_pretty(self).expect("plain data serialises");
        OutputFile::write_all_to(run.progress(), text + "\n").map(drop)
    }

    /// The name of the state's files in `checkpoints/`: `epoch-03`, or `epoch-04.step-000500` within an epoch.
    pub(super) fn stem(&self) -> String {
        match self.steps {
            0 => format!("epoch-{:02}", self.epochs),
            steps => format!("epoch-{:02}.step-{steps:06}", self.epochs + 1),
        }
    }
}

//! Where a run stands, `progress.json`: the one file that says which of the saved states is current. It is replaced in one
//! motion, after everything that it names was written.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::run::{LOST, RunDirectory};
use crate::{
    checkpoint::fingerprint,
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
    /// SHA-256 of the files in `checkpoints/` that were written, by their names; runs from before it was recorded have none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sums: BTreeMap<String, String>,
}

impl Position {
    /// That of a run directory; `None` where nothing was saved.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn read(run: &RunDirectory) -> Result<Option<Self>> {
        let path = run.progress();
        if !path.exists() {
            return Ok(None);
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
        Self { epochs, ..Self::default() }.noted(run)
    }

    /// With the sums of all files that it needs as they are now, where it has none: it was written by an earlier version, or is
    /// taken from the history.
    pub(super) fn noted(mut self, run: &RunDirectory) -> Result<Self> {
        if self.sums.is_empty() {
            let networks = (1..=self.epochs).map(|epoch| run.checkpoint(epoch));
            for path in networks.chain(self.files(run)).filter(|path| path.is_file()) {
                self.note(&path)?;
            }
        }
        Ok(self)
    }

    /// After the last whole epoch.
    pub(super) fn whole(&self) -> Self {
        Self { epochs: self.epochs, sums: self.sums.clone(), ..Self::default() }
    }

    /// Whether nothing is done yet.
    pub(super) fn is_start(&self) -> bool {
        self.epochs == 0 && self.steps == 0
    }

    /// What it needs in `checkpoints/`, beside the networks after epochs.
    pub(super) fn files(&self, run: &RunDirectory) -> [PathBuf; 3] {
        let (stem, whole) = (self.stem(), self.whole().stem());
        [run.state(&stem), run.state_optimizer(&stem), run.state_optimizer(&whole)]
    }

    /// Notes a file as it is now.
    pub(super) fn note(&mut self, path: &Path) -> Result<()> {
        self.sums.insert(name(path), fingerprint(path)?);
        Ok(())
    }

    /// Refuses a file of `checkpoints/` that is gone, empty, or not as it was written.
    ///
    /// # Errors
    /// Where it is so.
    pub fn verify(&self, path: &Path) -> Result<()> {
        let about = std::fs::metadata(path).map_err(|source| Error::io("reading the saved state", path, source))?;
        let known = self.sums.get(&name(path));
        let same = match known {
            Some(sum) => *sum == fingerprint(path)?,
            None => self.sums.is_empty() && about.len() > 0,
        };
        if same {
            return Ok(());
        }
        Err(Error::data(format!("{} is not as it was written", path.display()), LOST))
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

fn name(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

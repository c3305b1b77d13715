//! What a run was: enough to say on a page how its numbers came about, and to make them again.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{
    error::{Error, Result},
    output::OutputFile,
};

/// One split of the corpus, counted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SplitRecord {
    /// `train`, `dev` or `eval`.
    pub split: String,
    /// Bona fide trials.
    pub bonafide: usize,
    /// Spoof trials.
    pub spoof: usize,
    /// Speakers.
    pub speakers: usize,
    /// Spoofing systems, sorted.
    pub attacks: Vec<String>,
    /// The protocol's file.
    pub protocol: String,
    /// SHA-256 of the protocol.
    pub sha256: String,
}

/// One training stage.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StageRecord {
    /// `train` (encoder frozen) or `finetune`.
    pub stage: String,
    /// Epochs.
    pub epochs: usize,
    /// Adam's step size.
    pub learning_rate: f64,
    /// Trials a step, over all devices and accumulated batches.
    pub batch: usize,
    /// Batches that are accumulated for a step; 1 in records from before it was written.
    #[serde(default = "one")]
    pub accumulate: usize,
    /// Devices that each take a batch of their own; 1 in records from before it was written.
    #[serde(default = "one")]
    pub devices: usize,
    /// Trials drawn in an epoch.
    pub draws: usize,
}

fn one() -> usize {
    1
}

/// Seconds spent in one part of the work.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PhaseRecord {
    /// As `training` or `scoring`.
    pub phase: String,
    /// Wall clock.
    pub secs: f64,
}

/// `run.json` of a run directory.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// The system's name in tables, as `RAT`.
    pub system: String,
    /// The encoder's configuration, as `tiny`.
    pub encoder: String,
    /// Where its weights came from: a file, or `random`.
    pub weights: String,
    /// Parameters in the encoder.
    pub encoder_parameters: usize,
    /// Parameters outside it.
    pub other_parameters: usize,
    /// The seed of every draw.
    pub seed: u64,
    /// As `cpu`.
    pub device: String,
    /// The corpus's name.
    pub corpus: String,
    /// Its splits.
    pub splits: Vec<SplitRecord>,
    /// The stages trained.
    pub stages: Vec<StageRecord>,
    /// The epoch whose checkpoint was scored: the lowest dev EER.
    pub selected_epoch: usize,
    /// The set that chose it: `dev`, or `eval` where that was forced; empty in records from before it was written.
    #[serde(default)]
    pub selected_on: String,
    /// What the encoder computed in: `f32` or `bf16`; empty in records from before it was written.
    #[serde(default)]
    pub precision: String,
    /// Where the time went.
    pub phases: Vec<PhaseRecord>,
    /// The score tables that stand in the run's `scores/`, as `matched.csv`; empty in records from before they were noted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<String>,
    /// This library's version.
    pub version: String,
    /// The git revision it was built from, or `unknown`.
    pub revision: String,
    /// The command line, without the program's path.
    pub command: Vec<String>,
}

/// Whether a folder is a run directory: it holds a configuration and checkpoints.
pub fn is_run_directory(folder: &Path) -> bool {
    folder.join("config.toml").is_file() && folder.join("checkpoints").is_dir()
}

impl RunRecord {
    /// Reads `run.json`.
    ///
    /// # Errors
    /// Where the file is missing or not such a record.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(|source| Error::io("reading the run record", path, source))?;
        serde_json::from_str(&text).map_err(|source| {
            let remedy = "run the training again, or mend the file by hand";
            Error::parse(path, source.line() as u64, "run record", source.to_string(), remedy)
        })
    }

    /// Notes in a `run.json` which score tables were written, beside those that it names; nothing where there is no such file, as
    /// before the end of training.
    ///
    /// # Errors
    /// As [`read`](Self::read) and [`write`](Self::write).
    pub fn note_tables(path: impl AsRef<Path>, names: impl IntoIterator<Item = String>) -> Result<()> {
        let path = path.as_ref();
        if !path.is_file() {
            return Ok(());
        }
        let mut record = Self::read(path)?;
        let before = record.tables.len();
        for name in names {
            if !record.tables.contains(&name) {
                record.tables.push(name);
            }
        }
        if record.tables.len() > before { record.write(path) } else { Ok(()) }
    }

    /// Writes `run.json`.
    ///
    /// # Errors
    /// Where the place is not writable.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        let text = serde_json::to_string_pretty(self).expect("plain data serialises");
        OutputFile::write_all_to(path, text + "\n").map(drop)
    }
}

//! A run directory: everything one training left behind, in files with fixed names.
//!
//! `config.toml`, `checkpoints/epoch-NN.bpk`, `history.csv`, `progress.json` (which saved state is current), and what scoring and tracing add: `pairing.parquet`,
//! `scores/CONDITION.csv`, `contribution.csv`, `run.json`; and `bad_audio.csv` where recordings could not be used.

use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{difference::differences, recipe::Recipe};
use crate::{
    error::{Error, Result},
    model::Conditioning,
    output::OutputFile,
    protocol::LabelConvention,
    ssl::EncoderConfig,
    tables::TrainingHistory,
};

/// What makes a run the same run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunConfig {
    /// The network's variant.
    pub classifier: Conditioning,
    /// The file the encoder's weights came from; empty for weights drawn from the seed.
    pub weights: String,
    /// The corpus's name.
    pub data: String,
    /// The corpus's folder.
    pub root: PathBuf,
    /// SHA-256 of the training protocol.
    pub protocol_sha256: String,
    /// Training trials; a partial copy of the corpus has fewer than its protocol.
    #[serde(default)]
    pub trials: usize,
    /// The fingerprint of the rooms and noises; empty where there are none.
    #[serde(default)]
    pub augment_sources_sha256: String,
    /// What numbers as labels of own data mean.
    #[serde(default)]
    pub labels: LabelConvention,
    /// Whether a recording may be its own reference where its speaker has no other.
    #[serde(default)]
    pub allow_self_reference: bool,
    /// The encoder's shapes.
    pub encoder: EncoderConfig,
    /// The recipe.
    pub recipe: Recipe,
}

/// The folder of one run.
#[derive(Debug)]
pub struct RunDirectory {
    path: PathBuf,
    /// Held while training, so that two processes never write one run.
    _lock: Option<File>,
}

/// The remedy where a file that the run cannot do without is gone or damaged.
pub(crate) const LOST: &str = "bring the file back from a copy, or train anew in another --run directory";

impl RunDirectory {
    /// A run to look at.
    ///
    /// # Errors
    /// Where there is no run.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let run = Self { path: path.as_ref().into(), _lock: None };
        run.config()?;
        Ok(run)
    }

    /// A run to train in: a new one, or one of the same configuration to go on with.
    ///
    /// # Errors
    /// Where the folder is not writable, another process trains in it, or it holds a run of another configuration.
    pub fn create(path: impl AsRef<Path>, config: &RunConfig) -> Result<Self> {
        let path = path.as_ref();
        std::fs::create_dir_all(path).map_err(|source| Error::io("making the run directory", path, source))?;
        let run = Self { _lock: Some(lock(path)?), path: path.into() };
        // A configuration under which no epoch was trained binds nobody.
        if run.file("history.csv").exists() || run.progress().exists() {
            if !run.config_path().exists() {
                let message = format!("{} holds a run whose config.toml is gone", path.display());
                return Err(Error::config("run", message, LOST));
            }
            let earlier = run.config()?;
            let differences = differences(&earlier, config);
            if !differences.is_empty() {
                let message = format!("{} holds a run of other settings: {}", path.display(), differences.join("; "));
                let remedy =
                    "give the run's settings to go on with it, choose another --run directory, or delete that one";
                return Err(Error::config("run", message, remedy));
            }
        } else {
            OutputFile::write_all_to(run.config_path(), to_toml(config))?;
        }
        Ok(run)
    }

    /// Its configuration.
    ///
    /// # Errors
    /// Where the file is missing or does not hold a configuration.
    pub fn config(&self) -> Result<RunConfig> {
        let path = self.config_path();
        let text = std::fs::read_to_string(&path)
            .map_err(|source| Error::io("reading the run's configuration", &path, source))?;
        toml::from_str(&text).map_err(|source: toml::de::Error| {
            let before = source.span().map_or("", |span| text.get(..span.start).unwrap_or(""));
            let line = before.lines().count().max(1) as u64;
            Error::parse(&path, line, "configuration", source.message(), "mend that line, or start a new run")
        })
    }

    /// The course of its training, of one epoch at least.
    ///
    /// # Errors
    /// Where no epoch is finished yet, or the table is broken.
    pub fn history(&self) -> Result<TrainingHistory> {
        let path = self.file("history.csv");
        let history = if path.exists() { TrainingHistory::read(path)? } else { TrainingHistory::default() };
        if history.rows.is_empty() {
            let message = format!("the run {} has no finished epoch yet", self.path.display());
            let remedy = "wait if it is in training; else give the command that began it once more, with --resume";
            return Err(Error::data(message, remedy));
        }
        Ok(history)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The network after an epoch.
    pub fn checkpoint(&self, epoch: usize) -> PathBuf {
        self.state(&format!("epoch-{epoch:02}"))
    }

    /// The folder of saved networks and optimisers.
    pub(super) fn checkpoints(&self) -> PathBuf {
        self.path.join("checkpoints")
    }

    /// The network of a saved state.
    pub(super) fn state(&self, stem: &str) -> PathBuf {
        self.checkpoints().join(format!("{stem}.bpk"))
    }

    /// The optimiser of a saved state.
    pub(super) fn state_optimizer(&self, stem: &str) -> PathBuf {
        self.checkpoints().join(format!("{stem}.optimizer.bpk"))
    }

    /// Which saved state is current.
    pub fn progress(&self) -> PathBuf {
        self.file("progress.json")
    }

    /// The scores of a condition; `single` for a network without references.
    pub fn scores(&self, condition: &str) -> PathBuf {
        self.path.join("scores").join(format!("{condition}.csv"))
    }

    /// The references of the trials that were scored.
    pub fn pairing(&self) -> PathBuf {
        self.file("pairing.parquet")
    }

    /// The recordings that could not be used; there is no such file where all could.
    pub fn bad_audio(&self) -> PathBuf {
        self.file("bad_audio.csv")
    }

    fn config_path(&self) -> PathBuf {
        self.file("config.toml")
    }
}

fn to_toml(config: &RunConfig) -> String {
    toml::to_string_pretty(config).expect("plain data serialises")
}

fn lock(path: &Path) -> Result<File> {
    let name = path.join(".lock");
    let open = File::options().create(true).truncate(false).write(true).open(&name);
    let file = open.map_err(|source| Error::io("opening the run directory", &name, source))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let message = format!("another process trains in {}", path.display());
            Err(Error::config("run", message, "wait for it, or choose another --run directory"))
        }
        Err(TryLockError::Error(source)) => Err(Error::io("locking the run directory", &name, source)),
    }
}

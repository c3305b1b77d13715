//! What `trace` has measured so far: which epochs, of which checkpoints, on which trials; so that none is measured twice and
//! no table holds rows that were measured differently.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    contribution::Contribution,
    data::Pairing,
    error::{Error, Result},
    output::OutputFile,
    tables::{ContributionTable, LayerContributionTable},
    trial::Trial,
};

/// What rows of one table have in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TraceSettings {
    /// The data set.
    pub(super) data: String,
    /// `train`, `dev` or `eval`.
    pub(super) split: String,
    /// Of the references and the noise.
    pub(super) seed: u64,
    /// How many trials.
    pub(super) trials: usize,
    /// SHA-256 of the trials, their labels and their references.
    pub(super) trials_sha256: String,
}

impl TraceSettings {
    /// The first setting in which two differ.
    fn difference(&self, other: &Self) -> Option<&'static str> {
        let pairs = [
            ("data set", self.data != other.data),
            ("split", self.split != other.split),
            ("seed", self.seed != other.seed),
            ("number of trials", self.trials != other.trials),
            ("list of trials or references", self.trials_sha256 != other.trials_sha256),
        ];
        pairs.into_iter().find(|(_, differs)| *differs).map(|(name, _)| name)
    }
}

/// `contribution.toml` beside the tables.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Record {
    settings: TraceSettings,
    /// SHA-256 of each epoch's checkpoint.
    #[serde(default)]
    checkpoints: BTreeMap<String, String>,
}

/// Both tables and what is known of them.
#[derive(Debug)]
pub(super) struct Traced {
    path: PathBuf,
    record: Record,
    table: ContributionTable,
    layers: LayerContributionTable,
    /// Why rows that are there are not kept.
    pub(super) dropped: Option<String>,
}

impl Traced {
    /// What was measured of the same settings; all else in the table is dropped, when the first row is written.
    ///
    /// # Errors
    /// Where a table is broken.
    pub(super) fn open(path: &Path, settings: TraceSettings, fresh: bool) -> Result<Self> {
        let empty = Record { settings: settings.clone(), checkpoints: BTreeMap::new() };
        let mut traced = Self {
            path: path.into(),
            record: empty,
            table: ContributionTable::default(),
            layers: LayerContributionTable::default(),
            dropped: None,
        };
        if fresh || !path.exists() {
            return Ok(traced);
        }
        let beside = LayerContributionTable::beside(path);
        match read_record(&traced.record_path())? {
            None => traced.dropped = Some("were measured while training".into()),
            Some(earlier) => match earlier.settings.difference(&settings) {
                Some(name) => traced.dropped = Some(format!("were measured on another {name}")),
                None if beside.exists() => {
                    traced.table = ContributionTable::read(path)?;
                    traced.layers = LayerContributionTable::read(&beside)?;
                    traced.record = earlier;
                    traced.drop_foreign();
                }
                None => {}
            },
        }
        Ok(traced)
    }

    /// Refuses a place, or one of those beside it, where something else stands.
    ///
    /// # Errors
    /// Where it is so.
    pub(super) fn check_places(path: &Path) -> Result<()> {
        let beside = LayerContributionTable::beside(path);
        let record = path.with_extension("toml");
        if path.exists() && !path.is_file() {
            let message = format!("{} is no regular file, and further files are written beside it", path.display());
            return Err(Error::config("output", message, "name a file"));
        }
        // A table without rows is an empty file.
        let filled = |path: &Path| std::fs::metadata(path).is_ok_and(|about| about.is_file() && about.len() > 0);
        let places = [
            (path, ContributionTable::read(path).is_ok_and(|table| !table.rows.is_empty())),
            (&beside, LayerContributionTable::read(&beside).is_ok_and(|table| !table.rows.is_empty())),
            (&record, read_record(&record).is_ok_and(|record| record.is_some())),
        ];
        for (path, ours) in places {
            if filled(path) && !ours {
                let message = format!("{} is there already, and holds something else", path.display());
                return Err(Error::config("output", message, "name another file, or delete that one"));
            }
        }
        Ok(())
    }

    /// Rows of epochs that training added meanwhile were measured otherwise.
    fn drop_foreign(&mut self) {
        let known = self.record.checkpoints.clone();
        self.table.rows.retain(|row| known.contains_key(&row.epoch.to_string()));
        self.layers.rows.retain(|row| known.contains_key(&row.epoch.to_string()));
    }

    /// These epochs are to be measured again.
    pub(super) fn forget(&mut self, epochs: &[usize]) {
        self.record.checkpoints.retain(|epoch, _| epochs.iter().all(|forgotten| forgotten.to_string() != *epoch));
    }

    /// Whether an epoch's checkpoint is measured already.
    pub(super) fn has(&self, epoch: usize, sha256: &str) -> bool {
        self.record.checkpoints.get(&epoch.to_string()).is_some_and(|known| known == sha256)
            && self.table.rows.iter().any(|row| row.epoch == epoch)
            && self.layers.rows.iter().any(|row| row.epoch == epoch)
    }

    /// Writes an epoch's rows among the others; the record last, so that it never names what is not there.
    ///
    /// # Errors
    /// Where the folder is not writable.
    pub(super) fn put(&mut self, epoch: usize, sha256: String, measured: Contribution) -> Result<()> {
        self.table.rows.retain(|row| row.epoch != epoch);
        self.layers.rows.retain(|row| row.epoch != epoch);
        self.table.rows.extend(measured.rows);
        self.layers.rows.extend(measured.layers);
        self.table.rows.sort_by_key(|row| row.epoch);
        self.layers.rows.sort_by_key(|row| row.epoch);
        self.layers.write(LayerContributionTable::beside(&self.path))?;
        self.table.write(&self.path)?;
        self.record.checkpoints.insert(epoch.to_string(), sha256);
        let text = toml::to_string(&self.record).expect("plain data serialises");
        OutputFile::write_all_to(self.record_path(), text).map(drop)
    }

    fn record_path(&self) -> PathBuf {
        self.path.with_extension("toml")
    }
}

fn read_record(path: &Path) -> Result<Option<Record>> {
    match std::fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::io("reading", path, source)),
        // What cannot be read vouches for nothing.
        Ok(text) => Ok(toml::from_str(&text).ok()),
    }
}

/// SHA-256 of trials, labels and references, in order.
///
/// # Errors
/// Where a trial has no reference.
pub(super) fn trials_sha256(trials: &[Trial], pairing: &Pairing) -> Result<String> {
    let mut hash = Sha256::new();
    for trial in trials {
        let reference = &pairing.get(trial)?.reference;
        hash.update(format!("{}\t{}\t{:?}\t{reference}\n", trial.file, trial.speaker, trial.label));
    }
    Ok(format!("{:x}", hash.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::{ContributionRow, LayerContributionRow};

    fn settings(trials: usize) -> TraceSettings {
        let text = |text: &str| text.to_owned();
        TraceSettings { data: text("asvspoof5"), split: text("dev"), seed: 1, trials, trials_sha256: text("0") }
    }

    fn measured(epoch: usize) -> Contribution {
        Contribution {
            rows: vec![ContributionRow { epoch, degradation: "silence".into(), ..ContributionRow::default() }],
            layers: vec![LayerContributionRow { epoch, layer: 1, ..LayerContributionRow::default() }],
        }
    }

    #[test]
    fn an_epoch_is_known_by_its_checkpoint_and_settings() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("contribution.csv");
        let open = |trials, fresh| Traced::open(&path, settings(trials), fresh).expect("opens");
        let mut traced = open(4, false);
        traced.put(2, "b".into(), measured(2)).expect("writes");
        traced.put(1, "a".into(), measured(1)).expect("writes");
        let again = open(4, false);
        assert!(again.has(1, "a") && again.has(2, "b") && again.dropped.is_none());
        assert!(!again.has(1, "other") && !again.has(3, "a"));
        assert_eq!(again.table.rows.iter().map(|row| row.epoch).collect::<Vec<_>>(), [1, 2]);
        assert!(!open(4, true).has(1, "a"));
        let other = open(5, false);
        assert!(!other.has(1, "a") && other.dropped.is_some_and(|why| why.contains("another number of trials")));
    }

    #[test]
    fn rows_of_the_trainer_are_not_mixed_with_ours() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("contribution.csv");
        measured(1).append_to(folder.path()).expect("writes");
        let mut traced = Traced::open(&path, settings(4), false).expect("opens");
        assert!(traced.dropped.is_some());
        traced.put(2, "b".into(), measured(2)).expect("writes");
        measured(3).append_to(folder.path()).expect("the trainer goes on");
        let again = Traced::open(&path, settings(4), false).expect("opens");
        assert_eq!(again.table.rows.iter().map(|row| row.epoch).collect::<Vec<_>>(), [2]);
    }
}

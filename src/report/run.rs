//! What a run left behind: its record, its course, its scores; and which files those were.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    context::AuditRecord,
    measure::{MeasureSettings, measure},
    missing::missing,
    source::placed,
};
use crate::{
    condition::ReferenceCondition,
    error::{Error, Result},
    tables::{Audit, ContributionTable, LayerContributionTable, ResultsTable, RunRecord, ScoreTable, TrainingHistory},
};

/// The condition of systems that take no reference, as tables write it.
pub(super) const NO_REFERENCE: &str = "-";

/// A file that numbers of the page came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// As it was opened.
    pub path: String,
    /// Its SHA-256.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
}

/// The scores of one condition.
#[derive(Clone, Debug)]
pub(super) struct Scored {
    pub(super) condition: String,
    pub(super) path: PathBuf,
    /// How the file was understood.
    pub(super) note: String,
    /// What is odd about it, where that was looked at.
    pub(super) audit: Option<Audit>,
    pub(super) table: ScoreTable,
}

/// A run directory.
#[derive(Clone, Debug, Default)]
pub(super) struct Run {
    pub(super) name: String,
    pub(super) record: Option<RunRecord>,
    /// Its configuration, of a run that may still be training.
    pub(super) config: Option<toml::Table>,
    pub(super) history: Option<TrainingHistory>,
    pub(super) contribution: Option<ContributionTable>,
    pub(super) layers: Option<LayerContributionTable>,
    /// Recordings that could not be used, of a run that may still be training.
    pub(super) bad: Vec<super::started::BadRecording>,
    pub(super) scored: Vec<Scored>,
    pub(super) inputs: Vec<Input>,
    /// What its record speaks of and is gone, in a sentence.
    pub(super) missing: Option<String>,
}

/// Reads a folder of runs, or a single run: whatever holds a `run.json`. RAT comes first, single-input systems last.
pub(super) fn read_runs(folder: &Path) -> Result<Vec<Run>> {
    let mut folders = if folder.join("run.json").is_file() { vec![folder.to_owned()] } else { entries(folder)? };
    folders.retain(|folder| folder.join("run.json").is_file());
    if folders.is_empty() {
        let mut places = std::iter::once(folder.to_owned()).chain(entries(folder)?);
        if let Some(begun) = places.find(|place| place.join("config.toml").is_file()) {
            let message = format!("the training of {} has not ended: there is no run.json", begun.display());
            let remedy = "give the command that began it once more, with --resume; `rat-report render run --param run=DIR` shows how far it is";
            return Err(Error::data(message, remedy));
        }
        let nothing = std::io::Error::new(std::io::ErrorKind::NotFound, "no run.json in it or one level below");
        return Err(Error::io("looking for runs in", folder, nothing));
    }
    let mut runs = folders.iter().map(|path| read_run(path)).collect::<Result<Vec<_>>>()?;
    let name = |run: &Run| run.name.clone();
    runs.sort_by_key(|run| (name(run) != "RAT", run.contribution.is_none() && run.scored.len() < 2, name(run)));
    if let Some(pair) = runs.windows(2).find(|pair| pair[0].name == pair[1].name) {
        let message = format!("two runs in {} call their system {}", folder.display(), pair[0].name);
        return Err(Error::data(message, "render one of them, or rename the system in its run.json"));
    }
    Ok(runs)
}

pub(super) fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let failed = |source| Error::io("looking for runs in", folder, source);
    let entries = std::fs::read_dir(folder).map_err(failed)?;
    let mut paths =
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>().map_err(failed)?;
    paths.sort();
    Ok(paths)
}

/// What a run directory consists of, less its scores.
const FILES: [&str; 6] = [
    "run.json",
    "history.csv",
    "contribution.csv",
    "contribution_layers.csv",
    "pairing.parquet",
    // As runs wrote it before.
    "pairing.csv",
];

/// Reads a run directory.
pub(super) fn read_run(folder: &Path) -> Result<Run> {
    let record = RunRecord::read(folder.join("run.json"))?;
    let run = read_course(folder)?;
    let scored = read_scores(&folder.join("scores"))?;
    let missing = missing(folder, &record);
    Ok(Run { name: record.system.clone(), record: Some(record), missing, ..run.with_scores(scored)? })
}

/// Reads what training leaves behind epoch by epoch.
pub(super) fn read_course(folder: &Path) -> Result<Run> {
    let there = |name: &str| Some(folder.join(name)).filter(|path| path.is_file());
    let history = there("history.csv").map(TrainingHistory::read).transpose()?;
    let contribution = there("contribution.csv").map(ContributionTable::read).transpose()?;
    let layers = there("contribution_layers.csv").map(LayerContributionTable::read).transpose()?;
    Ok(Run {
        history: history.filter(|history| !history.rows.is_empty()),
        contribution: contribution.filter(|table| !table.rows.is_empty()),
        layers: layers.filter(|table| !table.rows.is_empty()),
        inputs: FILES.into_iter().filter_map(there).map(|path| Input::of(&path)).collect::<Result<_>>()?,
        ..Run::default()
    })
}

impl Run {
    pub(super) fn with_scores(mut self, scored: Vec<Scored>) -> Result<Self> {
        let files = scored.iter().map(|scored| Input::of(&scored.path));
        self.inputs.extend(files.collect::<Result<Vec<_>>>()?);
        Ok(Self { scored, ..self })
    }

    /// The measures of every condition, pooled and, where attacks are known, attack by attack.
    pub(super) fn measure(&self, settings: &MeasureSettings) -> Result<ResultsTable> {
        let mut rows = Vec::new();
        for scored in &self.scored {
            let by = if scored.table.knows("attack") { vec!["attack".to_owned()] } else { Vec::new() };
            let settings = MeasureSettings { by, ..settings.clone() };
            let results = measure(&self.name, &scored.condition, &scored.table, &settings);
            rows.extend(results.map_err(|error| placed(error, &scored.path))?.rows);
        }
        Ok(ResultsTable { rows })
    }

    /// The audits of the score files, where they were made.
    pub(super) fn audits(&self) -> Vec<AuditRecord> {
        let record = |scored: &Scored| {
            Some(AuditRecord {
                system: self.name.clone(),
                path: scored.path.to_string_lossy().into_owned(),
                note: scored.note.clone(),
                audit: scored.audit.clone()?,
            })
        };
        self.scored.iter().filter_map(record).collect()
    }

    pub(super) fn attacks_in_training(&self) -> &[String] {
        let mut splits = self.record.iter().flat_map(|record| &record.splits);
        let train = splits.find(|split| split.split == "train");
        train.map_or(&[], |split| split.attacks.as_slice())
    }
}

/// The score tables of a folder, main conditions first in the order of the ablation.
pub(super) fn read_scores(folder: &Path) -> Result<Vec<Scored>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let csv = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "csv");
    let mut scored = Vec::new();
    for path in entries(folder)?.into_iter().filter(csv) {
        let table = ScoreTable::read(&path)?;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        scored.push(Scored { condition: condition_of(&stem), path, note: "our own table".into(), audit: None, table });
    }
    let main = |condition: &str| ReferenceCondition::MAIN.iter().position(|main| main.to_string() == condition);
    same_trials(&scored)?;
    scored.sort_by_key(|scored| (main(&scored.condition).unwrap_or(usize::MAX), scored.condition.clone()));
    Ok(scored)
}

/// Conditions are compared on the same trials, or not at all.
pub(super) fn same_trials(scored: &[Scored]) -> Result<()> {
    let Some((first, others)) = scored.split_first() else { return Ok(()) };
    let trials = |scored: &Scored| {
        scored.table.keys().into_iter().map(|(file, speaker)| format!("{file}\t{speaker}")).collect::<BTreeSet<_>>()
    };
    let wanted = trials(first);
    match others.iter().find(|other| trials(other) != wanted) {
        None => Ok(()),
        Some(other) => {
            let message =
                format!("{} and {} hold scores of different trials", first.path.display(), other.path.display());
            Err(Error::data(message, "score all conditions of a run on one split, or move the odd table away"))
        }
    }
}

/// `snr-10` is the condition `snr:10`; `single` is none.
pub(super) fn condition_of(stem: &str) -> String {
    let parameterised = stem.replacen('-', ":", 1).parse::<ReferenceCondition>();
    match stem {
        "single" => NO_REFERENCE.into(),
        _ => parameterised.map_or_else(|_| stem.to_owned(), |condition| condition.to_string()),
    }
}

impl Input {
    /// Reads the file for its hash.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn of(path: &Path) -> Result<Self> {
        let content = std::fs::read(path).map_err(|source| Error::io("hashing", path, source))?;
        let sha256 = Sha256::digest(&content).iter().map(|byte| format!("{byte:02x}")).collect();
        let shown = path.to_string_lossy();
        // Windows takes both; elsewhere it is a letter like any other.
        let shown = if std::path::is_separator('\\') { shown.replace('\\', "/") } else { shown.into_owned() };
        Ok(Self { path: shown, sha256, bytes: content.len() as u64 })
    }
}

//! All that a page can show, as data: read, measured and set in order before a word is written.
//!
//! It is also written beside the page as JSON, unrounded, so that tests compare data and [`verify`](super::verify()) derives it again.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{
    comparisons::Comparisons,
    document::Document,
    findings::Findings,
    measure::MeasureSettings,
    params,
    provenance::Provenance,
    run::{NO_REFERENCE, Run, read_runs},
    runs,
    source::Reader,
    started,
};
use crate::{
    error::Result,
    tables::{Audit, ContributionTable, LayerContributionTable, ResultsRow, ResultsTable, RunRecord, TrainingHistory},
};

/// What enters a page.
#[derive(Clone, Debug, Serialize)]
pub struct Context {
    /// The document's title.
    pub title: String,
    /// The line below it.
    pub subtitle: String,
    /// The document's parameters as they were used.
    pub params: toml::Table,
    /// The systems, in the order of the page.
    pub systems: Vec<System>,
    /// Pooled measures of every system and condition.
    pub results: ResultsTable,
    /// The same for every attack against all bona fide trials.
    pub attacks: ResultsTable,
    /// Attacks of the evaluation that the training set has not.
    pub unseen_attacks: BTreeSet<String>,
    /// Paired differences of systems, and of conditions.
    pub comparisons: Comparisons,
    /// What is odd about the score files.
    pub audits: Vec<AuditRecord>,
    /// What the numbers say.
    pub findings: Findings,
    /// What was left out while reading, and why.
    pub notes: Vec<String>,
    /// How they came about.
    pub provenance: Option<Provenance>,
    /// What the records of runs speak of and is gone, a sentence for each such run.
    #[serde(skip)]
    pub missing: Vec<String>,
    #[serde(skip)]
    pub(super) runs: Vec<Run>,
    #[serde(skip)]
    pub(super) settings: MeasureSettings,
}

/// A system that was run, or whose scores were given.
#[derive(Clone, Debug, Serialize)]
pub struct System {
    /// As it is called on the page.
    pub name: String,
    /// What the run was; score files alone have none.
    pub record: Option<RunRecord>,
    /// Its course, where it left one.
    pub history: Option<TrainingHistory>,
    /// The contribution of the reference, where it takes one.
    pub contribution: Option<ContributionTable>,
    /// The same layer by layer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layers: Option<LayerContributionTable>,
    /// Its configuration, of a run that may still be training.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config: Option<toml::Table>,
}

/// The audit of one score file.
#[derive(Clone, Debug, Serialize)]
pub struct AuditRecord {
    /// The system.
    pub system: String,
    /// The file.
    pub path: String,
    /// How it was understood.
    pub note: String,
    /// What was found.
    pub audit: Audit,
}

impl Context {
    /// Reads and measures what the document's parameters name; see [`functions`](super::functions) for them.
    ///
    /// # Errors
    /// Where there are no scores, or a table is broken.
    pub fn gather(document: &Document, command: &[String]) -> Result<Self> {
        let settings = params::measure_settings(document)?;
        let (runs, notes) = read(document)?;
        let provenance = Provenance::of(document, command, &settings, &runs)?;
        let context = Self::of_runs(runs, true, &settings)?;
        Ok(Self {
            title: document.title().into(),
            subtitle: document.subtitle().into(),
            params: document.params().clone(),
            notes,
            provenance: Some(provenance),
            ..context
        })
    }

    /// What can be said of runs without a document; comparing is left out where it is not wanted.
    pub(super) fn of_runs(runs: Vec<Run>, compared: bool, settings: &MeasureSettings) -> Result<Self> {
        let mut all = Vec::new();
        for run in &runs {
            all.extend(run.measure(settings)?.rows);
        }
        let (results, attacks): (Vec<_>, Vec<_>) = all.into_iter().partition(ResultsRow::is_pooled);
        let trained: BTreeSet<&str> = runs.iter().flat_map(Run::attacks_in_training).map(String::as_str).collect();
        let unseen = |row: &&ResultsRow| !trained.is_empty() && !trained.contains(row.group.as_str());
        let unseen_attacks = attacks.iter().filter(unseen).map(|row| row.group.clone()).collect();
        let systems = runs.iter().map(System::of).collect::<Vec<_>>();
        let comparisons = if compared { Comparisons::of(&runs, settings)? } else { Comparisons::default() };
        let findings = Findings::of(&results, &attacks, &unseen_attacks, &systems, &comparisons);
        Ok(Self {
            title: String::new(),
            subtitle: String::new(),
            params: toml::Table::new(),
            systems,
            results: ResultsTable { rows: results },
            attacks: ResultsTable { rows: attacks },
            unseen_attacks,
            comparisons,
            audits: runs.iter().flat_map(Run::audits).collect(),
            findings,
            notes: Vec::new(),
            provenance: None,
            missing: runs.iter().filter_map(|run| run.missing.clone()).collect(),
            runs,
            settings: settings.clone(),
        })
    }

    /// The pooled row of a system and condition; `single` and `-` both stand for no reference.
    pub fn row(&self, system: &str, condition: &str) -> Option<&ResultsRow> {
        let condition = if condition == "single" { NO_REFERENCE } else { condition };
        self.results.rows.iter().find(|row| row.system == system && row.condition == condition)
    }

    /// The pooled row of a system, at its first condition where none is named.
    pub(super) fn row_or_first(&self, system: &str, condition: Option<&str>) -> Option<&ResultsRow> {
        match condition {
            Some(condition) => self.row(system, condition),
            None => self.results.rows.iter().find(|row| row.system == system),
        }
    }

    /// The records of the systems that have one.
    pub fn records(&self) -> impl Iterator<Item = &RunRecord> {
        self.systems.iter().filter_map(|system| system.record.as_ref())
    }

    /// Whether any system was scored under a reference condition; where none was, conditions are not spoken of.
    pub(super) fn has_conditions(&self) -> bool {
        self.results.rows.iter().any(|row| row.condition != NO_REFERENCE)
    }

    /// The number of a system, which is its colour.
    pub(super) fn number(&self, system: &str) -> usize {
        self.systems.iter().position(|known| known.name == system).unwrap_or_default()
    }
}

fn read(document: &Document) -> Result<(Vec<Run>, Vec<String>)> {
    let paths = params::paths(document)?;
    if paths.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    if let Some(folder) = document.text_param("run") {
        return started::read(folder.as_ref(), document);
    }
    if document.text_param("runs").is_some() {
        return runs::read(&paths, &params::read_settings(document)?);
    }
    if document.text_param("demo").is_some() && paths.len() == 1 {
        return Ok((read_runs(&paths[0])?, Vec::new()));
    }
    Reader::new(&params::read_settings(document)?)?.read_all(&paths)
}

impl System {
    fn of(run: &Run) -> Self {
        Self {
            name: run.name.clone(),
            record: run.record.clone(),
            history: run.history.clone(),
            contribution: run.contribution.clone(),
            layers: run.layers.clone(),
            config: run.config.clone(),
        }
    }
}

/// A system under a condition, as a reader is told it; systems without a reference need no more than their name.
pub(super) fn named(system: &str, condition: &str) -> String {
    if condition == NO_REFERENCE { system.into() } else { format!("{system}, {condition}") }
}

/// A condition as a reader is told it.
pub(super) fn condition_name(condition: &str) -> &str {
    if condition == NO_REFERENCE { "no reference" } else { condition }
}

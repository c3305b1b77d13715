//! All that a page can show, as data: read, measured and set in order before a word is written.
//!
//! It is also written beside the page as JSON, unrounded, so that tests compare data.

use std::{collections::BTreeSet, path::Path};

use serde::Serialize;

use super::{
    document::Document,
    findings::Findings,
    measure::{MeasureSettings, POOLED},
    run::{Input, NO_REFERENCE, Run, read_runs},
};
use crate::{
    error::{Error, Result},
    metrics::CostModel,
    tables::{ContributionTable, ResultsRow, ResultsTable, RunRecord, TrainingHistory},
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
    /// What the numbers say.
    pub findings: Findings,
    /// How they came about.
    pub provenance: Provenance,
    #[serde(skip)]
    pub(super) runs: Vec<Run>,
}

/// A system that was run.
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
}

/// How the numbers of a page came about.
#[derive(Clone, Debug, Serialize)]
pub struct Provenance {
    /// The command that rendered the page.
    pub command: Vec<String>,
    /// The version that rendered it.
    pub version: String,
    /// The document.
    pub document: String,
    /// What the document's parameter named as the runs' folder.
    pub folder: String,
    /// The costs of minDCF.
    pub costs: CostModel,
    /// The rules of both equal error rates.
    pub eer_rules: [String; 2],
    /// How intervals were made.
    pub intervals: String,
    /// The files that were read.
    pub inputs: Vec<Input>,
}

impl Context {
    /// Reads and measures what the document's parameters name: `demo` (the folder), `resamples`, `seed`.
    ///
    /// # Errors
    /// Where there is no run, or a table is broken.
    pub fn gather(document: &Document, command: &[String]) -> Result<Self> {
        let folder = document.text_param("demo").ok_or_else(|| {
            let remedy = "add demo = \"FOLDER\" to [params] in its front matter";
            Error::config("param demo", format!("{} does not name the runs' folder", document.path().display()), remedy)
        })?;
        let settings = MeasureSettings {
            resamples: usize::try_from(document.count_param("resamples", 1_000)?).unwrap_or(usize::MAX),
            seed: document.count_param("seed", 0)?,
            by: vec!["attack".into()],
            ..MeasureSettings::default()
        };
        let runs = read_runs(Path::new(folder))?;
        let mut all = Vec::new();
        for run in &runs {
            all.extend(run.measure(&settings)?.rows);
        }
        let (results, attacks): (Vec<_>, Vec<_>) = all.into_iter().partition(|row| row.group == POOLED);
        let trained: BTreeSet<&str> = runs.iter().flat_map(Run::attacks_in_training).map(String::as_str).collect();
        let unseen = |row: &&ResultsRow| !trained.is_empty() && !trained.contains(row.group.as_str());
        let unseen_attacks = attacks.iter().filter(unseen).map(|row| row.group.clone()).collect();
        let systems = runs.iter().map(System::of).collect::<Vec<_>>();
        let findings = Findings::of(&results, &attacks, &unseen_attacks, &systems);
        let provenance = Provenance::of(document, folder, command, &settings, &runs, &results);
        Ok(Self {
            title: document.title().into(),
            subtitle: document.subtitle().into(),
            params: document.params().clone(),
            systems,
            results: ResultsTable { rows: results },
            attacks: ResultsTable { rows: attacks },
            unseen_attacks,
            findings,
            provenance,
            runs,
        })
    }

    /// The pooled row of a system and condition; `single` and `-` both stand for no reference.
    pub fn row(&self, system: &str, condition: &str) -> Option<&ResultsRow> {
        let condition = if condition == "single" { NO_REFERENCE } else { condition };
        self.results.rows.iter().find(|row| row.system == system && row.condition == condition)
    }

    /// The records of the systems that have one.
    pub fn records(&self) -> impl Iterator<Item = &RunRecord> {
        self.systems.iter().filter_map(|system| system.record.as_ref())
    }

    /// The number of a system, which is its colour.
    pub(super) fn number(&self, system: &str) -> usize {
        self.systems.iter().position(|known| known.name == system).unwrap_or_default()
    }
}

impl System {
    fn of(run: &Run) -> Self {
        Self {
            name: run.name.clone(),
            record: run.record.clone(),
            history: run.history.clone(),
            contribution: run.contribution.clone(),
        }
    }
}

impl Provenance {
    fn of(
        document: &Document,
        folder: &str,
        command: &[String],
        settings: &MeasureSettings,
        runs: &[Run],
        results: &[ResultsRow],
    ) -> Self {
        Self {
            command: command.to_vec(),
            version: env!("CARGO_PKG_VERSION").into(),
            document: document.path().to_string_lossy().into_owned(),
            folder: folder.into(),
            costs: settings.cost,
            eer_rules: ["official", "tie-merged"].map(String::from),
            intervals: results.first().map_or_else(|| "none".into(), |row| row.method.clone()),
            inputs: runs.iter().flat_map(|run| run.inputs.clone()).collect(),
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

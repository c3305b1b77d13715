//! What a run writes down of itself: `config.toml`, which makes it this run, and `run.json`, for its page.

use std::path::{Path, PathBuf};

use burn::module::Module;

use super::{
    arguments::listing,
    experiment::{Experiment, spread},
    part::table_name,
};
use crate::{
    cli::command_line,
    data::{SelfReference, Split},
    error::Result,
    model::Detector,
    score::Scored,
    tables::{PhaseRecord, RunRecord, SplitRecord, StageRecord, TrainingHistory},
    train::{RunConfig, RunDirectory, StageRecipe},
};

/// The name of a phase in `run.json`.
const TRAINING: &str = "training";

impl Experiment<'_> {
    /// What makes the run this run.
    pub(super) fn config(&self, augment_sources_sha256: String) -> Result<RunConfig> {
        let training = listing(self.corpus, Split::Train)?.trials();
        let name = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
        Ok(RunConfig {
            classifier: self.classifier,
            weights: name(&self.checkpoint).or_else(|| name(&self.weights)).unwrap_or_default(),
            data: self.corpus.name().into(),
            root: self.corpus.root().into(),
            protocol_sha256: self.corpus.summary(Split::Train, &training)?.sha256,
            trials: training.len(),
            augment_sources_sha256,
            labels: self.corpus.labels(),
            allow_self_reference: self.own_recording == SelfReference::WhereAlone,
            encoder: self.encoder.clone(),
            recipe: self.recipe.clone(),
        })
    }

    /// Writes `run.json` again with the time that scoring took, and the tables that it gave.
    pub(super) fn note_scoring(&self, run: &RunDirectory, secs: f64, scored: &Scored) -> Result<()> {
        let path = run.file("run.json");
        let mut record = RunRecord::read(&path)?;
        record.phases.retain(|phase| phase.phase == TRAINING);
        record.phases.push(PhaseRecord { phase: "scoring".into(), secs });
        record.tables = scored.tables.iter().map(|(condition, _)| table_name(condition)).collect();
        record.write(path)
    }

    /// Writes `run.json`: what the run was, for the page. `secs` is how long it was trained; the time of a run that was stopped in
    /// between is not known, and not made up.
    pub(super) fn record(
        &self,
        run: &RunDirectory,
        history: &TrainingHistory,
        detector: &Detector,
        secs: Option<f64>,
    ) -> Result<()> {
        let encoder_parameters = detector.encoder.num_params();
        let path = run.file("run.json");
        let weights = run.config().map(|config| config.weights).ok().filter(|weights| !weights.is_empty());
        let record = RunRecord {
            system: self.classifier.to_string(),
            encoder: self.encoder.name.clone(),
            weights: weights.unwrap_or("random".into()),
            encoder_parameters,
            other_parameters: detector.num_params() - encoder_parameters,
            seed: self.recipe.seed,
            device: self.devices.iter().map(|device| device.name.as_str()).collect::<Vec<_>>().join(","),
            corpus: self.corpus.root().file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
            splits: self.split_records()?,
            stages: self.stage_records()?,
            selected_epoch: history.best().map_or(0, |row| row.epoch),
            selected_on: self.recipe.select_on.to_string(),
            precision: self.recipe.precision.to_string(),
            phases: training_phases(&path, secs),
            tables: Vec::new(),
            version: env!("CARGO_PKG_VERSION").into(),
            revision: option_env!("RAT_REVISION").unwrap_or("unknown").into(),
            command: command_line(),
        };
        record.write(path)
    }

    fn stage_records(&self) -> Result<Vec<StageRecord>> {
        let recipe = &self.recipe;
        let training = self.corpus.trials(Split::Train)?.len();
        let stages = [("train", &recipe.train), ("finetune", &recipe.finetune)];
        let record = |(name, stage): (&str, &StageRecipe)| StageRecord {
            stage: name.into(),
            epochs: stage.epochs,
            learning_rate: stage.learning_rate,
            batch: stage.step_trials(recipe.replicas),
            accumulate: stage.accumulate,
            devices: recipe.replicas,
            draws: if stage.draws == 0 { training } else { stage.draws },
        };
        Ok(stages.into_iter().filter(|(_, stage)| stage.epochs > 0).map(record).collect())
    }

    fn split_records(&self) -> Result<Vec<SplitRecord>> {
        let splits = [Split::Train, Split::Dev, Split::Eval];
        splits.into_iter().filter_map(|split| self.split_record(split).transpose()).collect()
    }

    /// A split counted; `None` where the corpus lacks it, as an evaluation set that is not yet there.
    fn split_record(&self, split: Split) -> Result<Option<SplitRecord>> {
        if !self.corpus.protocol_path(split).exists() {
            return Ok(None);
        }
        let all = self.corpus.trials(split)?;
        let most = match split {
            Split::Train => usize::MAX,
            Split::Dev => self.most_trials[0],
            Split::Eval => self.most_trials[1],
        };
        let used = spread(&all, most);
        let summary = self.corpus.summary(split, &used)?;
        let cut = if used.len() < all.len() {
            format!(", {} of its {} trials", used.len(), all.len())
        } else {
            String::new()
        };
        Ok(Some(SplitRecord {
            split: summary.split,
            bonafide: summary.bonafide,
            spoof: summary.spoof,
            speakers: summary.speakers,
            attacks: summary.attacks,
            protocol: summary.protocol + &cut,
            sha256: summary.sha256,
        }))
    }
}

/// The time of this training, or of the one that is recorded.
fn training_phases(path: &Path, secs: Option<f64>) -> Vec<PhaseRecord> {
    if let Some(secs) = secs {
        return vec![PhaseRecord { phase: TRAINING.into(), secs }];
    }
    let mut phases = RunRecord::read(path).map(|record| record.phases).unwrap_or_default();
    phases.retain(|phase| phase.phase == TRAINING);
    phases
}

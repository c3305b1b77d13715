//! One experiment: a run directory trained, scored and recorded. What `demo` does for two networks, `train` and `score`
//! do for one.

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use super::{
    console,
    hooks::{FEATURE_BYTES, Hooks},
};
use crate::{
    augment::Augmentor,
    cli::command_line,
    condition::ReferenceCondition,
    data::{Corpus, Pairing, Split},
    device::ComputeDevice,
    error::{Error, Result},
    loader::TrainingSet,
    model::{Conditioning, Detector, FeatureStore, RecordingSource},
    score::{ScoreTask, Scored, score},
    ssl::EncoderConfig,
    tables::{PhaseRecord, RunRecord, SplitRecord, StageRecord, TrainingHistory},
    train::{Recipe, RunConfig, RunDirectory, Trainer},
    trial::Trial,
};

/// Trials a pass of the network while scoring.
pub(super) const SCORING_BATCH: usize = 16;

/// What is trained, and where.
pub(super) struct Experiment<'a> {
    pub(super) corpus: &'a Corpus,
    pub(super) device: &'a ComputeDevice,
    pub(super) encoder: EncoderConfig,
    /// The encoder's weights, drawn from the seed where there is no file.
    pub(super) weights: Option<PathBuf>,
    /// A whole network to start from, which fine-tuning does.
    pub(super) checkpoint: Option<PathBuf>,
    pub(super) classifier: Conditioning,
    pub(super) recipe: Recipe,
    pub(super) run: PathBuf,
    /// Dev trials on which the contribution is measured after every epoch.
    pub(super) trace_trials: usize,
    /// The most trials of dev and of the scored split, evenly spread; a short demonstration takes fewer than all.
    pub(super) most_trials: [usize; 2],
}

impl Experiment<'_> {
    /// Trains, or goes on where an earlier call of the same configuration stopped.
    pub(super) fn train(&self) -> Result<TrainingHistory> {
        self.recipe.check()?;
        // Everything that can be refused is, before the run directory says that there is a run.
        let config = self.config()?;
        let fresh = self.fresh()?;
        let references = self.classifier == Conditioning::Reference;
        let augmentor = Augmentor::new(self.recipe.augment)?;
        let seed = self.recipe.seed;
        let data = TrainingSet::open(self.corpus, references, augmentor, self.recipe.max_samples, seed)?;
        let mut dev = self.corpus.trials(Split::Dev)?;
        dev.retain(|trial| trial.label.is_some());
        let dev_references = if references { Some(Pairing::draw(&dev, seed)?) } else { None };
        let dev = spread(&dev, self.most_trials[0]);
        let run = RunDirectory::create(&self.run, &config)?;
        let mut hooks = Hooks {
            system: self.classifier.to_string(),
            corpus: self.corpus,
            run: &run,
            device: &self.device.device,
            dev: &dev,
            pairing: dev_references.as_ref(),
            traced: &spread(&dev, self.trace_trials),
            seed,
            epochs: self.recipe.train.epochs + self.recipe.finetune.epochs,
            bar: None,
            epoch_start: Instant::now(),
        };
        let trainer = Trainer { run: &run, config: &config, data: &data, device: &self.device.device };
        let history = trainer.train(&fresh, &mut hooks)?;
        self.record(&run, &history, &fresh, &[])?;
        Ok(history)
    }

    /// Scores a split with the epoch of the lowest dev EER, under all conditions that the network takes.
    pub(super) fn score(&self, split: Split, history: &TrainingHistory) -> Result<Scored> {
        let run = RunDirectory::open(&self.run)?;
        let epoch = best_epoch(&run, history)?;
        let detector = self.load(&run.checkpoint(epoch))?;
        let trials = self.corpus.trials(split)?;
        let conditions: &[_] = match self.classifier {
            Conditioning::None => &[],
            _ => &ReferenceCondition::MAIN,
        };
        let pairing = if conditions.is_empty() { None } else { Some(Pairing::draw(&trials, self.recipe.seed)?) };
        if let Some(pairing) = &pairing {
            pairing.write(run.file("pairing.csv"))?;
        }
        let trials = spread(&trials, self.most_trials[1]);
        let task = ScoreTask { trials: &trials, pairing: pairing.as_ref(), conditions, batch: SCORING_BATCH };
        let source = RecordingSource { corpus: self.corpus, split, seed: self.recipe.seed };
        score_into(&run, &detector, self.device, source, &task)
    }

    fn config(&self) -> Result<RunConfig> {
        let training = self.corpus.trials(Split::Train)?;
        let name = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
        Ok(RunConfig {
            classifier: self.classifier,
            weights: name(&self.checkpoint).or_else(|| name(&self.weights)).unwrap_or_default(),
            data: self.corpus.name().into(),
            root: self.corpus.root().into(),
            protocol_sha256: self.corpus.summary(Split::Train, &training)?.sha256,
            encoder: self.encoder.clone(),
            recipe: self.recipe.clone(),
        })
    }

    fn fresh(&self) -> Result<Detector> {
        if let Some(checkpoint) = &self.checkpoint {
            return self.load(checkpoint);
        }
        let device = &self.device.device;
        let mut detector = Detector::random(&self.encoder, self.classifier, self.recipe.seed, device)?;
        if let Some(weights) = &self.weights {
            detector.encoder = detector.encoder.load_weights(weights)?;
        }
        Ok(detector)
    }

    fn load(&self, checkpoint: &Path) -> Result<Detector> {
        Detector::load(checkpoint, &self.encoder, self.classifier, &self.device.device)
    }

    /// Writes `run.json` again with the time that each part took.
    pub(super) fn finish(&self, run: &RunDirectory, history: &TrainingHistory, phases: &[PhaseRecord]) -> Result<()> {
        self.record(run, history, &self.fresh()?, phases)
    }

    /// Writes `run.json`: what the run was, for the page.
    fn record(
        &self,
        run: &RunDirectory,
        history: &TrainingHistory,
        detector: &Detector,
        phases: &[PhaseRecord],
    ) -> Result<()> {
        use burn::module::Module;
        let encoder_parameters = detector.encoder.num_params();
        let splits = [Split::Train, Split::Dev, Split::Eval];
        let recipe = &self.recipe;
        let training = self.corpus.trials(Split::Train)?.len();
        let stages = [("train", &recipe.train), ("finetune", &recipe.finetune)];
        let stages = stages.into_iter().filter(|(_, stage)| stage.epochs > 0);
        let record = RunRecord {
            system: self.classifier.to_string(),
            encoder: self.encoder.name.clone(),
            weights: run
                .config()
                .map(|config| config.weights)
                .ok()
                .filter(|w| !w.is_empty())
                .unwrap_or("random".into()),
            encoder_parameters,
            other_parameters: detector.num_params() - encoder_parameters,
            seed: recipe.seed,
            device: self.device.name.clone(),
            corpus: self.corpus.root().file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
            splits: splits
                .into_iter()
                .filter_map(|split| self.split_record(split).transpose())
                .collect::<Result<_>>()?,
            stages: stages
                .map(|(name, stage)| StageRecord {
                    stage: name.into(),
                    epochs: stage.epochs,
                    learning_rate: stage.learning_rate,
                    batch: stage.batch,
                    draws: if stage.draws == 0 { training } else { stage.draws },
                })
                .collect(),
            selected_epoch: history.best().map_or(0, |row| row.epoch),
            phases: phases.to_vec(),
            version: env!("CARGO_PKG_VERSION").into(),
            revision: option_env!("RAT_REVISION").unwrap_or("unknown").into(),
            command: command_line(),
        };
        record.write(run.file("run.json"))
    }

    /// A split counted; `None` where the corpus lacks it, as an evaluation set that is not yet there.
    fn split_record(&self, split: Split) -> Result<Option<SplitRecord>> {
        if !self.corpus.protocol_path(split).exists() {
            return Ok(None);
        }
        let summary = self.corpus.summary(split, &self.corpus.trials(split)?)?;
        Ok(Some(SplitRecord {
            split: summary.split,
            bonafide: summary.bonafide,
            spoof: summary.spoof,
            speakers: summary.speakers,
            attacks: summary.attacks,
            protocol: summary.protocol,
            sha256: summary.sha256,
        }))
    }
}

/// The epoch that is scored: the lowest dev EER.
pub(super) fn best_epoch(run: &RunDirectory, history: &TrainingHistory) -> Result<usize> {
    let best = history.best().ok_or_else(|| {
        Error::data(format!("{} holds no trained epoch", run.path().display()), "train first, with rat-report train")
    })?;
    Ok(best.epoch)
}

/// Scores and writes a table for each condition.
pub(super) fn score_into(
    run: &RunDirectory,
    detector: &Detector,
    device: &ComputeDevice,
    source: RecordingSource<'_>,
    task: &ScoreTask<'_>,
) -> Result<Scored> {
    let bar = console::bar("scoring", task.trials.len());
    let mut store = FeatureStore::new(&detector.encoder, &device.device, source, FEATURE_BYTES);
    let scored = score(detector, &mut store, task, &mut |done| bar.set_position(done as u64))?;
    bar.finish_and_clear();
    for (condition, table) in &scored.tables {
        table.write(run.scores(&condition.replace(':', "-")))?;
    }
    console::say(format!(
        "{}: {} trials under {} condition(s), {} recordings encoded",
        detector.conditioning(),
        task.trials.len(),
        scored.tables.len(),
        scored.encoded
    ));
    Ok(scored)
}

/// So many trials, evenly spread over the protocol.
pub(super) fn spread(trials: &[Trial], count: usize) -> Vec<Trial> {
    let count = count.min(trials.len());
    (0..count).map(|index| trials[index * trials.len() / count].clone()).collect()
}

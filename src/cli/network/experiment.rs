//! One experiment: a run directory trained, scored and recorded. What `demo` does for two networks, `train` and `score`
//! do for one.

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use super::{
    arguments::{listing, say_bad},
    console,
    hooks::{FEATURE_BYTES, Hooks, grow_page},
    score::with_columns,
};
use crate::{
    augment::Augmentor,
    checkpoint::{Checkpoint, Missing},
    condition::ReferenceCondition,
    data::{BadAudio, Corpus, Pairing, SelfReference, Split},
    device::ComputeDevice,
    error::{Error, Result},
    loader::{BadRecordings, Drawing, TrainingSet, Workers},
    model::{Batching, Conditioning, Detector, FeatureStore, RecordingSource},
    protocol::Protocol,
    score::{ScoreTask, Scored, score},
    ssl::{EncoderConfig, MIN_SAMPLES},
    tables::{ContributionTable, LayerContributionTable, TrainingHistory},
    train::{Exchange, LOST, Position, Recipe, RunConfig, RunDirectory, Trainer},
    trial::{Label, Trial},
};

/// Trials a pass of the network while scoring.
pub(super) const SCORING_BATCH: usize = 16;

/// What is trained, and where.
pub(super) struct Experiment<'a> {
    pub(super) corpus: &'a Corpus,
    /// As many as the recipe has replicas; the first also scores.
    pub(super) devices: &'a [ComputeDevice],
    pub(super) encoder: EncoderConfig,
    /// The encoder's weights, drawn from the seed where there is no file.
    pub(super) weights: Option<PathBuf>,
    /// Whether that file may lack some of them, or hold others.
    pub(super) missing: Missing,
    /// A whole network to start from, which fine-tuning does.
    pub(super) checkpoint: Option<PathBuf>,
    pub(super) classifier: Conditioning,
    pub(super) recipe: Recipe,
    pub(super) run: PathBuf,
    /// The most trials of dev and of the scored split, evenly spread; a short demonstration takes fewer than all.
    pub(super) most_trials: [usize; 2],
    /// Threads that decode and augment.
    pub(super) workers: Workers,
    pub(super) on_bad_audio: BadAudio,
    /// Whether a recording may be its own reference.
    pub(super) own_recording: SelfReference,
    /// How several devices bring their gradients together.
    pub(super) exchange: Exchange,
    /// The state is saved after so many steps within an epoch; 0 for after epochs alone.
    pub(super) save_every: usize,
}

/// What judges epochs.
struct Judge {
    trials: Vec<Trial>,
    /// `None` for a network without references.
    pairing: Option<Pairing>,
}

impl Experiment<'_> {
    /// The device that scores.
    fn device(&self) -> &ComputeDevice {
        &self.devices[0]
    }

    /// Trains, or goes on where an earlier call of the same configuration stopped.
    pub(super) fn train(&self) -> Result<TrainingHistory> {
        self.recipe.check()?;
        // Everything that can be refused is, before the run directory says that there is a run.
        let data = TrainingSet::open(self.corpus, self.drawing(self.classifier == Conditioning::Reference)?)?;
        let sources = data.augmentor().sources();
        if sources.kinds().next().is_some() {
            console::say(format!("augmentation sources: {}", sources.counts()));
        }
        let config = self.config(sources.fingerprint())?;
        let fresh = self.fresh()?;
        let judge = self.judge()?;
        self.check_batches(data.len())?;
        let run = RunDirectory::create(&self.run, &config)?;
        self.check_contribution(&run)?;
        let trained_before = run.file("history.csv").exists() || run.progress().exists();
        let epochs_before = if trained_before { TrainingHistory::read(run.file("history.csv")).ok() } else { None };
        let start = Instant::now();
        let history = self.train_in(&run, &config, &data, &fresh, &judge)?;
        // A call that found nothing to do did not make the run.
        if epochs_before.as_ref() == Some(&history) && run.file("run.json").exists() {
            return Ok(history);
        }
        let secs = (!trained_before).then(|| start.elapsed().as_secs_f64());
        self.record(&run, &history, &fresh, secs)?;
        grow_page(&run);
        say_bad(&BadRecordings::read(run.bad_audio())?, &run.bad_audio());
        Ok(history)
    }

    fn train_in(
        &self,
        run: &RunDirectory,
        config: &RunConfig,
        data: &TrainingSet<'_>,
        fresh: &Detector,
        judge: &Judge,
    ) -> Result<TrainingHistory> {
        let mut hooks = Hooks {
            system: self.classifier.to_string(),
            corpus: self.corpus,
            run,
            device: &self.device().device,
            judged_on: self.recipe.select_on,
            precision: self.recipe.precision,
            dev: &judge.trials,
            pairing: judge.pairing.as_ref(),
            traced: &spread(&judge.trials, self.recipe.trace_trials.unwrap_or(0)),
            seed: self.recipe.seed,
            epochs: self.recipe.train.epochs + self.recipe.finetune.epochs,
            bar: None,
            epoch_start: Instant::now(),
            workers: self.workers,
            on_bad_audio: self.on_bad_audio,
        };
        let devices: Vec<_> = self.devices.iter().map(|device| device.device.clone()).collect();
        let trainer = Trainer {
            run,
            config,
            data,
            devices: &devices,
            exchange: self.exchange,
            workers: self.workers,
            save_every: self.save_every,
        };
        trainer.train(fresh, &mut hooks)
    }

    /// The trials that judge epochs, of both classes.
    fn judge(&self) -> Result<Judge> {
        let split = self.recipe.select_on;
        let mut labelled = listing(self.corpus, split)?.trials();
        labelled.retain(|trial| trial.label.is_some());
        let references = self.classifier == Conditioning::Reference;
        let pairing = if references { Some(self.pairing(split, &labelled)?) } else { None };
        let trials = spread(&labelled, self.most_trials[0]);
        let has = |label| trials.iter().any(|trial| trial.label == Some(label));
        if !(has(Label::Bonafide) && has(Label::Spoof)) {
            let path = self.corpus.protocol_path(split);
            let message = format!("{} lacks bona fide or spoof trials", path.display());
            return Err(Error::data(message, "give a dev protocol with both classes; epochs are judged by its EER"));
        }
        if self.on_bad_audio == BadAudio::Fail {
            trials.iter().try_for_each(|trial| self.corpus.audio_path(split, &trial.file).map(drop))?;
        }
        Ok(Judge { trials, pairing })
    }

    /// Refuses broken tables of the reference's contribution before more is trained, and says which epochs they lack.
    fn check_contribution(&self, run: &RunDirectory) -> Result<()> {
        let (history, table) = (run.file("history.csv"), run.file("contribution.csv"));
        let layers = LayerContributionTable::beside(&table);
        let measured = if table.exists() { ContributionTable::read(&table)? } else { ContributionTable::default() };
        if layers.exists() {
            LayerContributionTable::read(&layers)?;
        }
        let trained = if history.exists() { TrainingHistory::read(&history)? } else { TrainingHistory::default() };
        let is_measured = |epoch: usize| measured.rows.iter().any(|row| row.epoch == epoch);
        let lacking = trained.rows.iter().filter(|row| !is_measured(row.epoch)).count();
        let traced = self.classifier == Conditioning::Reference && self.recipe.trace_trials != Some(0);
        if traced && lacking > 0 {
            let path = table.display();
            console::say(format!("{path} lacks {lacking} epochs that were trained: `rat-report trace` measures them"));
        }
        Ok(())
    }

    /// Scores a split with the epoch of the lowest dev EER, under all conditions that the network takes.
    pub(super) fn score(&self, split: Split) -> Result<Scored> {
        let run = RunDirectory::open(&self.run)?;
        let detector = self.load(&best_network(&run)?)?;
        let listing = listing(self.corpus, split)?;
        let trials = listing.trials();
        let conditions: &[_] = match self.classifier {
            Conditioning::None => &[],
            _ => &ReferenceCondition::MAIN,
        };
        let pairing = if conditions.is_empty() { None } else { Some(self.pairing(split, &trials)?) };
        if let Some(pairing) = &pairing {
            pairing.write(run.pairing())?;
        }
        let trials = spread(&trials, self.most_trials[1]);
        let task = ScoreTask {
            trials: &trials,
            pairing: pairing.as_ref(),
            conditions,
            batch: SCORING_BATCH,
            batching: Batching::PerUtterance,
            on_bad_audio: self.on_bad_audio,
            workers: self.workers,
        };
        let source = RecordingSource { corpus: self.corpus, split, seed: self.recipe.seed };
        let start = Instant::now();
        let detector = detector.in_precision(self.recipe.precision);
        let scored = score_into(&run, &detector, self.device(), source, &task, &listing.columns)?;
        self.note_scoring(&run, start.elapsed().as_secs_f64(), &scored)?;
        Ok(scored)
    }

    fn drawing(&self, with_references: bool) -> Result<Drawing> {
        let Recipe { seed, max_samples, ref augment, .. } = self.recipe;
        Ok(Drawing {
            with_references,
            own_recording: self.own_recording,
            augmentor: Augmentor::new(augment.clone())?,
            samples: MIN_SAMPLES..=max_samples,
            seed,
            rank: 0,
            on_bad_audio: self.on_bad_audio,
        })
    }

    fn pairing(&self, split: Split, trials: &[Trial]) -> Result<Pairing> {
        let pool = self.corpus.references(split, trials)?;
        Pairing::draw_from(&pool, trials, self.recipe.seed, self.own_recording)
    }

    /// Every stage makes at least one batch.
    fn check_batches(&self, trials: usize) -> Result<()> {
        for (name, stage) in [("train", &self.recipe.train), ("finetune", &self.recipe.finetune)] {
            let draws = if stage.draws == 0 { trials } else { stage.draws };
            if stage.epochs > 0 && stage.steps(trials, self.recipe.replicas) == 0 {
                let message = format!("{draws} draws make no step of {}", stage.step_trials(self.recipe.replicas));
                return Err(Error::config(format!("{name}.batch"), message, stage.fewer_a_step()));
            }
        }
        Ok(())
    }

    fn fresh(&self) -> Result<Detector> {
        if let Some(checkpoint) = &self.checkpoint {
            return self.load(checkpoint);
        }
        let device = &self.device().device;
        let mut detector = Detector::random(&self.encoder, self.classifier, self.recipe.seed, device)?;
        if let Some(weights) = &self.weights {
            let checkpoint = Checkpoint::open(weights)?;
            detector.encoder =
                detector.encoder.fill_saying(&checkpoint, self.missing, &mut |what| console::say(what))?;
        }
        Ok(detector)
    }

    fn load(&self, checkpoint: &Path) -> Result<Detector> {
        Detector::load_as(checkpoint, &self.encoder, self.classifier, &self.device().device)
    }
}

/// The network that is scored: of the lowest EER on the set that judges epochs, dev unless forced.
pub(super) fn best_network(run: &RunDirectory) -> Result<PathBuf> {
    let history = run.history()?;
    if !run.file("run.json").exists() {
        let (name, epochs) = (run.path().display(), history.rows.len());
        console::say(format!("{name} is not trained to its end: the best of its {epochs} epochs so far is taken"));
    }
    let path = run.checkpoint(history.best().expect("a history has an epoch").epoch);
    verify(run, &path).map_err(|why| Error::data(format!("the run's best network is lost: {why}"), LOST))?;
    Ok(path)
}

/// Refuses a network of the run's own that is not as it was written; of others nothing is known.
pub(super) fn verify(run: &RunDirectory, network: &Path) -> Result<()> {
    let folder = |path: &Path| path.parent().and_then(|folder| folder.canonicalize().ok());
    if folder(network) != folder(&run.checkpoint(1)) {
        return Ok(());
    }
    Position::read(run).ok().flatten().unwrap_or_default().verify(network)
}

/// Scores and writes a table for each condition.
pub(super) fn score_into(
    run: &RunDirectory,
    detector: &Detector,
    device: &ComputeDevice,
    source: RecordingSource<'_>,
    task: &ScoreTask<'_>,
    columns: &Protocol,
) -> Result<Scored> {
    let bar = console::bar("scoring", task.trials.len());
    let mut store = FeatureStore::new(&detector.encoder, &device.device, source, FEATURE_BYTES);
    let scored = score(detector, &mut store, task, &mut |done| bar.set_position(done as u64))?;
    bar.finish_and_clear();
    for (condition, table) in &scored.tables {
        with_columns(table, columns)?.write(run.scores(&condition.replace(':', "-")))?;
    }
    list_bad(run, &scored.bad)?;
    console::say(format!(
        "{}: {} trials under {} condition(s), {} recordings encoded",
        detector.conditioning(),
        task.trials.len(),
        scored.tables.len(),
        scored.encoded
    ));
    Ok(scored)
}

/// Adds to the run's list of recordings that could not be used.
pub(super) fn list_bad(run: &RunDirectory, bad: &BadRecordings) -> Result<()> {
    if bad.is_empty() {
        return Ok(());
    }
    let mut list = BadRecordings::read(run.bad_audio())?;
    list.extend(bad.rows().to_vec());
    list.write(run.bad_audio())
}

/// So many trials, evenly spread over the protocol.
pub(super) fn spread(trials: &[Trial], count: usize) -> Vec<Trial> {
    let count = count.min(trials.len());
    (0..count).map(|index| trials[index * trials.len() / count].clone()).collect()
}

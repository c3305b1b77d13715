//! The training run: epochs of both stages, evaluated on dev, saved, and gone on with after a stop.

use burn::tensor::Device;

use super::{
    checkpoint,
    recipe::StageRecipe,
    run::{RunConfig, RunDirectory},
    step::{Stage, TrainState},
};
use crate::{
    error::{Error, Result},
    loader::{BadRecordings, Steps, TrainingSet, Workers},
    metrics::{CostModel, DetectionScores, EerRule},
    model::Detector,
    tables::{HistoryRow, ScoreTable, TrainingHistory},
};

/// What the trainer tells while it works.
#[derive(Clone, Debug)]
pub enum TrainEvent<'a> {
    /// It goes on after an epoch that was trained earlier.
    Resumed {
        /// The last epoch that was saved.
        epoch: usize,
    },
    /// A step is done.
    Step {
        /// The epoch.
        epoch: usize,
        /// Its stage.
        stage: Stage,
        /// Steps done in this epoch.
        step: usize,
        /// Steps of this epoch.
        steps: usize,
        /// The step's loss.
        loss: f64,
    },
    /// An epoch is done and saved.
    Epoch(&'a HistoryRow),
}

/// A network after an epoch.
#[derive(Debug)]
pub struct EpochReport<'a> {
    /// Counted from 1 over both stages.
    pub epoch: usize,
    /// Its stage.
    pub stage: Stage,
    /// For inference.
    pub detector: &'a Detector,
}

/// What others do for the trainer, so that it needs to know neither scoring nor tracing.
pub trait TrainerHooks {
    /// Progress.
    fn event(&mut self, event: TrainEvent<'_>);
    /// Scores of the dev set, from which the epoch is judged; whatever else is measured after an epoch, too. It runs
    /// before the epoch is saved, and again if a stop came between.
    ///
    /// # Errors
    /// End the training.
    fn after_epoch(&mut self, report: EpochReport<'_>) -> Result<ScoreTable>;
}

/// Trains one network in a run directory.
#[derive(Debug)]
pub struct Trainer<'a> {
    /// The run.
    pub run: &'a RunDirectory,
    /// Its configuration.
    pub config: &'a RunConfig,
    /// Where the trials come from.
    pub data: &'a TrainingSet<'a>,
    /// Where it is computed.
    pub device: &'a Device,
    /// Threads that decode and augment ahead of it.
    pub workers: Workers,
}

impl Trainer<'_> {
    /// Trains from the fresh network, or goes on from the last epoch saved. Returns the whole history.
    ///
    /// # Errors
    /// Where data, disk or device fail; what was saved stays usable.
    pub fn train(&self, fresh: &Detector, hooks: &mut dyn TrainerHooks) -> Result<TrainingHistory> {
        let recipe = &self.config.recipe;
        recipe.check()?;
        let mut history = self.history()?;
        let total = recipe.train.epochs + recipe.finetune.epochs;
        if history.rows.len() >= total {
            return Ok(history);
        }
        let mut state = self.start(fresh, history.rows.len(), hooks)?;
        for epoch in history.rows.len() + 1..=total {
            let (stage, stage_recipe) = self.stage(epoch);
            if epoch == recipe.train.epochs + 1 && epoch > 1 {
                state = TrainState::new(state.inference(), stage, self.device);
            }
            let loss;
            (state, loss) = self.epoch(state, epoch, stage, stage_recipe, hooks)?;
            let detector = state.inference();
            let scores = hooks.after_epoch(EpochReport { epoch, stage, detector: &detector })?;
            history.rows.push(history_row(epoch, stage, loss, &scores, stage_recipe)?);
            checkpoint::save(self.run, &state, &history)?;
            if let Some(row) = history.rows.last() {
                hooks.event(TrainEvent::Epoch(row));
            }
        }
        Ok(history)
    }

    fn history(&self) -> Result<TrainingHistory> {
        let path = self.run.file("history.csv");
        if path.exists() { TrainingHistory::read(path) } else { Ok(TrainingHistory::default()) }
    }

    fn start(&self, fresh: &Detector, done: usize, hooks: &mut dyn TrainerHooks) -> Result<TrainState> {
        if done == 0 {
            return Ok(TrainState::new(fresh.clone(), self.stage(1).0, self.device));
        }
        hooks.event(TrainEvent::Resumed { epoch: done });
        checkpoint::load(self.run, done, fresh, self.stage(done).0, self.device)
    }

    fn stage(&self, epoch: usize) -> (Stage, &StageRecipe) {
        let recipe = &self.config.recipe;
        if epoch <= recipe.train.epochs { (Stage::Train, &recipe.train) } else { (Stage::Finetune, &recipe.finetune) }
    }

    /// All steps of an epoch; the last partial batch is dropped. Gives the mean loss.
    fn epoch(
        &self,
        state: TrainState,
        epoch: usize,
        stage: Stage,
        recipe: &StageRecipe,
        hooks: &mut dyn TrainerHooks,
    ) -> Result<(TrainState, f64)> {
        let count = if recipe.draws == 0 { self.data.len() } else { recipe.draws };
        let steps = count / recipe.batch;
        if steps == 0 {
            let message = format!("{count} draws make no batch of {}", recipe.batch);
            return Err(Error::config(format!("{stage}.batch"), message, "give a smaller batch"));
        }
        let (mut state, mut step, mut sum) = (Some(state), 0, 0.0);
        let fed = Steps { epoch: epoch as u64, batch: recipe.batch, steps: 0..steps };
        let mut bad = BadRecordings::read(self.run.bad_audio())?;
        let known = bad.len();
        self.data.feed(&fed, self.workers, &mut bad, |batch| {
            let current = state.take().expect("put back after every step");
            let (next, loss) = current.step(&batch, recipe.learning_rate)?;
            state = Some(next);
            step += 1;
            sum += loss;
            hooks.event(TrainEvent::Step { epoch, stage, step, steps, loss });
            Ok(())
        })?;
        if bad.len() > known {
            bad.write(self.run.bad_audio())?;
        }
        Ok((state.expect("put back after every step"), sum / steps as f64))
    }
}

fn history_row(
    epoch: usize,
    stage: Stage,
    train_loss: f64,
    scores: &ScoreTable,
    recipe: &StageRecipe,
) -> Result<HistoryRow> {
    let detection = DetectionScores::new(&scores.bonafide(), &scores.spoof())?;
    Ok(HistoryRow {
        epoch,
        stage: stage.to_string(),
        train_loss,
        dev_eer: detection.eer(EerRule::Official).rate,
        dev_min_dcf: detection.min_dcf(&CostModel::ASVSPOOF5).rate,
        learning_rate: recipe.learning_rate,
    })
}

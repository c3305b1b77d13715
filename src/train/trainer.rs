//! The training run: epochs of both stages, judged on dev, saved, and gone on with after a stop.

use burn::tensor::Device;

use super::{
    checkpoint,
    exchange::Exchange,
    position::Position,
    recipe::StageRecipe,
    run::{LOST, RunConfig, RunDirectory},
    step::{Stage, TrainState},
};
use crate::{
    error::{Error, Result},
    loader::{BadRecordings, Steps, TrainingSet, WaveformBatch, Workers},
    metrics::{CostModel, DetectionScores, EerRule},
    model::Detector,
    tables::{HistoryRow, ScoreTable, TrainingHistory},
};

/// What the trainer tells while it works.
#[derive(Clone, Debug)]
pub enum TrainEvent<'a> {
    /// It goes on where it was stopped.
    Resumed {
        /// Epochs that were done.
        epochs: usize,
        /// Steps that were done of the epoch after them.
        steps: usize,
    },
    /// The state that was saved last cannot be used: it goes on after the last whole epoch, to the same numbers.
    FellBack {
        /// Epochs that are whole; 0 to begin anew.
        epochs: usize,
        /// What is wrong with that state.
        why: &'a Error,
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
    /// A stage ended before its last epoch, since the EER no longer fell.
    Stopped {
        /// The stage.
        stage: Stage,
        /// Its epochs without a lower EER.
        patience: usize,
    },
}

/// A network after an epoch.
#[derive(Debug)]
pub struct EpochReport<'a> {
    /// Counted from 1 over both stages.
    pub epoch: usize,
    /// Its stage.
    pub stage: Stage,
    /// For inference, with the weights that training keeps: f32.
    pub detector: &'a Detector,
}

/// What others do for the trainer, so that it needs to know neither scoring nor tracing.
pub trait TrainerHooks {
    /// Progress.
    fn event(&mut self, event: TrainEvent<'_>);
    /// Scores of the set that judges epochs; whatever else is measured after an epoch, too. It runs before the epoch is saved,
    /// and again if a stop came between.
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
    /// Where it is computed: as many devices as the recipe has replicas.
    pub devices: &'a [Device],
    /// How replicas bring their gradients together.
    pub exchange: Exchange,
    /// Threads that decode and augment ahead of it.
    pub workers: Workers,
    /// Within an epoch the state is saved after so many steps; 0 for after epochs alone.
    pub save_every: usize,
}

/// What changes while it trains.
struct Course {
    state: TrainState,
    at: Position,
    history: TrainingHistory,
}

impl Trainer<'_> {
    /// Trains from the fresh network, or goes on from the last state saved. Returns the whole history.
    ///
    /// # Errors
    /// Where data, disk or device fail; what was saved stays usable.
    pub fn train(&self, fresh: &Detector, hooks: &mut dyn TrainerHooks) -> Result<TrainingHistory> {
        self.config.recipe.check()?;
        if self.devices.len() != self.config.recipe.replicas {
            let message = format!("{} devices for {} replicas", self.devices.len(), self.config.recipe.replicas);
            return Err(Error::config("replicas", message, "give one device for each replica"));
        }
        let at = self.position(hooks)?;
        checkpoint::sweep(self.run, &at)?;
        let history = self.history(&at)?;
        let Some(stage) = self.next_stage(&history, &mut |_| ()) else { return Ok(history) };
        let mut course = self.start(fresh, stage, at, history, hooks)?;
        while let Some(stage) = self.next_stage(&course.history, &mut |event| hooks.event(event)) {
            course = self.epoch(course, stage, hooks)?;
        }
        Ok(course.history)
    }

    /// Where the run stands; after its last whole epoch where the file that says so is broken or gone.
    fn position(&self, hooks: &mut dyn TrainerHooks) -> Result<Position> {
        let why = match Position::read(self.run) {
            Ok(Some(at)) => return at.noted(self.run),
            Ok(None) => Error::data(format!("{} is gone", self.run.progress().display()), LOST),
            Err(why @ Error::Parse { .. }) => why,
            Err(other) => return Err(other),
        };
        let at = Position::of_history(self.run)?;
        if !at.is_start() || self.run.progress().exists() {
            hooks.event(TrainEvent::FellBack { epochs: at.epochs, why: &why });
        }
        Ok(at)
    }

    /// The rows of the epochs that are saved; a stop can leave one more, which is trained again.
    fn history(&self, at: &Position) -> Result<TrainingHistory> {
        let path = self.run.file("history.csv");
        let mut history = if path.exists() { TrainingHistory::read(&path)? } else { TrainingHistory::default() };
        if history.rows.len() < at.epochs {
            let message = format!("{} has {} of {} epochs", path.display(), history.rows.len(), at.epochs);
            return Err(Error::data(message, LOST));
        }
        history.rows.truncate(at.epochs);
        Ok(history)
    }

    /// The stage of the epoch that follows; `None` where all is done. It follows from the history alone.
    fn next_stage(&self, history: &TrainingHistory, tell: &mut dyn FnMut(TrainEvent<'_>)) -> Option<Stage> {
        for stage in [Stage::Train, Stage::Finetune] {
            let recipe = self.stage(stage);
            let rows: Vec<f64> =
                history.rows.iter().filter(|row| row.stage == stage.to_string()).map(|row| row.dev_eer).collect();
            let later = history.rows.len() > rows.len() && stage == Stage::Train;
            if later || rows.len() >= recipe.epochs {
                continue;
            }
            if !exhausted(&rows, recipe.patience) {
                return Some(stage);
            }
            tell(TrainEvent::Stopped { stage, patience: recipe.patience });
        }
        None
    }

    /// What to go on with, from the last whole epoch where what was saved within the next one cannot be used.
    fn start(
        &self,
        fresh: &Detector,
        stage: Stage,
        at: Position,
        history: TrainingHistory,
        hooks: &mut dyn TrainerHooks,
    ) -> Result<Course> {
        if at.is_start() {
            return Ok(Course { state: self.state(fresh.clone(), stage), at, history });
        }
        match self.load(fresh, stage, &at, &history) {
            Ok(state) => {
                hooks.event(TrainEvent::Resumed { epochs: at.epochs, steps: at.steps });
                Ok(Course { state, at, history })
            }
            Err(why) if at.steps > 0 => {
                hooks.event(TrainEvent::FellBack { epochs: at.epochs, why: &why });
                self.start(fresh, stage, at.whole(), history, hooks)
            }
            Err(why) => Err(why),
        }
    }

    /// A saved state; with its optimiser where that epoch was begun or the last one was of the same stage.
    fn load(&self, fresh: &Detector, stage: Stage, at: &Position, history: &TrainingHistory) -> Result<TrainState> {
        let state = self.state(checkpoint::load_network(self.run, at, fresh)?, stage);
        let same = history.rows.last().is_some_and(|row| row.stage == stage.to_string());
        if at.steps > 0 || same { checkpoint::load_optimizer(self.run, at, state) } else { Ok(state) }
    }

    /// A network brought into a stage with a fresh optimiser.
    fn state(&self, detector: Detector, stage: Stage) -> TrainState {
        TrainState::new(detector, stage, &self.devices[0])
            .in_precision(self.config.recipe.precision)
            .checkpointing_activations(self.stage(stage).checkpoint_activations)
            .with_replicas(&self.devices[1..])
            .exchanging(self.exchange)
    }

    fn stage(&self, stage: Stage) -> &StageRecipe {
        match stage {
            Stage::Train => &self.config.recipe.train,
            Stage::Finetune => &self.config.recipe.finetune,
        }
    }

    /// An epoch, or what is left of it; judged and saved.
    fn epoch(&self, mut course: Course, stage: Stage, hooks: &mut dyn TrainerHooks) -> Result<Course> {
        if course.state.stage() != stage {
            course.state = self.state(course.state.inference(), stage);
        }
        let loss;
        (course, loss) = self.steps(course, stage, hooks)?;
        let epoch = course.history.rows.len() + 1;
        let detector = course.state.inference();
        let scores = hooks.after_epoch(EpochReport { epoch, stage, detector: &detector })?;
        course.history.rows.push(self.history_row(epoch, stage, loss, &scores)?);
        course.at = Position { epochs: epoch, ..course.at.whole() };
        checkpoint::save(self.run, &course.state, &mut course.at, &course.history)?;
        if let Some(row) = course.history.rows.last() {
            hooks.event(TrainEvent::Epoch(row));
        }
        Ok(course)
    }

    /// The steps of an epoch from the position on; the last partial step is left out. Gives the epoch's mean loss.
    fn steps(&self, course: Course, stage: Stage, hooks: &mut dyn TrainerHooks) -> Result<(Course, f64)> {
        let (recipe, replicas) = (self.stage(stage), self.devices.len());
        let steps = recipe.steps(self.data.len(), replicas);
        if steps == 0 {
            let message = format!("an epoch has fewer draws than a step: {}", recipe.step_trials(replicas));
            return Err(Error::config(format!("{stage}.batch"), message, recipe.fewer_a_step()));
        }
        let epoch = course.history.rows.len() + 1;
        let batches = course.at.steps * recipe.accumulate..steps * recipe.accumulate;
        let fed = Steps { epoch: epoch as u64, batch: recipe.batch, steps: batches };
        let mut bad = BadRecordings::read(self.run.bad_audio())?;
        let (mut course, mut waiting) = (Some(course), Vec::new());
        self.data.feed_replicas(&fed, replicas, self.workers, &mut bad, |round, bad| {
            waiting.extend(round);
            if waiting.len() < recipe.accumulate * replicas {
                return Ok(());
            }
            let current = course.take().expect("put back after every step");
            let (mut next, loss) = current.step(&waiting, recipe)?;
            waiting.clear();
            hooks.event(TrainEvent::Step { epoch, stage, step: next.at.steps, steps, loss });
            if self.save_every > 0 && next.at.steps % self.save_every == 0 && next.at.steps < steps {
                self.write_bad(bad)?;
                checkpoint::save(self.run, &next.state, &mut next.at, &next.history)?;
            }
            course = Some(next);
            Ok(())
        })?;
        self.write_bad(&bad)?;
        let course = course.expect("put back after every step");
        let loss = course.at.loss_sum / steps as f64;
        Ok((course, loss))
    }

    fn write_bad(&self, bad: &BadRecordings) -> Result<()> {
        let path = self.run.bad_audio();
        if bad.len() > BadRecordings::read(&path)?.len() { bad.write(path) } else { Ok(()) }
    }

    fn history_row(&self, epoch: usize, stage: Stage, train_loss: f64, scores: &ScoreTable) -> Result<HistoryRow> {
        let detection = DetectionScores::new(&scores.bonafide(), &scores.spoof())?;
        Ok(HistoryRow {
            epoch,
            stage: stage.to_string(),
            train_loss,
            dev_eer: detection.eer(EerRule::Official).rate,
            dev_min_dcf: detection.min_dcf(&CostModel::ASVSPOOF5).rate,
            learning_rate: self.stage(stage).learning_rate,
            selected_on: self.config.recipe.select_on.to_string(),
        })
    }
}

impl Course {
    fn step(mut self, batches: &[WaveformBatch], recipe: &StageRecipe) -> Result<(Self, f64)> {
        let loss;
        (self.state, loss) = self.state.step_on(batches, recipe)?;
        self.at.steps += 1;
        self.at.loss_sum += loss;
        Ok((self, loss))
    }
}

/// Whether a stage's last epochs, as many as its patience, brought no lower EER.
fn exhausted(rates: &[f64], patience: usize) -> bool {
    let best = rates.iter().enumerate().min_by(|(_, a), (_, b)| a.total_cmp(b));
    patience > 0 && best.is_some_and(|(place, _)| rates.len() - 1 - place >= patience)
}

#[cfg(test)]
mod tests {
    use super::exhausted;

    #[test]
    fn patience_counts_epochs_since_the_earliest_of_the_lowest() {
        assert!(!exhausted(&[], 1));
        assert!(!exhausted(&[0.3, 0.2, 0.25], 2));
        assert!(exhausted(&[0.3, 0.2, 0.25, 0.2], 2));
        assert!(!exhausted(&[0.3, 0.2, 0.25, 0.19], 2));
        assert!(!exhausted(&[0.1, 0.2, 0.3], 0));
    }
}

//! What happens around the trainer: progress, dev scores and the contribution of the reference after each epoch.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::Instant,
};

use indicatif::ProgressBar;

use super::{
    console,
    experiment::{SCORING_BATCH, list_bad},
    page,
};
use crate::{
    condition::ReferenceCondition,
    contribution::{TraceTask, trace},
    data::{BadAudio, Corpus, Pairing, Split},
    device::Precision,
    error::Result,
    loader::{BadRecordings, Workers},
    model::{Batching, Conditioning, FeatureStore, RecordingSource},
    score::{ScoreTask, score},
    tables::{HistoryRow, ScoreTable},
    train::{EpochReport, RunDirectory, TrainEvent, TrainerHooks},
    trial::Trial,
};

/// Features kept in memory while scoring.
pub(super) const FEATURE_BYTES: usize = 512 << 20;

/// Hooks for one network.
pub(super) struct Hooks<'a> {
    pub(super) system: String,
    pub(super) corpus: &'a Corpus,
    pub(super) run: &'a RunDirectory,
    pub(super) device: &'a burn::tensor::Device,
    /// The split that judges epochs, of which `dev` are trials.
    pub(super) judged_on: Split,
    /// What epochs are scored in; the contribution is measured in f32.
    pub(super) precision: Precision,
    pub(super) dev: &'a [Trial],
    /// `None` for a network without references.
    pub(super) pairing: Option<&'a Pairing>,
    pub(super) traced: &'a [Trial],
    pub(super) seed: u64,
    pub(super) epochs: usize,
    pub(super) bar: Option<ProgressBar>,
    pub(super) epoch_start: Instant,
    pub(super) workers: Workers,
    pub(super) on_bad_audio: BadAudio,
}

impl Hooks<'_> {
    /// The condition a network is judged under on dev: the one it was trained for.
    fn conditions(&self, conditioning: Conditioning) -> &'static [ReferenceCondition] {
        match conditioning {
            Conditioning::Reference => &[ReferenceCondition::Matched],
            Conditioning::Own => &[ReferenceCondition::Own],
            Conditioning::Zeros => &[ReferenceCondition::Zeroed],
            Conditioning::None => &[],
        }
    }

    fn trace(&self, report: &EpochReport<'_>, store: &mut FeatureStore<'_>, bad: &BadRecordings) -> Result<()> {
        let Some(pairing) = self.pairing else { return Ok(()) };
        let mut traced = self.traced.to_vec();
        let is_bad = |file: &str| bad.rows().iter().any(|row| row.file == file);
        traced.retain(|trial| !is_bad(&trial.file) && !pairing.get(trial).is_ok_and(|pair| is_bad(&pair.reference)));
        if traced.is_empty() {
            return Ok(());
        }
        let task = TraceTask { trials: &traced, pairing, batch: SCORING_BATCH };
        trace(report.detector, store, &task, report.epoch, &report.stage.to_string())?.append_to(self.run.path())
    }
}

impl Hooks<'_> {
    fn step(&mut self, epoch: usize, step: usize, steps: usize, loss: f64) {
        if step == 1 {
            self.epoch_start = Instant::now();
        }
        let label = format!("{} {epoch}/{}", self.system, self.epochs);
        let bar = self.bar.get_or_insert_with(|| console::bar(&label, steps));
        bar.set_message(format!("loss {loss:.3}"));
        bar.set_position(step as u64);
        if step == steps
            && let Some(bar) = self.bar.take()
        {
            bar.finish_and_clear();
        }
    }

    fn epoch(&self, row: &HistoryRow) {
        console::say(format!(
            "{}: epoch {}/{} ({}), loss {:.3}, {} EER {:.2} %, {:.0} s",
            self.system,
            row.epoch,
            self.epochs,
            row.stage,
            row.train_loss,
            row.selected_on,
            100.0 * row.dev_eer,
            self.epoch_start.elapsed().as_secs_f64()
        ));
        grow_page(self.run);
    }
}

impl TrainerHooks for Hooks<'_> {
    fn event(&mut self, event: TrainEvent<'_>) {
        match event {
            TrainEvent::Resumed { epochs, steps: 0 } => {
                console::say(format!("{}: going on after epoch {epochs} of {}", self.system, self.epochs));
            }
            TrainEvent::Resumed { epochs, steps } => {
                let epoch = epochs + 1;
                console::say(format!("{}: going on after step {steps} of epoch {epoch}", self.system));
            }
            TrainEvent::FellBack { epochs, why } => {
                let from = match epochs {
                    0 => "beginning anew".into(),
                    epochs => format!("falling back to epoch {epochs}, the last whole one"),
                };
                console::say(format!("{}: {why}; {from}", self.system));
            }
            TrainEvent::Stopped { stage, patience } => {
                let message = format!("no lower EER in {patience} epochs ends stage {stage}");
                console::say(format!("{}: {message}", self.system));
            }
            TrainEvent::Step { epoch, steps, step, loss, .. } => self.step(epoch, step, steps, loss),
            TrainEvent::Epoch(row) => self.epoch(row),
        }
    }

    fn after_epoch(&mut self, report: EpochReport<'_>) -> Result<ScoreTable> {
        let task = ScoreTask {
            trials: self.dev,
            pairing: self.pairing,
            conditions: self.conditions(report.detector.conditioning()),
            batch: SCORING_BATCH,
            batching: Batching::PerUtterance,
            on_bad_audio: self.on_bad_audio,
            workers: self.workers,
        };
        let source = RecordingSource { corpus: self.corpus, split: self.judged_on, seed: self.seed };
        let store = |encoder| FeatureStore::new(encoder, self.device, source, FEATURE_BYTES);
        let exact = self.precision == Precision::F32;
        let rounded = (!exact).then(|| report.detector.clone().in_precision(self.precision));
        let detector = rounded.as_ref().unwrap_or(report.detector);
        let mut features = store(&detector.encoder);
        let scored = score(detector, &mut features, &task, &mut |_| ())?;
        list_bad(self.run, &scored.bad)?;
        if report.detector.conditioning() == Conditioning::Reference {
            let mut features = if exact { features } else { store(&report.detector.encoder) };
            self.trace(&report, &mut features, &scored.bad)?;
        }
        Ok(scored.tables.into_iter().next().map(|(_, table)| table).unwrap_or_default())
    }
}

/// Renders the run's page anew. A page that fails is no reason to stop a training: it is said, and the work goes on.
pub(super) fn grow_page(run: &RunDirectory) {
    let failure = match catch_unwind(AssertUnwindSafe(|| page::grow(run))) {
        Ok(Ok(())) => return,
        Ok(Err(error)) => format!("{error}; {}", error.remedy()),
        Err(_) => "the renderer stopped".into(),
    };
    console::say(format!("the run's page could not be written, training goes on: {failure}"));
}

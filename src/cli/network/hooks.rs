//! What happens around the trainer: progress, dev scores and the contribution of the reference after each epoch.

use std::time::Instant;

use indicatif::ProgressBar;

use super::{
    console,
    experiment::{SCORING_BATCH, list_bad},
};
use crate::{
    condition::ReferenceCondition,
    contribution::{TraceTask, measure},
    data::{BadAudio, Corpus, Pairing, Split},
    error::Result,
    loader::{BadRecordings, Workers},
    model::{Batching, Conditioning, FeatureStore, RecordingSource},
    score::{ScoreTask, score},
    tables::{ContributionTable, ScoreTable},
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
        let path = self.run.file("contribution.csv");
        let mut table = if path.exists() { ContributionTable::read(&path)? } else { ContributionTable::default() };
        // A stop after tracing and before saving leaves rows of an epoch that is trained again.
        table.rows.retain(|row| row.epoch < report.epoch);
        table.rows.extend(measure(report.detector, store, &task, report.epoch, &report.stage.to_string())?);
        table.write(path)
    }
}

impl TrainerHooks for Hooks<'_> {
    fn event(&mut self, event: TrainEvent<'_>) {
        match event {
            TrainEvent::Resumed { epoch } => {
                console::say(format!("{}: going on after epoch {epoch} of {}", self.system, self.epochs));
            }
            TrainEvent::Step { epoch, steps, step, loss, .. } => {
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
            TrainEvent::Epoch(row) => console::say(format!(
                "{}: epoch {}/{} ({}), loss {:.3}, dev EER {:.2} %, {:.0} s",
                self.system,
                row.epoch,
                self.epochs,
                row.stage,
                row.train_loss,
                100.0 * row.dev_eer,
                self.epoch_start.elapsed().as_secs_f64()
            )),
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
        let source = RecordingSource { corpus: self.corpus, split: Split::Dev, seed: self.seed };
        let mut store = FeatureStore::new(&report.detector.encoder, self.device, source, FEATURE_BYTES);
        let scored = score(report.detector, &mut store, &task, &mut |_| ())?;
        list_bad(self.run, &scored.bad)?;
        if report.detector.conditioning() == Conditioning::Reference {
            self.trace(&report, &mut store, &scored.bad)?;
        }
        Ok(scored.tables.into_iter().next().map(|(_, table)| table).unwrap_or_default())
    }
}

//! The measures of a network on trials: each with its reference, then with silence and with noise in its place.

use std::fmt;

use burn::module::Module;

use super::tally::{Contribution, Tally};
use crate::{
    condition::ReferenceCondition,
    data::Pairing,
    error::{Error, Result},
    model::{Detector, FeatureStore, Recording},
    trial::{Label, Trial},
};

/// What stands in for the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Degradation {
    /// A waveform of zeros as long as the reference.
    Silence,
    /// White noise with the reference's mean power.
    Noise,
}

impl Degradation {
    /// Both, in the table's order.
    pub const ALL: [Self; 2] = [Self::Silence, Self::Noise];

    fn condition(self) -> ReferenceCondition {
        match self {
            Self::Silence => ReferenceCondition::Silence,
            Self::Noise => ReferenceCondition::Noise,
        }
    }
}

impl fmt::Display for Degradation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.condition().fmt(f)
    }
}

/// What to measure on.
#[derive(Clone, Debug)]
pub struct TraceTask<'a> {
    /// Labelled trials.
    pub trials: &'a [Trial],
    /// Their references.
    pub pairing: &'a Pairing,
    /// Trials a pass of the network.
    pub batch: usize,
}

/// Measures one network, pooled and layer by layer, in the same passes.
///
/// # Errors
/// Where the network takes no reference, a trial is unlabelled or unpaired, or a recording cannot be used.
pub fn trace(
    detector: &Detector,
    store: &mut FeatureStore<'_>,
    task: &TraceTask<'_>,
    epoch: usize,
    stage: &str,
) -> Result<Contribution> {
    if detector.block.is_none() {
        let remedy = "trace a network with a reference block, as RAT";
        return Err(Error::config("classifier", "a network without a reference block has no contribution", remedy));
    }
    if task.trials.is_empty() {
        return Err(Error::data("there are no trials to trace", "give at least one, with --trials"));
    }
    let detector = detector.valid();
    let mut tally = Tally::default();
    for trials in task.trials.chunks(task.batch.max(1)) {
        add_batch(&detector, store, task, trials, &mut tally)?;
    }
    Ok(tally.finish(epoch, stage))
}

fn add_batch(
    detector: &Detector,
    store: &mut FeatureStore<'_>,
    task: &TraceTask<'_>,
    trials: &[Trial],
    tally: &mut Tally,
) -> Result<()> {
    let labels = trials.iter().map(label).collect::<Result<Vec<_>>>()?;
    let references: Vec<&str> =
        trials.iter().map(|trial| Ok(task.pairing.get(trial)?.reference.as_str())).collect::<Result<_>>()?;
    let files = |names: &[&str]| names.iter().map(|&name| Recording::File(name.into())).collect::<Vec<_>>();
    let tests: Vec<&str> = trials.iter().map(|trial| trial.file.as_str()).collect();
    let test = store.features(&files(&tests))?;
    let reference = store.features(&files(&references))?;
    tally.add(detector, &test, &reference, &labels, |degradation| {
        let source = store.source();
        let degraded = references.iter().map(|file| source.degraded(file, degradation.condition()));
        store.features(&degraded.collect::<Result<Vec<_>>>()?)
    })
}

fn label(trial: &Trial) -> Result<Label> {
    trial.label.ok_or_else(|| {
        Error::data(format!("trial {} is unlabelled", trial.file), "trace labelled trials; the loss needs the label")
    })
}

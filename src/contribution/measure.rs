//! The measures: what changes in the network when the reference is replaced by silence or noise.

use burn::{module::Module, tensor::Tensor};

use super::gradient::{gradient_rms, rows_rms};
use crate::{
    condition::ReferenceCondition,
    data::Pairing,
    error::{Error, Result},
    model::{Detector, FeatureStore, Recording, Trace},
    ssl::{Lengths, SslFeatures},
    tables::ContributionRow,
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

/// The change of each traced tensor when one reference is replaced by another; a value for each row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReferenceEffect {
    /// `||h(r) - h(r')|| / max(||h(r)||, 1e-12)` for attention, mlp, combined, residual, output, embedding, logits.
    pub deltas: [Vec<f64>; 7],
    /// Logit margin with the reference.
    pub margin: Vec<f64>,
    /// Logit margin with its stand-in.
    pub margin_degraded: Vec<f64>,
    /// RMS of the attention output over RMS of the MLP output, with the reference.
    pub branch_ratio: Vec<f64>,
}

/// Sums over all trials.
#[derive(Default)]
struct Sums {
    effect: ReferenceEffect,
    gradient_reference: Vec<f64>,
    gradient_test: Vec<f64>,
}

/// Measures one network: a row for each degradation.
///
/// # Errors
/// Where the network takes no reference, a trial is unlabelled or unpaired, or a recording cannot be used.
pub fn measure(
    detector: &Detector,
    store: &mut FeatureStore<'_>,
    task: &TraceTask<'_>,
    epoch: usize,
    stage: &str,
) -> Result<Vec<ContributionRow>> {
    if detector.block.is_none() {
        let remedy = "trace a network with a reference block, as RAT";
        return Err(Error::config("classifier", "a network without a reference block has no contribution", remedy));
    }
    if task.trials.is_empty() {
        return Err(Error::data("there are no trials to trace", "give at least one, with --trials"));
    }
    let detector = detector.valid();
    let mut sums = Degradation::ALL.map(|_| Sums::default());
    for trials in task.trials.chunks(task.batch.max(1)) {
        add_batch(&detector, store, task, trials, &mut sums)?;
    }
    let rows = Degradation::ALL.into_iter().zip(&sums);
    Ok(rows.map(|(degradation, sums)| row(epoch, stage, degradation, sums)).collect())
}

fn add_batch(
    detector: &Detector,
    store: &mut FeatureStore<'_>,
    task: &TraceTask<'_>,
    trials: &[Trial],
    sums: &mut [Sums; 2],
) -> Result<()> {
    let labels = trials.iter().map(label).collect::<Result<Vec<_>>>()?;
    let references: Vec<&str> =
        trials.iter().map(|trial| Ok(task.pairing.get(trial)?.reference.as_str())).collect::<Result<_>>()?;
    let files = |names: &[&str]| names.iter().map(|&name| Recording::File(name.into())).collect::<Vec<_>>();
    let tests: Vec<&str> = trials.iter().map(|trial| trial.file.as_str()).collect();
    let test = store.features(&files(&tests))?;
    let reference = store.features(&files(&references))?;
    let gradient = gradient_rms(detector, &test, &reference, &labels);
    let before = detector.forward_traced(&test, Some(&reference));
    let source = store.source();
    for (degradation, sums) in Degradation::ALL.into_iter().zip(sums) {
        let condition = degradation.condition();
        let degraded = references.iter().map(|file| source.degraded(file, condition)).collect::<Result<Vec<_>>>()?;
        let after = detector.forward_traced(&test, Some(&store.features(&degraded)?));
        sums.extend(effect(&before, &after, &test.lengths));
        sums.gradient_reference.extend_from_slice(&gradient.reference);
        sums.gradient_test.extend_from_slice(&gradient.test);
    }
    Ok(())
}

fn label(trial: &Trial) -> Result<Label> {
    trial.label.ok_or_else(|| {
        Error::data(format!("trial {} is unlabelled", trial.file), "trace labelled trials; the loss needs the label")
    })
}

/// The effect of replacing `reference` by `degraded`, row by row.
pub fn reference_effect(
    detector: &Detector,
    test: &SslFeatures,
    reference: &SslFeatures,
    degraded: &SslFeatures,
) -> ReferenceEffect {
    let before = detector.forward_traced(test, Some(reference));
    let after = detector.forward_traced(test, Some(degraded));
    effect(&before, &after, &test.lengths)
}

fn effect(before: &Trace, after: &Trace, lengths: &Lengths) -> ReferenceEffect {
    let branch = |tensor: &Option<Tensor<4>>| {
        tensor.as_ref().map(|tensor| rows_rms(real(tensor.clone(), lengths), lengths)).unwrap_or_default()
    };
    let ratio = |(attention, mlp): (f64, f64)| attention / (mlp + 1e-12);
    let branch_ratio = branch(&before.attention).into_iter().zip(branch(&before.mlp)).map(ratio).collect();
    let frames = |pick: fn(&Trace) -> &Option<Tensor<4>>| match (pick(before), pick(after)) {
        (Some(before), Some(after)) => change(&real(before.clone(), lengths), &real(after.clone(), lengths), 1),
        _ => Vec::new(),
    };
    let deltas = [
        frames(|trace| &trace.attention),
        frames(|trace| &trace.mlp),
        frames(|trace| &trace.combined),
        frames(|trace| &trace.residual),
        frames(|trace| &trace.output),
        change(&before.embedding, &after.embedding, 0),
        change(&before.logits, &after.logits, 0),
    ];
    ReferenceEffect { deltas, margin: margins(&before.logits), margin_degraded: margins(&after.logits), branch_ratio }
}

/// Zeros in padded frames, which are no part of a trial.
fn real(tensor: Tensor<4>, lengths: &Lengths) -> Tensor<4> {
    if lengths.is_full() {
        return tensor;
    }
    let [_, batch, frames, _] = tensor.dims();
    let mask = lengths.mask(&tensor.device()).reshape([1, batch, frames, 1]);
    tensor * mask
}

/// Relative change of each row; `batch_axis` tells which axis counts the rows.
fn change<const D: usize>(before: &Tensor<D>, after: &Tensor<D>, batch_axis: usize) -> Vec<f64> {
    let norms = |tensor: Tensor<D>| {
        let mut squares = tensor.square();
        for axis in (0..D).filter(|&axis| axis != batch_axis) {
            squares = squares.sum_dim(axis);
        }
        squares.into_data().iter::<f32>().map(|sum| f64::from(sum).sqrt()).collect::<Vec<_>>()
    };
    let differences = norms(before.clone() - after.clone());
    differences.into_iter().zip(norms(before.clone())).map(|(change, norm)| change / norm.max(1e-12)).collect()
}

fn margins(logits: &Tensor<2>) -> Vec<f64> {
    let logits: Vec<f64> = logits.to_data().iter::<f32>().map(f64::from).collect();
    logits.chunks(2).map(|pair| pair[0] - pair[1]).collect()
}

impl Sums {
    fn extend(&mut self, effect: ReferenceEffect) {
        for (all, some) in self.effect.deltas.iter_mut().zip(effect.deltas) {
            all.extend(some);
        }
        self.effect.margin.extend(effect.margin);
        self.effect.margin_degraded.extend(effect.margin_degraded);
        self.effect.branch_ratio.extend(effect.branch_ratio);
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn row(epoch: usize, stage: &str, degradation: Degradation, sums: &Sums) -> ContributionRow {
    let effect = &sums.effect;
    let moved = || effect.margin.iter().zip(&effect.margin_degraded).map(|(before, after)| (before - after).abs());
    let margins: f64 = effect.margin.iter().map(|margin| margin.abs()).sum();
    let branch_ratio = mean(&effect.branch_ratio);
    let variance = mean(&effect.branch_ratio.iter().map(|ratio| (ratio - branch_ratio).powi(2)).collect::<Vec<_>>());
    let [attention, mlp, combined, residual, output, embedding, logits] = effect.deltas.each_ref().map(|v| mean(v));
    ContributionRow {
        epoch,
        stage: stage.into(),
        degradation: degradation.condition().to_string(),
        trials: effect.margin.len(),
        gradient_ratio: mean(&sums.gradient_reference) / mean(&sums.gradient_test).max(1e-300),
        branch_ratio,
        branch_ratio_std: variance.sqrt(),
        delta_margin: moved().sum::<f64>() / effect.margin.len().max(1) as f64,
        delta_margin_normalised: moved().sum::<f64>() / margins.max(1e-300),
        delta_attention: attention,
        delta_mlp: mlp,
        delta_combined: combined,
        delta_residual: residual,
        delta_output: output,
        delta_embedding: embedding,
        delta_logits: logits,
    }
}

//! Measures of single trials, gathered batch by batch until they become rows of both contribution tables.

use std::path::Path;

use super::{
    effect::{ReferenceEffect, effect},
    gradient::{GradientRms, gradient_rms},
    measure::Degradation,
};
use crate::{
    error::Result,
    model::Detector,
    ssl::SslFeatures,
    tables::{ContributionRow, ContributionTable, LayerContributionRow, LayerContributionTable},
    trial::Label,
};

/// What was measured of one network.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contribution {
    /// A row for each degradation.
    pub rows: Vec<ContributionRow>,
    /// A row for each degradation and layer.
    pub layers: Vec<LayerContributionRow>,
}

impl Contribution {
    /// Adds the rows to `contribution.csv` and `contribution_layers.csv` of a run; rows of this and later epochs, which a
    /// stop between tracing and saving left behind, go.
    ///
    /// # Errors
    /// Where a table there is broken, or the folder not writable.
    pub fn append_to(self, run: &Path) -> Result<()> {
        let epoch = self.rows.first().map_or(0, |row| row.epoch);
        let path = run.join("contribution.csv");
        let beside = LayerContributionTable::beside(&path);
        let mut table = if path.exists() { ContributionTable::read(&path)? } else { ContributionTable::default() };
        let mut layers =
            if beside.exists() { LayerContributionTable::read(&beside)? } else { LayerContributionTable::default() };
        table.rows.retain(|row| row.epoch < epoch);
        layers.rows.retain(|row| row.epoch < epoch);
        table.rows.extend(self.rows);
        layers.rows.extend(self.layers);
        layers.write(beside)?;
        table.write(path)
    }
}

/// Gathers the measures of single trials.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Of each degradation.
    effects: [ReferenceEffect; 2],
    gradient: GradientRms,
}

impl Tally {
    /// Measures a batch; `degraded` gives the features of each row's reference once it is degraded.
    ///
    /// # Errors
    /// Those of `degraded`.
    pub fn add(
        &mut self,
        detector: &Detector,
        test: &SslFeatures,
        reference: &SslFeatures,
        labels: &[Label],
        mut degraded: impl FnMut(Degradation) -> Result<SslFeatures>,
    ) -> Result<()> {
        self.gradient.extend(gradient_rms(detector, test, reference, labels));
        let before = detector.forward_traced(test, Some(reference));
        for (degradation, effects) in Degradation::ALL.into_iter().zip(&mut self.effects) {
            let after = detector.forward_traced(test, Some(&degraded(degradation)?));
            effects.extend(effect(&before, &after, &test.lengths));
        }
        Ok(())
    }

    /// The means over all trials.
    pub fn finish(&self, epoch: usize, stage: &str) -> Contribution {
        let mut contribution = Contribution::default();
        for (degradation, effect) in Degradation::ALL.into_iter().zip(&self.effects) {
            contribution.rows.push(row(epoch, stage, degradation, effect, &self.gradient));
            let layers = (0..effect.layers.len())
                .map(|layer| layer_row(epoch, stage, degradation, effect, &self.gradient, layer));
            contribution.layers.extend(layers);
        }
        contribution
    }
}

fn row(
    epoch: usize,
    stage: &str,
    degradation: Degradation,
    effect: &ReferenceEffect,
    gradient: &GradientRms,
) -> ContributionRow {
    let moved = || effect.margin.iter().zip(&effect.margin_degraded).map(|(before, after)| (before - after).abs());
    let margins: f64 = effect.margin.iter().map(|margin| margin.abs()).sum();
    let branch_ratio = mean(&effect.branch_ratio);
    let variance = mean(&effect.branch_ratio.iter().map(|ratio| (ratio - branch_ratio).powi(2)).collect::<Vec<_>>());
    let [attention, mlp, combined, residual, output, embedding, logits] = effect.deltas.each_ref().map(|v| mean(v));
    ContributionRow {
        epoch,
        stage: stage.into(),
        degradation: degradation.to_string(),
        trials: effect.margin.len(),
        gradient_ratio: mean(&gradient.reference) / mean(&gradient.test).max(1e-300),
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

fn layer_row(
    epoch: usize,
    stage: &str,
    degradation: Degradation,
    effect: &ReferenceEffect,
    gradient: &GradientRms,
    layer: usize,
) -> LayerContributionRow {
    let within = &effect.layers[layer];
    let [delta_attention, delta_combined, delta_residual, delta_output] = within.deltas.each_ref().map(|v| mean(v));
    let of = |layers: &[Vec<f64>]| layers.get(layer).map_or(0.0, |values| mean(values));
    let (gradient_reference, gradient_test) = (of(&gradient.reference_layers), of(&gradient.test_layers));
    LayerContributionRow {
        epoch,
        stage: stage.into(),
        degradation: degradation.to_string(),
        layer: layer + 1,
        trials: effect.margin.len(),
        gradient_reference,
        gradient_test,
        gradient_ratio: gradient_reference / gradient_test.max(1e-300),
        branch_ratio: mean(&within.branch_ratio),
        delta_attention,
        delta_combined,
        delta_residual,
        delta_output,
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

impl GradientRms {
    fn extend(&mut self, other: Self) {
        self.reference.extend(other.reference);
        self.test.extend(other.test);
        extend_layers(&mut self.reference_layers, other.reference_layers, Vec::extend);
        extend_layers(&mut self.test_layers, other.test_layers, Vec::extend);
    }
}

impl ReferenceEffect {
    fn extend(&mut self, other: Self) {
        for (all, some) in self.deltas.iter_mut().zip(other.deltas) {
            all.extend(some);
        }
        self.margin.extend(other.margin);
        self.margin_degraded.extend(other.margin_degraded);
        self.branch_ratio.extend(other.branch_ratio);
        extend_layers(&mut self.layers, other.layers, |all, some| {
            for (all, some) in all.deltas.iter_mut().zip(some.deltas) {
                all.extend(some);
            }
            all.branch_ratio.extend(some.branch_ratio);
        });
    }
}

/// Each layer is extended by its namesake.
fn extend_layers<T: Default>(all: &mut Vec<T>, some: Vec<T>, mut extend: impl FnMut(&mut T, T)) {
    if all.is_empty() {
        all.resize_with(some.len(), T::default);
    }
    all.iter_mut().zip(some).for_each(|(all, some)| extend(all, some));
}

//! What changes in the network when one reference is replaced by another, row by row and layer by layer.

use burn::tensor::Tensor;

use super::squares::{ByLayer, Rms, over_layers, real, squares};
use crate::{
    model::{Detector, Trace},
    ssl::{Lengths, SslFeatures},
};

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
    /// The same within each layer of the encoder.
    pub layers: Vec<LayerEffect>,
}

/// The change within one layer; a value for each row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LayerEffect {
    /// As [`ReferenceEffect::deltas`], for attention, combined, residual, output.
    pub deltas: [Vec<f64>; 4],
    /// RMS of the attention output over RMS of the MLP output, with the reference.
    pub branch_ratio: Vec<f64>,
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

pub(super) fn effect(before: &Trace, after: &Trace, lengths: &Lengths) -> ReferenceEffect {
    let change = |pick: fn(&Trace) -> &Option<Tensor<4>>| match (pick(before), pick(after)) {
        (Some(before), Some(after)) => Change::of(before, after, lengths),
        _ => Change::default(),
    };
    let attention = change(|trace| &trace.attention);
    let mlp = change(|trace| &trace.mlp);
    let combined = change(|trace| &trace.combined);
    let residual = change(|trace| &trace.residual);
    let output = change(|trace| &trace.output);
    let width = before.attention.as_ref().map_or(1, |tensor| tensor.dims()[3]);
    let (over, under) = (Rms::new(&attention.size, lengths, width), Rms::new(&mlp.size, lengths, width));
    let layers = over.layers.iter().zip(&under.layers).enumerate().map(|(layer, (over, under))| LayerEffect {
        deltas: [&attention, &combined, &residual, &output].map(|change| change.in_layer(layer)),
        branch_ratio: ratios(over, under),
    });
    ReferenceEffect {
        layers: layers.collect(),
        branch_ratio: if before.attention.is_some() { ratios(&over.whole, &under.whole) } else { Vec::new() },
        deltas: [
            attention.whole(),
            mlp.whole(),
            combined.whole(),
            residual.whole(),
            output.whole(),
            row_change(&before.embedding, &after.embedding),
            row_change(&before.logits, &after.logits),
        ],
        margin: margins(&before.logits),
        margin_degraded: margins(&after.logits),
    }
}

/// How far a tensor moved, and how large it was: sums of squares.
#[derive(Default)]
struct Change {
    moved: ByLayer,
    size: ByLayer,
}

impl Change {
    /// # Shapes
    /// - before, after: `[layers, batch, frames, features]`
    fn of(before: &Tensor<4>, after: &Tensor<4>, lengths: &Lengths) -> Self {
        let (before, after) = (real(before.clone(), lengths), real(after.clone(), lengths));
        Self { moved: squares(before.clone() - after), size: squares(before) }
    }

    fn whole(&self) -> Vec<f64> {
        relative(&over_layers(&self.moved), &over_layers(&self.size))
    }

    fn in_layer(&self, layer: usize) -> Vec<f64> {
        relative(&self.moved[layer], &self.size[layer])
    }
}

/// Norm over norm, from sums of squares.
fn relative(moved: &[f64], size: &[f64]) -> Vec<f64> {
    moved.iter().zip(size).map(|(moved, size)| moved.sqrt() / size.sqrt().max(1e-12)).collect()
}

fn ratios(over: &[f64], under: &[f64]) -> Vec<f64> {
    over.iter().zip(under).map(|(over, under)| over / (under + 1e-12)).collect()
}

/// Relative change of each row.
///
/// # Shapes
/// - before, after: `[batch, values]`
fn row_change(before: &Tensor<2>, after: &Tensor<2>) -> Vec<f64> {
    let sums =
        |tensor: Tensor<2>| tensor.square().sum_dim(1).into_data().iter::<f32>().map(f64::from).collect::<Vec<_>>();
    relative(&sums(before.clone() - after.clone()), &sums(before.clone()))
}

fn margins(logits: &Tensor<2>) -> Vec<f64> {
    let logits: Vec<f64> = logits.to_data().iter::<f32>().map(f64::from).collect();
    logits.chunks(2).map(|pair| pair[0] - pair[1]).collect()
}

//! The gradient probe: how strongly the loss pulls at the reference's embedding, and at the test's.

use burn::{
    module::Module,
    nn::loss::CrossEntropyLossConfig,
    tensor::{Int, Tensor, TensorData},
};

use crate::{
    model::Detector,
    ssl::{Lengths, SslFeatures},
    trial::Label,
};

/// Root mean squares of the gradient, a value for each row of the batch.
#[derive(Clone, Debug, PartialEq)]
pub struct GradientRms {
    /// Of the row's loss at its reference embedding.
    pub reference: Vec<f64>,
    /// Of the row's loss at its test embedding.
    pub test: Vec<f64>,
}

/// Gradient of each row's cross-entropy at both embeddings, RMS over layers, real frames and features.
///
/// The encoder is cut off, and the network is in inference mode: its rows do not see each other.
pub fn gradient_rms(detector: &Detector, test: &SslFeatures, reference: &SslFeatures, labels: &[Label]) -> GradientRms {
    let leaf = |features: &SslFeatures| SslFeatures {
        layers: features.layers.clone().autodiff().detach().require_grad(),
        lengths: features.lengths.clone(),
    };
    let (test, reference) = (leaf(test), leaf(reference));
    let logits = detector.valid().forward(&test, Some(&reference));
    let device = logits.device();
    let classes: Vec<i64> = labels.iter().map(|label| label.class() as i64).collect();
    let targets = Tensor::<1, Int>::from_data(TensorData::new(classes, [labels.len()]), &device);
    // The mean over the batch, times its size: a row's gradient is that of its own loss.
    let loss = CrossEntropyLossConfig::new().init(&device).forward(logits, targets) * labels.len() as f64;
    let gradients = loss.backward();
    let rms = |features: &SslFeatures| {
        features
            .layers
            .grad(&gradients)
            .map_or_else(|| vec![0.0; labels.len()], |gradient| rows_rms(gradient, &features.lengths))
    };
    GradientRms { reference: rms(&reference), test: rms(&test) }
}

/// Root mean square of each row over layers, real frames and features.
///
/// # Shapes
/// - tensor: `[layers, batch, frames, features]`, zero in padded frames
pub(super) fn rows_rms(tensor: Tensor<4>, lengths: &Lengths) -> Vec<f64> {
    let [layers, batch, _, features] = tensor.dims();
    let sums = tensor.square().sum_dim(3).sum_dim(2).sum_dim(0).reshape([batch]);
    let counts = lengths.as_slice().iter().map(|&frames| (layers * frames * features).max(1) as f64);
    let sums = sums.into_data();
    sums.iter::<f32>().zip(counts).map(|(sum, count)| (f64::from(sum) / count).sqrt()).collect()
}

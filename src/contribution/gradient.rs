//! The gradient probe: how strongly the loss pulls at the reference's embedding, and at the test's.

use burn::{
    module::Module,
    nn::loss::CrossEntropyLossConfig,
    tensor::{Int, Tensor, TensorData},
};

use super::squares::{Rms, real, squares};
use crate::{model::Detector, ssl::SslFeatures, trial::Label};

/// Root mean squares of the gradient, a value for each row of the batch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GradientRms {
    /// Of the row's loss at its reference embedding.
    pub reference: Vec<f64>,
    /// Of the row's loss at its test embedding.
    pub test: Vec<f64>,
    /// At each layer of the reference embedding.
    pub reference_layers: Vec<Vec<f64>>,
    /// At each layer of the test embedding.
    pub test_layers: Vec<Vec<f64>>,
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
        let [layers, batch, _, width] = features.layers.dims();
        let sums = features
            .layers
            .grad(&gradients)
            .map_or_else(|| vec![vec![0.0; batch]; layers], |gradient| squares(real(gradient, &features.lengths)));
        Rms::new(&sums, &features.lengths, width)
    };
    let (reference, test) = (rms(&reference), rms(&test));
    GradientRms {
        reference: reference.whole,
        test: test.whole,
        reference_layers: reference.layers,
        test_layers: test.layers,
    }
}

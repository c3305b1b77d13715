//! The classifier on the pooled embedding: three linear maps with BatchNorm and ReLU between.

use burn::{
    module::{Module, RunningState},
    nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig},
    tensor::{Device, Tensor, activation::relu},
};

use super::ids::parameter_id;

/// F to F/2 to F/4 to two logits.
#[derive(Module, Debug)]
pub struct Head {
    linear_in: Linear,
    norm_in: BatchNorm,
    linear_middle: Linear,
    norm_middle: BatchNorm,
    linear_out: Linear,
}

impl Head {
    /// Fresh weights.
    pub fn new(features: usize, device: &Device) -> Self {
        let [half, quarter] = [features / 2, features / 4];
        Self {
            linear_in: LinearConfig::new(features, half).init(device),
            norm_in: numbered(BatchNormConfig::new(half).init(device), "norm_in"),
            linear_middle: LinearConfig::new(half, quarter).init(device),
            norm_middle: numbered(BatchNormConfig::new(quarter).init(device), "norm_middle"),
            linear_out: LinearConfig::new(quarter, 2).init(device),
        }
    }

    /// Takes the mean of the running statistics over several heads that were trained side by side, this one among them.
    pub(crate) fn share_statistics(&self, others: &[&Self]) {
        let norms = |head: &'_ Self| [head.norm_in.clone(), head.norm_middle.clone()];
        for (place, norm) in norms(self).into_iter().enumerate() {
            for state in [|norm: &BatchNorm| norm.running_mean.clone(), |norm: &BatchNorm| norm.running_var.clone()] {
                let own = state(&norm);
                let sum = others.iter().fold(own.value_sync(), |sum, other| {
                    let theirs = state(&norms(other)[place]).value_sync();
                    sum.clone() + theirs.to_device(&sum.device())
                });
                own.update(sum / (others.len() + 1) as f64);
            }
        }
    }

    /// Logits of bona fide and spoof.
    ///
    /// # Shapes
    /// - embedding: `[batch, features]`
    /// - output: `[batch, 2]`
    pub fn forward(&self, embedding: Tensor<2>) -> Tensor<2> {
        let hidden = relu(norm(&self.norm_in, self.linear_in.forward(embedding)));
        let hidden = relu(norm(&self.norm_middle, self.linear_middle.forward(hidden)));
        self.linear_out.forward(hidden)
    }
}

/// The norm with its statistics numbered by their paths; mapping a module leaves their numbers alone.
fn numbered(mut norm: BatchNorm, name: &str) -> BatchNorm {
    let state = |of: RunningState<Tensor<1>>, which| {
        RunningState::with_id(parameter_id(&format!("head.{name}.{which}")), of.value())
    };
    norm.running_mean = state(norm.running_mean, "running_mean");
    norm.running_var = state(norm.running_var, "running_var");
    norm
}

/// BatchNorm whose running variance takes the unbiased batch variance, as PyTorch's does; burn's takes the biased one.
///
/// # Shapes
/// - input, output: `[batch, features]`
fn norm(norm: &BatchNorm, input: Tensor<2>) -> Tensor<2> {
    let batch = input.dims()[0];
    if !(input.device().is_autodiff() && norm.training.is_enabled()) || batch < 2 {
        return norm.forward(input);
    }
    let before = norm.running_var.value_sync();
    let output = norm.forward(input);
    let after = norm.running_var.value_sync();
    // after = (1 - m) before + m v, with the biased variance v: add what the unbiased one has more.
    let biased_part = after.clone() - before.mul_scalar(1.0 - norm.momentum);
    norm.running_var.update(after + biased_part.div_scalar((batch - 1) as f64));
    output
}

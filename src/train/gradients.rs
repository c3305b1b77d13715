//! Gradients of a step: the mean over batches and devices, and clipping by the norm of all together.

use burn::{
    module::{Module, ModuleVisitor, Param},
    optim::{GradientsAccumulator, GradientsParams},
    tensor::Tensor,
};

use crate::model::Detector;

/// The mean of several batches' gradients, in the order in which they come.
#[derive(Default)]
pub(super) struct MeanGradients {
    sum: GradientsAccumulator<Detector>,
    count: usize,
}

impl MeanGradients {
    /// Adds the sum of so many batches' gradients, which lie on the network's device.
    pub(super) fn add(&mut self, network: &Detector, gradients: GradientsParams, batches: usize) {
        self.sum.accumulate(network, gradients);
        self.count += batches;
    }

    /// Their mean.
    pub(super) fn mean(mut self, network: &Detector) -> GradientsParams {
        let mut gradients = self.sum.grads();
        if self.count > 1 {
            let factor = 1.0 / self.count as f64;
            network.visit(&mut Change { gradients: &mut gradients, by: Factor::Number(factor) });
        }
        gradients
    }
}

/// Gradients whose norm, taken over all of them as one vector, is at most `most`: the formula of PyTorch's
/// `clip_grad_norm_`, all are scaled by min(1, most / (norm + 1e-6)).
///
/// Nothing is read back from the device.
pub fn clip_norm(network: &Detector, mut gradients: GradientsParams, most: f64) -> GradientsParams {
    let mut squares = Squares { gradients: &gradients, sum: None };
    network.visit(&mut squares);
    if let Some(sum) = squares.sum {
        let factor = (sum.sqrt() + 1e-6).recip().mul_scalar(most).clamp_max(1.0);
        network.visit(&mut Change { gradients: &mut gradients, by: Factor::Tensor(Box::new(factor)) });
    }
    gradients
}

/// The sum of all squares, `[1]`.
struct Squares<'a> {
    gradients: &'a GradientsParams,
    sum: Option<Tensor<1>>,
}

impl ModuleVisitor for Squares<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let Some(gradient) = self.gradients.get::<D>(param.id) else { return };
        let square = gradient.square().sum();
        self.sum = Some(match self.sum.take() {
            Some(sum) => sum + square,
            None => square,
        });
    }
}

enum Factor {
    Number(f64),
    /// `[1]`
    Tensor(Box<Tensor<1>>),
}

struct Change<'a> {
    gradients: &'a mut GradientsParams,
    by: Factor,
}

impl ModuleVisitor for Change<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let Some(gradient) = self.gradients.remove::<D>(param.id) else { return };
        let changed = match &self.by {
            Factor::Number(factor) => gradient.mul_scalar(*factor),
            Factor::Tensor(factor) => gradient * factor.as_ref().clone().reshape([1; D]),
        };
        self.gradients.register(param.id, changed);
    }
}

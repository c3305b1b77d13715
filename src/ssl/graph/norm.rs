//! LayerNorm over the features.

use burn::tensor::Tensor;
use rayon::prelude::*;

use super::{
    rows::{norm_back, total},
    step::{input, record},
};
use crate::ssl::cpu::{self, changed, host, task_rows, tensor, values, vectorised};

/// As [`layer_norm`](super::super::layer_norm).
///
/// # Shapes
/// - gamma, beta: `[features]`, frames, output: `[batch, frames, features]`
pub(in crate::ssl) fn layer_norm(gamma: Tensor<1>, beta: Tensor<1>, frames: Tensor<3>, epsilon: f32) -> Tensor<3> {
    let dims = frames.dims();
    let [gamma, beta, frames] = [input(gamma), input(beta), input(frames)];
    let output = cpu::layer_norm(values(&frames.values), values(&gamma.values), values(&beta.values), epsilon);
    let (scale, before) = (gamma.values.clone(), frames.values.clone());
    record([gamma, beta, frames], host(tensor(output, dims)), move |gradient, wanted| {
        let mut sums = vec![];
        let gradient = changed(gradient, |gradient| sums = back(gradient, values(&before), values(&scale), epsilon));
        let [of_gamma, of_beta] = halves(sums);
        let vector = |values: Vec<f32>| host(tensor(values, [dims[2]]));
        [wanted[0].then(|| vector(of_gamma)), wanted[1].then(|| vector(of_beta)), wanted[2].then_some(gradient)]
    })
}

/// The gradient of the input, in place; gives the sums of scale and shift.
fn back(gradient: &mut [f32], input: &[f32], gamma: &[f32], epsilon: f32) -> Vec<f32> {
    let width = gamma.len();
    let task = task_rows(width) * width;
    let sums = gradient.par_chunks_mut(task).zip(input.par_chunks(task)).map(|(gradient, input)| {
        let mut work = (gradient, vec![0.0; 2 * width]);
        vectorised(
            &mut work,
            #[inline(always)]
            |(gradient, sums): &mut (&mut [f32], Vec<f32>)| norm_back(gradient, input, gamma, epsilon, sums),
        );
        work.1
    });
    total(sums.collect(), 2 * width)
}

/// Sums of scale and shift, each for itself.
pub(super) fn halves(mut sums: Vec<f32>) -> [Vec<f32>; 2] {
    let of_beta = sums.split_off(sums.len() / 2);
    [sums, of_beta]
}

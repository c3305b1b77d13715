//! The positional convolution with its weight norm.

use burn::tensor::Tensor;
use burn_flex::FlexTensor;
use rayon::prelude::*;

use super::{
    rows::{add, through, total},
    step::{input, record},
};
use crate::ssl::cpu::{
    Windows, changed, gelu, gelu_slope, group_weights, host, map, tap_norms, task_rows, tensor, tensor_of, values,
    vectorised,
};

/// Sizes of the convolution.
#[derive(Clone, Copy)]
struct Sizes {
    batch: usize,
    frames: usize,
    groups: usize,
    /// Channels of a group.
    width: usize,
    kernel: usize,
}

/// As [`cpu::add_positions`](super::super::cpu::add_positions).
///
/// # Shapes
/// - frames, output: `[batch, frames, features]`
/// - weight_g: `[1, 1, kernel]`, weight_v: `[features, features / groups, kernel]`, bias: `[features]`
pub(in crate::ssl) fn add_positions(
    frames: Tensor<3>,
    weight_g: Tensor<3>,
    weight_v: Tensor<3>,
    bias: Tensor<1>,
    groups: usize,
) -> Tensor<3> {
    let [batch, count, _] = frames.dims();
    let [_, width, kernel] = weight_v.dims();
    let sizes = Sizes { batch, frames: count, groups, width, kernel };
    let [frames, g, v, bias] = [input(frames), input(weight_g), input(weight_v), input(bias)];
    let weight = group_weights(tensor_of(g.values.clone()), tensor_of(v.values.clone()), groups);
    let before = sizes.convolve(values(&frames.values), &weight, kernel / 2, values(&bias.values));
    let mut output = map(&before, gelu);
    add(&mut output, values(&frames.values));
    let (kept, kept_g, kept_v) = (frames.values.clone(), g.values.clone(), v.values.clone());
    let shape = [batch, count, groups * width];
    record([frames, g, v, bias], host(tensor(output, shape)), move |gradient, _| {
        let mut of_bias = vec![];
        // The frames' own gradient is left as it is.
        let inner = changed(gradient.clone(), |inner| {
            of_bias = through(
                inner,
                &before,
                shape[2],
                #[inline(always)]
                |g, x| g * gelu_slope(x),
            );
        });
        let weight = group_weights(tensor_of(kept_g.clone()), tensor_of(kept_v.clone()), groups);
        let back = sizes.turned_round(&host(weight));
        let of_frames = sizes.convolve(values(&inner), &back, kernel - 1 - kernel / 2, &[]);
        let of_frames = changed(gradient, |gradient| add(gradient, &of_frames));
        let of_weight = sizes.of_weight(values(&kept), &inner);
        let (of_g, of_v) = weight_norm_back(of_weight, values(&kept_g), values(&kept_v), kernel);
        let of_v = host(tensor(of_v, [groups * width, width, kernel]));
        let [of_g, of_bias] = [host(tensor(of_g, [1, 1, kernel])), host(tensor(of_bias, [shape[2]]))];
        [of_frames, of_g, of_v, of_bias].map(Some)
    })
}

impl Sizes {
    /// The convolution and its bias, if any.
    ///
    /// # Shapes
    /// - input, output: `[batch, frames, features]`, weight: `[groups, kernel * width, width]`
    fn convolve(&self, input: &[f32], weight: &Tensor<3>, front: usize, bias: &[f32]) -> Vec<f32> {
        let features = self.groups * self.width;
        let windows = Windows::new(input, [self.batch, self.frames, features], self.groups, self.kernel, front);
        let mut output = vec![0.0; input.len()];
        for (row, output) in output.chunks_exact_mut(self.frames * features).enumerate() {
            let position = host(windows.of(row).matmul(weight.clone()));
            let position = values(&position);
            output.par_chunks_mut(features).enumerate().for_each(|(frame, output)| {
                for (group, output) in output.chunks_exact_mut(self.width).enumerate() {
                    output.copy_from_slice(&position[(group * self.frames + frame) * self.width..][..self.width]);
                }
                output.iter_mut().zip(bias).for_each(|(output, bias)| *output += bias);
            });
        }
        output
    }

    /// The weights that bring a gradient back: taps in reverse, inputs and outputs exchanged.
    ///
    /// # Shapes
    /// - weight, output: `[groups, kernel * width, width]`
    fn turned_round(&self, weight: &FlexTensor) -> Tensor<3> {
        let (source, width) = (values(weight), self.width);
        let mut output = vec![0.0; source.len()];
        output.par_chunks_mut(width * width).enumerate().for_each(|(place, output)| {
            let (group, tap) = (place / self.kernel, place % self.kernel);
            let source = &source[(group * self.kernel + self.kernel - 1 - tap) * width * width..][..width * width];
            for (row, output) in output.chunks_exact_mut(width).enumerate() {
                for (column, output) in output.iter_mut().enumerate() {
                    *output = source[column * width + row];
                }
            }
        });
        tensor(output, [self.groups, self.kernel * width, width])
    }

    /// The gradient of the weights after their norm.
    ///
    /// # Shapes
    /// - input, gradient: `[batch, frames, features]`, output: `[features, width, kernel]`
    fn of_weight(&self, input: &[f32], gradient: &FlexTensor) -> Vec<f32> {
        let dims = [self.batch, self.frames, self.groups * self.width];
        let windows = Windows::new(input, dims, self.groups, self.kernel, self.kernel / 2);
        let gradient = tensor_of::<3>(gradient.clone());
        let mut sum: Option<FlexTensor> = None;
        for row in 0..self.batch {
            let of_row = gradient.clone().narrow(0, row, 1).reshape([self.frames, self.groups, self.width]);
            let product = host(windows.of(row).swap_dims(1, 2).matmul(of_row.swap_dims(0, 1)));
            sum = Some(match sum {
                Some(sum) => changed(sum, |sum| add(sum, values(&product))),
                None => product,
            });
        }
        sum.map_or(vec![], |sum| self.turned_back(values(&sum)))
    }

    /// From the order of a matrix product to that of the parameter.
    ///
    /// # Shapes
    /// - source: `[groups, kernel, width, width]`, output: `[groups, width, width, kernel]`, outputs before inputs
    fn turned_back(&self, source: &[f32]) -> Vec<f32> {
        const TAPS: usize = 16;
        let (width, kernel) = (self.width, self.kernel);
        let mut output = vec![0.0; source.len()];
        let size = kernel * width * width;
        output.par_chunks_mut(size).zip(source.par_chunks(size)).for_each(|(output, source)| {
            for input in 0..width {
                for first in (0..kernel).step_by(TAPS) {
                    let taps = TAPS.min(kernel - first);
                    for (place, output) in output.chunks_exact_mut(width * kernel).enumerate() {
                        for (tap, output) in output[input * kernel + first..][..taps].iter_mut().enumerate() {
                            *output = source[((first + tap) * width + input) * width + place];
                        }
                    }
                }
            }
        });
        output
    }
}

/// From the gradient of `g v / |v|`, the norm of each tap, to those of g and v.
///
/// # Shapes
/// - gradient, v: rows of `kernel` values, g: `[kernel]`
fn weight_norm_back(mut gradient: Vec<f32>, g: &[f32], v: &[f32], kernel: usize) -> (Vec<f32>, Vec<f32>) {
    let norms = tap_norms(v, kernel);
    let task = task_rows(kernel) * kernel;
    let along = gradient.par_chunks(task).zip(v.par_chunks(task)).map(|(gradient, v)| {
        let mut sums = vec![0.0; kernel];
        vectorised(
            &mut sums,
            #[inline(always)]
            |sums: &mut Vec<f32>| {
                for (gradient, v) in gradient.chunks_exact(kernel).zip(v.chunks_exact(kernel)) {
                    sums.iter_mut().zip(gradient).zip(v).for_each(|((sum, &g), &v)| *sum += g * v);
                }
            },
        );
        sums
    });
    let along = total(along.collect(), kernel);
    let of_g = along.iter().zip(&norms).map(|(along, norm)| along / norm).collect();
    let scale: Vec<f32> = g.iter().zip(&norms).map(|(g, norm)| g / norm).collect();
    let part: Vec<f32> = along.iter().zip(&norms).map(|(along, norm)| along / (norm * norm)).collect();
    gradient.par_chunks_mut(task).zip(v.par_chunks(task)).for_each(|(gradient, v)| {
        vectorised(
            gradient,
            #[inline(always)]
            |gradient: &mut [f32]| {
                for (gradient, v) in gradient.chunks_exact_mut(kernel).zip(v.chunks_exact(kernel)) {
                    for (((gradient, &v), &scale), &part) in gradient.iter_mut().zip(v).zip(&scale).zip(&part) {
                        *gradient = scale * (*gradient - v * part);
                    }
                }
            },
        );
    });
    (of_g, gradient)
}

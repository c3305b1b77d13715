//! The positional convolution: for each group a matrix product over overlapping windows.

use burn::tensor::Tensor;
use burn_flex::FlexTensor;
use rayon::prelude::*;

use super::{
    host,
    math::{gelu, vectorised},
    rows::column_sums,
    strided, tensor, values,
};

/// The frames plus GELU of their positional convolution.
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
    let [batch, count, features] = frames.dims();
    let [_, width, kernel] = weight_v.dims();
    let weight = group_weights(weight_g, weight_v, groups);
    let (input, bias) = (host(frames), host(bias));
    let windows = Windows::new(values(&input), [batch, count, features], groups, kernel, kernel / 2);
    let mut output = values(&input).to_vec();
    for row in 0..batch {
        let position = host(windows.of(row).matmul(weight.clone()));
        let output = &mut output[row * count * features..(row + 1) * count * features];
        add_gelu(output, values(&position), values(&bias), [count, groups, width]);
    }
    tensor(output, [batch, count, features])
}

/// Padded frames by groups, and their overlapping windows.
pub(in crate::ssl) struct Windows {
    /// `[batch, groups, frames + kernel, width]`
    padded: FlexTensor,
    /// Frames, groups, width of a group, kernel.
    dims: [usize; 4],
}

impl Windows {
    /// Each group's channels of all frames in one run, with `front` frames of zeros before and the rest of the kernel behind.
    ///
    /// # Shapes
    /// - input: `[batch, frames, features]`
    pub(in crate::ssl) fn new(input: &[f32], dims: [usize; 3], groups: usize, kernel: usize, front: usize) -> Self {
        let [batch, count, features] = dims;
        let width = features / groups;
        let padded = count + kernel;
        let mut output = vec![0.0; batch * groups * padded * width];
        output.par_chunks_mut(padded * width).enumerate().for_each(|(place, output)| {
            let (row, group) = (place / groups, place % groups);
            let frames = input[row * count * features..].chunks_exact(features).take(count);
            for (frame, slot) in frames.zip(output[front * width..].chunks_exact_mut(width)) {
                slot.copy_from_slice(&frame[group * width..(group + 1) * width]);
            }
        });
        Self { padded: host(tensor(output, [batch * groups * padded * width])), dims: [count, groups, width, kernel] }
    }

    /// One row's, as a view.
    ///
    /// # Shapes
    /// - output: `[groups, frames, kernel * width]`
    pub(in crate::ssl) fn of(&self, row: usize) -> Tensor<3> {
        let [count, groups, width, kernel] = self.dims;
        let run = (count + kernel) * width;
        strided(&self.padded, row * groups * run, [groups, count, kernel * width], [run, width, 1])
    }
}

/// The kernels after weight norm, each group's as the right side of a matrix product.
///
/// # Shapes
/// - output: `[groups, kernel * width, width]`
pub(in crate::ssl) fn group_weights(weight_g: Tensor<3>, weight_v: Tensor<3>, groups: usize) -> Tensor<3> {
    let [features, width, kernel] = weight_v.dims();
    let (g, v) = (host(weight_g), host(weight_v));
    let source = values(&v);
    let scale: Vec<f32> = values(&g).iter().zip(tap_norms(source, kernel)).map(|(&g, norm)| g / norm).collect();
    let size = features / groups;
    let mut weight = vec![0.0; source.len()];
    weight
        .par_chunks_mut(kernel * width * size)
        .zip(source.par_chunks(size * width * kernel))
        .for_each(|(weight, source)| turn(source, weight, &scale, [size, width, kernel]));
    tensor(weight, [groups, kernel * width, size])
}

/// The norm of each tap's weights.
///
/// # Shapes
/// - weight_v: rows of `kernel` values, output: `[kernel]`
pub(in crate::ssl) fn tap_norms(weight_v: &[f32], kernel: usize) -> Vec<f32> {
    let squares = column_sums(
        weight_v,
        kernel,
        #[inline(always)]
        |value| value * value,
    );
    squares.into_iter().map(|square| square.sqrt() as f32).collect()
}

/// Scales each tap and brings the outputs last, some taps at a time: both sides of the copy then go by cache lines.
///
/// # Shapes
/// - source: `[outputs, inputs, taps]`, target: `[taps, inputs, outputs]`, scale: `[taps]`
fn turn(source: &[f32], target: &mut [f32], scale: &[f32], dims: [usize; 3]) {
    const TAPS: usize = 16;
    let [outputs, inputs, taps] = dims;
    let mut block = vec![0.0; TAPS * outputs];
    for input in 0..inputs {
        for first in (0..taps).step_by(TAPS) {
            let scale = &scale[first..taps.min(first + TAPS)];
            for output in 0..outputs {
                let values = &source[(output * inputs + input) * taps + first..][..scale.len()];
                for (tap, (&value, &scale)) in values.iter().zip(scale).enumerate() {
                    block[tap * outputs + output] = value * scale;
                }
            }
            for (tap, row) in block.chunks_exact(outputs).take(scale.len()).enumerate() {
                target[((first + tap) * inputs + input) * outputs..][..outputs].copy_from_slice(row);
            }
        }
    }
}

/// Adds GELU of the position and its bias to each frame.
///
/// # Shapes
/// - frames: `[frames, features]`, position: `[groups, frames, width]`
fn add_gelu(frames: &mut [f32], position: &[f32], bias: &[f32], dims: [usize; 3]) {
    let [count, groups, width] = dims;
    let features = groups * width;
    frames.par_chunks_mut(features).enumerate().for_each(|(frame, row)| {
        vectorised(
            row,
            #[inline(always)]
            |row: &mut [f32]| {
                for (group, (row, bias)) in row.chunks_exact_mut(width).zip(bias.chunks_exact(width)).enumerate() {
                    let position = &position[(group * count + frame) * width..][..width];
                    for ((value, &position), &bias) in row.iter_mut().zip(position).zip(bias) {
                        *value += gelu(position + bias);
                    }
                }
            },
        );
    });
}

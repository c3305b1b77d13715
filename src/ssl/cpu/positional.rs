//! The positional convolution: for each group a matrix product over overlapping windows.

use burn::tensor::Tensor;
use rayon::prelude::*;

use super::{
    host,
    math::{gelu, vectorised},
    rows::task_rows,
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
    let padded = count + kernel;
    let windows = host(tensor(
        windows(values(&input), [batch, count, features], groups, kernel),
        [batch * groups * padded * width],
    ));
    let mut output = values(&input).to_vec();
    for row in 0..batch {
        let start = row * groups * padded * width;
        let views = strided(&windows, start, [groups, count, kernel * width], [padded * width, width, 1]);
        let position = host(views.matmul(weight.clone()));
        let output = &mut output[row * count * features..(row + 1) * count * features];
        add_gelu(output, values(&position), values(&bias), [count, groups, width]);
    }
    tensor(output, [batch, count, features])
}

/// The kernels after weight norm, each group's as the right side of a matrix product.
///
/// # Shapes
/// - output: `[groups, kernel * width, width]`
fn group_weights(weight_g: Tensor<3>, weight_v: Tensor<3>, groups: usize) -> Tensor<3> {
    let [features, width, kernel] = weight_v.dims();
    let (g, v) = (host(weight_g), host(weight_v));
    let source = values(&v);
    let rows: Vec<Vec<f32>> = source.par_chunks(task_rows(kernel) * kernel).map(|rows| squares(rows, kernel)).collect();
    let mut norms = vec![0.0_f64; kernel];
    for row in rows {
        norms.iter_mut().zip(row).for_each(|(norm, square)| *norm += f64::from(square));
    }
    let scale: Vec<f32> = values(&g).iter().zip(norms).map(|(&g, norm)| g / norm.sqrt() as f32).collect();
    let size = features / groups;
    let mut weight = vec![0.0; source.len()];
    weight
        .par_chunks_mut(kernel * width * size)
        .zip(source.par_chunks(size * width * kernel))
        .for_each(|(weight, source)| turn(source, weight, &scale, [size, width, kernel]));
    tensor(weight, [groups, kernel * width, size])
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

fn squares(rows: &[f32], kernel: usize) -> Vec<f32> {
    let mut sums = vec![0.0; kernel];
    vectorised(
        &mut sums,
        #[inline(always)]
        |sums: &mut Vec<f32>| {
            for row in rows.chunks_exact(kernel) {
                for (sum, &value) in sums.iter_mut().zip(row) {
                    *sum += value * value;
                }
            }
        },
    );
    sums
}

/// Each group's channels of all frames in one run, with zeros before and behind.
///
/// # Shapes
/// - output: `[batch, groups, frames + kernel, width]`
fn windows(input: &[f32], dims: [usize; 3], groups: usize, kernel: usize) -> Vec<f32> {
    let [batch, count, features] = dims;
    let width = features / groups;
    let padded = count + kernel;
    let mut output = vec![0.0; batch * groups * padded * width];
    output.par_chunks_mut(padded * width).enumerate().for_each(|(place, output)| {
        let (row, group) = (place / groups, place % groups);
        let frames = input[row * count * features..].chunks_exact(features).take(count);
        for (frame, slot) in frames.zip(output[kernel / 2 * width..].chunks_exact_mut(width)) {
            slot.copy_from_slice(&frame[group * width..(group + 1) * width]);
        }
    });
    output
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

//! Row kernels: LayerNorm, softmax, and what follows a matrix product.

use rayon::prelude::*;

use super::math::{exp, gelu, max, sum, vectorised};

/// Values that one task works on: enough that starting it costs nothing, few enough that they stay in the cache.
const TASK_VALUES: usize = 1 << 15;

/// What follows a matrix product, after the bias is added.
#[derive(Clone, Copy, Debug)]
pub(in crate::ssl) enum Finish<'a> {
    /// Nothing.
    Bias,
    /// GELU.
    Gelu,
    /// ReLU.
    Relu,
    /// The sum with values of the same shape.
    Add(&'a [f32]),
}

/// Rows of `width` values that one task takes.
pub(in crate::ssl) fn task_rows(width: usize) -> usize {
    (TASK_VALUES / width.max(1)).max(1)
}

/// Adds the bias to each row and finishes, in place.
pub(in crate::ssl) fn finish(values: &mut [f32], bias: &[f32], how: Finish<'_>) {
    let width = bias.len();
    let task = task_rows(width) * width;
    values.par_chunks_mut(task).enumerate().for_each(|(index, rows)| {
        vectorised(
            rows,
            #[inline(always)]
            |rows: &mut [f32]| match how {
                Finish::Bias => each(rows, bias, |value, bias| value + bias),
                Finish::Gelu => each(rows, bias, |value, bias| gelu(value + bias)),
                Finish::Relu => each(rows, bias, |value, bias| (value + bias).max(0.0)),
                Finish::Add(other) => {
                    let start = index * task;
                    add(rows, bias, &other[start..start + rows.len()]);
                }
            },
        );
    });
}

#[inline(always)]
fn each(rows: &mut [f32], bias: &[f32], of: impl Fn(f32, f32) -> f32) {
    for row in rows.chunks_exact_mut(bias.len()) {
        for (value, &bias) in row.iter_mut().zip(bias) {
            *value = of(*value, bias);
        }
    }
}

#[inline(always)]
fn add(rows: &mut [f32], bias: &[f32], other: &[f32]) {
    for (row, other) in rows.chunks_exact_mut(bias.len()).zip(other.chunks_exact(bias.len())) {
        for ((value, &bias), &other) in row.iter_mut().zip(bias).zip(other) {
            *value += bias + other;
        }
    }
}

/// A function of each value.
pub(in crate::ssl) fn map(input: &[f32], of: impl Fn(f32) -> f32 + Sync) -> Vec<f32> {
    let mut output = vec![0.0; input.len()];
    output.par_chunks_mut(TASK_VALUES).zip(input.par_chunks(TASK_VALUES)).for_each(|(output, input)| {
        vectorised(
            output,
            #[inline(always)]
            |output: &mut [f32]| output.iter_mut().zip(input).for_each(|(output, &value)| *output = of(value)),
        );
    });
    output
}

/// Of each column the sum of what `of` makes of its values.
///
/// # Shapes
/// - values: `[rows, width]`, output: `[width]`
pub(in crate::ssl) fn column_sums(values: &[f32], width: usize, of: impl Fn(f32) -> f32 + Sync) -> Vec<f64> {
    let sums = values.par_chunks(task_rows(width) * width).map(|rows| {
        let mut sums = vec![0.0; width];
        vectorised(
            &mut sums,
            #[inline(always)]
            |sums: &mut Vec<f32>| {
                for row in rows.chunks_exact(width) {
                    for (sum, &value) in sums.iter_mut().zip(row) {
                        *sum += of(value);
                    }
                }
            },
        );
        sums
    });
    total(sums.collect(), width)
}

/// The sums of parts in their order, so that they are the same at every run.
pub(in crate::ssl) fn total(parts: Vec<Vec<f32>>, width: usize) -> Vec<f64> {
    parts.iter().fold(vec![0.0; width], |mut total, part| {
        total.iter_mut().zip(part).for_each(|(total, &part)| *total += f64::from(part));
        total
    })
}

/// LayerNorm of each row.
pub(in crate::ssl) fn layer_norm(input: &[f32], gamma: &[f32], beta: &[f32], epsilon: f32) -> Vec<f32> {
    let width = gamma.len();
    let task = task_rows(width) * width;
    let mut output = vec![0.0; input.len()];
    output.par_chunks_mut(task).zip(input.par_chunks(task)).for_each(|(output, input)| {
        vectorised(
            output,
            #[inline(always)]
            |output: &mut [f32]| {
                for (output, input) in output.chunks_exact_mut(width).zip(input.chunks_exact(width)) {
                    let (mean, scale) = moments(input, epsilon);
                    for (((out, &x), &gamma), &beta) in output.iter_mut().zip(input).zip(gamma).zip(beta) {
                        *out = ((x - mean) * scale).mul_add(gamma, beta);
                    }
                }
            },
        );
    });
    output
}

/// Bias, LayerNorm and GELU of each row, in place: what follows a convolution of the feature extractor.
pub(super) fn norm_gelu(rows: &mut [f32], bias: &[f32], gamma: &[f32], beta: &[f32], epsilon: f32) {
    let width = gamma.len();
    rows.par_chunks_mut(task_rows(width) * width).for_each(|rows| {
        vectorised(
            rows,
            #[inline(always)]
            |rows: &mut [f32]| {
                for row in rows.chunks_exact_mut(width) {
                    for (value, &bias) in row.iter_mut().zip(bias) {
                        *value += bias;
                    }
                    let (mean, scale) = moments(row, epsilon);
                    for ((value, &gamma), &beta) in row.iter_mut().zip(gamma).zip(beta) {
                        *value = gelu(((*value - mean) * scale).mul_add(gamma, beta));
                    }
                }
            },
        );
    });
}

/// Mean, and one over the standard deviation.
#[inline(always)]
pub(in crate::ssl) fn moments(row: &[f32], epsilon: f32) -> (f32, f32) {
    let count = row.len() as f32;
    let mean = sum(row, |x| x) / count;
    let variance = sum(row, |x| (x - mean) * (x - mean)) / count;
    (mean, 1.0 / (variance + epsilon).sqrt())
}

/// Softmax of `scale * row + bias`, in place.
#[inline(always)]
pub(super) fn softmax(row: &mut [f32], scale: f32, bias: Option<&[f32]>) {
    match bias {
        Some(bias) => {
            for (value, &bias) in row.iter_mut().zip(bias) {
                *value = value.mul_add(scale, bias);
            }
        }
        None => {
            for value in row.iter_mut() {
                *value *= scale;
            }
        }
    }
    let top = max(row);
    for value in row.iter_mut() {
        *value = exp(*value - top);
    }
    let share = 1.0 / sum(row, |x| x);
    for value in row.iter_mut() {
        *value *= share;
    }
}

//! Row kernels of the backward passes.

use rayon::prelude::*;

use super::super::cpu::{self, moments, sum, sum3, task_rows, vectorised};

/// Changes each value of a gradient by the one beside it, in place, and sums its columns: through what follows a linear map, and
/// to its bias.
///
/// # Shapes
/// - gradient, beside: `[rows, width]`, output: `[width]`
pub(super) fn through(
    gradient: &mut [f32],
    beside: &[f32],
    width: usize,
    change: impl Fn(f32, f32) -> f32 + Sync,
) -> Vec<f32> {
    let task = task_rows(width) * width;
    let sums = gradient.par_chunks_mut(task).zip(beside.par_chunks(task)).map(|(gradient, beside)| {
        let mut work = (gradient, vec![0.0; width]);
        vectorised(
            &mut work,
            #[inline(always)]
            |(gradient, sums): &mut (&mut [f32], Vec<f32>)| {
                for (gradient, beside) in gradient.chunks_exact_mut(width).zip(beside.chunks_exact(width)) {
                    for ((gradient, &beside), sum) in gradient.iter_mut().zip(beside).zip(sums.iter_mut()) {
                        *gradient = change(*gradient, beside);
                        *sum += *gradient;
                    }
                }
            },
        );
        work.1
    });
    total(sums.collect(), width)
}

/// The sums of the columns.
///
/// # Shapes
/// - values: `[rows, width]`, output: `[width]`
pub(super) fn column_sums(values: &[f32], width: usize) -> Vec<f32> {
    rounded(cpu::column_sums(
        values,
        width,
        #[inline(always)]
        |value| value,
    ))
}

/// The sums of parts in their order, so that they are the same at every run.
pub(super) fn total(parts: Vec<Vec<f32>>, width: usize) -> Vec<f32> {
    rounded(cpu::total(parts, width))
}

fn rounded(sums: Vec<f64>) -> Vec<f32> {
    sums.into_iter().map(|sum| sum as f32).collect()
}

/// The gradient through LayerNorm, in place; of the rows' products with the normed input, and of the rows, adds up the columns.
///
/// # Shapes
/// - gradient, input: rows of `gamma`'s width; sums: `[2, width]`, of scale and shift
#[inline(always)]
pub(super) fn norm_back(gradient: &mut [f32], input: &[f32], gamma: &[f32], epsilon: f32, sums: &mut [f32]) {
    let width = gamma.len();
    let (of_gamma, of_beta) = sums.split_at_mut(width);
    for (gradient, input) in gradient.chunks_exact_mut(width).zip(input.chunks_exact(width)) {
        let (mean, scale) = moments(input, epsilon);
        norm_row_back(gradient, input, gamma, (mean, scale), of_gamma, of_beta);
    }
}

/// One row of [`norm_back`].
#[inline(always)]
pub(super) fn norm_row_back(
    gradient: &mut [f32],
    input: &[f32],
    gamma: &[f32],
    (mean, scale): (f32, f32),
    of_gamma: &mut [f32],
    of_beta: &mut [f32],
) {
    let count = gradient.len() as f32;
    let along = sum3(gradient, gamma, input, |g, gamma, x| g * gamma * ((x - mean) * scale)) / count;
    let level = sum3(gradient, gamma, input, |g, gamma, _| g * gamma) / count;
    let sums = of_gamma.iter_mut().zip(of_beta);
    for (((g, &x), &gamma), (of_gamma, of_beta)) in gradient.iter_mut().zip(input).zip(gamma).zip(sums) {
        let normed = (x - mean) * scale;
        *of_gamma += *g * normed;
        *of_beta += *g;
        *g = scale * (*g * gamma - level - normed * along);
    }
}

/// From the gradient of softmax to that of its scores before they were scaled, in place.
///
/// # Shapes
/// - gradient, weights: rows of `keys` values
pub(super) fn softmax_back(gradient: &mut [f32], weights: &[f32], keys: usize, scale: f32) {
    let task = task_rows(keys) * keys;
    gradient.par_chunks_mut(task).zip(weights.par_chunks(task)).for_each(|(gradient, weights)| {
        vectorised(
            gradient,
            #[inline(always)]
            |gradient: &mut [f32]| {
                for (gradient, weights) in gradient.chunks_exact_mut(keys).zip(weights.chunks_exact(keys)) {
                    for (g, &weight) in gradient.iter_mut().zip(weights) {
                        *g *= weight;
                    }
                    let level = sum(gradient, |g| g);
                    for (g, &weight) in gradient.iter_mut().zip(weights) {
                        *g = scale * (*g - weight * level);
                    }
                }
            },
        );
    });
}

/// Adds values, in place.
pub(super) fn add(to: &mut [f32], values: &[f32]) {
    let task = task_rows(1);
    to.par_chunks_mut(task).zip(values.par_chunks(task)).for_each(|(to, values)| {
        vectorised(
            to,
            #[inline(always)]
            |to: &mut [f32]| {
                for (to, &value) in to.iter_mut().zip(values) {
                    *to += value;
                }
            },
        );
    });
}

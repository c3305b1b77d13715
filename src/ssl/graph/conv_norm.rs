//! The gradient through bias, norm and GELU of a convolution, from the convolution's product.

use rayon::prelude::*;

use super::{
    conv::Vectors,
    rows::{norm_row_back, through, total},
};
use crate::ssl::cpu::{
    CONV_EPSILON, ConvKernel, Norm, channel_moments, gelu_slope, moments, task_rows, values, vectorised,
};

/// Changes the gradient of the activated frames into that of the product, in place; gives those of bias, scale and shift.
///
/// # Shapes
/// - gradient, product: `[frames, outputs]`
pub(super) fn activation_back(gradient: &mut [f32], product: &[f32], kernel: &ConvKernel) -> Vectors {
    let width = kernel.bias.len();
    match &kernel.norm {
        Norm::None => {
            let before = biased(product, &kernel.bias);
            let of_bias = through(
                gradient,
                &before,
                width,
                #[inline(always)]
                |g, x| g * gelu_slope(x),
            );
            Vectors([of_bias, vec![0.0; width], vec![0.0; width]])
        }
        Norm::Layer(gamma, beta) => over_channels(gradient, product, &kernel.bias, values(gamma), values(beta)),
        Norm::Group(gamma, beta) => over_time(gradient, product, &kernel.bias, values(gamma), values(beta)),
    }
}

fn biased(product: &[f32], bias: &[f32]) -> Vec<f32> {
    let mut before = product.to_vec();
    before.par_chunks_mut(bias.len()).for_each(|row| row.iter_mut().zip(bias).for_each(|(x, bias)| *x += bias));
    before
}

fn over_channels(gradient: &mut [f32], product: &[f32], bias: &[f32], gamma: &[f32], beta: &[f32]) -> Vectors {
    let width = bias.len();
    let task = task_rows(width) * width;
    let sums = gradient.par_chunks_mut(task).zip(product.par_chunks(task)).map(|(gradient, product)| {
        let mut work = (gradient, vec![0.0; 3 * width], vec![0.0; width]);
        vectorised(
            &mut work,
            #[inline(always)]
            |(gradient, sums, before): &mut (&mut [f32], Vec<f32>, Vec<f32>)| {
                let (of_bias, of_norm) = sums.split_at_mut(width);
                let (of_gamma, of_beta) = of_norm.split_at_mut(width);
                for (gradient, product) in gradient.chunks_exact_mut(width).zip(product.chunks_exact(width)) {
                    before.iter_mut().zip(product).zip(bias).for_each(|((x, &product), &bias)| *x = product + bias);
                    let (mean, scale) = moments(before, CONV_EPSILON);
                    for (((g, &x), &gamma), &beta) in gradient.iter_mut().zip(&*before).zip(gamma).zip(beta) {
                        *g *= gelu_slope(((x - mean) * scale).mul_add(gamma, beta));
                    }
                    norm_row_back(gradient, before, gamma, (mean, scale), of_gamma, of_beta);
                    of_bias.iter_mut().zip(&*gradient).for_each(|(sum, &g)| *sum += g);
                }
            },
        );
        work.1
    });
    thirds(&total(sums.collect(), 3 * width))
}

fn over_time(gradient: &mut [f32], product: &[f32], bias: &[f32], gamma: &[f32], beta: &[f32]) -> Vectors {
    let width = bias.len();
    let before = biased(product, bias);
    let (mean, scale) = channel_moments(&before, width);
    let task = task_rows(width) * width;
    // Through GELU; the sums of the gradient, and along the normed values.
    let sums = gradient.par_chunks_mut(task).zip(before.par_chunks(task)).map(|(gradient, before)| {
        let mut sums = vec![0.0; 2 * width];
        let (of_gamma, of_beta) = sums.split_at_mut(width);
        for (gradient, before) in gradient.chunks_exact_mut(width).zip(before.chunks_exact(width)) {
            for (channel, (g, &x)) in gradient.iter_mut().zip(before).enumerate() {
                let normed = (x - mean[channel]) * scale[channel];
                *g *= gelu_slope(normed.mul_add(gamma[channel], beta[channel]));
                of_gamma[channel] += *g * normed;
                of_beta[channel] += *g;
            }
        }
        sums
    });
    let sums = total(sums.collect(), 2 * width);
    let count = (product.len() / width) as f32;
    gradient.par_chunks_mut(task).zip(before.par_chunks(task)).for_each(|(gradient, before)| {
        for (gradient, before) in gradient.chunks_exact_mut(width).zip(before.chunks_exact(width)) {
            for (channel, (g, &x)) in gradient.iter_mut().zip(before).enumerate() {
                let normed = (x - mean[channel]) * scale[channel];
                let level = (sums[width + channel] + normed * sums[channel]) / count;
                *g = gamma[channel] * scale[channel] * (*g - level);
            }
        }
    });
    // What is added to a whole channel is gone after its norm.
    Vectors([vec![0.0; width], sums[..width].to_vec(), sums[width..].to_vec()])
}

fn thirds(sums: &[f32]) -> Vectors {
    let width = sums.len() / 3;
    Vectors([0, 1, 2].map(|place| sums[place * width..(place + 1) * width].to_vec()))
}

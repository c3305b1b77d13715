//! The feature extractor's convolutions with channels last: a window of frames is then one run of memory, so that the
//! convolution is a matrix product over an overlapping view, and a norm over channels reads a row.

use burn::tensor::Tensor;
use burn_flex::FlexTensor;
use rayon::prelude::*;

use super::{
    changed, host,
    math::{gelu, vectorised},
    rows::{Finish, finish, norm_gelu, task_rows},
    strided, tensor, values,
};

/// A convolution made ready: the kernel as the right side of a matrix product.
#[derive(Debug)]
pub(in crate::ssl) struct ConvKernel {
    /// `[width * inputs, outputs]`
    pub(in crate::ssl) weight: Tensor<2>,
    pub(in crate::ssl) bias: Vec<f32>,
    pub(in crate::ssl) width: usize,
    pub(in crate::ssl) stride: usize,
    pub(in crate::ssl) norm: Norm,
}

/// What stands between a convolution and its GELU.
#[derive(Debug)]
pub(in crate::ssl) enum Norm {
    /// Nothing.
    None,
    /// Over channels, per frame: scale, shift.
    Layer(FlexTensor, FlexTensor),
    /// Over time, per channel: scale, shift.
    Group(FlexTensor, FlexTensor),
}

/// Of both norms.
pub(in crate::ssl) const EPSILON: f32 = 1e-5;

impl ConvKernel {
    /// # Shapes
    /// - weight: `[outputs, inputs, width]`, bias: `[outputs]`
    pub(in crate::ssl) fn new(weight: Tensor<3>, bias: Option<Tensor<1>>, stride: usize, norm: Norm) -> Self {
        let [outputs, inputs, width] = weight.dims();
        let weight = host(weight);
        let source = values(&weight);
        let mut turned = vec![0.0; source.len()];
        turned.par_chunks_mut(outputs).enumerate().for_each(|(row, turned)| {
            let start = row % inputs * width + row / inputs;
            for (output, value) in turned.iter_mut().enumerate() {
                *value = source[start + output * inputs * width];
            }
        });
        let bias = bias.map_or_else(|| vec![0.0; outputs], |bias| values(&host(bias)).to_vec());
        Self { weight: tensor(turned, [width * inputs, outputs]), bias, width, stride, norm }
    }

    /// The windows of the frames, each one run of memory; as a view, since they overlap.
    ///
    /// # Shapes
    /// - frames: `[length, inputs]`, output: `[frames, width * inputs]`
    pub(in crate::ssl) fn windows(&self, frames: &FlexTensor) -> Tensor<2> {
        let [window, _] = self.weight.dims();
        let inputs = window / self.width;
        let length = values(frames).len() / inputs;
        let count = (length - self.width) / self.stride + 1;
        strided(frames, 0, [count, window], [self.stride * inputs, 1])
    }

    /// The convolution without its bias.
    ///
    /// # Shapes
    /// - frames: `[length, inputs]`, output: `[frames, outputs]`
    pub(in crate::ssl) fn product(&self, frames: &FlexTensor) -> FlexTensor {
        host(self.windows(frames).matmul(self.weight.clone()))
    }

    /// Bias, norm and GELU of what [`product`](Self::product) gave; in place where it is not shared.
    pub(in crate::ssl) fn activated(&self, product: FlexTensor) -> FlexTensor {
        changed(product, |rows| match &self.norm {
            Norm::None => finish(rows, &self.bias, Finish::Gelu),
            Norm::Layer(gamma, beta) => norm_gelu(rows, &self.bias, values(gamma), values(beta), EPSILON),
            Norm::Group(gamma, beta) => {
                finish(rows, &self.bias, Finish::Bias);
                norm_over_time(rows, values(gamma), values(beta));
            }
        })
    }
}

/// One waveform through all convolutions.
///
/// # Shapes
/// - waveform: `[samples]`, at least [`MIN_SAMPLES`](crate::ssl::MIN_SAMPLES)
/// - output: `[frames, channels]`
pub(in crate::ssl) fn convolve(kernels: &[ConvKernel], waveform: Vec<f32>) -> FlexTensor {
    let samples = waveform.len();
    kernels.iter().fold(host(tensor(waveform, [samples])), |frames, kernel| kernel.activated(kernel.product(&frames)))
}

/// Each channel to zero mean and unit variance over all frames, scale and shift, then GELU; in place.
fn norm_over_time(rows: &mut [f32], gamma: &[f32], beta: &[f32]) {
    let width = gamma.len();
    let task = task_rows(width) * width;
    let (mean, scale) = channel_moments(rows, width);
    let scale: Vec<f32> = scale.iter().zip(gamma).map(|(scale, gamma)| scale * gamma).collect();
    rows.par_chunks_mut(task).for_each(|rows| {
        vectorised(
            rows,
            #[inline(always)]
            |rows: &mut [f32]| {
                for row in rows.chunks_exact_mut(width) {
                    for (((value, &mean), &scale), &beta) in row.iter_mut().zip(&mean).zip(&scale).zip(beta) {
                        *value = gelu((*value - mean).mul_add(scale, beta));
                    }
                }
            },
        );
    });
}

/// Of each channel the mean over all frames, and one over the standard deviation.
pub(in crate::ssl) fn channel_moments(rows: &[f32], width: usize) -> (Vec<f32>, Vec<f32>) {
    let count = (rows.len() / width) as f64;
    let mean = channel_sums(rows, width, None).iter().map(|sum| (sum / count) as f32).collect::<Vec<_>>();
    let squares = channel_sums(rows, width, Some(&mean));
    let scale = squares.iter().map(|square| (1.0 / (square / count + f64::from(EPSILON)).sqrt()) as f32);
    (mean, scale.collect())
}

/// Of each channel the sum, or with a mean the sum of squared differences from it.
fn channel_sums(rows: &[f32], width: usize, mean: Option<&[f32]>) -> Vec<f64> {
    let zeros = vec![0.0; width];
    let (mean, squared) = (mean.unwrap_or(&zeros), mean.is_some());
    let partial = rows.par_chunks(task_rows(width) * width).map(|rows| {
        let mut sums = vec![0.0_f32; width];
        vectorised(
            &mut sums,
            #[inline(always)]
            |sums: &mut Vec<f32>| {
                for row in rows.chunks_exact(width) {
                    for ((sum, &value), &mean) in sums.iter_mut().zip(row).zip(mean) {
                        let value = value - mean;
                        *sum += if squared { value * value } else { value };
                    }
                }
            },
        );
        sums
    });
    // Collected before they are added, so that the order of the sum is always the same.
    let partial: Vec<Vec<f32>> = partial.collect();
    partial.iter().fold(vec![0.0; width], |mut total, part| {
        total.iter_mut().zip(part).for_each(|(total, &part)| *total += f64::from(part));
        total
    })
}

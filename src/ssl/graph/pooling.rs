//! LayerNorm and the mean over layers and real frames in one step: neither the normed frames nor their gradients, which are
//! the same in all frames of a row, stand in memory.

use burn::tensor::Tensor;
use burn_flex::FlexTensor;
use rayon::prelude::*;

use super::{
    norm::halves,
    rows::{norm_row_back, total},
    step::{input, record},
};
use crate::ssl::{
    cpu::{host, moments, tensor, values, vectorised},
    mask::Lengths,
};

/// Which frames of the rows are real, and how many each mean is over.
struct Frames {
    lengths: Vec<usize>,
    layers: usize,
    frames: usize,
    width: usize,
}

/// As [`norm_pool`](super::super::norm_pool).
///
/// # Shapes
/// - gamma, beta: `[features]`, frames: `[layers * batch, frames, features]`, output: `[batch, features]`
pub(in crate::ssl) fn norm_pool(
    gamma: Tensor<1>,
    beta: Tensor<1>,
    frames: Tensor<3>,
    lengths: &Lengths,
    epsilon: f32,
) -> Tensor<2> {
    let [rows, count, width] = frames.dims();
    let lengths = lengths.as_slice().to_vec();
    let batch = lengths.len();
    let shape = Frames { layers: rows / batch, frames: count, width, lengths };
    let [gamma, beta, frames] = [input(gamma), input(beta), input(frames)];
    let means = shape.means(values(&frames.values), values(&gamma.values), values(&beta.values), epsilon);
    let (scale, before) = (gamma.values.clone(), frames.values.clone());
    record([gamma, beta, frames], host(tensor(means, [batch, width])), move |gradient, wanted| {
        let (of_frames, sums) = shape.back(&gradient, values(&before), values(&scale), epsilon);
        let [of_gamma, of_beta] = halves(sums);
        let vector = |values: Vec<f32>| host(tensor(values, [width]));
        let of_frames = wanted[2].then(|| host(tensor(of_frames, [rows, count, width])));
        [wanted[0].then(|| vector(of_gamma)), wanted[1].then(|| vector(of_beta)), of_frames]
    })
}

impl Frames {
    /// One over the number of frames that a row's mean is over.
    fn share(&self, row: usize) -> f32 {
        1.0 / (self.layers * self.lengths[row].max(1)) as f32
    }

    fn means(&self, frames: &[f32], gamma: &[f32], beta: &[f32], epsilon: f32) -> Vec<f32> {
        let batch = self.lengths.len();
        let sums = frames.par_chunks(self.frames * self.width).enumerate().map(|(place, frames)| {
            let mut sums = vec![0.0_f64; self.width];
            vectorised(
                &mut sums,
                #[inline(always)]
                |sums: &mut Vec<f64>| {
                    for row in frames.chunks_exact(self.width).take(self.lengths[place % batch]) {
                        let (mean, scale) = moments(row, epsilon);
                        for (((sum, &x), &gamma), &beta) in sums.iter_mut().zip(row).zip(gamma).zip(beta) {
                            *sum += f64::from(((x - mean) * scale).mul_add(gamma, beta));
                        }
                    }
                },
            );
            sums
        });
        let sums: Vec<Vec<f64>> = sums.collect();
        let of_row = |row: usize| {
            let layers = sums.iter().skip(row).step_by(batch);
            let total = layers.fold(vec![0.0; self.width], |mut total, layer| {
                total.iter_mut().zip(layer).for_each(|(total, part)| *total += part);
                total
            });
            total.into_iter().map(move |sum| (sum * f64::from(self.share(row))) as f32)
        };
        (0..batch).flat_map(of_row).collect()
    }

    /// The gradient of the frames, and the sums of scale and shift.
    fn back(&self, gradient: &FlexTensor, frames: &[f32], gamma: &[f32], epsilon: f32) -> (Vec<f32>, Vec<f32>) {
        let (batch, width) = (self.lengths.len(), self.width);
        let of_means = values(gradient);
        let mut output = vec![0.0; frames.len()];
        let chunk = self.frames * width;
        let places = output.par_chunks_mut(chunk).zip(frames.par_chunks(chunk)).enumerate();
        let sums = places.map(|(place, (output, frames))| {
            let row = place % batch;
            let share = self.share(row);
            let of_mean: Vec<f32> = of_means[row * width..(row + 1) * width].iter().map(|g| g * share).collect();
            let mut work = (output, vec![0.0; 2 * width]);
            vectorised(
                &mut work,
                #[inline(always)]
                |(output, sums): &mut (&mut [f32], Vec<f32>)| {
                    let (of_gamma, of_beta) = sums.split_at_mut(width);
                    let real = output.chunks_exact_mut(width).zip(frames.chunks_exact(width)).take(self.lengths[row]);
                    for (output, frame) in real {
                        output.copy_from_slice(&of_mean);
                        norm_row_back(output, frame, gamma, moments(frame, epsilon), of_gamma, of_beta);
                    }
                },
            );
            work.1
        });
        let sums = total(sums.collect(), 2 * width);
        (output, sums)
    }
}

//! The feature extractor's convolutions in one step. Kept are the products alone, one value where a convolution, its norm and its
//! GELU have three; what followed them is computed again in the backward pass.

use burn::tensor::{Device, Tensor};
use burn_flex::FlexTensor;
use rayon::prelude::*;

use super::{
    conv_norm::activation_back,
    rows::add,
    step::{Input, input, record},
};
use crate::ssl::{
    config::{CONV_KERNELS, CONV_STRIDES, MIN_SAMPLES},
    cpu::{ConvKernel, Norm, host, tensor, tensor_of, values, vectorised},
    mask::Lengths,
};

/// Weight, bias, scale and shift of each convolution.
const PARAMETERS: usize = 4 * CONV_KERNELS.len();

/// One convolution's parameters.
pub(in crate::ssl) struct ConvParameters {
    /// `[outputs, inputs, width]`
    pub(in crate::ssl) weight: Tensor<3>,
    /// `[outputs]`
    pub(in crate::ssl) bias: Option<Tensor<1>>,
    /// Scale and shift, `[outputs]` each, of the norm.
    pub(in crate::ssl) norm: Option<[Tensor<1>; 2]>,
    /// Whether the norm is over time.
    pub(in crate::ssl) over_time: bool,
}

/// Waveforms through all convolutions, each at its real length.
///
/// # Shapes
/// - waveforms: `[batch, samples]`, outside the graph
/// - output: `[batch, frames, channels]`, as long as `output` says, zero behind each row's length
pub(in crate::ssl) fn convolve(
    layers: Vec<ConvParameters>,
    waveforms: &FlexTensor,
    lengths: &Lengths,
    output: &Lengths,
) -> Tensor<3> {
    let mut inputs: Vec<Input> = Vec::with_capacity(PARAMETERS);
    let kernels = layers.into_iter().zip(CONV_STRIDES).map(|(layer, stride)| layer.kernel(stride, &mut inputs));
    let kernels: Vec<ConvKernel> = kernels.collect();
    let channels = kernels.last().map_or(0, |kernel| kernel.bias.len());
    let (batch, frames) = (output.as_slice().len(), output.padded());
    let mut found = vec![0.0; batch * frames * channels];
    let rows = values(waveforms).chunks_exact(lengths.padded()).zip(lengths.as_slice());
    let mut passes = Vec::with_capacity(batch);
    for ((waveform, &samples), found) in rows.zip(found.chunks_exact_mut(frames * channels)) {
        passes.push((samples >= MIN_SAMPLES).then(|| {
            let (pass, row) = Pass::forward(&kernels, &waveform[..samples]);
            found[..values(&row).len()].copy_from_slice(values(&row));
            pass
        }));
    }
    let inputs: [Input; PARAMETERS] = inputs.try_into().ok().expect("each layer gives four");
    record(inputs, host(tensor(found, [batch, frames, channels])), move |gradient, _| {
        let mut sums: Vec<Gradients> = kernels.iter().map(Gradients::zeros).collect();
        for (pass, gradient) in passes.iter().zip(values(&gradient).chunks_exact(frames * channels)) {
            if let Some(pass) = pass {
                pass.backward(&kernels, gradient, &mut sums);
            }
        }
        let found = kernels.iter().zip(sums).flat_map(|(kernel, sums)| sums.of_parameters(kernel)).map(Some);
        let found: Vec<Option<FlexTensor>> = found.collect();
        found.try_into().expect("each layer gives four")
    })
}

impl ConvParameters {
    /// Made ready, with its four inputs of the step; what a layer lacks is a constant.
    fn kernel(self, stride: usize, inputs: &mut Vec<Input>) -> ConvKernel {
        let outputs = self.weight.dims()[0];
        let zeros = || Tensor::<1>::zeros([outputs], &Device::flex());
        let weight = input(self.weight);
        let bias = input(self.bias.unwrap_or_else(zeros));
        let normed = self.norm.is_some();
        let [gamma, beta] = self.norm.unwrap_or_else(|| [zeros(), zeros()]).map(input);
        let of_norm = (gamma.values.clone(), beta.values.clone());
        let norm = match normed {
            false => Norm::None,
            true if self.over_time => Norm::Group(of_norm.0, of_norm.1),
            true => Norm::Layer(of_norm.0, of_norm.1),
        };
        let plain = (tensor_of(weight.values.clone()), tensor_of(bias.values.clone()));
        inputs.extend([weight, bias, gamma, beta]);
        ConvKernel::new(plain.0, Some(plain.1), stride, norm)
    }
}

/// One waveform's way.
struct Pass {
    waveform: FlexTensor,
    /// Of each convolution, without its bias: `[frames, channels]`.
    products: Vec<FlexTensor>,
}

impl Pass {
    fn forward(kernels: &[ConvKernel], waveform: &[f32]) -> (Self, FlexTensor) {
        let waveform = host(tensor(waveform.to_vec(), [waveform.len()]));
        let (mut products, mut frames) = (Vec::with_capacity(kernels.len()), waveform.clone());
        for kernel in kernels {
            let product = kernel.product(&frames);
            frames = kernel.activated(product.clone());
            products.push(product);
        }
        (Self { waveform, products }, frames)
    }

    /// Adds this waveform's part of the gradients.
    ///
    /// # Shapes
    /// - gradient: `[frames or more, channels]`
    fn backward(&self, kernels: &[ConvKernel], gradient: &[f32], sums: &mut [Gradients]) {
        let last = self.products.last().map_or(0, |product| values(product).len());
        let mut gradient = gradient[..last].to_vec();
        for (place, (kernel, product)) in kernels.iter().zip(&self.products).enumerate().rev() {
            let sums = &mut sums[place];
            sums.vectors.add(activation_back(&mut gradient, values(product), kernel));
            let channels = kernel.bias.len();
            let of_product: Tensor<2> = tensor(gradient, [values(product).len() / channels, channels]);
            let before = place.checked_sub(1);
            let frames =
                before.map_or(self.waveform.clone(), |before| kernels[before].activated(self.products[before].clone()));
            let of_weight = host(kernel.windows(&frames).transpose().matmul(of_product.clone()));
            add(&mut sums.weight, values(&of_weight));
            if before.is_none() {
                return;
            }
            let of_windows = host(of_product.matmul(kernel.weight.clone().transpose()));
            gradient = fold(values(&of_windows), kernel, values(&frames).len());
        }
    }
}

/// The gradients of one convolution's parameters.
struct Gradients {
    /// `[width * inputs, outputs]`
    weight: Vec<f32>,
    vectors: Vectors,
}

/// Those of bias, scale and shift, `[outputs]` each.
pub(super) struct Vectors(pub(super) [Vec<f32>; 3]);

impl Vectors {
    fn add(&mut self, other: Self) {
        for (sum, part) in self.0.iter_mut().zip(other.0) {
            sum.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
        }
    }
}

impl Gradients {
    fn zeros(kernel: &ConvKernel) -> Self {
        let [window, outputs] = kernel.weight.dims();
        Self { weight: vec![0.0; window * outputs], vectors: Vectors([(); 3].map(|()| vec![0.0; outputs])) }
    }

    /// In the parameters' shapes.
    fn of_parameters(self, kernel: &ConvKernel) -> [FlexTensor; 4] {
        let [window, outputs] = kernel.weight.dims();
        let inputs = window / kernel.width;
        let mut weight = vec![0.0; self.weight.len()];
        weight.par_chunks_mut(window).enumerate().for_each(|(output, weight)| {
            for (place, value) in weight.iter_mut().enumerate() {
                let (input, tap) = (place / kernel.width, place % kernel.width);
                *value = self.weight[(tap * inputs + input) * outputs + output];
            }
        });
        let [bias, gamma, beta] = self.vectors.0.map(|values| host(tensor(values, [outputs])));
        [host(tensor(weight, [outputs, inputs, kernel.width])), bias, gamma, beta]
    }
}

/// The gradient of the frames from that of their windows: each frame's sum over the windows that hold it.
///
/// # Shapes
/// - windows: `[windows, width * inputs]`, output: `length` values, `[frames, inputs]`
fn fold(windows: &[f32], kernel: &ConvKernel, length: usize) -> Vec<f32> {
    let [window, _] = kernel.weight.dims();
    let inputs = window / kernel.width;
    let mut frames = vec![0.0; length];
    frames.par_chunks_mut(inputs).enumerate().for_each(|(frame, sum)| {
        let taps = (0..kernel.width.min(frame + 1)).filter(|tap| (frame - tap) % kernel.stride == 0);
        let starts = taps.map(|tap| (frame - tap) / kernel.stride * window + tap * inputs);
        let parts: Vec<&[f32]> = starts.filter_map(|start| windows.get(start..start + inputs)).collect();
        vectorised(
            sum,
            #[inline(always)]
            |sum: &mut [f32]| {
                for part in &parts {
                    sum.iter_mut().zip(*part).for_each(|(sum, &part)| *sum += part);
                }
            },
        );
    });
    frames
}

//! The convolutional feature extractor: seven convolutions, one frame for 20 ms (wav2vec 2.0, section 2).

use burn::{
    module::Module,
    nn::{
        LayerNorm, LayerNormConfig,
        conv::{Conv1d, Conv1dConfig},
    },
    tensor::{DType, Device, Tensor, activation::gelu},
};

use super::{
    config::{CONV_KERNELS, CONV_STRIDES, EncoderConfig, ExtractorNorm, MIN_SAMPLES, conv_frames},
    cpu::{self, ConvKernel},
    fused::layer_norm,
    graph::{self, ConvParameters},
    mask::Lengths,
};

const EPSILON: f64 = 1e-5;

/// One convolution with its norm and GELU. `layer_norm` holds scale and shift for either kind of norm.
#[derive(Module, Debug)]
pub struct ConvLayer {
    conv: Conv1d,
    layer_norm: Option<LayerNorm>,
    over_time: bool,
}

/// From waveform to frames.
#[derive(Module, Debug)]
pub struct FeatureExtractor {
    conv_layers: Vec<ConvLayer>,
}

impl FeatureExtractor {
    /// Fresh weights.
    pub fn new(config: &EncoderConfig, device: &Device) -> Self {
        let layer = |index: usize| {
            let channels = if index == 0 { 1 } else { config.conv_channels };
            let over_time = config.extractor_norm == ExtractorNorm::Group;
            let conv = Conv1dConfig::new(channels, config.conv_channels, CONV_KERNELS[index])
                .with_stride(CONV_STRIDES[index])
                .with_bias(config.conv_bias)
                .init(device);
            let layer_norm =
                (!over_time || index == 0).then(|| LayerNormConfig::new(config.conv_channels).init(device));
            ConvLayer { conv, layer_norm, over_time }
        };
        Self { conv_layers: (0..CONV_KERNELS.len()).map(layer).collect() }
    }

    /// Frames of a batch of waveforms; what is padding in a frame's view never reaches a real frame.
    ///
    /// # Shapes
    /// - waveforms: `[batch, samples]`
    /// - output: `[batch, frames, channels]`, with the frames' lengths
    pub fn forward(&self, waveforms: Tensor<2>, lengths: &Lengths) -> (Tensor<3>, Lengths) {
        if cpu::serves(&waveforms) && self.conv_layers.iter().all(|layer| cpu::serves(&layer.conv.weight.val())) {
            return self.forward_on_cpu(waveforms, lengths);
        }
        if self.conv_layers.iter().all(|layer| graph::serves(&waveforms, &layer.conv.weight.val())) {
            let layers = self.conv_layers.iter().map(ConvLayer::parameters).collect();
            let (waveforms, output) = (cpu::host(waveforms.without_autodiff()), frame_lengths(lengths));
            return (graph::convolve(layers, &waveforms, lengths, &output), output);
        }
        let mut frames = waveforms.unsqueeze_dim::<3>(1);
        let mut lengths = lengths.clone();
        for ((layer, &kernel), stride) in self.conv_layers.iter().zip(&CONV_KERNELS).zip(CONV_STRIDES) {
            lengths = lengths.map(|length| conv_frames(length, kernel, stride));
            frames = layer.forward(frames, &lengths);
        }
        (frames.swap_dims(1, 2), lengths)
    }

    /// Row by row, each at its real length: one row's widest activations stand in memory at a time.
    fn forward_on_cpu(&self, waveforms: Tensor<2>, lengths: &Lengths) -> (Tensor<3>, Lengths) {
        let kernels: Vec<ConvKernel> = self.conv_layers.iter().zip(CONV_STRIDES).map(ConvLayer::kernel).collect();
        let output = frame_lengths(lengths);
        let channels = self.conv_layers[0].conv.weight.dims()[0];
        let waveforms = cpu::host(waveforms);
        let mut frames = vec![0.0; output.as_slice().len() * output.padded() * channels];
        let rows = cpu::values(&waveforms).chunks_exact(lengths.padded()).zip(lengths.as_slice());
        for ((waveform, &samples), frames) in rows.zip(frames.chunks_exact_mut(output.padded() * channels)) {
            if samples >= MIN_SAMPLES {
                let row = cpu::convolve(&kernels, waveform[..samples].to_vec());
                frames[..cpu::values(&row).len()].copy_from_slice(cpu::values(&row));
            }
        }
        (cpu::tensor(frames, [output.as_slice().len(), output.padded(), channels]), output)
    }
}

/// Lengths in frames after all convolutions.
fn frame_lengths(samples: &Lengths) -> Lengths {
    CONV_KERNELS
        .iter()
        .zip(CONV_STRIDES)
        .fold(samples.clone(), |lengths, (&kernel, stride)| lengths.map(|length| conv_frames(length, kernel, stride)))
}

impl ConvLayer {
    fn parameters(&self) -> ConvParameters {
        let norm = self.layer_norm.as_ref().and_then(|norm| Some([norm.gamma.val(), norm.beta.as_ref()?.val()]));
        let bias = self.conv.bias.as_ref().map(|bias| bias.val());
        ConvParameters { weight: self.conv.weight.val(), bias, norm, over_time: self.over_time }
    }

    fn kernel((layer, stride): (&Self, usize)) -> ConvKernel {
        let norm = layer.layer_norm.as_ref().and_then(|norm| Some((norm.gamma.val(), norm.beta.as_ref()?.val())));
        let norm = match norm.map(|(gamma, beta)| (cpu::host(gamma), cpu::host(beta))) {
            None => cpu::Norm::None,
            Some((gamma, beta)) if layer.over_time => cpu::Norm::Group(gamma, beta),
            Some((gamma, beta)) => cpu::Norm::Layer(gamma, beta),
        };
        let bias = layer.conv.bias.as_ref().map(|bias| bias.val());
        ConvKernel::new(layer.conv.weight.val(), bias, stride, norm)
    }

    /// # Shapes
    /// - input: `[batch, channels, length]`, output: `[batch, channels, length]`; `lengths` are the output's
    fn forward(&self, input: Tensor<3>, lengths: &Lengths) -> Tensor<3> {
        let output = self.conv.forward(input.cast(self.conv.weight.val().dtype()));
        let normed = match &self.layer_norm {
            Some(norm) if self.over_time => norm_over_time(output, norm, lengths),
            Some(norm) => layer_norm(norm, output.swap_dims(1, 2)).swap_dims(1, 2),
            None => output,
        };
        gelu(normed)
    }
}

/// Group norm with a group for each channel, over the real frames alone, computed in f32.
///
/// # Shapes
/// - input, output: `[batch, channels, length]`
fn norm_over_time(input: Tensor<3>, norm: &LayerNorm, lengths: &Lengths) -> Tensor<3> {
    let [_, channels, _] = input.dims();
    let (dtype, device) = (input.dtype(), input.device());
    let input = input.cast(DType::F32);
    let count = lengths.reciprocals(&device).reshape([-1, 1, 1]);
    let mask = (!lengths.is_full()).then(|| lengths.mask(&device).unsqueeze_dim::<3>(1));
    let real = |tensor: Tensor<3>| match &mask {
        Some(mask) => tensor * mask.clone(),
        None => tensor,
    };
    let mean = real(input.clone()).sum_dim(2) * count.clone();
    let centred = input - mean;
    let variance = real(centred.clone().square()).sum_dim(2) * count;
    let normed = centred / (variance + EPSILON).sqrt();
    let scaled = normed * norm.gamma.val().reshape([1, channels, 1]);
    let shifted = match &norm.beta {
        Some(beta) => scaled + beta.val().reshape([1, channels, 1]),
        None => scaled,
    };
    shifted.cast(dtype)
}

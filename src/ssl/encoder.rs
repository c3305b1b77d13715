//! The encoder: a waveform in, the frames of all transformer layers out.

use burn::{
    module::Module,
    nn::{LayerNorm, LayerNormConfig, Linear, LinearConfig},
    tensor::{Device, Tensor},
};

use super::{
    config::{EncoderConfig, MIN_SAMPLES},
    extractor::FeatureExtractor,
    fused::{Then, layer_norm, linear},
    mask::Lengths,
    transformer::{Outputs, Transformer},
    weights::draw_weights,
};
use crate::error::{Error, Result};

const EPSILON: f64 = 1e-5;

/// LayerNorm and a linear map from the convolutions' channels to the features.
#[derive(Module, Debug)]
pub struct FeatureProjection {
    layer_norm: LayerNorm,
    projection: Linear,
}

/// What stands between the convolutions and the features, named as in torchaudio.
#[derive(Module, Debug)]
pub struct EncoderStack {
    feature_projection: FeatureProjection,
    transformer: Transformer,
}

/// A self-supervised speech encoder of the wav2vec 2.0 family.
///
/// ```
/// use rat::{Waveform, ssl::{EncoderConfig, SslEncoder, waveform_batch}};
/// let device = burn::tensor::Device::flex();
/// let encoder = SslEncoder::random(&EncoderConfig::tiny(), 1, &device)?;
/// let (batch, lengths) = waveform_batch(&[Waveform::new(vec![0.1; 8_000])], &device)?;
/// let features = encoder.forward(batch, &lengths);
/// assert_eq!(features.layers.dims(), [4, 1, 24, 192]);
/// # Ok::<(), rat::Error>(())
/// ```
#[derive(Module, Debug)]
pub struct SslEncoder {
    feature_extractor: FeatureExtractor,
    encoder: EncoderStack,
    normalise_waveform: bool,
}

/// Frames of all layers, with the rows' real lengths in frames.
#[derive(Clone, Debug)]
pub struct SslFeatures {
    /// `[layers, batch, frames, features]`
    pub layers: Tensor<4>,
    /// Of each row, in frames.
    pub lengths: Lengths,
}

impl SslEncoder {
    /// How many transformer layers.
    pub fn layers(&self) -> usize {
        self.encoder.transformer.depth()
    }

    /// An encoder whose weights wait to be loaded; what is not loaded is drawn at random when it is first used.
    ///
    /// # Errors
    /// Where the configuration's sizes do not fit together.
    pub fn new(config: &EncoderConfig, device: &Device) -> Result<Self> {
        config.check()?;
        Ok(Self {
            feature_extractor: FeatureExtractor::new(config, device),
            encoder: EncoderStack {
                feature_projection: FeatureProjection {
                    layer_norm: LayerNormConfig::new(config.conv_channels).init(device),
                    projection: LinearConfig::new(config.conv_channels, config.features).init(device),
                },
                transformer: Transformer::new(config, device),
            },
            normalise_waveform: config.normalise_waveform,
        })
    }

    /// An encoder with weights drawn from the seed, the same on every device.
    ///
    /// # Errors
    /// Where the configuration's sizes do not fit together.
    pub fn random(config: &EncoderConfig, seed: u64, device: &Device) -> Result<Self> {
        Ok(draw_weights(Self::new(config, device)?, seed, "encoder"))
    }

    /// The frames of all layers. A row's frames do not depend on the other rows or on padding.
    ///
    /// # Shapes
    /// - waveforms: `[batch, samples]`, zero behind each row's length
    /// - output: `[layers, batch, frames, features]`
    pub fn forward(&self, waveforms: Tensor<2>, lengths: &Lengths) -> SslFeatures {
        let (outputs, lengths) = self.outputs(waveforms, lengths);
        SslFeatures { layers: Tensor::stack(outputs.collect(), 0), lengths }
    }

    /// As [`forward`](Self::forward), of two batches in one pass: the first `rows` waveforms, and the others. Each weight is then
    /// read once, and its gradient made once.
    ///
    /// # Shapes
    /// - waveforms: `[rows + others, samples]`, zero behind each row's length
    pub fn forward_two(&self, waveforms: Tensor<2>, lengths: &Lengths, rows: usize) -> (SslFeatures, SslFeatures) {
        let (outputs, lengths) = self.outputs(waveforms, lengths);
        let layers: Vec<Tensor<3>> = outputs.collect();
        let part = |range: std::ops::Range<usize>| {
            let layers = layers.iter().map(|layer| layer.clone().slice([range.clone()])).collect();
            let lengths = Lengths::new(lengths.as_slice()[range.clone()].to_vec(), lengths.padded());
            SslFeatures { layers: Tensor::stack(layers, 0), lengths }
        };
        (part(0..rows), part(rows..lengths.as_slice().len()))
    }

    /// The frames of one layer after another, for what needs them only once: no two layers stand in memory.
    ///
    /// # Shapes
    /// - waveforms: `[batch, samples]`, zero behind each row's length
    /// - each output: `[batch, frames, features]`
    pub fn outputs(&self, waveforms: Tensor<2>, lengths: &Lengths) -> (Outputs<'_>, Lengths) {
        let waveforms = if self.normalise_waveform { normalise(waveforms, lengths) } else { waveforms };
        self.outputs_of_normalised(waveforms, lengths)
    }

    /// As [`outputs`](Self::outputs), the way torchaudio and the RAT authors' code do it (`--compat torchaudio-batch`): the
    /// whole tensor, padding included, is normalised at once, and padding counts as speech everywhere. A row's frames then
    /// depend on the rows beside it.
    ///
    /// # Shapes
    /// - waveforms: `[batch, samples]`
    /// - each output: `[batch, frames, features]`
    pub fn outputs_as_one(&self, waveforms: Tensor<2>) -> (Outputs<'_>, Lengths) {
        let [rows, samples] = waveforms.dims();
        let waveforms = if self.normalise_waveform {
            normalise(waveforms.reshape([1, rows * samples]), &Lengths::full(1, rows * samples))
                .reshape([rows, samples])
        } else {
            waveforms
        };
        self.outputs_of_normalised(waveforms, &Lengths::full(rows, samples))
    }

    fn outputs_of_normalised(&self, waveforms: Tensor<2>, lengths: &Lengths) -> (Outputs<'_>, Lengths) {
        let (frames, lengths) = self.feature_extractor.forward(waveforms, lengths);
        let projection = &self.encoder.feature_projection;
        let frames = layer_norm(&projection.layer_norm, frames);
        let mut frames = linear(&projection.projection, frames, Then::Nothing);
        let mut padding = None;
        if !lengths.is_full() {
            let device = frames.device();
            let mask = lengths.mask(&device).unsqueeze_dim::<3>(2).cast(frames.dtype());
            frames = frames * mask;
            padding = Some(lengths.attention_bias(&device));
        }
        (self.encoder.transformer.outputs(frames, padding), lengths)
    }

    /// The same encoder with or without waveform normalisation, as for input that is normalised already.
    pub fn with_normalise_waveform(mut self, normalise: bool) -> Self {
        self.normalise_waveform = normalise;
        self
    }
}

/// Each row to zero mean and unit variance over its real samples: LayerNorm without weights, per utterance.
///
/// # Shapes
/// - waveforms, output: `[batch, samples]`
fn normalise(waveforms: Tensor<2>, lengths: &Lengths) -> Tensor<2> {
    let device = waveforms.device();
    let count = lengths.reciprocals(&device).reshape([-1, 1]);
    let mask = lengths.mask(&device);
    // Padding is zero, so it adds nothing to the sum.
    let mean = waveforms.clone().sum_dim(1) * count.clone();
    let centred = (waveforms - mean) * mask;
    let variance = centred.clone().square().sum_dim(1) * count;
    centred / (variance + EPSILON).sqrt()
}

/// Waveforms of any lengths as one padded batch.
///
/// # Shapes
/// - output: `[batch, samples]`
///
/// # Errors
/// Where the list is empty or a waveform is too short for a single frame (25 ms).
pub fn waveform_batch(waveforms: &[crate::audio::Waveform], device: &Device) -> Result<(Tensor<2>, Lengths)> {
    let longest = waveforms.iter().map(crate::audio::Waveform::len).max().unwrap_or(0);
    let shortest = waveforms.iter().map(crate::audio::Waveform::len).min().unwrap_or(0);
    if shortest < MIN_SAMPLES {
        let message = format!("a waveform of {shortest} samples gives no frame");
        return Err(Error::data(message, format!("leave out recordings of fewer than {MIN_SAMPLES} samples (25 ms)")));
    }
    let mut samples = Vec::with_capacity(longest * waveforms.len());
    for waveform in waveforms {
        samples.extend_from_slice(waveform.samples());
        samples.resize(samples.len() + longest - waveform.len(), 0.0);
    }
    let lengths = Lengths::new(waveforms.iter().map(crate::audio::Waveform::len).collect(), longest);
    let data = burn::tensor::TensorData::new(samples, [waveforms.len(), longest]);
    Ok((Tensor::from_data(data, device), lengths))
}

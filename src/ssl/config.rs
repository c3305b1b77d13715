//! The wav2vec 2.0 family as one table of shapes (Baevski et al. 2020; torchaudio's model builders).

use serde::{Deserialize, Serialize};

use super::wavlm::RelativePositions;
use crate::error::{Error, Result};

/// Where the convolutional feature extractor normalises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExtractorNorm {
    /// Over time, per channel, after the first convolution only.
    Group,
    /// Over channels, per frame, after every convolution.
    Layer,
}

/// Where a transformer layer normalises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NormOrder {
    /// Before attention and feed-forward; the last LayerNorm of the stack is not part of the features.
    Pre,
    /// After each residual sum.
    Post,
}

/// The shapes of an encoder.
///
/// ```
/// use rat::ssl::EncoderConfig;
/// let config = EncoderConfig::named("XLSR_300M")?;
/// assert_eq!((config.layers, config.features), (24, 1024));
/// assert_eq!(config.frames(64_000), 199);
/// # Ok::<(), rat::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncoderConfig {
    /// The name used on the command line.
    pub name: String,
    /// Channels of every convolution of the feature extractor.
    pub conv_channels: usize,
    /// Whether those convolutions have biases.
    pub conv_bias: bool,
    /// Where the feature extractor normalises.
    pub extractor_norm: ExtractorNorm,
    /// Features F of a frame.
    pub features: usize,
    /// Transformer layers L.
    pub layers: usize,
    /// Attention heads.
    pub heads: usize,
    /// Width of the feed-forward network.
    pub feed_forward: usize,
    /// Where the layers normalise.
    pub norm_order: NormOrder,
    /// Kernel of the positional convolution, in frames.
    pub positional_kernel: usize,
    /// Groups of the positional convolution.
    pub positional_groups: usize,
    /// Whether the waveform is brought to zero mean and unit variance first.
    pub normalise_waveform: bool,
    /// The buckets of WavLM's gated relative position bias; the others have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relative_positions: Option<RelativePositions>,
}

/// Kernels of the seven convolutions; the same in the whole family.
pub const CONV_KERNELS: [usize; 7] = [10, 3, 3, 3, 3, 2, 2];
/// Strides of the seven convolutions: 320 samples, 20 ms, a frame.
pub const CONV_STRIDES: [usize; 7] = [5, 2, 2, 2, 2, 2, 2];
/// The shortest waveform that gives a frame, in samples.
pub const MIN_SAMPLES: usize = 400;

/// Features, layers and heads of the transformer; its feed-forward network is four times as wide as the features.
type Size = (usize, usize, usize);
const BASE: Size = (768, 12, 12);
const LARGE: Size = (1024, 24, 16);
const EXTRA_LARGE: Size = (1280, 48, 16);
const XLSR_2B: Size = (1920, 48, 16);

/// Where feature extractor and transformer normalise.
type Norms = (ExtractorNorm, NormOrder);
const GROUP_POST: Norms = (ExtractorNorm::Group, NormOrder::Post);
const LAYER_PRE: Norms = (ExtractorNorm::Layer, NormOrder::Pre);

/// What tells one encoder of the family from another.
struct Row {
    name: &'static str,
    size: Size,
    norms: Norms,
    conv_bias: bool,
    wavlm: bool,
    normalise: bool,
}

/// As torchaudio 2.11 builds them and its bundles feed them: `tests/fixtures/print_encoders.py` prints this table from there.
#[rustfmt::skip]
const FAMILY: [Row; 12] = [
    Row { name: "Wav2Vec2_base",     size: BASE,        norms: GROUP_POST, conv_bias: false, wavlm: false, normalise: false },
    Row { name: "Wav2Vec2_large",    size: LARGE,       norms: GROUP_POST, conv_bias: false, wavlm: false, normalise: false },
    Row { name: "Wav2Vec2_LV60k",    size: LARGE,       norms: LAYER_PRE,  conv_bias: true,  wavlm: false, normalise: true },
    Row { name: "HuBERT_base",       size: BASE,        norms: GROUP_POST, conv_bias: false, wavlm: false, normalise: false },
    Row { name: "HuBERT_large",      size: LARGE,       norms: LAYER_PRE,  conv_bias: false, wavlm: false, normalise: true },
    Row { name: "HuBERT_extralarge", size: EXTRA_LARGE, norms: LAYER_PRE,  conv_bias: false, wavlm: false, normalise: true },
    Row { name: "WavLM_base",        size: BASE,        norms: GROUP_POST, conv_bias: false, wavlm: true,  normalise: false },
    Row { name: "WavLM_baseplus",    size: BASE,        norms: GROUP_POST, conv_bias: false, wavlm: true,  normalise: false },
    Row { name: "WavLM_large",       size: LARGE,       norms: LAYER_PRE,  conv_bias: false, wavlm: true,  normalise: true },
    Row { name: "XLSR_300M",         size: LARGE,       norms: LAYER_PRE,  conv_bias: true,  wavlm: false, normalise: true },
    Row { name: "XLSR_1B",           size: EXTRA_LARGE, norms: LAYER_PRE,  conv_bias: true,  wavlm: false, normalise: true },
    Row { name: "XLSR_2B",           size: XLSR_2B,     norms: LAYER_PRE,  conv_bias: true,  wavlm: false, normalise: true },
];

impl Row {
    fn config(&self) -> EncoderConfig {
        let (features, layers, heads) = self.size;
        let (extractor_norm, norm_order) = self.norms;
        EncoderConfig {
            name: self.name.into(),
            conv_channels: 512,
            conv_bias: self.conv_bias,
            extractor_norm,
            features,
            layers,
            heads,
            feed_forward: 4 * features,
            norm_order,
            positional_kernel: 128,
            positional_groups: 16,
            normalise_waveform: self.normalise,
            relative_positions: self.wavlm.then_some(RelativePositions::WAVLM),
        }
    }
}

impl EncoderConfig {
    /// The configuration of that name.
    ///
    /// # Errors
    /// Where the name is unknown; the message lists the known ones.
    pub fn named(name: &str) -> Result<Self> {
        if name == "tiny" {
            return Ok(Self::tiny());
        }
        let row = FAMILY.iter().find(|row| row.name.eq_ignore_ascii_case(name)).ok_or_else(|| {
            let known: Vec<_> = Self::names().collect();
            Error::config("encoder", format!("`{name}` is not known"), format!("use one of {}", known.join(", ")))
        })?;
        Ok(row.config())
    }

    /// All names that [`named`](Self::named) knows.
    pub fn names() -> impl Iterator<Item = &'static str> {
        std::iter::once("tiny").chain(FAMILY.iter().map(|row| row.name))
    }

    /// A small pre-norm encoder for the demo and for tests: about two million parameters, 20 ms frames.
    pub fn tiny() -> Self {
        Self {
            name: "tiny".into(),
            conv_channels: 32,
            conv_bias: true,
            extractor_norm: ExtractorNorm::Layer,
            features: 192,
            layers: 4,
            heads: 4,
            feed_forward: 768,
            norm_order: NormOrder::Pre,
            positional_kernel: 32,
            positional_groups: 8,
            normalise_waveform: true,
            relative_positions: None,
        }
    }

    /// Frames that `samples` samples give; 0 below [`MIN_SAMPLES`].
    pub fn frames(&self, samples: usize) -> usize {
        CONV_KERNELS
            .iter()
            .zip(CONV_STRIDES)
            .fold(samples, |length, (&kernel, stride)| conv_frames(length, kernel, stride))
    }

    /// The count of the encoder's parameters, without making it.
    pub fn parameters(&self) -> usize {
        let [channels, features] = [self.conv_channels, self.features];
        let linear = |inputs: usize, outputs: usize| (inputs + 1) * outputs;
        let norm = |width: usize| 2 * width;
        let kernels = CONV_KERNELS.iter().enumerate();
        let convolutions: usize =
            kernels.map(|(place, kernel)| kernel * channels * if place == 0 { 1 } else { channels }).sum();
        let normed = if self.extractor_norm == ExtractorNorm::Group { 1 } else { CONV_KERNELS.len() };
        let conv_biases = if self.conv_bias { CONV_KERNELS.len() * channels } else { 0 };
        let extractor = convolutions + conv_biases + normed * norm(channels);
        let projection = norm(channels) + linear(channels, features);
        // The kernel as direction and length (weight norm), and the norm of the whole stack.
        let positional = self.positional_kernel * (features * features / self.positional_groups + 1) + features;
        let feed_forward = linear(features, self.feed_forward) + linear(self.feed_forward, features);
        let gate = linear(features / self.heads, 8) + self.heads;
        let (embedding, gate) = self.relative_positions.map_or((0, 0), |wavlm| (wavlm.buckets * self.heads, gate));
        let layer = 4 * linear(features, features) + gate + feed_forward + 2 * norm(features);
        extractor + projection + positional + norm(features) + embedding + self.layers * layer
    }

    /// Refuses shapes that no network can have.
    ///
    /// # Errors
    /// Where a size is zero or heads or groups do not divide the features, or the buckets of positions do not work out.
    pub fn check(&self) -> Result<()> {
        let sizes = [self.conv_channels, self.features, self.layers, self.heads, self.feed_forward];
        let remedy = "use one of the named encoders, or sizes that divide";
        if sizes.contains(&0) || self.positional_kernel == 0 || self.positional_groups == 0 {
            return Err(Error::config("encoder", format!("{}: a size is zero", self.name), remedy));
        }
        if !self.features.is_multiple_of(self.heads) || !self.features.is_multiple_of(self.positional_groups) {
            let message = format!(
                "{} features are not divisible by {} heads and {} positional groups",
                self.features, self.heads, self.positional_groups
            );
            return Err(Error::config("encoder", message, remedy));
        }
        if let Some(positions) = self.relative_positions.filter(|positions| !positions.is_valid()) {
            let message =
                format!("{} buckets cannot hold distances up to {} frames", positions.buckets, positions.max_distance);
            return Err(Error::config("encoder", message, "use at least 4 buckets, as 320 for 800 frames"));
        }
        Ok(())
    }
}

/// Frames that one convolution makes of `length`; 0 where its kernel is longer.
pub(super) fn conv_frames(length: usize, kernel: usize, stride: usize) -> usize {
    if length < kernel { 0 } else { (length - kernel) / stride + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_follow_the_convolutions() {
        let config = EncoderConfig::tiny();
        assert_eq!(config.frames(MIN_SAMPLES - 1), 0);
        assert_eq!(config.frames(MIN_SAMPLES), 1);
        assert_eq!(config.frames(8_000), 24);
        assert_eq!(config.frames(64_000), 199);
    }

    #[test]
    fn parameters_are_those_of_torchaudio() {
        let counts = [
            ("Wav2Vec2_base", 94_370_944),
            ("Wav2Vec2_large", 315_427_968),
            ("Wav2Vec2_LV60k", 315_437_696),
            ("HuBERT_base", 94_370_944),
            ("HuBERT_large", 315_434_112),
            ("HuBERT_extralarge", 962_492_544),
            ("WavLM_base", 94_381_168),
            ("WavLM_baseplus", 94_381_168),
            ("WavLM_large", 315_452_096),
            ("XLSR_300M", 315_437_696),
            ("XLSR_1B", 962_496_128),
            ("XLSR_2B", 2_159_257_728),
        ];
        assert_eq!(counts.len(), FAMILY.len());
        for (name, count) in counts {
            assert_eq!(EncoderConfig::named(name).expect("is known").parameters(), count, "{name}");
        }
    }

    #[test]
    fn configurations_from_before_wavlm_can_be_read() {
        let tiny = EncoderConfig::tiny();
        let text = toml::to_string(&tiny).expect("can be written");
        assert!(!text.contains("relative_positions"));
        assert_eq!(toml::from_str::<EncoderConfig>(&text).expect("can be read"), tiny);
        let wavlm = EncoderConfig::named("wavlm_large").expect("is known");
        let text = toml::to_string(&wavlm).expect("can be written");
        assert_eq!(toml::from_str::<EncoderConfig>(&text).expect("can be read"), wavlm);
    }

    #[test]
    fn every_name_is_a_valid_configuration() {
        for name in EncoderConfig::names() {
            EncoderConfig::named(name).expect("is known").check().expect("is valid");
        }
        assert!(EncoderConfig::named("WavLM_huge").is_err());
    }
}

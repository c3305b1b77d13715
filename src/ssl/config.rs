//! The wav2vec 2.0 family as one table of shapes (Baevski et al. 2020; torchaudio's model builders).

use serde::{Deserialize, Serialize};

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
}

/// Kernels of the seven convolutions; the same in the whole family.
pub const CONV_KERNELS: [usize; 7] = [10, 3, 3, 3, 3, 2, 2];
/// Strides of the seven convolutions: 320 samples, 20 ms, a frame.
pub const CONV_STRIDES: [usize; 7] = [5, 2, 2, 2, 2, 2, 2];
/// The shortest waveform that gives a frame, in samples.
pub const MIN_SAMPLES: usize = 400;

/// name, F, L, heads, feed-forward, group norm, conv bias, pre-norm, normalises the waveform
type Row = (&'static str, usize, usize, usize, usize, bool, bool, bool, bool);

const FAMILY: [Row; 9] = [
    ("Wav2Vec2_base", 768, 12, 12, 3072, true, false, false, false),
    ("HuBERT_base", 768, 12, 12, 3072, true, false, false, false),
    ("Wav2Vec2_large", 1024, 24, 16, 4096, true, false, false, false),
    ("Wav2Vec2_LV60k", 1024, 24, 16, 4096, false, true, true, true),
    ("HuBERT_large", 1024, 24, 16, 4096, false, false, true, true),
    ("HuBERT_extralarge", 1280, 48, 16, 5120, false, false, true, true),
    ("XLSR_300M", 1024, 24, 16, 4096, false, true, true, true),
    ("XLSR_1B", 1280, 48, 16, 5120, false, true, true, true),
    ("XLSR_2B", 1920, 48, 16, 7680, false, true, true, true),
];

impl EncoderConfig {
    /// The configuration of that name.
    ///
    /// # Errors
    /// Where the name is unknown; the message lists the known ones.
    pub fn named(name: &str) -> Result<Self> {
        if name == "tiny" {
            return Ok(Self::tiny());
        }
        let row = FAMILY.iter().find(|row| row.0.eq_ignore_ascii_case(name)).ok_or_else(|| {
            let known: Vec<_> = Self::names().collect();
            Error::config("encoder", format!("`{name}` is not known"), format!("use one of {}", known.join(", ")))
        })?;
        let &(name, features, layers, heads, feed_forward, group, conv_bias, pre, normalise) = row;
        Ok(Self {
            name: name.into(),
            conv_channels: 512,
            conv_bias,
            extractor_norm: if group { ExtractorNorm::Group } else { ExtractorNorm::Layer },
            features,
            layers,
            heads,
            feed_forward,
            norm_order: if pre { NormOrder::Pre } else { NormOrder::Post },
            positional_kernel: 128,
            positional_groups: 16,
            normalise_waveform: normalise,
        })
    }

    /// All names that [`named`](Self::named) knows.
    pub fn names() -> impl Iterator<Item = &'static str> {
        std::iter::once("tiny").chain(FAMILY.iter().map(|row| row.0))
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
        }
    }

    /// Frames that `samples` samples give; 0 below [`MIN_SAMPLES`].
    pub fn frames(&self, samples: usize) -> usize {
        CONV_KERNELS
            .iter()
            .zip(CONV_STRIDES)
            .fold(samples, |length, (&kernel, stride)| if length < kernel { 0 } else { (length - kernel) / stride + 1 })
    }

    /// Refuses shapes that no network can have.
    ///
    /// # Errors
    /// Where a size is zero or heads or groups do not divide the features.
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
        Ok(())
    }
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
    fn every_name_is_a_valid_configuration() {
        for name in EncoderConfig::names() {
            EncoderConfig::named(name).expect("is known").check().expect("is valid");
        }
        assert!(EncoderConfig::named("WavLM_huge").is_err());
    }
}

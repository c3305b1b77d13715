//! The detector: encoder, optional reference block, pooling and head in one type.

use std::{fmt, str::FromStr};

use burn::{
    module::Module,
    tensor::{DType, Device, Tensor},
};
use serde::{Deserialize, Serialize};

use super::{
    block::{ReferenceBlock, ReferenceInput},
    head::Head,
};
use crate::{
    device::Precision,
    error::{Error, Result},
    ssl::{EncoderConfig, Lengths, SslEncoder, SslFeatures, draw_weights, norm_pool, pool, products_in},
};

/// What the network was built to be conditioned on: the variants of the paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Conditioning {
    /// A reference recording: `RAT`.
    #[serde(rename = "RAT")]
    Reference,
    /// The test utterance itself: `RAT_selfattn`.
    #[serde(rename = "RAT_selfattn")]
    Own,
    /// Zeros after the LayerNorm: `RAT_zeroref`.
    #[serde(rename = "RAT_zeroref")]
    Zeros,
    /// Nothing, no reference block: `RAT_baseline`, also called `FF`.
    #[serde(rename = "RAT_baseline")]
    None,
}

impl fmt::Display for Conditioning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Reference => "RAT",
            Self::Own => "RAT_selfattn",
            Self::Zeros => "RAT_zeroref",
            Self::None => "RAT_baseline",
        })
    }
}

impl FromStr for Conditioning {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "RAT" => Ok(Self::Reference),
            "RAT_selfattn" => Ok(Self::Own),
            "RAT_zeroref" => Ok(Self::Zeros),
            "RAT_baseline" | "FF" => Ok(Self::None),
            _ => Err(Error::config(
                "classifier",
                format!("`{text}` is not known"),
                "use RAT, RAT_selfattn, RAT_zeroref, RAT_baseline or FF",
            )),
        }
    }
}

/// The countermeasure network.
///
/// ```
/// use rat::{Waveform, model::{Conditioning, Detector}, ssl::{EncoderConfig, waveform_batch}};
/// let device = burn::tensor::Device::flex();
/// let detector = Detector::random(&EncoderConfig::tiny(), Conditioning::Reference, 1, &device)?;
/// let (test, lengths) = waveform_batch(&[Waveform::new(vec![0.1; 8_000])], &device)?;
/// let features = detector.encoder.forward(test, &lengths);
/// let trace = detector.forward_traced(&features, Some(&features));
/// assert_eq!(trace.logits.dims(), [1, 2]);
/// # Ok::<(), rat::Error>(())
/// ```
#[derive(Module, Debug)]
pub struct Detector {
    /// Shared by test and reference.
    pub encoder: SslEncoder,
    /// Missing in the single-utterance baseline.
    pub block: Option<ReferenceBlock>,
    /// The classifier.
    pub head: Head,
    #[module(skip)]
    conditioning: Conditioning,
}

/// What the network computed on its way, `[layers, batch, frames, features]` unless said otherwise.
#[derive(Clone, Debug)]
pub struct Trace {
    /// Attention output, before the sum; missing where the network has no block, as are the next four.
    pub attention: Option<Tensor<4>>,
    /// MLP output.
    pub mlp: Option<Tensor<4>>,
    /// Sum of both branches.
    pub combined: Option<Tensor<4>>,
    /// The sum added to the test frames.
    pub residual: Option<Tensor<4>>,
    /// After the block's final LayerNorm.
    pub output: Option<Tensor<4>>,
    /// Mean over layers and real frames, `[batch, features]`.
    pub embedding: Tensor<2>,
    /// Bona fide and spoof, `[batch, 2]`.
    pub logits: Tensor<2>,
}

/// How the block gets its reference in one pass.
enum Passage<'a> {
    Features(&'a SslFeatures),
    Zeros,
    Absent,
}

impl Passage<'_> {
    /// What the block computes from it.
    fn hear<T>(&self, block: impl FnOnce(ReferenceInput<'_>) -> T) -> T {
        match self {
            Self::Features(reference) => {
                let lengths = reference.lengths.repeat(reference.layers.dims()[0]);
                block(ReferenceInput::Frames(&fold(&reference.layers), &lengths))
            }
            Self::Zeros => block(ReferenceInput::Zeros),
            Self::Absent => block(ReferenceInput::Absent),
        }
    }
}

/// Layers as rows.
///
/// # Shapes
/// - tensor: `[layers, batch, frames, features]`, output: `[layers * batch, frames, features]`
fn fold(tensor: &Tensor<4>) -> Tensor<3> {
    let [layers, batch, frames, features] = tensor.dims();
    tensor.clone().reshape([layers * batch, frames, features])
}

impl Detector {
    /// A detector whose weights wait to be loaded; what is not loaded is drawn at random when it is first used.
    ///
    /// # Errors
    /// Where the encoder's sizes do not fit together, or its features are not divisible by the block's four heads.
    pub fn new(config: &EncoderConfig, conditioning: Conditioning, device: &Device) -> Result<Self> {
        let encoder = SslEncoder::new(config, device)?;
        if !config.features.is_multiple_of(super::block::HEADS) {
            let message = format!("{} features are not divisible by {} heads", config.features, super::block::HEADS);
            return Err(Error::config("encoder", message, "use an encoder whose features are a multiple of 4"));
        }
        let block = (conditioning != Conditioning::None).then(|| ReferenceBlock::new(config.features, device));
        let head = Head::new(config.features, device);
        Ok(Self { encoder, block, head, conditioning })
    }

    /// A detector with weights drawn from the seed, the same on every device.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn random(config: &EncoderConfig, conditioning: Conditioning, seed: u64, device: &Device) -> Result<Self> {
        let Self { encoder, block, head, conditioning } = Self::new(config, conditioning, device)?;
        Ok(Self {
            encoder: draw_weights(encoder, seed, "encoder"),
            block: block.map(|block| draw_weights(block, seed, "block")),
            head: draw_weights(head, seed, "head"),
            conditioning,
        })
    }

    /// What the network was built to be conditioned on.
    pub fn conditioning(&self) -> Conditioning {
        self.conditioning
    }

    /// The same weights under another conditioning; the variants with a reference block share all their tensors.
    ///
    /// # Errors
    /// Where the block is missing.
    pub fn conditioned(mut self, conditioning: Conditioning) -> Result<Self> {
        if conditioning == Conditioning::None {
            self.block = None;
        } else if self.block.is_none() {
            let message = format!("{conditioning} needs a reference block, and the network has none");
            return Err(Error::config("classifier", message, "choose RAT_baseline or FF"));
        }
        self.conditioning = conditioning;
        Ok(self)
    }

    /// The same network whose encoder and reference block compute in this precision; pooling, head and logits stay f32.
    ///
    /// Weights that were rounded to bf16 stay rounded when they are brought back to f32.
    #[must_use]
    pub fn in_precision(mut self, precision: Precision) -> Self {
        self.encoder = products_in(self.encoder, precision.dtype());
        self.block = self.block.map(|block| products_in(block, precision.dtype()));
        self
    }

    /// Logits under the network's own conditioning: those of [`forward_traced`](Self::forward_traced), with nothing kept on the
    /// way but what a backward pass needs.
    ///
    /// # Shapes
    /// - output: `[batch, 2]`
    pub fn forward(&self, test: &SslFeatures, reference: Option<&SslFeatures>) -> Tensor<2> {
        let embedding = match &self.block {
            None => pool_layers(test.layers.clone(), &test.lengths),
            Some(block) => {
                let residual = self.passage(test, reference).hear(|input| block.residual(fold(&test.layers), input));
                norm_pool(&block.final_norm, residual, &test.lengths)
            }
        };
        self.head.forward(embedding)
    }

    /// All intermediate tensors under the network's own conditioning. A [`Conditioning::Reference`] network without a
    /// reference takes zeros.
    pub fn forward_traced(&self, test: &SslFeatures, reference: Option<&SslFeatures>) -> Trace {
        self.pass(test, &self.passage(test, reference))
    }

    fn passage<'a>(&self, test: &'a SslFeatures, reference: Option<&'a SslFeatures>) -> Passage<'a> {
        match (self.conditioning, reference) {
            (Conditioning::Reference, Some(reference)) => Passage::Features(reference),
            (Conditioning::Own, _) => Passage::Features(test),
            (Conditioning::Reference | Conditioning::Zeros, _) => Passage::Zeros,
            (Conditioning::None, _) => Passage::Absent,
        }
    }

    /// With zeros in place of the normed reference (condition `zeroed`).
    pub fn forward_zeroed(&self, test: &SslFeatures) -> Trace {
        self.pass(test, &Passage::Zeros)
    }

    /// Without the attention term (condition `absent`).
    pub fn forward_absent(&self, test: &SslFeatures) -> Trace {
        self.pass(test, &Passage::Absent)
    }

    fn pass(&self, test: &SslFeatures, passage: &Passage<'_>) -> Trace {
        let [layers, batch, frames, features] = test.layers.dims();
        let Some(block) = &self.block else {
            let embedding = pool_layers(test.layers.clone(), &test.lengths);
            let logits = self.head.forward(embedding.clone());
            let [attention, mlp, combined, residual, output] = [const { None }; 5];
            return Trace { attention, mlp, combined, residual, output, embedding, logits };
        };
        let trace = passage.hear(|input| block.forward(fold(&test.layers), input));
        let unfold = |tensor: Tensor<3>| tensor.reshape([layers, batch, frames, features]);
        let output = unfold(trace.output);
        let embedding = pool_layers(output.clone(), &test.lengths);
        let logits = self.head.forward(embedding.clone());
        Trace {
            attention: Some(unfold(trace.attention)),
            mlp: Some(unfold(trace.mlp)),
            combined: Some(unfold(trace.combined)),
            residual: Some(unfold(trace.residual)),
            output: Some(output),
            embedding,
            logits,
        }
    }
}

/// Mean over layers and real frames, in f32.
///
/// # Shapes
/// - frames: `[layers, batch, frames, features]`
/// - output: `[batch, features]`
fn pool_layers(frames: Tensor<4>, lengths: &Lengths) -> Tensor<2> {
    let [_, batch, count, features] = frames.dims();
    let frames = frames.cast(DType::F32);
    pool(frames.mean_dim(0).reshape([batch, count, features]), lengths)
}

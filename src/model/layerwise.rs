//! Logits layer by layer: the encoder's layers pass by once, several references are heard in the same pass, and no stack of
//! layers stands in memory. The same numbers as [`forward_traced`](super::Detector::forward_traced), which keeps them all.

use std::fmt;

use burn::tensor::{DType, Tensor};

use super::{Detector, block::ReferenceBlock};
use crate::ssl::{Lengths, SslFeatures, Then, layer_norm, linear};

/// Frames of one layer after another, `[batch, frames, features]` each.
pub type Layers<'a> = Box<dyn Iterator<Item = Tensor<3>> + 'a>;

/// One side's layers, and the real lengths of its rows in frames.
pub struct LayerSource<'a> {
    /// First layer first.
    pub layers: Layers<'a>,
    /// Of each row.
    pub lengths: Lengths,
}

impl fmt::Debug for LayerSource<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LayerSource({:?})", self.lengths)
    }
}

impl<'a> LayerSource<'a> {
    /// The layers of features that stand in memory already.
    pub fn of(features: &'a SslFeatures) -> Self {
        let [layers, batch, frames, width] = features.layers.dims();
        let layer = move |place| features.layers.clone().narrow(0, place, 1).reshape([batch, frames, width]);
        Self { layers: Box::new((0..layers).map(layer)), lengths: features.lengths.clone() }
    }
}

/// What the block's attention hears in a pass.
#[derive(Debug)]
pub enum Heard<'a> {
    /// A reference.
    Reference(LayerSource<'a>),
    /// The test utterance itself.
    Own,
    /// Zeros after the LayerNorm: the attention gives a constant vector.
    Zeros,
    /// Nothing: no attention term, or no block.
    Nothing,
}

impl Detector {
    /// Logits under each of several references, in one pass over the test layers.
    ///
    /// What does not depend on the reference (the norm and the MLP of the test frames) is computed once for all.
    ///
    /// # Shapes
    /// - each output: `[batch, 2]`
    pub fn forward_layerwise(&self, test: LayerSource<'_>, heard: Vec<Heard<'_>>) -> Vec<Tensor<2>> {
        let LayerSource { layers, lengths } = test;
        let mut sides: Vec<Side<'_>> = heard.into_iter().map(|heard| Side { heard, sum: None }).collect();
        let mut count = 0;
        for frames in layers {
            count += 1;
            match &self.block {
                Some(block) => add_layer(block, &mut sides, frames, &lengths),
                None => {
                    let pooled = pool(frames, &lengths);
                    sides.iter_mut().for_each(|side| side.add(pooled.clone()));
                }
            }
        }
        let embeddings = sides.into_iter().filter_map(|side| side.sum);
        embeddings.map(|sum| self.head.forward(sum / f64::from(count))).collect()
    }
}

struct Side<'a> {
    heard: Heard<'a>,
    /// Of the pooled layers so far, `[batch, features]`.
    sum: Option<Tensor<2>>,
}

impl Side<'_> {
    fn add(&mut self, pooled: Tensor<2>) {
        self.sum = Some(match self.sum.take() {
            Some(sum) => sum + pooled,
            None => pooled,
        });
    }
}

/// # Shapes
/// - frames: `[batch, frames, features]`
fn add_layer(block: &ReferenceBlock, sides: &mut [Side<'_>], frames: Tensor<3>, lengths: &Lengths) {
    let frames = frames.cast(block.dtype());
    let normed = layer_norm(&block.norm, frames.clone());
    let wide = linear(&block.mlp_in, normed.clone(), Then::Relu);
    let unheard = linear(&block.mlp_out, wide, Then::Add(frames));
    for side in sides {
        let residual = match &mut side.heard {
            Heard::Reference(source) => {
                let Some(reference) = source.layers.next() else { continue };
                let reference = layer_norm(&block.norm, reference);
                let then = Then::Add(unheard.clone());
                block.attention.forward(normed.clone(), reference, &source.lengths, then)
            }
            Heard::Own => block.attention.forward(normed.clone(), normed.clone(), lengths, Then::Add(unheard.clone())),
            Heard::Zeros => unheard.clone() + block.attention.constant(unheard.dims()[2]),
            Heard::Nothing => unheard.clone(),
        };
        side.add(pool(layer_norm(&block.final_norm, residual.cast(DType::F32)), lengths));
    }
}

/// Mean over the real frames, in f32.
///
/// # Shapes
/// - frames: `[batch, frames, features]`
/// - output: `[batch, features]`
pub(super) fn pool(frames: Tensor<3>, lengths: &Lengths) -> Tensor<2> {
    let [batch, _, features] = frames.dims();
    let frames = frames.cast(DType::F32);
    if lengths.is_full() {
        return frames.mean_dim(1).reshape([batch, features]);
    }
    let device = frames.device();
    let real = frames * lengths.mask(&device).unsqueeze_dim::<3>(2);
    real.sum_dim(1).reshape([batch, features]) * lengths.reciprocals(&device).reshape([batch, 1])
}

//! RAT's reference block: attention from the test frames to the reference frames, beside an MLP (RAT paper, section 2.2).

use burn::{
    module::{Module, Param},
    nn::{Initializer, LayerNorm, LayerNormConfig, Linear, LinearConfig},
    tensor::{DType, Device, Tensor},
};

use crate::ssl::{Lengths, Then, attend, layer_norm, linear, project};

/// Heads of the block's attention, whatever the encoder.
pub const HEADS: usize = 4;

/// PyTorch's `MultiheadAttention` with the three input projections packed: query, key, value.
#[derive(Module, Debug)]
pub struct CrossAttention {
    in_proj_weight: Param<Tensor<2>>,
    in_proj_bias: Param<Tensor<1>>,
    out_proj: Linear,
}

/// A reference as the attention hears it.
#[derive(Clone, Debug)]
pub(super) struct KeysValues {
    /// `[rows, reference frames, features]`, as are the values.
    pub(super) key: Tensor<3>,
    pub(super) value: Tensor<3>,
    /// Real frames of each row.
    pub(super) lengths: Lengths,
}

/// One set of weights for all layers of the encoder, which are folded into the batch.
#[derive(Module, Debug)]
pub struct ReferenceBlock {
    pub(super) attention: CrossAttention,
    pub(super) norm: LayerNorm,
    pub(super) mlp_in: Linear,
    pub(super) mlp_out: Linear,
    pub(super) final_norm: LayerNorm,
}

/// Keys and values of the attention.
#[derive(Clone, Debug)]
pub enum ReferenceInput<'a> {
    /// Reference frames `[rows, reference frames, features]`, not yet normed.
    Frames(&'a Tensor<3>, &'a Lengths),
    /// Zeros after the LayerNorm: the attention gives a constant vector.
    Zeros,
    /// No attention term at all.
    Absent,
}

/// What the block computed on its way; all `[rows, frames, features]`.
#[derive(Clone, Debug)]
pub struct BlockTrace {
    /// Attention output; zeros where it is absent.
    pub attention: Tensor<3>,
    /// MLP output.
    pub mlp: Tensor<3>,
    /// Sum of both.
    pub combined: Tensor<3>,
    /// That sum added to the un-normed test frames.
    pub residual: Tensor<3>,
    /// After the final LayerNorm.
    pub output: Tensor<3>,
}

impl ReferenceBlock {
    /// Fresh weights for frames of `features` features.
    pub fn new(features: usize, device: &Device) -> Self {
        let projection = |rows: usize| Initializer::Zeros.init([rows, features], device);
        Self {
            attention: CrossAttention {
                in_proj_weight: projection(3 * features),
                in_proj_bias: Initializer::Zeros.init([3 * features], device),
                out_proj: LinearConfig::new(features, features).init(device),
            },
            norm: LayerNormConfig::new(features).init(device),
            mlp_in: LinearConfig::new(features, 4 * features).init(device),
            mlp_out: LinearConfig::new(4 * features, features).init(device),
            final_norm: LayerNormConfig::new(features).init(device),
        }
    }

    /// What its products are computed in.
    pub(super) fn dtype(&self) -> DType {
        self.mlp_in.weight.val().dtype()
    }

    /// All intermediate tensors; the output is f32.
    ///
    /// # Shapes
    /// - test: `[rows, frames, features]` with rows = layers x batch
    pub fn forward(&self, test: Tensor<3>, reference: ReferenceInput<'_>) -> BlockTrace {
        let test = test.cast(self.dtype());
        let normed = layer_norm(&self.norm, test.clone());
        let attention = match reference {
            ReferenceInput::Frames(frames, lengths) => {
                self.attention.forward(normed.clone(), layer_norm(&self.norm, frames.clone()), lengths, Then::Nothing)
            }
            ReferenceInput::Zeros => self.attention.constant(test.dims()[2]).expand(test.dims()),
            ReferenceInput::Absent => test.zeros_like(),
        };
        let wide = linear(&self.mlp_in, normed, Then::Relu);
        let mlp = linear(&self.mlp_out, wide, Then::Nothing);
        let combined = attention.clone() + mlp.clone();
        let residual = combined.clone() + test;
        let output = layer_norm(&self.final_norm, residual.clone().cast(DType::F32));
        BlockTrace { attention, mlp, combined, residual, output }
    }
}

impl ReferenceBlock {
    /// The residual of [`forward`](Self::forward) alone, in fewer passes over memory.
    ///
    /// # Shapes
    /// - test, output: `[rows, frames, features]` with rows = layers x batch
    pub(super) fn residual(&self, test: Tensor<3>, reference: ReferenceInput<'_>) -> Tensor<3> {
        let test = test.cast(self.dtype());
        let features = test.dims()[2];
        let normed = layer_norm(&self.norm, test.clone());
        let wide = linear(&self.mlp_in, normed.clone(), Then::Relu);
        let unheard = linear(&self.mlp_out, wide, Then::Add(test));
        match reference {
            ReferenceInput::Frames(frames, lengths) => {
                self.attention.forward(normed, layer_norm(&self.norm, frames.clone()), lengths, Then::Add(unheard))
            }
            ReferenceInput::Zeros => unheard + self.attention.constant(features),
            ReferenceInput::Absent => unheard,
        }
    }
}

impl CrossAttention {
    /// # Shapes
    /// - test, output: `[rows, frames, features]`, reference: `[rows, reference frames, features]`
    pub(super) fn forward(&self, test: Tensor<3>, reference: Tensor<3>, lengths: &Lengths, then: Then) -> Tensor<3> {
        let (query, projected) = (self.query(test), self.keys_values(reference, lengths.clone()));
        self.output(self.attended(query, &projected), then)
    }

    /// The query, which no reference changes.
    ///
    /// # Shapes
    /// - test, output: `[rows, frames, features]`
    pub(super) fn query(&self, test: Tensor<3>) -> Tensor<3> {
        self.projected(test, 0)
    }

    /// The keys and values, which no test utterance changes.
    ///
    /// # Shapes
    /// - reference: `[rows, reference frames, features]`
    pub(super) fn keys_values(&self, reference: Tensor<3>, lengths: Lengths) -> KeysValues {
        KeysValues { key: self.projected(reference.clone(), 1), value: self.projected(reference, 2), lengths }
    }

    /// What the heads gather, before the output projection.
    ///
    /// # Shapes
    /// - query, output: `[rows, frames, features]`
    pub(super) fn attended(&self, query: Tensor<3>, reference: &KeysValues) -> Tensor<3> {
        let KeysValues { key, value, lengths } = reference;
        let bias = (!lengths.is_full()).then(|| lengths.attention_bias(&query.device()));
        attend(query, key.clone(), value.clone(), HEADS, bias)
    }

    /// The output projection.
    pub(super) fn output(&self, attended: Tensor<3>, then: Then) -> Tensor<3> {
        linear(&self.out_proj, attended, then)
    }

    /// Query, key or value: the first, second or third part of the packed projection.
    fn projected(&self, input: Tensor<3>, part: usize) -> Tensor<3> {
        let features = input.dims()[2];
        let weight = self.in_proj_weight.val().narrow(0, part * features, features).transpose();
        let bias = self.in_proj_bias.val().narrow(0, part * features, features);
        project(weight, Some(bias), input, Then::Nothing)
    }

    /// Over zeros every value is the value bias, so no key matters.
    ///
    /// # Shapes
    /// - output: `[1, 1, features]`
    pub(super) fn constant(&self, features: usize) -> Tensor<3> {
        let value = self.in_proj_bias.val().narrow(0, 2 * features, features);
        self.out_proj.forward(value.reshape([1, 1, features]))
    }
}

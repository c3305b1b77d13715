//! The transformer stack; its features are the raw outputs of every layer.

use burn::{
    module::Module,
    nn::{LayerNorm, LayerNormConfig, Linear, LinearConfig},
    tensor::{Device, Tensor, activation::gelu},
};

use super::{
    attention::attend,
    config::{EncoderConfig, NormOrder},
    positional::PositionalEmbedding,
};

/// Self-attention with its four projections.
#[derive(Module, Debug)]
pub struct SelfAttention {
    k_proj: Linear,
    v_proj: Linear,
    q_proj: Linear,
    out_proj: Linear,
    heads: usize,
}

/// Two linear maps with GELU between.
#[derive(Module, Debug)]
pub struct FeedForward {
    intermediate_dense: Linear,
    output_dense: Linear,
}

/// One transformer layer.
#[derive(Module, Debug)]
pub struct TransformerLayer {
    attention: SelfAttention,
    layer_norm: LayerNorm,
    feed_forward: FeedForward,
    final_layer_norm: LayerNorm,
    pre_norm: bool,
}

/// Positions and all layers.
#[derive(Module, Debug)]
pub struct Transformer {
    pos_conv_embed: PositionalEmbedding,
    layer_norm: LayerNorm,
    layers: Vec<TransformerLayer>,
    pre_norm: bool,
}

impl Transformer {
    /// Fresh weights.
    pub fn new(config: &EncoderConfig, device: &Device) -> Self {
        Self {
            pos_conv_embed: PositionalEmbedding::new(config, device),
            layer_norm: LayerNormConfig::new(config.features).init(device),
            layers: (0..config.layers).map(|_| TransformerLayer::new(config, device)).collect(),
            pre_norm: config.norm_order == NormOrder::Pre,
        }
    }

    /// The outputs of all layers. Padded frames must be zero and are masked by `bias`.
    ///
    /// A post-norm stack is normed once before its layers; a pre-norm stack after them, which features do not see.
    ///
    /// # Shapes
    /// - frames: `[batch, frames, features]`
    /// - bias: `[batch, 1, 1, frames]`
    /// - output: `layers` tensors `[batch, frames, features]`
    pub fn forward(&self, frames: Tensor<3>, bias: Option<&Tensor<4>>) -> Vec<Tensor<3>> {
        let positioned = self.pos_conv_embed.forward(frames);
        let mut hidden = if self.pre_norm { positioned } else { self.layer_norm.forward(positioned) };
        let mut outputs = Vec::with_capacity(self.layers.len());
        for layer in &self.layers {
            hidden = layer.forward(hidden, bias);
            outputs.push(hidden.clone());
        }
        outputs
    }
}

impl TransformerLayer {
    fn new(config: &EncoderConfig, device: &Device) -> Self {
        let features = config.features;
        let square = || LinearConfig::new(features, features).init(device);
        let norm = || LayerNormConfig::new(features).init(device);
        Self {
            attention: SelfAttention {
                k_proj: square(),
                v_proj: square(),
                q_proj: square(),
                out_proj: square(),
                heads: config.heads,
            },
            layer_norm: norm(),
            feed_forward: FeedForward {
                intermediate_dense: LinearConfig::new(features, config.feed_forward).init(device),
                output_dense: LinearConfig::new(config.feed_forward, features).init(device),
            },
            final_layer_norm: norm(),
            pre_norm: config.norm_order == NormOrder::Pre,
        }
    }

    /// # Shapes
    /// - hidden, output: `[batch, frames, features]`
    fn forward(&self, hidden: Tensor<3>, bias: Option<&Tensor<4>>) -> Tensor<3> {
        if self.pre_norm {
            let hidden = hidden.clone() + self.attention.forward(self.layer_norm.forward(hidden), bias);
            hidden.clone() + self.feed_forward.forward(self.final_layer_norm.forward(hidden))
        } else {
            let hidden = self.layer_norm.forward(hidden.clone() + self.attention.forward(hidden, bias));
            self.final_layer_norm.forward(hidden.clone() + self.feed_forward.forward(hidden))
        }
    }
}

impl SelfAttention {
    fn forward(&self, hidden: Tensor<3>, bias: Option<&Tensor<4>>) -> Tensor<3> {
        let query = self.q_proj.forward(hidden.clone());
        let key = self.k_proj.forward(hidden.clone());
        let value = self.v_proj.forward(hidden);
        self.out_proj.forward(attend(query, key, value, self.heads, bias.cloned()))
    }
}

impl FeedForward {
    fn forward(&self, hidden: Tensor<3>) -> Tensor<3> {
        self.output_dense.forward(gelu(self.intermediate_dense.forward(hidden)))
    }
}

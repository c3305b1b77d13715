//! The transformer stack; its features are the raw outputs of every layer.

use burn::{
    module::Module,
    nn::{LayerNorm, LayerNormConfig, Linear, LinearConfig},
    tensor::{Device, Tensor},
};

use super::{
    attention::attend,
    config::{EncoderConfig, NormOrder},
    fused::{Then, layer_norm, linear},
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
        let mut hidden = if self.pre_norm { positioned } else { layer_norm(&self.layer_norm, positioned) };
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
            let normed = layer_norm(&self.layer_norm, hidden.clone());
            let hidden = self.attention.forward(normed, bias, hidden);
            let normed = layer_norm(&self.final_layer_norm, hidden.clone());
            self.feed_forward.forward(normed, hidden)
        } else {
            let hidden = layer_norm(&self.layer_norm, self.attention.forward(hidden.clone(), bias, hidden));
            layer_norm(&self.final_layer_norm, self.feed_forward.forward(hidden.clone(), hidden))
        }
    }
}

impl SelfAttention {
    /// # Shapes
    /// - hidden, residual, output: `[batch, frames, features]`
    fn forward(&self, hidden: Tensor<3>, bias: Option<&Tensor<4>>, residual: Tensor<3>) -> Tensor<3> {
        let query = linear(&self.q_proj, hidden.clone(), Then::Nothing);
        let key = linear(&self.k_proj, hidden.clone(), Then::Nothing);
        let value = linear(&self.v_proj, hidden, Then::Nothing);
        linear(&self.out_proj, attend(query, key, value, self.heads, bias.cloned()), Then::Add(residual))
    }
}

impl FeedForward {
    /// # Shapes
    /// - hidden, residual, output: `[batch, frames, features]`
    fn forward(&self, hidden: Tensor<3>, residual: Tensor<3>) -> Tensor<3> {
        let wide = linear(&self.intermediate_dense, hidden, Then::Gelu);
        linear(&self.output_dense, wide, Then::Add(residual))
    }
}

//! The transformer stack; its features are the raw outputs of every layer (torchaudio's `Transformer`).

use burn::{
    module::{Module, Param},
    nn::{Initializer, LayerNorm, LayerNormConfig, Linear, LinearConfig},
    tensor::{Device, Tensor},
};

use super::{
    attention::attend,
    config::{EncoderConfig, NormOrder},
    fused::{Then, layer_norm, linear},
    positional::PositionalEmbedding,
    wavlm::{RelativeEmbedding, position_gate},
};

/// Self-attention with its four projections; in WavLM also the gate of the position bias.
#[derive(Module, Debug)]
pub struct SelfAttention {
    k_proj: Linear,
    v_proj: Linear,
    q_proj: Linear,
    out_proj: Linear,
    gru_rel_pos_linear: Option<Linear>,
    gru_rel_pos_const: Option<Param<Tensor<4>>>,
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
    rel_attn_embed: Option<RelativeEmbedding>,
    layer_norm: LayerNorm,
    layers: Vec<TransformerLayer>,
    pre_norm: bool,
}

/// What is added to the attention scores of every layer.
#[derive(Clone, Copy, Debug)]
struct Biases<'a> {
    /// `[batch, 1, 1, frames]`, where something is padded.
    padding: Option<&'a Tensor<4>>,
    /// `[1, heads, frames, frames]`, in WavLM.
    positions: Option<&'a Tensor<4>>,
}

impl Transformer {
    /// Fresh weights.
    pub fn new(config: &EncoderConfig, device: &Device) -> Self {
        Self {
            pos_conv_embed: PositionalEmbedding::new(config, device),
            rel_attn_embed: config
                .relative_positions
                .map(|positions| RelativeEmbedding::new(positions, config.heads, device)),
            layer_norm: LayerNormConfig::new(config.features).init(device),
            layers: (0..config.layers).map(|_| TransformerLayer::new(config, device)).collect(),
            pre_norm: config.norm_order == NormOrder::Pre,
        }
    }

    /// How many layers.
    pub fn depth(&self) -> usize {
        self.layers.len()
    }

    /// The output of one layer after another; nothing of the layers before is kept. Padded frames must be zero and are
    /// masked by `padding`.
    ///
    /// A post-norm stack is normed once before its layers; a pre-norm stack after them, which features do not see.
    ///
    /// # Shapes
    /// - frames: `[batch, frames, features]`
    /// - padding: `[batch, 1, 1, frames]`
    pub fn outputs(&self, frames: Tensor<3>, padding: Option<Tensor<4>>) -> Outputs<'_> {
        let positions = self.rel_attn_embed.as_ref().map(|embedding| embedding.bias(frames.dims()[1]));
        let positioned = self.pos_conv_embed.forward(frames);
        let hidden = if self.pre_norm { positioned } else { layer_norm(&self.layer_norm, positioned) };
        Outputs { layers: self.layers.iter(), hidden, padding, positions }
    }
}

/// The outputs of a transformer's layers, first to last.
///
/// # Shapes
/// - each: `[batch, frames, features]`
#[derive(Clone, Debug)]
pub struct Outputs<'a> {
    layers: std::slice::Iter<'a, TransformerLayer>,
    hidden: Tensor<3>,
    padding: Option<Tensor<4>>,
    positions: Option<Tensor<4>>,
}

impl Iterator for Outputs<'_> {
    type Item = Tensor<3>;

    fn next(&mut self) -> Option<Tensor<3>> {
        let layer = self.layers.next()?;
        let biases = Biases { padding: self.padding.as_ref(), positions: self.positions.as_ref() };
        self.hidden = layer.forward(self.hidden.clone(), biases);
        Some(self.hidden.clone())
    }
}

impl TransformerLayer {
    fn new(config: &EncoderConfig, device: &Device) -> Self {
        let features = config.features;
        let norm = || LayerNormConfig::new(features).init(device);
        Self {
            attention: SelfAttention::new(config, device),
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
    fn forward(&self, hidden: Tensor<3>, biases: Biases<'_>) -> Tensor<3> {
        if self.pre_norm {
            let normed = layer_norm(&self.layer_norm, hidden.clone());
            let hidden = self.attention.forward(normed, biases, hidden);
            let normed = layer_norm(&self.final_layer_norm, hidden.clone());
            self.feed_forward.forward(normed, hidden)
        } else {
            let hidden = layer_norm(&self.layer_norm, self.attention.forward(hidden.clone(), biases, hidden));
            layer_norm(&self.final_layer_norm, self.feed_forward.forward(hidden.clone(), hidden))
        }
    }
}

impl SelfAttention {
    fn new(config: &EncoderConfig, device: &Device) -> Self {
        let [features, heads] = [config.features, config.heads];
        let square = || LinearConfig::new(features, features).init(device);
        let gated = config.relative_positions.is_some();
        Self {
            k_proj: square(),
            v_proj: square(),
            q_proj: square(),
            out_proj: square(),
            gru_rel_pos_linear: gated.then(|| LinearConfig::new(features / heads, 8).init(device)),
            gru_rel_pos_const: gated.then(|| Initializer::Ones.init([1, heads, 1, 1], device)),
            heads,
        }
    }

    /// # Shapes
    /// - hidden, residual, output: `[batch, frames, features]`
    fn forward(&self, hidden: Tensor<3>, biases: Biases<'_>, residual: Tensor<3>) -> Tensor<3> {
        let bias = self.bias(&hidden, biases);
        let query = linear(&self.q_proj, hidden.clone(), Then::Nothing);
        let key = linear(&self.k_proj, hidden.clone(), Then::Nothing);
        let value = linear(&self.v_proj, hidden, Then::Nothing);
        linear(&self.out_proj, attend(query, key, value, self.heads, bias), Then::Add(residual))
    }

    /// The padding's bias and the gated one of the positions, whichever there are.
    ///
    /// # Shapes
    /// - hidden: `[batch, frames, features]`
    /// - output: `[batch, 1, 1, frames]` or `[batch, heads, frames, frames]`
    fn bias(&self, hidden: &Tensor<3>, biases: Biases<'_>) -> Option<Tensor<4>> {
        let gate = self.gru_rel_pos_linear.as_ref().zip(self.gru_rel_pos_const.as_ref());
        let positions = gate
            .zip(biases.positions)
            .map(|((linear, scale), positions)| position_gate(hidden.clone(), linear, scale.val()) * positions.clone());
        match (positions, biases.padding) {
            (Some(positions), Some(padding)) => Some(positions + padding.clone()),
            (Some(positions), None) => Some(positions),
            (None, padding) => padding.cloned(),
        }
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

//! The positional convolution: a grouped convolution with weight norm (wav2vec 2.0, section 2).

use burn::{
    module::{Module, Param},
    nn::Initializer,
    tensor::{Device, Tensor, activation::gelu, module::conv1d, ops::ConvOptions},
};

use super::{config::EncoderConfig, cpu, graph};

/// The convolution; its weight is `weight_g * weight_v / ||weight_v||`, the norm over both channel axes.
#[derive(Module, Debug)]
pub struct PositionalConv {
    weight_g: Param<Tensor<3>>,
    weight_v: Param<Tensor<3>>,
    bias: Param<Tensor<1>>,
    groups: usize,
}

/// Adds the position to the frames.
#[derive(Module, Debug)]
pub struct PositionalEmbedding {
    conv: PositionalConv,
}

impl PositionalEmbedding {
    /// Fresh weights.
    pub fn new(config: &EncoderConfig, device: &Device) -> Self {
        let [features, kernel] = [config.features, config.positional_kernel];
        let shape = [features, features / config.positional_groups, kernel];
        let scale = (4.0 / (kernel * features) as f64).sqrt();
        let conv = PositionalConv {
            weight_g: Initializer::Ones.init([1, 1, kernel], device),
            weight_v: Initializer::Normal { mean: 0.0, std: scale }.init(shape, device),
            bias: Initializer::Zeros.init([features], device),
            groups: config.positional_groups,
        };
        Self { conv }
    }

    /// The frames plus their positions. Padding must be zero.
    ///
    /// # Shapes
    /// - frames, output: `[batch, frames, features]`
    pub fn forward(&self, frames: Tensor<3>) -> Tensor<3> {
        let conv = &self.conv;
        let (g, v, bias) = (conv.weight_g.val(), conv.weight_v.val(), conv.bias.val());
        if cpu::serves(&frames) && cpu::serves(&v) {
            return cpu::add_positions(frames, g, v, bias, conv.groups);
        }
        if graph::serves(&frames, &v) {
            return graph::add_positions(frames, g, v, bias, conv.groups);
        }
        let length = frames.dims()[1];
        let kernel = v.dims()[2];
        let norm = v.clone().square().sum_dim(0).sum_dim(1).sqrt();
        let weight = v * (g / norm);
        let options = ConvOptions::new([1], [kernel / 2], [1], conv.groups);
        // The norm of the weight is taken in f32.
        let (weight, bias) = (weight.cast(frames.dtype()), bias.cast(frames.dtype()));
        let position = conv1d(frames.clone().swap_dims(1, 2), weight, Some(bias), options);
        // An even kernel gives one frame too many.
        let position = position.narrow(2, 0, length);
        frames + gelu(position).swap_dims(1, 2)
    }
}

//! Operations of a graph that bring a backward of their own: what the kernels of [`cpu`](super::cpu) are for inference, these are
//! for training on the CPU. Each is one step of burn's autodiff graph where burn's operations would be several, keeps no more
//! than its backward needs, and works in one parallel pass over memory.
//!
//! They serve f32 on the CPU without recomputed activations; everything else goes on with burn's operations. The callers, which
//! choose, stand in [`fused`](super::fused) and beside it.

mod attention;
mod conv;
mod conv_norm;
mod linear;
mod norm;
mod pooling;
mod positional;
mod rows;
mod step;

pub(super) use attention::attend;
pub(super) use conv::{ConvParameters, convolve};
pub(super) use linear::linear;
pub(super) use norm::layer_norm;
pub(super) use pooling::norm_pool;
pub(super) use positional::add_positions;

use burn::tensor::{DType, Device, GradientCheckpointingStrategy, Tensor};

/// Whether operations may record themselves for these two tensors, of which at least one is part of a graph.
pub(super) fn serves<const A: usize, const B: usize>(one: &Tensor<A>, other: &Tensor<B>) -> bool {
    (one.is_autodiff() || other.is_autodiff()) && is_plain(one) && is_plain(other)
}

/// f32 on the CPU, and nothing to be computed again.
fn is_plain<const D: usize>(tensor: &Tensor<D>) -> bool {
    let keeps = !matches!(tensor.gradient_checkpointing_strategy(), Some(GradientCheckpointingStrategy::Balanced));
    keeps && tensor.dtype() == DType::F32 && tensor.device() == Device::flex()
}

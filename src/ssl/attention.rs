//! Multi-head attention, shared by the encoder's layers and RAT's reference block (Vaswani et al. 2017).

use burn::tensor::{DType, Tensor, activation::softmax};

use super::{cpu, graph};

/// Scaled dot-product attention of projected queries over projected keys and values.
///
/// The softmax is computed in f32, whatever the type of the products. `bias`, in f32, is added to the scores (see [`Lengths::attention_bias`](super::Lengths::attention_bias)).
///
/// # Shapes
/// - query: `[batch, frames, features]`
/// - key, value: `[batch, reference frames, features]`
/// - bias: any that broadcasts to `[batch, heads, frames, reference frames]`
/// - output: `[batch, frames, features]`
pub fn attend(query: Tensor<3>, key: Tensor<3>, value: Tensor<3>, heads: usize, bias: Option<Tensor<4>>) -> Tensor<3> {
    if cpu::serves(&query) && cpu::serves(&key) && cpu::serves(&value) {
        return cpu::attend(query, key, value, heads, bias);
    }
    // A bias that is learnt needs a gradient too.
    let constant = bias.as_ref().is_none_or(|bias| !bias.is_autodiff());
    if constant && graph::serves(&query, &key) && graph::serves(&query, &value) {
        return graph::attend(query, key, value, heads, bias);
    }
    let [batch, frames, features] = query.dims();
    let keys = key.dims()[1];
    let width = features / heads;
    let split = |tensor: Tensor<3>, length: usize| tensor.reshape([batch, length, heads, width]).swap_dims(1, 2);
    let query = split(query, frames) / (width as f64).sqrt();
    let dtype = query.dtype();
    let scores = query.matmul(split(key, keys).swap_dims(2, 3)).cast(DType::F32);
    let scores = match bias {
        Some(bias) => scores + bias,
        None => scores,
    };
    let heads_output = softmax(scores, 3).cast(dtype).matmul(split(value, keys));
    heads_output.swap_dims(1, 2).reshape([batch, frames, features])
}

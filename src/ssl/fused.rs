//! The operations of encoder and reference block that are worth fusing: the CPU's kernels for inference, its steps with a
//! backward of their own for training, burn's operations in other precisions and on every other device.
//!
//! The weights' type decides: with weights in bf16 products and activations are bf16. Norms compute in f32 and give back the
//! type of their input.

use burn::{
    nn::{LayerNorm, Linear},
    tensor::{
        DType, Tensor,
        activation::{gelu, relu},
    },
};

use super::{cpu, graph, mask::Lengths};

const EPSILON: f64 = 1e-5;

/// What follows a linear map.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant)] // One stands on the stack at a time.
pub enum Then {
    /// Nothing.
    Nothing,
    /// GELU.
    Gelu,
    /// ReLU.
    Relu,
    /// The sum with a tensor of the output's shape.
    Add(Tensor<3>),
}

/// LayerNorm over the features.
///
/// # Shapes
/// - input, output: `[batch, frames, features]`
pub fn layer_norm(norm: &LayerNorm, input: Tensor<3>) -> Tensor<3> {
    let dtype = input.dtype();
    if dtype != DType::F32 {
        return layer_norm(norm, input.cast(DType::F32)).cast(dtype);
    }
    let gamma = norm.gamma.val();
    let Some(beta) = norm.beta.as_ref().map(|beta| beta.val()) else { return norm.forward(input) };
    if graph::serves(&input, &gamma) {
        return graph::layer_norm(gamma, beta, input, EPSILON as f32);
    }
    if !(cpu::serves(&input) && cpu::serves(&gamma)) {
        return norm.forward(input);
    }
    let dims = input.dims();
    let [input, gamma, beta] = [cpu::host(input), cpu::host(gamma), cpu::host(beta)];
    let output = cpu::layer_norm(cpu::values(&input), cpu::values(&gamma), cpu::values(&beta), EPSILON as f32);
    cpu::tensor(output, dims)
}

/// The mean of LayerNorm's output over layers and real frames, in f32.
///
/// # Shapes
/// - frames: `[layers * batch, frames, features]`, with the real lengths of a layer's rows
/// - output: `[batch, features]`
pub fn norm_pool(norm: &LayerNorm, frames: Tensor<3>, lengths: &Lengths) -> Tensor<2> {
    let [rows, count, features] = frames.dims();
    let frames = frames.cast(DType::F32);
    if let Some(beta) = norm.beta.as_ref().map(|beta| beta.val())
        && graph::serves(&frames, &beta)
    {
        return graph::norm_pool(norm.gamma.val(), beta, frames, lengths, EPSILON as f32);
    }
    let batch = lengths.as_slice().len();
    let normed = layer_norm(norm, frames).reshape([rows / batch, batch, count, features]);
    pool(normed.mean_dim(0).reshape([batch, count, features]), lengths)
}

/// Mean over the real frames, in f32.
///
/// # Shapes
/// - frames: `[batch, frames, features]`
/// - output: `[batch, features]`
pub fn pool(frames: Tensor<3>, lengths: &Lengths) -> Tensor<2> {
    let [batch, _, features] = frames.dims();
    let frames = frames.cast(DType::F32);
    if lengths.is_full() {
        return frames.mean_dim(1).reshape([batch, features]);
    }
    let device = frames.device();
    let real = frames * lengths.mask(&device).unsqueeze_dim::<3>(2);
    real.sum_dim(1).reshape([batch, features]) * lengths.reciprocals(&device).reshape([batch, 1])
}

/// A linear map of every frame, and what follows it.
///
/// # Shapes
/// - input: `[batch, frames, inputs]`, output: `[batch, frames, outputs]`
pub fn linear(linear: &Linear, input: Tensor<3>, then: Then) -> Tensor<3> {
    let bias = linear.bias.as_ref().map(|bias| bias.val());
    project(linear.weight.val(), bias, input, then)
}

/// As [`linear`], with the parameters given.
///
/// # Shapes
/// - weight: `[inputs, outputs]`, bias: `[outputs]`
/// - input: `[batch, frames, inputs]`, output: `[batch, frames, outputs]`
pub fn project(weight: Tensor<2>, bias: Option<Tensor<1>>, input: Tensor<3>, then: Then) -> Tensor<3> {
    match bias {
        Some(bias) if cpu::serves(&input) && cpu::serves(&weight) => project_on_cpu(weight, bias, input, then),
        Some(bias) if graph::serves(&input, &weight) => graph::linear(weight, bias, input, then),
        bias => {
            let dtype = weight.dtype();
            let output = burn::tensor::module::linear(input.cast(dtype), weight, bias);
            match then {
                Then::Nothing => output,
                Then::Gelu => gelu(output),
                Then::Relu => relu(output),
                Then::Add(other) => output + other.cast(dtype),
            }
        }
    }
}

fn project_on_cpu(weight: Tensor<2>, bias: Tensor<1>, input: Tensor<3>, then: Then) -> Tensor<3> {
    let [batch, frames, inputs] = input.dims();
    let outputs = weight.dims()[1];
    // A matrix on its side halves the speed of the product.
    let weight = cpu::tensor_of(cpu::host(weight));
    let product = input.reshape([batch * frames, inputs]).matmul(weight);
    let bias = cpu::host(bias);
    let other = match &then {
        Then::Add(other) => Some(cpu::host(other.clone())),
        _ => None,
    };
    let how = match (&then, &other) {
        (Then::Gelu, _) => cpu::Finish::Gelu,
        (Then::Relu, _) => cpu::Finish::Relu,
        (_, Some(other)) => cpu::Finish::Add(cpu::values(other)),
        _ => cpu::Finish::Bias,
    };
    let output = cpu::change(product, |values| cpu::finish(values, cpu::values(&bias), how));
    output.reshape([batch, frames, outputs])
}

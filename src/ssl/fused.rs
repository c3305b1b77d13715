//! The operations of encoder and reference block that are worth fusing: the CPU's kernels where they serve, burn's operations
//! under autodiff and on every other device.
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

use super::cpu;

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
    if !(cpu::serves(&input) && cpu::serves(&gamma)) {
        return norm.forward(input);
    }
    let dims = input.dims();
    let [input, gamma, beta] = [cpu::host(input), cpu::host(gamma), cpu::host(beta)];
    let output = cpu::layer_norm(cpu::values(&input), cpu::values(&gamma), cpu::values(&beta), EPSILON as f32);
    cpu::tensor(output, dims)
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

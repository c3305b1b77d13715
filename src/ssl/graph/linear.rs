//! A linear map with what follows it.

use burn::tensor::Tensor;
use burn_flex::FlexTensor;

use super::{
    rows::{column_sums, through},
    step::{input, record},
};
use crate::ssl::{
    cpu::{Finish, change, changed, finish, gelu, gelu_slope, host, map, tensor, tensor_of, values},
    fused::Then,
};

/// What the backward needs of the map and of what followed it.
struct Map {
    weight: FlexTensor,
    input: FlexTensor,
    /// Rows, inputs, outputs.
    dims: [usize; 3],
    after: After,
}

/// What followed, and what its slope is a function of.
enum After {
    /// Nothing whose slope is not one.
    Nothing,
    /// GELU, of these values.
    Gelu(FlexTensor),
    /// ReLU, with these results.
    Relu(FlexTensor),
}

/// As [`project`](super::super::project), with a bias.
///
/// # Shapes
/// - weight: `[inputs, outputs]`, bias: `[outputs]`
/// - input: `[batch, frames, inputs]`, output: `[batch, frames, outputs]`
pub(in crate::ssl) fn linear(weight: Tensor<2>, bias: Tensor<1>, frames: Tensor<3>, then: Then) -> Tensor<3> {
    let [batch, count, inputs] = frames.dims();
    let dims = [batch * count, inputs, weight.dims()[1]];
    let [weight, bias, frames] = [input(weight), input(bias), input(frames)];
    let product = matrix(&frames.values, [dims[0], inputs]).matmul(tensor_of(weight.values.clone()));
    let finished = |how: Finish<'_>| host(change(product, |rows| finish(rows, values(&bias.values), how)));
    let (added, output, after) = match then {
        Then::Nothing => (None, finished(Finish::Bias), After::Nothing),
        Then::Gelu => {
            let before = finished(Finish::Bias);
            (None, host(tensor(map(values(&before), gelu), [dims[0], dims[2]])), After::Gelu(before))
        }
        Then::Relu => {
            let output = finished(Finish::Relu);
            (None, output.clone(), After::Relu(output))
        }
        Then::Add(other) => {
            let other = input(other);
            let output = finished(Finish::Add(values(&other.values)));
            (Some(other), output, After::Nothing)
        }
    };
    let output = host(matrix(&output, [batch, count, dims[2]]));
    let map = Map { weight: weight.values.clone(), input: frames.values.clone(), dims, after };
    let shape = [batch, count, inputs];
    match added {
        None => record([weight, bias, frames], output, move |gradient, wanted| map.back(gradient, wanted, shape)),
        Some(other) => record([weight, bias, frames, other], output, move |gradient, [weight, bias, frames, other]| {
            let passed = other.then(|| gradient.clone());
            let [weight, bias, frames] = map.back(gradient, [weight, bias, frames], shape);
            [weight, bias, frames, passed]
        }),
    }
}

impl Map {
    /// The gradients of weight, bias and input.
    fn back(&self, gradient: FlexTensor, wanted: [bool; 3], shape: [usize; 3]) -> [Option<FlexTensor>; 3] {
        let [rows, inputs, outputs] = self.dims;
        let mut of_bias = vec![];
        let gradient = match &self.after {
            After::Nothing => {
                of_bias = if wanted[1] { column_sums(values(&gradient), outputs) } else { vec![0.0; outputs] };
                gradient
            }
            After::Gelu(before) => changed(gradient, |gradient| {
                of_bias = through(
                    gradient,
                    values(before),
                    outputs,
                    #[inline(always)]
                    |g, x| g * gelu_slope(x),
                );
            }),
            After::Relu(output) => changed(gradient, |gradient| {
                of_bias = through(
                    gradient,
                    values(output),
                    outputs,
                    #[inline(always)]
                    |g, y| if y > 0.0 { g } else { 0.0 },
                );
            }),
        };
        let gradient = matrix(&gradient, [rows, outputs]);
        let of_weight = wanted[0].then(|| {
            let input: Tensor<2> = matrix(&self.input, [rows, inputs]);
            host(input.transpose().matmul(gradient.clone()))
        });
        let of_input = wanted[2].then(|| {
            let product = gradient.matmul(tensor_of::<2>(self.weight.clone()).transpose());
            host(product.reshape(shape))
        });
        [of_weight, wanted[1].then(|| host(tensor(of_bias, [outputs]))), of_input]
    }
}

/// Values in another shape.
fn matrix<const D: usize>(values: &FlexTensor, dims: [usize; D]) -> Tensor<D> {
    let count: usize = dims.iter().product();
    tensor_of::<1>(values.reshape([count].into())).reshape(dims)
}

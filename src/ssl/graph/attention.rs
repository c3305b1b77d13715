//! Attention whose weights are computed again in the backward pass, some rows at a time: no scores are kept.

use burn::tensor::Tensor;
use burn_flex::FlexTensor;

use super::{
    rows::softmax_back,
    step::{input, record},
};
use crate::ssl::cpu::{self, change, host, merge, rows_at_once, split, tensor, tensor_of, values, weigh};

/// Projected queries, keys and values.
struct Heads {
    /// `[batch, frames, features]`
    query: Tensor<3>,
    /// `[batch, reference frames, features]`, as is the value.
    key: Tensor<3>,
    value: Tensor<3>,
    heads: usize,
    bias: Option<Tensor<4>>,
}

/// As [`attend`](super::super::attend), with a bias outside the graph.
///
/// # Shapes
/// - query, output: `[batch, frames, features]`; key, value: `[batch, reference frames, features]`
pub(in crate::ssl) fn attend(
    query: Tensor<3>,
    key: Tensor<3>,
    value: Tensor<3>,
    heads: usize,
    bias: Option<Tensor<4>>,
) -> Tensor<3> {
    let inputs = [input(query), input(key), input(value)];
    let [query, key, value] = inputs.each_ref().map(|input| tensor_of::<3>(input.values.clone()));
    let output = cpu::attend(query.clone(), key.clone(), value.clone(), heads, bias.clone());
    let kept = Heads { query, key, value, heads, bias };
    record(inputs, host(output), move |gradient, _| kept.back(tensor_of(gradient)).map(Some))
}

impl Heads {
    /// The gradients of query, key and value.
    fn back(&self, gradient: Tensor<3>) -> [FlexTensor; 3] {
        let ([batch, frames, features], keys) = (self.query.dims(), self.key.dims()[1]);
        let scale = 1.0 / ((features / self.heads) as f32).sqrt();
        let mut found = [frames, keys, keys].map(|length| (length, vec![0.0; batch * length * features]));
        let step = rows_at_once(self.heads * frames * keys);
        for first in (0..batch).step_by(step) {
            let rows = step.min(batch - first);
            let part = |tensor: &Tensor<3>| split(tensor.clone().narrow(0, first, rows), self.heads);
            let [query, key, value] = [&self.query, &self.key, &self.value].map(part);
            let gradient = part(&gradient);
            let weights = self.weights(query.clone().matmul(key.clone().swap_dims(2, 3)), first);
            let of_value = weights.clone().swap_dims(2, 3).matmul(gradient.clone());
            let weights = host(weights);
            let of_scores = change(gradient.matmul(value.swap_dims(2, 3)), |scores| {
                softmax_back(scores, values(&weights), keys, scale);
            });
            let of_query = of_scores.clone().matmul(key);
            let of_key = of_scores.swap_dims(2, 3).matmul(query);
            for ((length, whole), part) in found.iter_mut().zip([of_query, of_key, of_value]) {
                let (dims, row) = (part.dims(), *length * features);
                merge(values(&host(part)), &mut whole[first * row..(first + rows) * row], dims, 0, *length);
            }
        }
        found.map(|(length, values)| host(tensor(values, [batch, length, features])))
    }

    /// Softmax of the scores of some rows.
    fn weights(&self, scores: Tensor<4>, first: usize) -> Tensor<4> {
        let dims = scores.dims();
        let width = self.query.dims()[2] / self.heads;
        let bias = self.bias.as_ref().map(|bias| {
            let part = if bias.dims()[0] == 1 { bias.clone() } else { bias.clone().narrow(0, first, dims[0]) };
            (part.dims(), host(part))
        });
        change(scores, |scores| weigh(scores, dims, 0, width, bias.as_ref()))
    }
}

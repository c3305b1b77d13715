//! Attention: scores, softmax and weighted sum for a block of queries at a time, so that a long recording's scores never
//! stand in memory as a whole.

use burn::tensor::Tensor;
use burn_flex::FlexTensor;
use rayon::prelude::*;

use super::{
    change, host,
    math::vectorised,
    rows::{softmax, task_rows},
    tensor, values,
};

/// Scores that a block of queries may have: 16 MiB.
const BLOCK_SCORES: usize = 1 << 22;

/// As [`attend`](super::super::attend).
///
/// # Shapes
/// - query: `[batch, frames, features]`
/// - key, value: `[batch, reference frames, features]`
/// - bias: any that broadcasts to `[batch, heads, frames, reference frames]`
/// - output: `[batch, frames, features]`
pub(in crate::ssl) fn attend(
    query: Tensor<3>,
    key: Tensor<3>,
    value: Tensor<3>,
    heads: usize,
    bias: Option<Tensor<4>>,
) -> Tensor<3> {
    let [batch, frames, features] = query.dims();
    let keys = key.dims()[1];
    let width = features / heads;
    let (key, value) = (split(key, heads).swap_dims(2, 3), split(value, heads));
    let bias = bias.map(|bias| (bias.dims(), host(bias)));
    let block = rows_at_once(batch * heads * keys).min(frames.max(1));
    let mut output = vec![0.0; batch * frames * features];
    for first in (0..frames).step_by(block) {
        let count = block.min(frames - first);
        let query = split(query.clone().narrow(1, first, count), heads);
        let scores = query.matmul(key.clone());
        let weights = change(scores, |scores| weigh(scores, [batch, heads, count, keys], first, width, bias.as_ref()));
        let heads_output = host(weights.matmul(value.clone()));
        merge(values(&heads_output), &mut output, [batch, heads, count, width], first, frames);
    }
    tensor(output, [batch, frames, features])
}

/// Each head's part of the features, as a view.
///
/// # Shapes
/// - input: `[batch, frames, features]`, output: `[batch, heads, frames, features / heads]`
pub(in crate::ssl) fn split(tensor: Tensor<3>, heads: usize) -> Tensor<4> {
    let [batch, frames, features] = tensor.dims();
    tensor.reshape([batch, frames, heads, features / heads]).swap_dims(1, 2)
}

/// How many rows of so many scores each stand in memory at a time.
pub(in crate::ssl) fn rows_at_once(scores: usize) -> usize {
    (BLOCK_SCORES / scores.max(1)).max(1)
}

/// Softmax over the keys, in place.
///
/// # Shapes
/// - scores: `[batch, heads, queries, keys]`; `first` is the place of the first query
pub(in crate::ssl) fn weigh(
    scores: &mut [f32],
    dims: [usize; 4],
    first: usize,
    width: usize,
    bias: Option<&([usize; 4], FlexTensor)>,
) {
    let [_, heads, queries, keys] = dims;
    let scale = 1.0 / (width as f32).sqrt();
    let bias = bias.map(|(dims, bias)| (*dims, values(bias)));
    let task = task_rows(keys);
    scores.par_chunks_mut(task * keys).enumerate().for_each(|(index, rows)| {
        vectorised(
            rows,
            #[inline(always)]
            |rows: &mut [f32]| {
                for (offset, row) in rows.chunks_exact_mut(keys).enumerate() {
                    let place = index * task + offset;
                    let bias = bias.map(|(dims, bias)| {
                        let [batch, head, query] =
                            [place / (heads * queries), place / queries % heads, first + place % queries];
                        // An axis of one value is the same for all.
                        let at = |axis: usize, place: usize| if dims[axis] == 1 { 0 } else { place };
                        let row = (at(0, batch) * dims[1] + at(1, head)) * dims[2] + at(2, query);
                        &bias[row * keys..(row + 1) * keys]
                    });
                    softmax(row, scale, bias);
                }
            },
        );
    });
}

/// Heads side by side again.
///
/// # Shapes
/// - input: `[batch, heads, queries, width]`, output: `[batch, frames, heads * width]` from frame `first` on
pub(in crate::ssl) fn merge(input: &[f32], output: &mut [f32], dims: [usize; 4], first: usize, frames: usize) {
    let [_, heads, queries, width] = dims;
    let features = heads * width;
    output.par_chunks_mut(frames * features).zip(input.par_chunks(heads * queries * width)).for_each(
        |(output, input)| {
            let rows = output[first * features..].chunks_exact_mut(features).take(queries);
            for (query, row) in rows.enumerate() {
                for (head, part) in row.chunks_exact_mut(width).enumerate() {
                    let start = (head * queries + query) * width;
                    part.copy_from_slice(&input[start..start + width]);
                }
            }
        },
    );
}

//! WavLM's gated relative position bias (Chen et al. 2022, section III-B; torchaudio's `WavLMSelfAttention`).
//!
//! Every pair of frames has a learnt bias by their distance, sorted into buckets as in T5: one for each short distance,
//! wider ones for long distances, one for all that are longer still. Each layer scales the bias by a gate of its query.

use burn::{
    module::{Module, Param},
    nn::{Initializer, Linear},
    tensor::{DType, Device, Int, Tensor, TensorData, activation::sigmoid},
};
use serde::{Deserialize, Serialize};

/// How distances between frames are sorted into buckets.
///
/// ```
/// use rat::ssl::RelativePositions;
/// let wavlm = RelativePositions::WAVLM;
/// assert_eq!((wavlm.bucket(0), wavlm.bucket(-7), wavlm.bucket(7)), (0, 7, 167));
/// assert_eq!((wavlm.bucket(-800), wavlm.bucket(-5_000)), (159, 159));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelativePositions {
    /// Buckets of both directions together.
    pub buckets: usize,
    /// The distance in frames from which all share the last bucket.
    pub max_distance: usize,
}

impl RelativePositions {
    /// The buckets of all published WavLM models.
    pub const WAVLM: Self = Self { buckets: 320, max_distance: 800 };

    /// Whether each direction has a bucket for one distance, and there are distances beyond those.
    pub fn is_valid(&self) -> bool {
        self.buckets >= 4 && self.max_distance > self.buckets / 4
    }

    /// The bucket of a key that many frames after the query (before it, where negative).
    ///
    /// Half of the buckets are for keys after the query. Half of each half hold one distance; the others grow
    /// logarithmically. In single precision, as in PyTorch: some distances lie exactly between two buckets.
    pub fn bucket(&self, distance: isize) -> usize {
        let one_way = self.buckets / 2;
        let exact = one_way / 2;
        let first = if distance > 0 { one_way } else { 0 };
        let length = distance.unsigned_abs();
        if length < exact {
            return first + length;
        }
        let growth = (length as f32 / exact as f32).ln() / (self.max_distance as f64 / exact as f64).ln() as f32;
        let beyond = (growth * (one_way - exact) as f32) as usize;
        first + (exact + beyond).min(one_way - 1)
    }
}

/// The learnt biases, one a bucket and head, shared by all layers.
#[derive(Module, Debug)]
pub struct RelativeEmbedding {
    weight: Param<Tensor<2>>,
    max_distance: usize,
}

impl RelativeEmbedding {
    /// Fresh weights.
    pub fn new(positions: RelativePositions, heads: usize, device: &Device) -> Self {
        let normal = Initializer::Normal { mean: 0.0, std: 1.0 };
        Self { weight: normal.init([positions.buckets, heads], device), max_distance: positions.max_distance }
    }

    /// The bias of every query and key, before any gate.
    ///
    /// # Shapes
    /// - output: `[1, heads, frames, frames]`, queries before keys
    pub fn bias(&self, frames: usize) -> Tensor<4> {
        let weight = self.weight.val();
        let [buckets, heads] = weight.dims();
        let positions = RelativePositions { buckets, max_distance: self.max_distance };
        let by_distance: Vec<i32> =
            (1..2 * frames as isize).map(|place| positions.bucket(place - frames as isize) as i32).collect();
        // A query's keys are a window of the distances, one place earlier for each later query.
        let indices: Vec<i32> = (0..frames)
            .flat_map(|query| by_distance[frames - 1 - query..2 * frames - 1 - query].iter().copied())
            .collect();
        let indices = Tensor::<1, Int>::from_data(TensorData::new(indices, [frames * frames]), &weight.device());
        weight.transpose().select(1, indices).reshape([1, heads, frames, frames])
    }
}

/// What a layer scales the bias by: a function of its attention's input, head by head.
///
/// Computed in f32. `linear` maps the features of a head to eight numbers, the sums of whose halves are the update gate and the reset gate.
///
/// # Shapes
/// - hidden: `[batch, frames, features]`
/// - scale: `[1, heads, 1, 1]`
/// - output: `[batch, heads, frames, 1]`
pub fn position_gate(hidden: Tensor<3>, linear: &Linear, scale: Tensor<4>) -> Tensor<4> {
    let [batch, frames, features] = hidden.dims();
    let heads = scale.dims()[1];
    let parts = linear.forward(hidden.cast(DType::F32).reshape([batch, frames, heads, features / heads]));
    let sums = parts.reshape([batch, frames, heads, 2, 4]).sum_dim(4).reshape([batch, frames, heads, 2]);
    let gates = sigmoid(sums.swap_dims(1, 2));
    let [update, reset] = [0, 1].map(|place| gates.clone().narrow(3, place, 1));
    update * (reset * scale - 1.0) + 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_of_both_directions() {
        let positions = RelativePositions { buckets: 16, max_distance: 20 };
        let buckets: Vec<_> =
            [0, -1, 1, -3, 3, -4, 4, -20, 20, 1_000].map(|distance| positions.bucket(distance)).into();
        assert_eq!(buckets, [0, 1, 9, 3, 11, 4, 12, 7, 15, 15]);
    }

    #[test]
    fn the_bias_depends_on_the_distance_alone() {
        let device = Device::flex();
        let positions = RelativePositions { buckets: 16, max_distance: 20 };
        let mut embedding = RelativeEmbedding::new(positions, 3, &device);
        let numbered = Tensor::<1, Int>::arange(0..48, &device).float().reshape([16, 3]);
        embedding.weight = Param::from_tensor(numbered);
        let bias = embedding.bias(7);
        assert_eq!(bias.dims(), [1, 3, 7, 7]);
        let values = bias.into_data().try_to_vec::<f32>().expect("f32");
        for (place, value) in values.into_iter().enumerate() {
            let (head, query, key) = (place / 49, place / 7 % 7, place % 7);
            let bucket = positions.bucket(key as isize - query as isize);
            assert_eq!(value, (3 * bucket + head) as f32, "head {head}, query {query}, key {key}");
        }
    }
    #[test]
    fn fine_tuning_reaches_the_embedding() {
        let positions = RelativePositions { buckets: 16, max_distance: 20 };
        let embedding = RelativeEmbedding::new(positions, 3, &Device::flex().autodiff());
        let gradients = embedding.bias(5).sum().backward();
        let counts = embedding.weight.val().grad(&gradients).expect("has a gradient");
        let first_head = counts.narrow(1, 0, 1).into_data().try_to_vec::<f32>().expect("f32");
        // Five pairs at distance 0, four at 1, and so on; distances 4 before and 4 after are the first wider buckets.
        assert_eq!(first_head, [5., 4., 3., 2., 1., 0., 0., 0., 0., 4., 3., 2., 1., 0., 0., 0.]);
    }
}

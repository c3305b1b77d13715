//! Sums of squares over real frames and features, layer by layer: what every root mean square and norm is made of.

use burn::tensor::Tensor;

use crate::ssl::Lengths;

/// A value for each layer, and in it for each row of the batch.
pub(super) type ByLayer = Vec<Vec<f64>>;

/// Sums of squares of each row in each layer.
///
/// # Shapes
/// - tensor: `[layers, batch, frames, features]`, zero in padded frames
pub(super) fn squares(tensor: Tensor<4>) -> ByLayer {
    let [_, batch, _, _] = tensor.dims();
    let sums = tensor.square().sum_dim(3).sum_dim(2).into_data();
    let sums: Vec<f64> = sums.iter::<f32>().map(f64::from).collect();
    sums.chunks(batch.max(1)).map(<[f64]>::to_vec).collect()
}

/// Zeros in padded frames, which are no part of a trial.
pub(super) fn real(tensor: Tensor<4>, lengths: &Lengths) -> Tensor<4> {
    if lengths.is_full() {
        return tensor;
    }
    let [_, batch, frames, _] = tensor.dims();
    let mask = lengths.mask(&tensor.device()).reshape([1, batch, frames, 1]);
    tensor * mask
}

/// The sum over the layers, a value for each row.
pub(super) fn over_layers(sums: &[Vec<f64>]) -> Vec<f64> {
    let rows = sums.first().map_or(0, Vec::len);
    (0..rows).map(|row| sums.iter().map(|layer| layer[row]).sum()).collect()
}

/// Root mean squares: of each layer, and of all together.
pub(super) struct Rms {
    pub(super) layers: ByLayer,
    pub(super) whole: Vec<f64>,
}

impl Rms {
    /// Of sums of squares over `lengths` frames of `features`.
    pub(super) fn new(sums: &[Vec<f64>], lengths: &Lengths, features: usize) -> Self {
        let root = |layers: usize, sums: &[f64]| {
            let counts = lengths.as_slice().iter().map(|&frames| (layers * frames * features).max(1) as f64);
            sums.iter().zip(counts).map(|(sum, count)| (sum / count).sqrt()).collect::<Vec<_>>()
        };
        Self { layers: sums.iter().map(|layer| root(1, layer)).collect(), whole: root(sums.len(), &over_layers(sums)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_over_real_frames() {
        let lengths = Lengths::new(vec![2, 1], 2);
        let rms = Rms::new(&[vec![8.0, 9.0], vec![0.0, 27.0]], &lengths, 1);
        assert_eq!(rms.layers, [vec![2.0, 3.0], vec![0.0, 27f64.sqrt()]]);
        assert_eq!(rms.whole, [2f64.sqrt(), 18f64.sqrt()]);
    }
}

//! How far tensors are from what is expected: the largest error over the root mean square.

use burn::tensor::Tensor;
use rat::ssl::SslFeatures;

/// What a layer of an encoder may be off, in f32.
pub const LAYER: f64 = 1e-4;
/// What a tensor of the block and the head may be off.
pub const HEAD: f64 = 1e-5;

/// Largest error over the root mean square of what is expected.
pub fn relative(found: &[f32], expected: &[f32]) -> f64 {
    assert_eq!(found.len(), expected.len());
    let rms = (expected.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / expected.len() as f64).sqrt();
    let worst = found.iter().zip(expected).map(|(&a, &b)| f64::from((a - b).abs())).fold(0.0, f64::max);
    assert!(found.iter().all(|value| value.is_finite()));
    worst / rms
}

pub fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_to_vec::<f32>().expect("f32")
}

/// The first frames of one row in one layer.
pub fn row_of(features: &SslFeatures, layer: usize, row: usize, frames: usize) -> Vec<f32> {
    let width = features.layers.dims()[3];
    values(features.layers.clone().slice([layer..layer + 1, row..row + 1, 0..frames, 0..width]))
}

/// The worst error of one row's layers, each of which must be small; `expected` is `[layers, frames, features]`.
pub fn worst_of_row(what: &str, features: &SslFeatures, row: usize, (dims, expected): (&[usize], &[f32])) -> f64 {
    let &[layers, frames, width] = dims else { panic!("{what}: {dims:?}") };
    assert_eq!([features.layers.dims()[0], features.layers.dims()[3]], [layers, width], "{what}");
    assert_eq!(features.lengths.as_slice()[row], frames, "{what}");
    let errors = expected.chunks_exact(frames * width).enumerate().map(|(layer, expected)| {
        let error = relative(&row_of(features, layer, row, frames), expected);
        assert!(error < LAYER, "{what}, layer {layer}: {error:e}");
        error
    });
    errors.fold(0.0, f64::max)
}

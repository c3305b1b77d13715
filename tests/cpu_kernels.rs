//! The CPU's own kernels and steps against burn's operations, which the same code takes where activations are computed again.

#![cfg(feature = "network")]

#[path = "cpu_kernels/graph.rs"]
mod graph;

use burn::tensor::{Device, GradientCheckpointingStrategy, Tensor, TensorData};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rat::ssl::{EncoderConfig, ExtractorNorm, Lengths, NormOrder, RelativePositions, SslEncoder, attend};

fn drawn<const D: usize>(seed: u64, dims: [usize; D], device: &Device) -> Tensor<D> {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    let count = dims.iter().product();
    let values: Vec<f32> = (0..count).map(|_| generator.random_range(-1.0..1.0)).collect();
    Tensor::from_data(TensorData::new(values, dims), device)
}

/// Largest error over the root mean square of what is expected.
fn error<const D: usize>(found: Tensor<D>, expected: Tensor<D>) -> f64 {
    assert_eq!(found.dims(), expected.dims());
    let [found, expected] = [found, expected].map(|tensor| tensor.into_data().try_to_vec::<f32>().expect("f32"));
    let rms = (expected.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / expected.len() as f64).sqrt();
    found.iter().zip(&expected).map(|(&a, &b)| f64::from((a - b).abs())).fold(0.0, f64::max) / rms
}

fn burns<const D: usize>(tensor: Tensor<D>) -> Tensor<D> {
    graph::marked(tensor, GradientCheckpointingStrategy::Balanced)
}

fn encoders() -> [EncoderConfig; 4] {
    let small = EncoderConfig { conv_channels: 24, features: 48, layers: 3, feed_forward: 80, ..EncoderConfig::tiny() };
    let post = EncoderConfig {
        extractor_norm: ExtractorNorm::Group,
        conv_bias: false,
        norm_order: NormOrder::Post,
        normalise_waveform: false,
        ..small.clone()
    };
    let positions = Some(RelativePositions { buckets: 32, max_distance: 40 });
    let wavlm = EncoderConfig { relative_positions: positions, ..post.clone() };
    let odd_kernel = EncoderConfig { positional_kernel: 7, positional_groups: 3, ..small.clone() };
    [small, post, wavlm, odd_kernel]
}

#[test]
fn the_encoder_is_burns_in_every_family() {
    let device = Device::flex();
    for config in encoders() {
        let encoder = SslEncoder::random(&config, 2, &device).expect("valid sizes");
        let lengths = Lengths::new(vec![9_000, 5_003], 9_000);
        let waveforms = drawn::<2>(3, [2, 9_000], &device) * lengths.mask(&device);
        let ours = encoder.forward(waveforms.clone(), &lengths);
        let expected = encoder.forward(burns(waveforms), &lengths);
        assert_eq!(ours.lengths, expected.lengths);
        for (row, &frames) in ours.lengths.as_slice().iter().enumerate() {
            let real = |layers: Tensor<4>| layers.narrow(1, row, 1).narrow(2, 0, frames);
            let error = error(real(ours.layers.clone()), real(expected.layers.clone().inner()));
            assert!(error < 2e-5, "{config:?}, row {row}: {error:e}");
        }
    }
}

#[test]
fn attention_over_a_long_recording_is_the_same_in_blocks() {
    // 2 x 1,801 x 1,900 scores are more than a block holds, and no multiple of one.
    let device = Device::flex();
    let [query, key, value] =
        [(1, 1_801), (2, 1_900), (3, 1_900)].map(|(seed, frames)| drawn::<3>(seed, [1, frames, 6], &device));
    let heads = 2;
    for bias in
        [None, Some(drawn::<4>(4, [1, 1, 1, 1_900], &device)), Some(drawn::<4>(5, [1, 2, 1_801, 1_900], &device))]
    {
        let ours = attend(query.clone(), key.clone(), value.clone(), heads, bias.clone());
        let expected = attend(burns(query.clone()), key.clone(), value.clone(), heads, bias.clone());
        let error = error(ours, expected.inner());
        assert!(error < 1e-5, "{:?}: {error:e}", bias.map(|bias| bias.dims()));
    }
}

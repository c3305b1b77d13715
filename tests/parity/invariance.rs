//! A trial's score is its own: 16 utterances of different lengths, one by one and in one padded batch.

use burn::tensor::{Device, activation::softmax};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rat::{
    Waveform,
    model::{Conditioning, Detector},
    ssl::{EncoderConfig, ExtractorNorm, NormOrder, RelativePositions, SslFeatures, waveform_batch},
};

use crate::{closeness::values, devices::on_every_device};

const UTTERANCES: usize = 16;

on_every_device! {
    group_norm: |device: &Device| check(&small(ExtractorNorm::Group, NormOrder::Post, None), device);
    layer_norm: |device: &Device| check(&small(ExtractorNorm::Layer, NormOrder::Pre, None), device);
    wavlm_base: |device: &Device| check(&small(ExtractorNorm::Group, NormOrder::Post, BUCKETS), device);
    wavlm_large: |device: &Device| check(&small(ExtractorNorm::Layer, NormOrder::Pre, BUCKETS), device);
}

const BUCKETS: Option<RelativePositions> = Some(RelativePositions { buckets: 32, max_distance: 40 });

fn small(norm: ExtractorNorm, order: NormOrder, positions: Option<RelativePositions>) -> EncoderConfig {
    EncoderConfig {
        conv_channels: 24,
        extractor_norm: norm,
        features: 48,
        layers: 3,
        feed_forward: 80,
        norm_order: order,
        normalise_waveform: norm == ExtractorNorm::Layer,
        relative_positions: positions,
        ..EncoderConfig::tiny()
    }
}

/// Noise of 0.1 to 1.3 s; every utterance has its own length, level and offset.
fn utterances(seed: u64) -> Vec<Waveform> {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    let lengths = (0..UTTERANCES).map(|place| 1_600 + 1_200 * ((7 * place) % UTTERANCES) + 37 * place);
    let mut waveform = |samples: usize| {
        let (level, offset) = (generator.random_range(0.02..0.5), generator.random_range(-0.1..0.1));
        let mut last = 0.0_f32;
        let mut noise = || {
            last = 0.7 * last + generator.random_range(-level..level);
            last + offset
        };
        Waveform::new((0..samples).map(|_| noise()).collect())
    };
    lengths.map(&mut waveform).collect()
}

fn encode(detector: &Detector, waveforms: &[Waveform], device: &Device) -> SslFeatures {
    let (batch, lengths) = waveform_batch(waveforms, device).expect("long enough");
    detector.encoder.forward(batch, &lengths)
}

fn check(config: &EncoderConfig, device: &Device) {
    let detector = Detector::random(config, Conditioning::Reference, 5, device).expect("valid sizes");
    // References in another order of lengths than the tests.
    let (tests, mut references) = (utterances(1), utterances(2));
    references.rotate_left(5);
    let score = |tests: &[Waveform], references: &[Waveform]| {
        let reference = encode(&detector, references, device);
        let logits = detector.forward(&encode(&detector, tests, device), Some(&reference));
        values(softmax(logits, 1)).into_iter().step_by(2).collect::<Vec<f32>>()
    };
    let together = score(&tests, &references);
    assert_eq!(together.len(), UTTERANCES);
    for (place, &found) in together.iter().enumerate() {
        let alone = score(&tests[place..=place], &references[place..=place])[0];
        assert!((found - alone).abs() < 1e-5, "utterance {place}: {found} in the batch, {alone} alone");
    }
    let spread = together.iter().fold(f32::MIN, |a, &b| a.max(b)) - together.iter().fold(f32::MAX, |a, &b| a.min(b));
    assert!(spread > 1e-3, "scores that hardly differ prove nothing: {spread:e}");
}

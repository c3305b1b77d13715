//! Layer by layer and all at once, on every device: the same logits; and the batches of torchaudio replayed.

use burn::tensor::{Device, Tensor};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rat::{
    Waveform,
    model::{Batching, Conditioning, Detector, Heard, LayerSource},
    ssl::{EncoderConfig, SslFeatures, waveform_batch},
};

use crate::{
    closeness::{HEAD, LAYER, relative, values},
    devices::on_every_device,
    given::batch,
    golden::{self, Tensors},
};

on_every_device! {
    every_reference_in_one_pass: in_one_pass;
    one_utterance_through_both_sides: one_utterance;
    the_batches_of_torchaudio: torchaudio_batch;
}

fn noise(seed: u64, lengths: &[usize]) -> Vec<Waveform> {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    let mut one = |&samples: &usize| Waveform::new((0..samples).map(|_| generator.random_range(-0.3..0.3)).collect());
    lengths.iter().map(&mut one).collect()
}

fn small() -> EncoderConfig {
    EncoderConfig { features: 48, layers: 3, feed_forward: 80, conv_channels: 24, ..EncoderConfig::tiny() }
}

fn features(detector: &Detector, waveforms: &[Waveform], device: &Device) -> SslFeatures {
    let (waveforms, lengths) = waveform_batch(waveforms, device).expect("long enough");
    detector.encoder.forward(waveforms, &lengths)
}

fn assert_same(found: Tensor<2>, expected: Tensor<2>, what: &str) {
    let error = relative(&values(found), &values(expected));
    assert!(error < HEAD, "{what}: {error:e}");
}

fn in_one_pass(device: &Device) {
    let detector = Detector::random(&small(), Conditioning::Reference, 3, device).expect("valid sizes");
    let (tests, references) = (noise(1, &[9_000, 4_000, 6_500]), noise(2, &[3_000, 8_000, 5_000]));
    let test = features(&detector, &tests, device);
    let reference = features(&detector, &references, device);
    let stream = |waveforms| LayerSource::stream(&detector.encoder, waveforms, Batching::PerUtterance, device);
    let heard = vec![
        Heard::Reference(stream(&references).expect("long enough")),
        Heard::Zeros,
        Heard::Own,
        Heard::Nothing,
        Heard::Reference(LayerSource::of(&reference)),
    ];
    let found = detector.forward_layerwise(stream(&tests).expect("long enough"), heard);
    let expected = [
        detector.forward(&test, Some(&reference)),
        detector.forward_zeroed(&test).logits,
        detector.forward(&test, Some(&test)),
        detector.forward_absent(&test).logits,
        detector.forward(&test, Some(&reference)),
    ];
    let names = ["matched", "zeroed", "own", "absent", "matched, kept"];
    for ((found, expected), name) in found.into_iter().zip(expected).zip(names) {
        assert_same(found, expected, name);
    }
    let baseline = detector.clone().conditioned(Conditioning::None).expect("any network can drop its block");
    let found = baseline.forward_layerwise(LayerSource::of(&test), vec![Heard::Nothing]).remove(0);
    assert_same(found, baseline.forward(&test, None), "no block");
}

fn one_utterance(device: &Device) {
    let [test, reference] = [noise(4, &[7_000]), noise(5, &[9_500])];
    for conditioning in [Conditioning::Reference, Conditioning::Own, Conditioning::Zeros, Conditioning::None] {
        let detector = Detector::random(&small(), conditioning, 6, device).expect("valid sizes");
        let encoded = features(&detector, &reference, device);
        let expected = values(detector.forward(&features(&detector, &test, device), Some(&encoded)));
        let found = detector.score(&test[0], Some(&reference[0])).expect("long enough");
        let margin = f64::from(expected[0] - expected[1]);
        assert!((found.margin - margin).abs() < 1e-5, "{conditioning}: {} against {margin}", found.margin);
        assert!((found.score - 1.0 / (1.0 + (-margin).exp())).abs() < 1e-6, "{conditioning}");
    }
}

/// The golden batch went through the Python reference as it is: normalised as a whole, nothing masked.
fn torchaudio_batch(device: &Device) {
    let io = Tensors::read("rat_io.safetensors");
    let detector = golden::rat("rat.pt", Conditioning::Reference, device);
    let stream = |key: &str| {
        let (layers, lengths) = detector.encoder.outputs_as_one(batch(&io, key, device));
        LayerSource { layers: Box::new(layers), lengths }
    };
    let conditions = ["matched", "mismatched", "silence", "noise"];
    let heard = conditions.map(|condition| Heard::Reference(stream(&format!("ref.{condition}"))));
    let heard = heard.into_iter().chain([Heard::Zeros]).collect();
    let found = detector.forward_layerwise(stream("test"), heard);
    for (found, condition) in found.into_iter().zip(conditions.into_iter().chain(["zeroref"])) {
        let error = relative(&values(found), io.get(&format!("{condition}.logits")).1);
        assert!(error < LAYER, "{condition}: {error:e}");
    }
}

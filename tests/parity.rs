//! The network against tensors that torchaudio, transformers and the RAT authors' code computed with the same weights.
//!
//! One body for every backend compiled in; `tests/fixtures/recompute_golden.py` makes the expected tensors again.

#![cfg(feature = "network")]

mod golden;

use burn::tensor::{Device, Tensor, TensorData};
use golden::{Tensors, fixture, shapes_like, wide_kernel};
use rat::{
    model::{Conditioning, Detector},
    ssl::{EncoderConfig, ExtractorNorm, Lengths, NormOrder, SslEncoder, SslFeatures},
};

/// Every backend that this build has; one that this machine lacks fails, rather than passing unseen.
fn devices() -> Vec<Device> {
    rat::device::backends().into_iter().map(|name| rat::device::open(name).expect(name).device).collect()
}

fn encoder(
    file: &str,
    extractor_norm: ExtractorNorm,
    conv_bias: bool,
    norm_order: NormOrder,
    device: &Device,
) -> SslEncoder {
    let config = EncoderConfig {
        name: file.into(),
        conv_bias,
        extractor_norm,
        norm_order,
        normalise_waveform: false,
        ..if file.starts_with("xlsr") { wide_kernel() } else { shapes_like() }
    };
    let encoder = SslEncoder::random(&config, 9, device).expect("valid sizes");
    encoder.load_weights(fixture(file)).expect("the fixture fits")
}

/// Largest error over the root mean square of what is expected.
fn relative(found: &[f32], expected: &[f32]) -> f64 {
    assert_eq!(found.len(), expected.len());
    let rms = (expected.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / expected.len() as f64).sqrt();
    let worst = found.iter().zip(expected).map(|(&a, &b)| f64::from((a - b).abs())).fold(0.0, f64::max);
    assert!(found.iter().all(|value| value.is_finite()));
    worst / rms
}

/// Layer by layer, over the real frames of one row.
fn assert_layers(features: &SslFeatures, expected: &Tensors, key: &str, row: usize, frames: usize) {
    let [layers, _, _, width] = features.layers.dims();
    let (dims, values) = expected.get(key);
    assert_eq!((dims[0], dims[3]), (layers, width));
    for layer in 0..layers {
        let found = features.layers.clone().slice([layer..layer + 1, row..row + 1, 0..frames, 0..width]);
        let found = found.into_data().try_to_vec::<f32>().expect("f32");
        let start = (layer * dims[1] + row) * dims[2] * width;
        let error = relative(&found, &values[start..start + frames * width]);
        assert!(error < 1e-4, "{key}, layer {layer}, row {row}: {error:e}");
    }
}

fn batch(tensors: &Tensors, key: &str, device: &Device) -> Tensor<2> {
    let (dims, values) = tensors.get(key);
    Tensor::from_data(TensorData::new(values.to_vec(), [dims[0], dims[1]]), device)
}

/// What torchaudio does to a batch: one mean and one variance for all of it.
fn normalised_as_a_whole(tensors: &Tensors) -> Tensors {
    let (dims, values) = tensors.get("x");
    let count = values.len() as f64;
    let mean = values.iter().map(|&x| f64::from(x)).sum::<f64>() / count;
    let variance = values.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / count;
    let scaled = values.iter().map(|&x| ((f64::from(x) - mean) / (variance + 1e-5).sqrt()) as f32).collect();
    Tensors::single("x", dims.to_vec(), scaled)
}

fn check_torchaudio(name: &str, norm: ExtractorNorm, conv_bias: bool, order: NormOrder, normalises: bool) {
    let io = Tensors::read(&format!("{name}_io.safetensors"));
    for device in devices() {
        let encoder = encoder(&format!("{name}.safetensors"), norm, conv_bias, order, &device);
        let input = if normalises { normalised_as_a_whole(&io) } else { Tensors::single_of(&io, "x") };
        let waveforms = batch(&input, "x", &device);
        let whole = encoder.forward(waveforms.clone(), &Lengths::full(2, 8_000));
        assert_layers(&whole, &io, "layers_batch", 0, 24);
        assert_layers(&whole, &io, "layers_batch", 1, 24);

        let masked = encoder.forward(waveforms, &Lengths::new(vec![8_000, 6_000], 8_000));
        assert_eq!(masked.lengths.as_slice(), [24, 18]);
        assert_layers(&masked, &io, "layers_with_lengths", 0, 24);
        if norm == ExtractorNorm::Layer {
            // torchaudio's group norm takes its statistics over the padding; ours does not, so that row would differ.
            assert_layers(&masked, &io, "layers_with_lengths", 1, 18);
        }

        let alone = encoder.with_normalise_waveform(normalises);
        let first = batch(&io, "x", &device).slice([0..1, 0..8_000]);
        assert_layers(&alone.forward(first, &Lengths::full(1, 8_000)), &io, "layers_row0_alone", 0, 24);
    }
}

#[test]
fn wav2vec2_base_with_group_norm_and_post_norm() {
    check_torchaudio("w2v2_base_like", ExtractorNorm::Group, false, NormOrder::Post, false);
}

#[test]
fn xlsr_with_layer_norm_and_pre_norm() {
    check_torchaudio("xlsr_like", ExtractorNorm::Layer, true, NormOrder::Pre, true);
}

#[test]
fn hubert_large_without_conv_bias() {
    check_torchaudio("hubert_large_like", ExtractorNorm::Layer, false, NormOrder::Pre, true);
}

#[test]
fn hugging_face_names_and_layers() {
    let cases = [
        ("hf_base_like", ExtractorNorm::Group, NormOrder::Post),
        ("hf_xlsr_like", ExtractorNorm::Layer, NormOrder::Pre),
    ];
    for (name, norm, order) in cases {
        let io = Tensors::read(&format!("{name}_io.safetensors"));
        for device in devices() {
            let encoder = encoder(&format!("{name}.safetensors"), norm, norm == ExtractorNorm::Layer, order, &device);
            let features = encoder.forward(batch(&io, "x", &device), &Lengths::full(2, 8_000));
            for layer in 0..2 {
                let (dims, expected) = io.get(&format!("hidden_states.{}", layer + 1));
                let found = features.layers.clone().slice([layer..layer + 1, 0..2, 0..dims[1], 0..dims[2]]);
                let error = relative(&found.into_data().try_to_vec::<f32>().expect("f32"), expected);
                assert!(error < 1e-4, "{name}, layer {layer}: {error:e}");
            }
        }
    }
}

/// Names in the fixture: torch keeps `[frames, layers x batch, features]`.
fn assert_traced(found: Option<Tensor<4>>, io: &Tensors, key: &str) {
    let found = found.expect("the network has a block");
    let [layers, rows, frames, features] = found.dims();
    let found = found.reshape([layers * rows, frames, features]).swap_dims(0, 1);
    let (dims, expected) = io.get(key);
    assert_eq!(dims, [frames, layers * rows, features]);
    let error = relative(&found.into_data().try_to_vec::<f32>().expect("f32"), expected);
    assert!(error < 1e-5, "{key}: {error:e}");
}

fn assert_close(found: Tensor<2>, io: &Tensors, key: &str) {
    let error = relative(&found.into_data().try_to_vec::<f32>().expect("f32"), io.get(key).1);
    assert!(error < 1e-5, "{key}: {error:e}");
}

fn features(io: &Tensors, key: &str, device: &Device) -> SslFeatures {
    let (dims, values) = io.get(key);
    let dims = [dims[0], dims[1], dims[2], dims[3]];
    let layers = Tensor::from_data(TensorData::new(values.to_vec(), dims), device);
    SslFeatures { layers, lengths: Lengths::full(dims[1], dims[2]) }
}

#[test]
fn every_tensor_of_rat_under_each_reference() {
    let io = Tensors::read("rat_io.safetensors");
    for (device, file) in devices().into_iter().zip(["rat.pt", "rat.safetensors", "rat.pt"]) {
        let detector = golden::rat(file, Conditioning::Reference, &device);
        let test = features(&io, "emb_test_layers", &device);
        for condition in ["matched", "mismatched", "silence", "noise"] {
            let reference = features(&io, &format!("emb_ref_layers.{condition}"), &device);
            let trace = detector.forward_traced(&test, Some(&reference));
            assert_close(trace.embedding, &io, &format!("{condition}.emb"));
            assert_close(trace.logits, &io, &format!("{condition}.logits"));
            if ["matched", "silence"].contains(&condition) {
                assert_traced(trace.attention, &io, &format!("{condition}.attn_map"));
                assert_traced(trace.mlp, &io, &format!("{condition}.mlp_out"));
                assert_traced(trace.combined, &io, &format!("{condition}.combined"));
                assert_traced(trace.residual, &io, &format!("{condition}.residual"));
            }
        }
        assert_close(detector.forward_zeroed(&test).logits, &io, "zeroref.logits");
    }
}

#[test]
fn every_conditioning_from_the_same_checkpoint() {
    let io = Tensors::read("rat_io.safetensors");
    for device in devices() {
        let test = features(&io, "emb_test_layers", &device);
        for (conditioning, key) in [(Conditioning::Own, "selfattn"), (Conditioning::Zeros, "zeroref")] {
            let trace = golden::rat("rat.safetensors", conditioning, &device).forward_traced(&test, None);
            assert_close(trace.embedding, &io, &format!("{key}.emb"));
            assert_close(trace.logits, &io, &format!("{key}.logits"));
        }
        let mut baseline: Detector = golden::rat("rat.safetensors", Conditioning::Reference, &device);
        baseline.block = None;
        let trace = baseline.forward_traced(&test, None);
        assert_close(trace.embedding, &io, "baseline.emb");
        assert_close(trace.logits, &io, "baseline.logits");
    }
}

#[test]
fn from_waveform_to_logits_and_with_the_older_weight_norm() {
    let io = Tensors::read("rat_io.safetensors");
    for device in devices() {
        for file in ["rat.pt", "rat_ddp_legacy_weightnorm.pt"] {
            // The fixture was made with the whole batch normalised at once.
            let detector = golden::rat(file, Conditioning::Reference, &device);
            let encode = |key: &str| {
                let (dims, values) = io.get(key);
                let input = normalised_as_a_whole(&Tensors::single("x", dims.to_vec(), values.to_vec()));
                let encoder = detector.encoder.clone().with_normalise_waveform(false);
                encoder.forward(batch(&input, "x", &device), &Lengths::full(dims[0], dims[1]))
            };
            let trace = detector.forward_traced(&encode("test"), Some(&encode("ref.matched")));
            let error =
                relative(&trace.logits.into_data().try_to_vec::<f32>().expect("f32"), io.get("matched.logits").1);
            assert!(error < 1e-4, "{file}: {error:e}");
        }
    }
}

#[test]
fn a_row_is_the_same_alone_and_padded_in_every_kind_of_encoder() {
    let cases = [
        ("w2v2_base_like", ExtractorNorm::Group, false, NormOrder::Post),
        ("xlsr_like", ExtractorNorm::Layer, true, NormOrder::Pre),
        ("hubert_large_like", ExtractorNorm::Layer, false, NormOrder::Pre),
    ];
    for (name, norm, conv_bias, order) in cases {
        let io = Tensors::read(&format!("{name}_io.safetensors"));
        for device in devices() {
            let encoder = encoder(&format!("{name}.safetensors"), norm, conv_bias, order, &device);
            let encoder = encoder.with_normalise_waveform(true);
            let waveforms = batch(&io, "x", &device);
            let together = encoder.forward(waveforms.clone(), &Lengths::new(vec![8_000, 6_000], 8_000));
            let alone = encoder.forward(waveforms.slice([1..2, 0..6_000]), &Lengths::full(1, 6_000));
            let real = together.layers.slice([0..2, 1..2, 0..18, 0..32]);
            let real = real.into_data().try_to_vec::<f32>().expect("f32");
            let error = relative(&real, &alone.layers.into_data().try_to_vec::<f32>().expect("f32"));
            assert!(error < 1e-5, "{name}: {error:e}");
        }
    }
}

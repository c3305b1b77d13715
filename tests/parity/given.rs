//! Small encoders whose weights, inputs and outputs were given; torchaudio normalised their whole batch at once.

use burn::tensor::{Device, Tensor, TensorData};
use rat::ssl::{EncoderConfig, ExtractorNorm, Lengths, NormOrder, RelativePositions, SslEncoder, SslFeatures};

use crate::{
    closeness::{LAYER, relative, row_of, values},
    devices::on_every_device,
    golden::{Tensors, fixture, shapes_like, wide_kernel},
};

on_every_device! {
    wav2vec2_base_with_group_norm_and_post_norm: |device: &Device| torchaudio("w2v2_base_like", device);
    xlsr_with_layer_norm_and_pre_norm: |device: &Device| torchaudio("xlsr_like", device);
    hubert_large_without_conv_bias: |device: &Device| torchaudio("hubert_large_like", device);
    wavlm_base_with_a_gated_bias: |device: &Device| torchaudio("wavlm_base_like", device);
    wavlm_large_with_a_gated_bias: |device: &Device| torchaudio("wavlm_large_like", device);
    transformers_base: |device: &Device| transformers("hf_base_like", device);
    transformers_xlsr: |device: &Device| transformers("hf_xlsr_like", device);
}

fn encoder(name: &str, device: &Device) -> SslEncoder {
    let base = name.contains("base");
    let wavlm = name.starts_with("wavlm");
    let config = EncoderConfig {
        name: name.into(),
        conv_bias: name.contains("xlsr"),
        extractor_norm: if base { ExtractorNorm::Group } else { ExtractorNorm::Layer },
        norm_order: if base { NormOrder::Post } else { NormOrder::Pre },
        normalise_waveform: false,
        relative_positions: wavlm.then_some(RelativePositions { buckets: 32, max_distance: 80 }),
        ..if name == "xlsr_like" { wide_kernel() } else { shapes_like() }
    };
    let encoder = SslEncoder::random(&config, 9, device).expect("valid sizes");
    encoder.load_weights(fixture(&format!("{name}.safetensors"))).expect("the fixture fits")
}

/// Layer by layer, over the real frames of one row; expected is `[layers, rows, frames, features]`.
fn assert_layers(features: &SslFeatures, expected: &Tensors, key: &str, row: usize, frames: usize) {
    let [layers, _, _, width] = features.layers.dims();
    let (dims, expected) = expected.get(key);
    assert_eq!((dims[0], dims[3]), (layers, width));
    for layer in 0..layers {
        let start = (layer * dims[1] + row) * dims[2] * width;
        let error = relative(&row_of(features, layer, row, frames), &expected[start..start + frames * width]);
        assert!(error < LAYER, "{key}, layer {layer}, row {row}: {error:e}");
    }
}

pub fn batch(tensors: &Tensors, key: &str, device: &Device) -> Tensor<2> {
    let (dims, values) = tensors.get(key);
    Tensor::from_data(TensorData::new(values.to_vec(), [dims[0], dims[1]]), device)
}

/// What torchaudio does to a batch: one mean and one variance for all of it.
pub fn normalised_as_a_whole(tensors: &Tensors, key: &str) -> Tensors {
    let (dims, values) = tensors.get(key);
    let count = values.len() as f64;
    let mean = values.iter().map(|&x| f64::from(x)).sum::<f64>() / count;
    let variance = values.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / count;
    let scaled = values.iter().map(|&x| ((f64::from(x) - mean) / (variance + 1e-5).sqrt()) as f32).collect();
    Tensors::single("x", dims.to_vec(), scaled)
}

fn torchaudio(name: &str, device: &Device) {
    let io = Tensors::read(&format!("{name}_io.safetensors"));
    let normalises = !name.contains("base");
    let encoder = encoder(name, device);
    let input = if normalises { normalised_as_a_whole(&io, "x") } else { Tensors::single_of(&io, "x") };
    let waveforms = batch(&input, "x", device);
    let whole = encoder.forward(waveforms.clone(), &Lengths::full(2, 8_000));
    assert_layers(&whole, &io, "layers_batch", 0, 24);
    assert_layers(&whole, &io, "layers_batch", 1, 24);

    let masked = encoder.forward(waveforms.clone(), &Lengths::new(vec![8_000, 6_000], 8_000));
    assert_eq!(masked.lengths.as_slice(), [24, 18]);
    if io.find("layers_with_lengths").is_some() {
        assert_layers(&masked, &io, "layers_with_lengths", 0, 24);
        if normalises {
            // torchaudio's group norm takes its statistics over the padding; ours does not, so that row would differ.
            assert_layers(&masked, &io, "layers_with_lengths", 1, 18);
        }
    }
    let cut = encoder.forward(waveforms.slice([1..2, 0..6_000]), &Lengths::full(1, 6_000));
    for layer in 0..2 {
        let error = relative(&row_of(&masked, layer, 1, 18), &row_of(&cut, layer, 0, 18));
        assert!(error < 1e-5, "{name}, layer {layer}: padding changes a row by {error:e}");
    }

    let alone = encoder.with_normalise_waveform(normalises);
    let first = batch(&io, "x", device).slice([0..1, 0..8_000]);
    assert_layers(&alone.forward(first, &Lengths::full(1, 8_000)), &io, "layers_row0_alone", 0, 24);
}

fn transformers(name: &str, device: &Device) {
    let io = Tensors::read(&format!("{name}_io.safetensors"));
    let features = encoder(name, device).forward(batch(&io, "x", device), &Lengths::full(2, 8_000));
    for layer in 0..2 {
        let (dims, expected) = io.get(&format!("hidden_states.{}", layer + 1));
        let found = features.layers.clone().slice([layer..layer + 1, 0..2, 0..dims[1], 0..dims[2]]);
        let error = relative(&values(found), expected);
        assert!(error < LAYER, "{name}, layer {layer}: {error:e}");
    }
}

//! Every family of encoders against torchaudio and transformers: each layer of a row alone, in a padded batch and in one
//! of equal lengths.

use std::path::PathBuf;

use burn::tensor::Device;
use rat::{
    Waveform,
    ssl::{EncoderConfig, ExtractorNorm, NormOrder, RelativePositions, SslEncoder, SslFeatures, waveform_batch},
};

use crate::{closeness::worst_of_row, devices::on_every_device, golden::Tensors};

/// The rows of `waveforms.safetensors`; the first is the longest.
const ROWS: usize = 3;

/// Sizes, as `SMALL` and `WIDE` in the generator.
#[derive(Clone, Copy)]
enum Sizes {
    Small,
    Wide,
}
use Sizes::{Small, Wide};

/// As `BASE`, `LARGE` and `WITHOUT_BIAS` in the generator.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Base,
    Large,
    WithoutBias,
}
use Kind::{Base, Large, WithoutBias};

on_every_device! {
    torchaudio_wav2vec2_base: |device: &Device| check("torchaudio_wav2vec2_base", Small, Base, device);
    torchaudio_wav2vec2_large: |device: &Device| check("torchaudio_wav2vec2_large", Wide, Base, device);
    torchaudio_xlsr: |device: &Device| check("torchaudio_xlsr", Small, Large, device);
    torchaudio_hubert_large: |device: &Device| check("torchaudio_hubert_large", Small, WithoutBias, device);
    torchaudio_hubert_xlarge: |device: &Device| check("torchaudio_hubert_xlarge", Wide, WithoutBias, device);
    torchaudio_wavlm_base: |device: &Device| check("torchaudio_wavlm_base", Small, Base, device);
    torchaudio_wavlm_large: |device: &Device| check("torchaudio_wavlm_large", Wide, WithoutBias, device);
    transformers_wav2vec2_base: |device: &Device| check("transformers_wav2vec2_base", Small, Base, device);
    transformers_wav2vec2_large: |device: &Device| check("transformers_wav2vec2_large", Wide, Large, device);
    transformers_hubert_base: |device: &Device| check("transformers_hubert_base", Small, Base, device);
    transformers_hubert_large: |device: &Device| check("transformers_hubert_large", Wide, WithoutBias, device);
    transformers_wavlm_base: |device: &Device| check("transformers_wavlm_base", Small, Base, device);
    transformers_wavlm_large: |device: &Device| check("transformers_wavlm_large", Wide, WithoutBias, device);
}

fn path(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/parity").join(format!("{file}.safetensors"))
}

fn config(name: &str, sizes: Sizes, kind: Kind) -> EncoderConfig {
    let (conv_channels, features, heads, feed_forward, positional_kernel) = match sizes {
        Small => (7, 12, 6, 17, 9),
        Wide => (5, 15, 3, 19, 10),
    };
    let base = kind == Base;
    EncoderConfig {
        name: name.into(),
        conv_channels,
        conv_bias: kind == Large,
        extractor_norm: if base { ExtractorNorm::Group } else { ExtractorNorm::Layer },
        features,
        layers: 4,
        heads,
        feed_forward,
        norm_order: if base { NormOrder::Post } else { NormOrder::Pre },
        positional_kernel,
        positional_groups: 3,
        normalise_waveform: !base,
        relative_positions: name.contains("wavlm").then_some(RelativePositions { buckets: 32, max_distance: 22 }),
    }
}

fn encoder(name: &str, config: &EncoderConfig, device: &Device) -> SslEncoder {
    let encoder = SslEncoder::random(config, 3, device).expect("valid sizes");
    encoder.load_weights(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn waveforms() -> Vec<Waveform> {
    let stored = Tensors::open(&path("waveforms"));
    let row = |row: usize| stored.get(&row.to_string()).1.iter().map(|sample| sample / 32_768.0).collect();
    (0..ROWS).map(|place| Waveform::new(row(place))).collect()
}

fn encode(encoder: &SslEncoder, waveforms: &[Waveform], device: &Device) -> SslFeatures {
    let (batch, lengths) = waveform_batch(waveforms, device).expect("long enough");
    encoder.forward(batch, &lengths)
}

/// The one body: every layer of every row.
fn check(name: &str, sizes: Sizes, kind: Kind, device: &Device) {
    let encoder = encoder(name, &config(name, sizes, kind), device);
    let expected = Tensors::open(&path(&format!("{name}_io")));
    let waveforms = waveforms();
    let padded = encode(&encoder, &waveforms, device);
    let mut worst: f64 = 0.0;
    for (row, waveform) in waveforms.iter().enumerate() {
        let alone = expected.get(&format!("alone.{row}"));
        let found = encode(&encoder, std::slice::from_ref(waveform), device);
        worst = worst.max(worst_of_row(&format!("{name}, row {row} alone"), &found, 0, alone));
        worst = worst.max(worst_of_row(&format!("{name}, row {row} padded"), &padded, row, alone));
        if let Some(masked) = expected.find(&format!("masked.{row}")) {
            worst = worst.max(worst_of_row(&format!("{name}, row {row} masked there"), &padded, row, masked));
        }
    }
    let twice = encode(&encoder, &[waveforms[0].clone(), waveforms[0].clone()], device);
    worst = worst.max(worst_of_row(&format!("{name}, without padding"), &twice, 1, expected.get("alone.0")));
    println!("{name}: worst layer {worst:.1e} of its RMS");
}

/// 320 buckets for 800 frames are those of the published models; with 32 for 128 some distances lie between two buckets.
#[test]
fn buckets_of_distances_are_torchaudios() {
    let stored = Tensors::open(&path("buckets"));
    let mut compared = 0;
    for name in stored.names() {
        let (buckets, max_distance) = name.split_once('.').expect("two numbers");
        let number = |text: &str| text.parse().expect("a number");
        let positions = RelativePositions { buckets: number(buckets), max_distance: number(max_distance) };
        let (dims, expected) = stored.get(name);
        for (place, &expected) in expected.iter().enumerate() {
            let distance = place as isize - (dims[0] / 2) as isize;
            assert_eq!(positions.bucket(distance) as f32, expected, "{name}, distance {distance}");
            compared += 1;
        }
    }
    assert_eq!(compared, 4 * 3_001);
}

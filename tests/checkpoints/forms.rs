//! Every form gives the same network: its logits, or its layers, are those that PyTorch computed.

use std::{fs, path::Path};

use burn::tensor::{Device, Tensor, TensorData};
use rat::{
    checkpoint::Checkpoint,
    model::{Conditioning, Detector},
    ssl::{EncoderConfig, ExtractorNorm, Lengths, NormOrder, SslEncoder, SslFeatures},
};

use crate::{
    golden::{self, Tensors, shapes_like, wide_kernel},
    written::{as_bf16, as_f64, fixture, rows, write},
};

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_to_vec::<f32>().expect("f32")
}

/// The largest difference over what is expected's root mean square.
fn error(found: &[f32], expected: &[f32]) -> f32 {
    let rms = (expected.iter().map(|x| x * x).sum::<f32>() / expected.len() as f32).sqrt();
    assert_eq!(found.len(), expected.len());
    found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max) / rms
}

pub fn assert_is_golden_rat(detector: &Detector, tolerance: f32, what: &str) {
    let io = Tensors::read("rat_io.safetensors");
    let features = |key: &str| {
        let (dims, values) = io.get(key);
        let dims = [dims[0], dims[1], dims[2], dims[3]];
        let layers = Tensor::from_data(TensorData::new(values.to_vec(), dims), &Device::flex());
        SslFeatures { layers, lengths: Lengths::full(dims[1], dims[2]) }
    };
    let test = features("emb_test_layers");
    let trace = detector.forward_traced(&test, Some(&features("emb_ref_layers.matched")));
    let found = error(&values(trace.logits), io.get("matched.logits").1);
    assert!(found < tolerance, "{what}: logits differ by {found:e}");
    // The encoder too: from the waveform, which torchaudio normalised as one batch.
    let (dims, samples) = io.get("test");
    let waveform = Tensor::from_data(TensorData::new(samples.to_vec(), [dims[0], dims[1]]), &Device::flex());
    let centred = waveform.clone() - waveform.clone().mean().reshape([1, 1]);
    let variance = (centred.clone() * centred.clone()).mean().reshape([1, 1]);
    let encoder = detector.encoder.clone().with_normalise_waveform(false);
    let layers = encoder.forward(centred / (variance + 1e-5).sqrt(), &Lengths::full(dims[0], dims[1])).layers;
    let found = error(&values(layers), io.get("emb_test_layers").1);
    assert!(found < tolerance.max(1e-4), "{what}: layers differ by {found:e}");
}

fn load(path: &Path) -> Detector {
    let loaded = Detector::load_as(path, &wide_kernel(), Conditioning::Reference, &Device::flex());
    loaded.unwrap_or_else(|error| panic!("{error}; {}", error.remedy()))
}

#[test]
fn a_header_whose_length_begins_as_text_does_is_no_text() {
    let bytes = std::fs::read(golden::fixture("rat.safetensors")).expect("the fixture is there");
    let length = u64::from_le_bytes(bytes[..8].try_into().expect("eight bytes"));
    let folder = tempfile::tempdir().expect("a folder");
    for first in *b"<{" {
        let padding = (u64::from(first) + 256 - length % 256) % 256;
        let mut padded = (length + padding).to_le_bytes().to_vec();
        padded.extend(&bytes[8..8 + length as usize]);
        padded.extend(std::iter::repeat_n(b' ', padding as usize));
        padded.extend(&bytes[8 + length as usize..]);
        assert_eq!(padded[0], first);
        let path = folder.path().join("rat.safetensors");
        std::fs::write(&path, padded).expect("writes");
        assert_is_golden_rat(&load(&path), 1e-5, "padded");
    }
}

#[test]
fn every_form_of_the_authors_checkpoint_is_the_same_network() {
    let golden = ["rat.pt", "rat.safetensors", "rat_ddp_legacy_weightnorm.pt"].map(golden::fixture);
    for path in golden.iter().chain([&fixture("rat_legacy.pt")]) {
        assert_is_golden_rat(&load(path), 1e-5, &path.display().to_string());
    }
    assert_is_golden_rat(&load(&fixture("rat_training_f16.ckpt")), 2e-2, "f16");
    assert_is_golden_rat(&load(&fixture("rat_bf16.pth")), 0.2, "bf16");
}

#[test]
fn half_precision_is_read_to_the_last_bit() {
    let golden = Tensors::read("rat.safetensors");
    let rounded_f16 = |value: f32| half::f16::from_f32(value).to_f32();
    let rounded_bf16 = |value: f32| half::bf16::from_f32(value).to_f32();
    for (file, wrapper, round) in [
        ("rat_training_f16.ckpt", "model_state_dict.", &rounded_f16 as &dyn Fn(f32) -> f32),
        ("rat_bf16.pth", "state_dict.module.", &rounded_bf16),
    ] {
        let checkpoint = Checkpoint::open(fixture(file)).expect("the fixture is there");
        for name in golden.names().filter(|name| !name.ends_with("num_batches_tracked")) {
            let found = checkpoint.get(&format!("{wrapper}{name}")).unwrap_or_else(|| panic!("{file}: {name}"));
            let expected: Vec<f32> = golden.get(name).1.iter().map(|&value| round(value)).collect();
            assert_eq!(found.read_f32().expect("readable"), expected, "{file}: {name}");
        }
    }
}

#[test]
fn names_and_types_of_safetensors() {
    let golden = Tensors::read("rat.safetensors");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("rat.whatever");
    let older = |name: &str| {
        let name = name.replace("parametrizations.weight.original0", "weight_g");
        format!("module.{}", name.replace("parametrizations.weight.original1", "weight_v"))
    };
    for (rename, what) in [
        (&older as &dyn Fn(&str) -> String, "older weight norm under module."),
        (&|name: &str| name.replace("extractor.model.model.", "extractor.model."), "wrapped once"),
        (&|name: &str| format!("model_state_dict.{name}"), "in a dictionary"),
    ] {
        write(&path, &rows(&golden, rename));
        assert_is_golden_rat(&load(&path), 1e-5, what);
    }
    write(&path, &as_f64(rows(&golden, str::to_owned)));
    assert_is_golden_rat(&load(&path), 1e-5, "f64");
    write(&path, &as_bf16(rows(&golden, str::to_owned)));
    assert_is_golden_rat(&load(&path), 0.4, "bf16, cut off");
}

#[test]
fn shards_and_folders() {
    let golden = Tensors::read("rat.safetensors");
    let all = rows(&golden, str::to_owned);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut map = serde_json::Map::new();
    for (number, part) in all.chunks(40).enumerate() {
        let file = format!("model-{number}.safetensors");
        write(&folder.path().join(&file), part);
        map.extend(part.iter().map(|row| (row.0.clone(), file.clone().into())));
    }
    let index = folder.path().join("model.safetensors.index.json");
    fs::write(&index, serde_json::json!({ "weight_map": map }).to_string()).expect("writable");
    assert_is_golden_rat(&load(&index), 1e-5, "index");
    assert_is_golden_rat(&load(folder.path()), 1e-5, "folder with an index");
    fs::remove_file(folder.path().join("model-1.safetensors")).expect("is there");
    let error = Detector::load_as(&index, &wide_kernel(), Conditioning::Reference, &Device::flex()).expect_err("a gap");
    assert!(error.to_string().contains("model-1.safetensors"), "{error}");
    fs::remove_file(&index).expect("is there");
    write(&folder.path().join("model.safetensors"), &all);
    assert_is_golden_rat(&load(folder.path()), 1e-5, "folder with one file");
    // A shard that leads elsewhere.
    fs::write(&index, r#"{"weight_map": {"x": "../model.safetensors"}}"#).expect("writable");
    let error =
        Detector::load_as(&index, &wide_kernel(), Conditioning::Reference, &Device::flex()).expect_err("a way out");
    assert!(error.to_string().contains("../model.safetensors"), "{error}");
}

#[test]
fn hugging_face_shards_and_tar() {
    let config = EncoderConfig {
        extractor_norm: ExtractorNorm::Group,
        conv_bias: false,
        norm_order: NormOrder::Post,
        normalise_waveform: false,
        ..shapes_like()
    };
    let io = Tensors::read("hf_base_like_io.safetensors");
    for file in ["hf_base_shards", "hf_base_tar.pt"] {
        let fresh = SslEncoder::new(&config, &Device::flex()).expect("valid sizes");
        let encoder = fresh.load_weights(fixture(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let (dims, samples) = io.get("x");
        let waveforms = Tensor::from_data(TensorData::new(samples.to_vec(), [dims[0], dims[1]]), &Device::flex());
        let layers = encoder.forward(waveforms, &Lengths::full(dims[0], dims[1])).layers;
        let last = values(layers.narrow(0, 1, 1));
        let found = error(&last, io.get("hidden_states.2").1);
        assert!(found < 1e-4, "{file}: {found:e}");
    }
}

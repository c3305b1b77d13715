//! Converted and converted back, every number is the same.

use std::path::Path;

use burn::tensor::Device;
use rat::{
    checkpoint::{Naming, StoredType},
    model::{Conditioning, Conversion, Detector, convert},
    ssl::EncoderConfig,
};

use crate::{
    forms::assert_is_golden_rat,
    golden::{self, Tensors, wide_kernel},
};

fn to(naming: Naming) -> Conversion {
    Conversion { naming: Some(naming), ..Conversion::default() }
}

/// All tensors of one file are in the other, number by number, whatever wraps their names.
fn assert_same(expected: &Path, found: &Path) {
    let (expected, found) = (Tensors::open(expected), Tensors::open(found));
    let bare = |name: &str| {
        let name =
            ["model.", "wav2vec2.", "hubert."].iter().fold(name, |name, wrapper| name.trim_start_matches(wrapper));
        let name = name.replace("conv.weight_g", "conv.parametrizations.weight.original0");
        name.replace("conv.weight_v", "conv.parametrizations.weight.original1")
    };
    let mut count = 0;
    for name in expected.names().filter(|name| !name.contains("masked_spec_embed")) {
        assert_eq!(expected.get(name), found.get(&bare(name)), "{name}");
        count += 1;
    }
    assert_eq!(found.names().count(), count, "nothing beside");
}

#[test]
fn encoders_under_the_other_names_and_back() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (there, back) = (folder.path().join("there.safetensors"), folder.path().join("back.safetensors"));
    let torchaudio = ["w2v2_base_like", "xlsr_like", "hubert_large_like", "wavlm_base_like", "wavlm_large_like"];
    let cases = torchaudio.map(|name| (name, Naming::HuggingFace, Naming::Torchaudio)).into_iter();
    let others = ["hf_base_like", "hf_xlsr_like"].map(|name| (name, Naming::Torchaudio, Naming::HuggingFace));
    for (name, other, own) in cases.chain(others) {
        let golden = golden::fixture(&format!("{name}.safetensors"));
        convert(&golden, &there, to(other)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let renamed = Tensors::open(&there);
        assert_eq!(renamed.find("encoder.transformer.layer_norm.weight").is_some(), other == Naming::Torchaudio);
        convert(&there, &back, to(own)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_same(&golden, &back);
    }
}

#[test]
fn a_detector_from_the_authors_names_to_ours_and_back() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (own, back) = (folder.path().join("rat.bpk"), folder.path().join("back.safetensors"));
    let golden = golden::fixture("rat.pt");
    convert(&golden, &back, Conversion::default()).expect("the fixture fits");
    assert_same(&golden::fixture("rat.safetensors"), &back);
    // Heads are not in the tensors; here they need not be known, for nothing is computed.
    convert(&golden, &own, Conversion::default()).expect("the fixture fits");
    let detector = Detector::load_as(&own, &wide_kernel(), Conditioning::Reference, &Device::flex()).expect("our own");
    assert_is_golden_rat(&detector, 1e-5, "bpk");
    convert(&own, &back, to(Naming::Authors)).expect("our own");
    let (expected, found) = (Tensors::read("rat.safetensors"), Tensors::open(&back));
    for name in expected.names().filter(|name| !name.ends_with("num_batches_tracked")) {
        assert_eq!(expected.get(name), found.get(name), "{name}");
    }
    assert_eq!(found.names().count(), expected.names().count());
    // The encoder alone.
    let converted = convert(&own, &back, to(Naming::HuggingFace)).expect("our own");
    assert!(converted.left_out.iter().any(|name| name.starts_with("head.")), "{:?}", converted.left_out);
    let encoder = Tensors::open(&back);
    let name = "encoder.layers.1.attention.k_proj.weight";
    assert_eq!(
        encoder.get(name),
        expected.get(&format!("extractor.model.model.{}", name.replacen('.', ".transformer.", 1)))
    );
}

#[test]
fn smaller_types_round_to_the_nearest() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("small.safetensors");
    let golden = Tensors::read("rat.safetensors");
    for (dtype, exponent) in [(StoredType::F16, 11), (StoredType::Bf16, 8)] {
        let how = Conversion { dtype: Some(dtype), ..Conversion::default() };
        convert(golden::fixture("rat.safetensors"), &path, how).expect("the fixture fits");
        let small = rat::checkpoint::Checkpoint::open(&path).expect("was just written");
        for tensor in small.tensors().iter().filter(|tensor| tensor.dtype().is_float()) {
            assert_eq!(tensor.dtype(), dtype);
            let found = tensor.read_f32().expect("readable");
            for (found, expected) in found.iter().zip(golden.get(tensor.name()).1) {
                let bound = expected.abs() / 2_f32.powi(exponent) + 1e-7;
                assert!((found - expected).abs() <= bound, "{}: {found} for {expected}", tensor.name());
            }
        }
    }
}

#[test]
fn our_own_checkpoint_tells_what_it_is() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (own, there) = (folder.path().join("epoch-01.bpk"), folder.path().join("there.safetensors"));
    for conditioning in [Conditioning::Reference, Conditioning::None] {
        let fresh = Detector::random(&EncoderConfig::tiny(), conditioning, 4, &Device::flex()).expect("valid sizes");
        fresh.save(&own).expect("writable");
        let loaded = Detector::load(&own, &Device::flex()).expect("ours");
        assert_eq!(loaded.conditioning(), conditioning);
        convert(&own, &there, Conversion::default()).expect("ours");
        let again = Detector::load(&there, &Device::flex()).expect("converted");
        let path = folder.path().join("again.bpk");
        again.save(&path).expect("writable");
        let tensors = |path: &Path| {
            let checkpoint = rat::checkpoint::Checkpoint::open(path).expect("ours");
            let read =
                |tensor: &rat::checkpoint::StoredTensor| (tensor.name().to_owned(), tensor.read_f32().expect("f32"));
            checkpoint.tensors().iter().map(read).collect::<Vec<_>>()
        };
        assert_eq!(tensors(&own), tensors(&path));
    }
}

//! Damaged and hostile files: an error that names what and where, and never a panic.

use std::{fs, path::Path};

use burn::tensor::Device;
use proptest::prelude::*;
use rat::{
    Error,
    checkpoint::{Checkpoint, Missing},
    model::{Conditioning, Detector, Inspection},
    ssl::{EncoderConfig, SslEncoder},
};

use crate::{
    golden::{self, Tensors, wide_kernel},
    written::{Row, fixture, rows, write},
};

fn load(path: &Path) -> Result<Detector, Error> {
    Detector::load_as(path, &wide_kernel(), Conditioning::Reference, &Device::flex())
}

/// Looks at the file and loads it; both may fail, with a remedy.
fn try_all(path: &Path) -> Result<(), Error> {
    let said = |error: &Error| assert!(!error.remedy().is_empty() && !error.to_string().is_empty());
    Inspection::of(path).map(drop).inspect_err(said)?;
    for tensor in Checkpoint::open(path)?.tensors().iter().filter(|tensor| tensor.count() < 1 << 20) {
        tensor.read_f32().map(drop).unwrap_or_else(|error| said(&error));
    }
    load(path).map(drop).inspect_err(said)
}

#[test]
fn cut_off_anywhere() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("cut");
    let own = folder.path().join("whole.bpk");
    let detector = Detector::random(&wide_kernel(), Conditioning::Reference, 1, &Device::flex()).expect("valid sizes");
    detector.save(&own).expect("writable");
    let files = ["rat.pt", "rat.safetensors"].map(golden::fixture).into_iter();
    let files = files.chain(["rat_legacy.pt", "hf_base_tar.pt"].map(fixture)).chain([own]);
    for file in files {
        let whole = fs::read(&file).expect("readable");
        let places = (0..40).chain((1..60).map(|part| whole.len() * part / 60)).chain([whole.len() - 1]);
        for place in places {
            fs::write(&path, &whole[..place]).expect("writable");
            let error = try_all(&path).expect_err("a part is no whole");
            fs::remove_file(&path).expect("was just written");
            assert!(error.to_string().contains("cut") || error.to_string().contains("tensor"), "{place}: {error}");
        }
    }
}

fn changed(change: impl Fn(&mut Vec<Row>)) -> Error {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("changed.safetensors");
    let mut rows = rows(&Tensors::read("rat.safetensors"), str::to_owned);
    change(&mut rows);
    write(&path, &rows);
    load(&path).expect_err("does not fit")
}

fn assert_says(error: &Error, words: &[&str]) {
    let said = format!("{error}\n{}", error.remedy());
    for word in words {
        assert!(said.contains(word), "should say `{word}`: {said}");
    }
}

#[test]
fn all_that_does_not_fit_is_listed() {
    let error = changed(|rows| {
        rows.retain(|row| !row.0.starts_with("preattn_ln."));
        rows.iter_mut().find(|row| row.0 == "classifier.6.weight").expect("is there").2 = vec![8, 2];
        rows.push(("extra.weight".into(), "F32", vec![1], vec![0; 4]));
        rows.push(("extra.bias".into(), "F32", vec![1, 1], vec![0; 4]));
    });
    let missing = ["tensor block.norm.weight: expected shape [32], found nothing", "tensor block.norm.bias"];
    assert_says(&error, &missing);
    assert_says(&error, &["tensor classifier.6.weight: expected shape [2, 8], found shape [8, 2]"]);
    assert_says(&error, &["tensor extra.weight: expected no such tensor, found shape [1]", "tensor extra.bias"]);
    let error = changed(|rows| {
        let row = rows.iter_mut().find(|row| row.0 == "attn.out_proj.bias").expect("is there");
        *row = (row.0.clone(), "I64", vec![32], vec![0; 256]);
    });
    assert_says(&error, &["attn.out_proj.bias", "floating-point", "i64"]);
}

#[test]
fn numbers_that_are_none_and_a_single_gap_are_the_files_fault() {
    let error = changed(|rows| {
        rows.iter_mut().find(|row| row.0 == "attn.out_proj.bias").expect("is there").3[..4]
            .copy_from_slice(&f32::NAN.to_le_bytes())
    });
    assert_says(&error, &["attn.out_proj.bias", "NaN", "diverged"]);
    let error = changed(|rows| rows.retain(|row| row.0 != "classifier.6.weight"));
    assert_says(&error, &["head.linear_out.weight: expected shape [2, 8], found nothing", "incomplete"]);
    let error = changed(|rows| rows.push(("projector.weight".into(), "F32", vec![1], vec![0; 4])));
    assert_says(&error, &["projector.weight", "convert IN OUT.safetensors --allow-missing"]);
}

#[test]
fn what_is_missing_may_be_allowed() {
    let golden = Tensors::read("rat.safetensors");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("part.safetensors");
    let mut part = rows(&golden, str::to_owned);
    part.retain(|row| row.0 != "attn_mlp.0.bias");
    part.push(("extra".into(), "F32", vec![1], vec![0; 4]));
    write(&path, &part);
    let checkpoint = Checkpoint::open(&path).expect("whole");
    let fresh = || Detector::random(&wide_kernel(), Conditioning::Reference, 1, &Device::flex()).expect("valid sizes");
    assert_says(&fresh().fill(&checkpoint, Missing::Refuse).expect_err("not all"), &["block.mlp_in.bias", "extra"]);
    fresh().fill(&checkpoint, Missing::Allow).expect("what there is");
    write(&path, &[("extra".into(), "F32", vec![1], vec![0; 4])]);
    let checkpoint = Checkpoint::open(&path).expect("whole");
    fresh().fill(&checkpoint, Missing::Allow).expect_err("nothing of it fits");
}

#[test]
fn another_family_is_named() {
    let tiny = EncoderConfig::tiny();
    let fresh = || SslEncoder::new(&tiny, &Device::flex()).expect("valid sizes");
    let error = fresh().load_weights(golden::fixture("wavlm_base_like.safetensors")).expect_err("another size");
    assert_says(&error, &["gru_rel_pos_const", "expected shape", "2 layers and 32 features", "--encoder"]);
    let error = fresh().load_weights(golden::fixture("rat.pt")).expect_err("a detector");
    assert_says(&error, &["classifier.6.weight", "rat-report convert"]);
    let error = SslEncoder::load(golden::fixture("rat.pt"), &Device::flex()).expect_err("a detector");
    assert_says(&error, &["is no encoder", "rat-report convert"]);
    let error = Detector::load(golden::fixture("xlsr_like.safetensors"), &Device::flex()).expect_err("an encoder");
    assert_says(&error, &["no detector", "--weights"]);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("fairseq.safetensors");
    write(&path, &[("encoder.layers.0.self_attn.k_proj.weight".into(), "F32", vec![1], vec![0; 4])]);
    assert_says(&SslEncoder::load(&path, &Device::flex()).expect_err("fairseq's names"), &["import_fairseq_model"]);
    assert_says(&fresh().load_weights(&path).expect_err("fairseq's names"), &["import_fairseq_model"]);
}

#[test]
fn pickles_that_mean_harm_are_not_run() {
    for file in ["hostile.pkl", "hostile.pt"] {
        let error = try_all(&fixture(file)).expect_err("holds no weights");
        assert_says(&error, &["no tensors", "never run"]);
    }
    assert!(!Path::new("HARM_WAS_DONE").exists());
}

#[test]
fn claims_beyond_the_file_allocate_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("claims.safetensors");
    let with_header = |header: &str, length: u64| {
        let bytes = [&length.to_le_bytes()[..], header.as_bytes(), &[0; 16]].concat();
        fs::write(&path, bytes).expect("writable");
        try_all(&path).expect_err("a lie")
    };
    assert_says(&with_header("{}", 1 << 60), &["claims.safetensors", "claims 1152921504606846976 bytes"]);
    let huge = r#"{"w": {"dtype": "F32", "shape": [1152921504606846976], "data_offsets": [0, 16]}}"#;
    assert_says(&with_header(huge, huge.len() as u64), &["tensor w", "1152921504606846976"]);
    let far = r#"{"w": {"dtype": "F32", "shape": [4], "data_offsets": [1152921504606846976, 1152921504606846992]}}"#;
    assert_says(&with_header(far, far.len() as u64), &["tensor w", "1152921504606846976"]);
    let over =
        r#"{"w": {"dtype": "F32", "shape": [9223372036854775807, 9223372036854775807], "data_offsets": [0, 4]}}"#;
    assert_says(&with_header(over, over.len() as u64), &["tensor w"]);
    let odd = r#"{"w": {"dtype": "F12", "shape": [1], "data_offsets": [0, 4]}}"#;
    assert_says(&with_header(odd, odd.len() as u64), &["tensor w", "F12"]);
    let none = r#"{"__metadata__": {"format": "pt"}}"#;
    assert_says(&with_header(none, none.len() as u64), &["no tensors"]);
    fs::write(&path, b"NRUB\x01\x00\xff\xff\xff\xff0000").expect("writable");
    assert_says(&try_all(&path).expect_err("a lie"), &["claims 4294967295 bytes"]);
    fs::write(&path, "once upon a time").expect("writable");
    assert_says(&try_all(&path).expect_err("a tale"), &["claims.safetensors", ".bpk"]);
    assert_says(
        &try_all(&folder.path().join("nowhere.pt")).expect_err("is not there"),
        &["nowhere.pt", "check the path"],
    );
    assert_says(&try_all(folder.path()).expect_err("an empty folder"), &["holds no checkpoint", "model.safetensors"]);
}

/// A small file: an encoder's head alone is enough to meet every reader.
fn small(name: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(name);
    match name {
        "own.bpk" => {
            let tiny = EncoderConfig {
                features: 8,
                heads: 2,
                feed_forward: 8,
                conv_channels: 4,
                layers: 2,
                ..EncoderConfig::tiny()
            };
            let tiny = EncoderConfig { positional_groups: 2, positional_kernel: 4, ..tiny };
            let detector = Detector::random(&tiny, Conditioning::Reference, 1, &Device::flex()).expect("valid sizes");
            detector.save(&path).expect("writable");
        }
        "some.safetensors" => write(&path, &rows(&Tensors::read("rat.safetensors"), str::to_owned)),
        _ => return fs::read(fixture(name)).expect("readable"),
    }
    fs::read(path).expect("was just written")
}

/// Bytes overwritten, and the end cut off; changes near the beginning and the end meet headers and directories.
fn mutate(name: &str, cases: u32) {
    let whole = small(name);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(name);
    let place = prop_oneof![0..512_usize, 0..whole.len(), whole.len().saturating_sub(8_000)..whole.len()];
    let changes = prop::collection::vec((place, any::<u8>()), 1..8);
    let length = prop_oneof![4 => Just(whole.len()), 1 => 0..whole.len()];
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig { cases, ..ProptestConfig::default() });
    let outcome = runner.run(&(changes, length), |(changes, length)| {
        let mut bytes = whole.clone();
        for (place, value) in changes {
            bytes[place] = value;
        }
        bytes.truncate(length);
        fs::write(&path, bytes).expect("writable");
        drop(try_all(&path));
        // Written anew each time: some file systems wait for the disk when a file is overwritten.
        fs::remove_file(&path).expect("was just written");
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{name}: {error}"));
}

#[test]
fn mutated_safetensors_never_panic() {
    mutate("some.safetensors", 1_500);
}

#[test]
fn mutated_pickles_never_panic() {
    mutate("rat_bf16.pth", 700);
    mutate("rat_legacy.pt", 500);
    mutate("hf_base_tar.pt", 300);
}

#[test]
fn mutated_bpk_never_panics() {
    mutate("own.bpk", 800);
}

//! `inspect` and `convert` as a person uses them.

use std::{
    path::Path,
    process::{Command, Output},
};

use crate::{golden, written::fixture};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rat-report")).args(arguments).output().expect("the program starts")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

fn succeeds(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("utf-8")
}

fn refuses(arguments: &[&str], words: &[&str]) {
    let output = run(arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
    assert!(output.stdout.is_empty() && !said.contains("panicked"), "{said}");
    for word in words.iter().chain(&["error", "help"]) {
        assert!(said.contains(word), "{arguments:?} should say `{word}`: {said}");
    }
}

#[test]
fn inspect_says_what_a_file_is() {
    let rat = golden::fixture("rat.pt");
    let said = succeeds(&["inspect", text(&rat)]);
    for words in [
        "PyTorch pickle, authors names",
        "detector",
        "RAT or RAT_selfattn or RAT_zeroref",
        "13,434",
        "44,106",
        "all parameters are there, and no tensor is left over",
        "classifier.1.num_batches_tracked  i64  []",
        "layers.*.feed_forward.output_dense.weight",
    ] {
        assert!(said.contains(words), "`{words}`: {said}");
    }
    let all = succeeds(&["inspect", "--tensors", text(&rat)]);
    assert!(all.contains("  extractor.model.model.encoder.transformer.layers.1.layer_norm.bias  f32  [32]"), "{all}");
    let json: serde_json::Value =
        serde_json::from_str(&succeeds(&["inspect", "--format", "json", text(&rat)])).expect("JSON");
    assert_eq!(json["parameters"]["outside_encoder"], 13_434);
    assert_eq!(json["tensors"].as_array().map(Vec::len), Some(97));
    refuses(&["inspect", text(&fixture("hostile.pt"))], &["hostile.pt", "no tensors"]);
    refuses(&["inspect", "nowhere.safetensors"], &["nowhere.safetensors"]);
}

#[test]
fn convert_writes_and_refuses() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = folder.path().join("out.safetensors");
    let rat = golden::fixture("rat.pt");
    let printed = succeeds(&["convert", text(&rat), text(&output), "--dtype", "bf16"]);
    assert_eq!(printed.trim(), text(&output));
    assert!(succeeds(&["inspect", text(&output)]).contains("44,154 bf16"));
    refuses(&["convert", text(&rat), text(&output)], &["is there already", "--force"]);
    succeeds(&["convert", text(&rat), text(&output), "--naming", "hugging-face", "--force"]);
    assert!(succeeds(&["inspect", text(&output)]).contains("safetensors, hugging-face names"));
    let other = folder.path().join("other.safetensors");
    refuses(&["convert", text(&output), text(&other), "--naming", "authors"], &["authors", "torchaudio"]);
    refuses(&["convert", text(&output), text(&output), "--force"], &["over itself"]);
    refuses(&["convert", text(&rat), text(&folder.path().join("x.pt"))], &["x.pt", ".safetensors", ".bpk"]);
    assert!(succeeds(&["inspect", text(&output)]).contains("hugging-face"), "the output is as it was");
    refuses(&["convert", text(&output), text(&folder.path().join("x.bpk"))], &["encoder alone"]);
    let nowhere = folder.path().join("missing.pt");
    refuses(&["convert", text(&nowhere), text(&other)], &["missing.pt"]);
    assert_eq!(run(&["convert", text(&rat)]).status.code(), Some(2));
}

#[test]
fn what_comes_in_place_of_weights_is_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("model.safetensors");
    for (content, words) in [
        ("", ["the file is empty", "fetch"]),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", ["git-lfs pointer", "git lfs pull"]),
        ("<!doctype html><html></html>", ["a web page", "fetch the file itself"]),
        ("{\"error\":\"Repository not found\"}", ["JSON text", "fetch the file again"]),
    ] {
        std::fs::write(&path, content).expect("writable");
        refuses(&["inspect", text(&path)], &words);
    }
}

#[test]
fn a_config_that_does_not_belong_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let weights = folder.path().join("model.safetensors");
    std::fs::copy(golden::fixture("hf_base_like.safetensors"), &weights).expect("writable");
    let config = folder.path().join("config.json");
    let right = std::fs::read_to_string(golden::fixture("hf_base_like_config.json")).expect("is there");
    std::fs::write(&config, &right).expect("writable");
    assert!(succeeds(&["inspect", text(folder.path())]).contains("4 heads,"));
    for (content, word) in [
        ("{".to_owned(), "no JSON"),
        (right.replace("\"hidden_act\": \"gelu\"", "\"hidden_act\": \"relu\""), "hidden_act is relu"),
        (right.replace("\"feat_extract_norm\": \"group\"", "\"feat_extract_norm\": \"layer\""), "feat_extract_norm"),
    ] {
        assert_ne!(content, right);
        std::fs::write(&config, content).expect("writable");
        let output = folder.path().join("out.safetensors");
        refuses(&["convert", text(folder.path()), text(&output)], &["config.json", word]);
        assert!(succeeds(&["inspect", text(folder.path())]).contains(word));
    }
}

/// The golden RAT with a configuration, so that its heads are known.
fn written_rat(folder: &Path) -> std::path::PathBuf {
    let detector = golden::rat("rat.pt", rat::model::Conditioning::Reference, &burn::tensor::Device::flex());
    let path = folder.join("epoch-01.bpk");
    detector.save(&path).expect("writable");
    let config = toml::to_string(&golden::wide_kernel()).expect("a table");
    std::fs::write(folder.join("config.toml"), format!("classifier = \"RAT\"\n[encoder]\n{config}")).expect("writable");
    path
}

#[test]
fn score_file_prints_scores_and_names_what_has_none() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let checkpoint = written_rat(folder.path());
    let recording = |name: &str, level: f32, samples: usize| {
        let path = folder.path().join(name);
        let tone = |index: usize| (index as f32 * 0.05).sin() * level;
        rat::Waveform::new((0..samples).map(tone).collect()).write_wav(&path).expect("writable");
        path
    };
    let (test, reference) = (recording("test.wav", 0.3, 9_000), recording("reference.wav", 0.1, 7_000));
    let short = recording("short.wav", 0.1, 100);
    let json = |more: &[&str]| -> serde_json::Value {
        let arguments =
            [&["score-file", text(&test), "--checkpoint", text(&checkpoint), "--format", "json"], more].concat();
        serde_json::from_str(&succeeds(&arguments)).expect("JSON")
    };
    let device = burn::tensor::Device::flex();
    let detector = golden::rat("rat.pt", rat::model::Conditioning::Reference, &device);
    let [heard, given] = [&test, &reference].map(|path| rat::Waveform::read(path).expect("is there"));
    let close = |found: &serde_json::Value, expected: rat::model::TrialScore| {
        let margin = found[0]["margin"].as_f64().expect("a number");
        assert!((margin - expected.margin).abs() < 1e-6, "{found} against {expected}");
    };
    close(&json(&[]), detector.score(&heard, None).expect("long enough"));
    close(&json(&["--reference", text(&reference)]), detector.score(&heard, Some(&given)).expect("long enough"));
    refuses(&["score-file", text(&short), "--checkpoint", text(&checkpoint)], &["short.wav", "100 samples"]);
    let output = run(&["score-file", text(&test), text(&short), "--checkpoint", text(&checkpoint), "--format", "csv"]);
    let (said, printed) = (String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("short.wav") && said.contains("1 of 2 recordings"), "{said}");
    assert_eq!(printed.lines().count(), 2, "{printed}");
}

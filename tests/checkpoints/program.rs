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
    succeeds(&["convert", text(&rat), text(&output), "--naming", "hugging-face"]);
    assert!(succeeds(&["inspect", text(&output)]).contains("safetensors, hugging-face names"));
    refuses(&["convert", text(&output), text(&output), "--naming", "authors"], &["authors", "torchaudio"]);
    assert!(succeeds(&["inspect", text(&output)]).contains("hugging-face"), "the output is as it was");
    refuses(&["convert", text(&output), text(&folder.path().join("x.bpk"))], &["encoder alone"]);
    let nowhere = folder.path().join("missing.pt");
    refuses(&["convert", text(&nowhere), text(&output)], &["missing.pt"]);
    assert_eq!(run(&["convert", text(&rat)]).status.code(), Some(2));
}

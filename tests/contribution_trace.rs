//! `trace` as a person uses it: which epochs it measures, which it has measured already, and what it refuses.

#![cfg(feature = "network")]

mod fixture_corpus;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use rat::tables::{ContributionTable, LayerContributionTable};

struct Place {
    _folder: tempfile::TempDir,
    corpus: PathBuf,
    runs: PathBuf,
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

fn program(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rat-report")).args(arguments).output().expect("the program starts")
}

/// What it said on the way.
fn succeeds(arguments: &[&str]) -> String {
    let output = program(arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    said
}

fn refuses(arguments: &[&str], words: &[&str]) {
    let output = program(arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
    for word in words.iter().chain(&["help"]) {
        assert!(said.contains(word), "{arguments:?} should say `{word}`: {said}");
    }
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (corpus, runs) = (folder.path().join("corpus"), folder.path().join("runs"));
        fs::create_dir_all(&corpus).expect("writable");
        fixture_corpus::write(&corpus, 2);
        Self { _folder: folder, corpus, runs }
    }

    /// Two epochs.
    fn train(&self, run: &str, classifier: &str) -> PathBuf {
        let path = self.runs.join(run);
        let to = ["train", "--root", text(&self.corpus), "--run", text(&path), "--epochs", "2", "--batch", "4"];
        succeeds(&[to.as_slice(), &["--trace-trials", "2", "--classifier", classifier]].concat());
        path
    }

    fn trace<'a>(&'a self, run: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
        [["trace", "--run", text(run), "--root", text(&self.corpus), "--trials", "4"].as_slice(), more].concat()
    }
}

fn epochs(table: &Path) -> Vec<usize> {
    ContributionTable::read(table).expect("a table").rows.iter().map(|row| row.epoch).collect()
}

#[test]
fn an_epoch_is_measured_once() {
    let place = Place::new();
    let run = place.train("rat", "RAT");
    let table = run.join("contribution.csv");
    let said = succeeds(&place.trace(&run, &[]));
    assert!(said.contains("were measured while training: all epochs are measured anew"), "{said}");
    let layers = LayerContributionTable::read(run.join("contribution_layers.csv")).expect("a table");
    assert_eq!(epochs(&table), [1, 1, 2, 2]);
    assert_eq!(layers.rows.len(), 2 * 2 * layers.layers());
    assert!(layers.rows.iter().all(|row| row.trials == 4 && row.delta_output > 0.0 && row.gradient_test > 0.0));
    assert!(fs::read_to_string(run.join("report.html")).expect("the run's page").contains("Layer by layer"));

    let before = fs::read(&table).expect("readable");
    let said = succeeds(&place.trace(&run, &[]));
    assert_eq!(said.matches("is measured already").count(), 2, "{said}");
    assert_eq!(before, fs::read(&table).expect("readable"));
    // An epoch whose checkpoint is another is measured again, the other is not; this run does not know what it wrote.
    fs::remove_file(run.join("progress.json")).expect("is there");
    fs::copy(run.join("checkpoints/epoch-01.bpk"), run.join("checkpoints/epoch-02.bpk")).expect("copies");
    let said = succeeds(&place.trace(&run, &[]));
    assert!(said.contains("epoch 1 is measured already") && !said.contains("epoch 2 is"), "{said}");
    let rows = ContributionTable::read(&table).expect("a table").rows;
    assert_eq!(rows[0].delta_margin, rows[2].delta_margin, "the same network");
    let said = succeeds(&place.trace(&run, &["--fresh"]));
    assert!(!said.contains("already"), "{said}");
    let said = succeeds(&place.trace(&run, &["--fresh", "--epoch", "2"]));
    assert!(!said.contains("already"), "{said}");
    assert_eq!(epochs(&table), [1, 1, 2, 2], "the other epoch stays");
    let said = succeeds(&["trace", "--run", text(&run), "--root", text(&place.corpus), "--trials", "6"]);
    assert!(said.contains("another number of trials"), "{said}");
}

#[test]
fn epochs_and_files_can_be_named() {
    let place = Place::new();
    let run = place.train("rat", "RAT");
    let own = place.runs.join("own.csv");
    refuses(&place.trace(&run, &["--epoch", "2"]), &["measured while training", "--output"]);
    succeeds(&place.trace(&run, &["--epoch", "2", "--output", text(&own)]));
    assert_eq!(epochs(&own), [2, 2]);
    assert!(place.runs.join("own_layers.csv").is_file());
    refuses(&place.trace(&run, &["--epoch", "7"]), &["no epoch 7", "1 to 2"]);

    let (first, second) = (run.join("checkpoints/epoch-01.bpk"), run.join("checkpoints/epoch-02.bpk"));
    let files = format!("{},{}", text(&first), text(&second));
    let named = place.runs.join("named.csv");
    let arguments =
        ["trace", "--checkpoint", &files, "--root", text(&place.corpus), "--trials", "4", "--output", text(&named)];
    succeeds(&arguments);
    let (named, own) = (ContributionTable::read(&named).expect("reads"), ContributionTable::read(&own).expect("reads"));
    assert_eq!(named.rows.len(), 4);
    let history = run.join("history.csv");
    let bytes = fs::read(&history).expect("is there");
    refuses(&place.trace(&run, &["--fresh", "--output", text(&history)]), &["history.csv is there already"]);
    assert_eq!(fs::read(&history).expect("is there"), bytes);
    refuses(&place.trace(&run, &["--output", "/dev/null"]), &["no regular file"]);
    let fresh = place.runs.join("fresh.csv");
    for beside in ["fresh.csv", "fresh_layers.csv", "fresh.toml"] {
        fs::write(place.runs.join(beside), "hello\n").expect("writable");
        refuses(&place.trace(&run, &["--output", text(&fresh)]), &[beside, "something else"]);
        fs::remove_file(place.runs.join(beside)).expect("goes");
    }
    assert_eq!((named.rows[2].epoch, named.rows[2].stage.as_str()), (2, "given"));
    assert!((named.rows[2].delta_output / own.rows[0].delta_output - 1.0).abs() < 1e-6);
    let mut damaged = fs::read(&first).expect("is there");
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    fs::write(&first, damaged).expect("writable");
    refuses(&place.trace(&run, &["--fresh"]), &["epoch-01.bpk is not as it was written"]);
    fs::remove_file(&second).expect("removes");
    refuses(&place.trace(&run, &["--fresh"]), &["checkpoint of epoch 2 is not there", "--epoch"]);
}

#[test]
fn a_network_without_references_is_refused() {
    let place = Place::new();
    let run = place.train("baseline", "RAT_baseline");
    refuses(&place.trace(&run, &[]), &["RAT_baseline takes no reference", "RAT"]);
    let checkpoint = run.join("checkpoints/epoch-01.bpk");
    let output = place.runs.join("x.csv");
    let named = ["trace", "--checkpoint", text(&checkpoint), "--root", text(&place.corpus), "--output", text(&output)];
    refuses(&named, &["takes no reference"]);
}

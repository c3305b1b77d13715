//! Settings of a run: refused where they make no sense, recorded where they hold, read where they are older.

use std::{fs, path::Path, process::Command};

use rat::{
    tables::{RunRecord, TrainingHistory},
    train::{Recipe, RunConfig, StageRecipe},
};

use super::fixture_corpus;

fn train(root: &Path, run: &Path, arguments: &[&str]) -> Result<(), String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rat-report"));
    command.arg("train").arg("--root").arg(root).arg("--run").arg(run);
    command.args(["--batch", "4", "--draws", "8", "--max-samples", "4000", "--trace-trials", "2"]).args(arguments);
    let output = command.output().expect("starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() { Ok(()) } else { Err(format!("{:?} {said}", output.status.code())) }
}

#[test]
fn values_out_of_range_are_named() {
    let stage = |change: fn(&mut StageRecipe)| {
        let mut recipe = Recipe::default();
        change(&mut recipe.finetune);
        recipe.check().expect_err("out of range").to_string()
    };
    assert!(stage(|stage| stage.accumulate = 0).contains("finetune.accumulate"));
    assert!(stage(|stage| stage.clip_norm = Some(0.0)).contains("finetune.clip_norm"));
    assert!(stage(|stage| stage.clip_norm = Some(f64::NAN)).contains("finetune.clip_norm"));
    let mut recipe = Recipe::default();
    recipe.train.checkpoint_activations = true;
    assert!(recipe.check().expect_err("frozen").to_string().contains("frozen"));
    for accumulate in [1 << 61, usize::MAX >> 1] {
        let stage = StageRecipe { accumulate, ..StageRecipe::new(1, 1e-3, 8) };
        assert_eq!(stage.steps(1_000, 1), 0);
    }
    assert!(stage(|stage| stage.patience = usize::MAX).contains("patience"));
    assert!(Recipe { replicas: 0, ..Recipe::default() }.check().is_err());
    assert!(Recipe { seed: u64::MAX, ..Recipe::default() }.check().expect_err("no TOML").to_string().contains("seed"));
}

#[test]
fn the_evaluation_set_chooses_no_epoch_unless_forced() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let (root, run) = (place.path().join("corpus"), place.path().join("run"));
    fixture_corpus::write(&root, 2);
    let refused = train(&root, &run, &["--epochs", "1", "--select-on", "eval"]).expect_err("refused");
    assert!(refused.starts_with("Some(1)") && refused.contains("--force"), "{refused}");
    assert!(train(&root, &run, &["--epochs", "1", "--select-on", "train", "--force"]).is_err());
    assert!(!run.exists(), "nothing was begun");
    train(&root, &run, &["--epochs", "1", "--select-on", "eval", "--force"]).expect("forced");
    let history = TrainingHistory::read(run.join("history.csv")).expect("written");
    assert_eq!(history.rows[0].selected_on, "eval");
    assert_eq!(RunRecord::read(run.join("run.json")).expect("written").selected_on, "eval");
    assert!(fs::read_to_string(run.join("config.toml")).expect("written").contains("select_on = \"eval\""));
}

#[test]
fn a_page_that_cannot_be_written_stops_no_training() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let (root, run) = (place.path().join("corpus"), place.path().join("run"));
    fixture_corpus::write(&root, 2);
    // A folder stands where the page belongs.
    fs::create_dir_all(run.join("report.html")).expect("writable");
    train(&root, &run, &["--epochs", "1"]).expect("trains all the same");
    assert!(run.join("checkpoints/epoch-01.bpk").is_file());
}

#[test]
fn devices_that_do_not_fit_together_are_refused() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let (root, run) = (place.path().join("corpus"), place.path().join("run"));
    fixture_corpus::write(&root, 2);
    for (devices, named) in [("cpu,auto", "auto"), ("cpu,gpu", "gpu"), ("cpu,cpu", "NCCL")] {
        let refused = train(&root, &run, &["--device", devices, "--exchange", "nccl"]).expect_err("refused");
        assert!(refused.starts_with("Some(1)") && refused.contains(named), "{devices}: {refused}");
    }
}

#[test]
fn a_stage_ends_where_the_eer_no_longer_falls() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let (root, run) = (place.path().join("corpus"), place.path().join("run"));
    fixture_corpus::write(&root, 2);
    let patient = ["--epochs", "30", "--patience", "1", "--lr", "1e-9"];
    train(&root, &run, &patient).expect("trains");
    let rates = |run: &Path| {
        let history = TrainingHistory::read(run.join("history.csv")).expect("written");
        history.rows.iter().map(|row| row.dev_eer).collect::<Vec<_>>()
    };
    let found = rates(&run);
    assert!(found.len() >= 2 && found.len() < 30, "{found:?}");
    let (last, earlier) = found.split_last().expect("epochs");
    assert!(earlier.iter().any(|rate| rate <= last), "{found:?}");
    assert!(earlier.windows(2).all(|pair| pair[1] < pair[0]), "every epoch before lowered it: {found:?}");
    // The end follows from the history: nothing more is trained.
    train(&root, &run, &patient).expect("trained already");
    assert_eq!(rates(&run), found);
}

/// As it was written before there were these settings.
#[test]
fn older_configurations_are_read() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let (root, run) = (place.path().join("corpus"), place.path().join("run"));
    fixture_corpus::write(&root, 2);
    train(&root, &run, &["--epochs", "1"]).expect("trains");
    let text = fs::read_to_string(run.join("config.toml")).expect("written");
    let newer = [
        "accumulate",
        "checkpoint_activations",
        "patience",
        "precision",
        "replicas",
        "select_on",
        "force",
        "clip_norm",
        "trace_trials",
    ];
    let is_newer = |line: &&str| newer.iter().any(|key| line.starts_with(&format!("{key} =")));
    assert_eq!(text.lines().filter(is_newer).count(), 11, "{text}");
    let older: Vec<&str> = text.lines().filter(|line| !is_newer(line)).collect();
    fs::write(run.join("config.toml"), older.join("\n")).expect("writable");
    fs::remove_file(run.join("progress.json")).expect("written");
    let config: RunConfig = toml::from_str(&older.join("\n")).expect("still reads");
    assert_eq!(config.recipe.train.accumulate, 1);
    train(&root, &run, &["--epochs", "1"]).expect("the same run");
}

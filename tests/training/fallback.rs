//! A run whose saved state was damaged within an epoch goes on after the last whole one, to the same bytes.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use super::fixture_corpus;

fn training(root: &Path, run: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rat-report"));
    command.arg("train").arg("--root").arg(root).arg("--run").arg(run);
    command.args(["--epochs", "2", "--batch", "4", "--draws", "80", "--max-samples", "4000", "--trace-trials", "2"]);
    command.args(["--save-every", "1"]).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

fn ends(mut command: Command) -> Output {
    command.output().expect("starts")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Kills a training some steps into its second epoch.
fn stop_within_epoch_2(root: &Path, run: &Path) {
    let mut child = training(root, run).stderr(Stdio::null()).spawn().expect("starts");
    let late = Instant::now() + Duration::from_secs(120);
    let within = || {
        let text = fs::read_to_string(run.join("progress.json")).unwrap_or_default();
        text.contains("\"epochs\": 1") && !text.contains("\"steps\": 0")
    };
    while !within() {
        assert!(Instant::now() < late, "no second epoch in two minutes");
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().expect("it is ours");
    child.wait().expect("ended");
    assert!(within(), "it was killed too late");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("writable");
    for entry in fs::read_dir(from).expect("readable") {
        let path = entry.expect("readable").path();
        let name = path.file_name().expect("a name");
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            fs::copy(&path, to.join(name)).expect("copies");
        }
    }
}

/// The file of the state within the epoch that ends so.
fn step_file(run: &Path, optimizer: bool) -> PathBuf {
    let entries = fs::read_dir(run.join("checkpoints")).expect("readable");
    let mut paths = entries.map(|entry| entry.expect("readable").path());
    let is = |path: &PathBuf| {
        let name = path.to_string_lossy();
        name.contains(".step-") && name.ends_with(".optimizer.bpk") == optimizer
    };
    paths.find(is).expect("a state within the epoch")
}

/// What is said of it, and how it is done.
type Damage = (&'static str, fn(&Path));

fn truncate(path: &Path) {
    let bytes = fs::read(path).expect("is there");
    fs::write(path, &bytes[..bytes.len() / 2]).expect("writable");
}

/// One byte.
fn change(path: &Path) {
    let mut bytes = fs::read(path).expect("is there");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).expect("writable");
}

#[test]
fn a_damaged_state_costs_an_epoch_and_changes_no_byte() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let root = place.path().join("corpus");
    fixture_corpus::write(&root, 2);
    let whole = place.path().join("whole");
    assert!(ends(training(&root, &whole)).status.success());
    let stopped = place.path().join("stopped");
    stop_within_epoch_2(&root, &stopped);
    let damages: [Damage; 6] = [
        ("progress.json, line", |run| truncate(&run.join("progress.json"))),
        ("progress.json is gone", |run| fs::remove_file(run.join("progress.json")).expect("is there")),
        ("is not as it was written", |run| change(&step_file(run, false))),
        ("is not as it was written", |run| change(&step_file(run, true))),
        ("step-", |run| truncate(&step_file(run, false))),
        ("optimizer.bpk", |run| truncate(&step_file(run, true))),
    ];
    for (at, (words, damage)) in damages.into_iter().enumerate() {
        let run = place.path().join(format!("damaged-{at}"));
        copy(&stopped, &run);
        damage(&run);
        let output = ends(training(&root, &run));
        let said = said(&output);
        assert!(output.status.success(), "damage {at}: {said}");
        let told = said.contains("falling back to epoch 1, the last whole one");
        assert!(told && said.contains(words) && said.contains("going on after epoch 1 of 2"), "damage {at}: {said}");
        for file in ["checkpoints/epoch-02.bpk", "checkpoints/epoch-02.optimizer.bpk", "history.csv", "progress.json"] {
            let [wanted, found] = [&whole, &run].map(|run| fs::read(run.join(file)).expect(file));
            assert!(wanted == found, "{file} differs after damage {at}");
        }
        let optimisers = fs::read_dir(run.join("checkpoints")).expect("readable").count();
        assert_eq!(optimisers, 3, "two networks and the last optimiser");
    }
}

#[test]
fn a_trained_run_whose_best_network_is_gone_says_so() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let (root, run) = (place.path().join("corpus"), place.path().join("run"));
    fixture_corpus::write(&root, 2);
    let output = training(&root, &run).stdout(Stdio::piped()).output().expect("starts");
    let best = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    fs::remove_file(run.join("report.html")).expect("was written");
    assert!(ends(training(&root, &run)).status.success());
    assert!(run.join("report.html").is_file(), "the page is made again");
    let damages: [fn(&Path); 3] = [
        change,
        |path| fs::write(path, "").expect("writable"),
        |path| {
            fs::remove_file(path).expect("goes");
        },
    ];
    for damage in damages {
        damage(Path::new(&best));
        let output = ends(training(&root, &run));
        let said = said(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("best network is lost") && said.contains("epoch-0"), "{said}");
    }
}

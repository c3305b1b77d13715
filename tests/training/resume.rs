//! A run that is killed at any moment, again and again, ends with the same bytes as one that is left alone.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant, SystemTime},
};

use super::fixture_corpus;

/// The moments of the kills, in parts of an uninterrupted run's time; different in every call.
fn moments() -> Vec<f64> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
    let mut state = u64::from(now.subsec_nanos()) | 1;
    let mut draw = || {
        state = state.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
        (state >> 33) as f64 / (1_u64 << 31) as f64
    };
    (0..5).map(|_| 0.1 + 0.6 * draw()).collect()
}

fn command(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rat-report"));
    command.args(arguments).arg("--root").arg(root).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

fn finish(mut command: Command) {
    let output = command.output().expect("starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Every file of a run but its lock, `run.json`, which holds times, and the page, which holds those and the folder's name.
fn files(run: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![run.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("readable") {
            let path = entry.expect("readable").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if !["run.json", "report.html"].contains(&name.as_str()) && !name.starts_with('.') {
                let bytes = fs::read(&path).expect("readable");
                found.insert(path.strip_prefix(run).expect("within").to_owned(), bytes);
            }
        }
    }
    found
}

/// Runs it uninterrupted in one folder, and with five kills in another; compares both, after scoring.
fn survives(root: &Path, folder: &Path, arguments: &[&str], expected: &[&str]) {
    let [left_alone, killed] = ["left-alone", "killed"].map(|name| folder.join(name));
    let training = |run: &Path| {
        let mut command = command(root, arguments);
        command.arg("--run").arg(run);
        command
    };
    let start = Instant::now();
    finish(training(&left_alone));
    let time = start.elapsed().as_secs_f64();
    let moments = moments();
    let mut kills = 0;
    for moment in &moments {
        let mut child = training(&killed).stderr(Stdio::null()).spawn().expect("starts");
        std::thread::sleep(Duration::from_secs_f64(time * moment));
        // SIGKILL: the process gets no chance to tidy up.
        child.kill().expect("it is ours");
        kills += usize::from(!child.wait().expect("ended").success());
    }
    assert!(kills > 0, "every run ended before it was killed: {moments:?}");
    finish(training(&killed));
    for run in [&left_alone, &killed] {
        let mut scoring = command(root, &["score", "--condition", "matched,zeroed"]);
        scoring.arg("--run").arg(run);
        finish(scoring);
    }
    let (wanted, found) = (files(&left_alone), files(&killed));
    let names: Vec<_> = wanted.keys().map(|name| name.display().to_string()).collect();
    assert_eq!(wanted.keys().collect::<Vec<_>>(), found.keys().collect::<Vec<_>>(), "killed at {moments:?}");
    for name in expected {
        assert!(names.iter().any(|found| found == name), "{name} is missing in {names:?}");
    }
    assert!(killed.join("report.html").is_file(), "the page grew");
    for (name, bytes) in &wanted {
        assert!(bytes == &found[name], "{} differs after kills at {moments:?}", name.display());
    }
}

#[test]
fn both_stages_survive_five_kills_to_the_same_bytes() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let root = place.path().join("corpus");
    fixture_corpus::write(&root, 2);
    let stage_1 = place.path().join("stage-1");
    let common = ["--max-samples", "6000", "--trace-trials", "4", "--workers", "2"];
    let train = ["train", "--epochs", "2", "--batch", "4", "--draws", "32", "--save-every", "2"];
    let always =
        ["config.toml", "history.csv", "contribution.csv", "pairing.parquet", "progress.json", "scores/matched.csv"];
    survives(
        &root,
        &stage_1,
        &[&train[..], &common[..]].concat(),
        &[&always[..], &["checkpoints/epoch-01.bpk", "checkpoints/epoch-02.optimizer.bpk"]].concat(),
    );
    let from = stage_1.join("left-alone").display().to_string();
    let finetune = ["finetune", "--from", &from, "--epochs", "2", "--batch", "2", "--draws", "8", "--lr", "1e-4"];
    let rest = ["--save-every", "1", "--clip-norm", "1", "--accumulate", "2", "--checkpoint-activations"];
    survives(&root, &place.path().join("stage-2"), &[&finetune[..], &rest[..], &common[..]].concat(), &always);
    // Two replicas, each with a stream of draws of its own.
    let replicas = ["--device", "cpu,cpu", "--precision", "bf16"];
    survives(&root, &place.path().join("replicas"), &[&train[..], &replicas[..], &common[..]].concat(), &always);
}

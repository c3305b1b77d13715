//! Scoring that is stopped, shared between devices, or made in parts: the same bytes in the end.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use crate::trained::{TRAINED, refused};

const CONDITIONS: [&str; 2] = ["--condition", "matched,mismatched,zeroed,absent,silence,noise,snr:10,duration:0.2,own"];
const UNFINISHED: &str = "unfinished.scores";

/// Names and bytes of all tables of a folder.
fn tables(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).expect("readable").flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "csv"));
    paths.sort();
    let read = |path: PathBuf| (path.file_name().expect("a name").into(), fs::read_to_string(path).expect("readable"));
    paths.into_iter().map(read).collect()
}

fn lines(path: &Path) -> usize {
    fs::read(path).map_or(0, |bytes| bytes.iter().filter(|&&byte| byte == b'\n').count())
}

/// Runs a command until its unfinished scores have so many lines, then stops it; false where it ended before.
fn stopped_at(command: &mut Command, path: &Path, wanted: usize, signal: &str) -> bool {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("starts");
    while lines(path) < wanted {
        if child.try_wait().expect("is ours").is_some() {
            return false;
        }
        thread::sleep(Duration::from_micros(300));
    }
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("there is kill");
    assert!(sent.success() || child.try_wait().expect("is ours").is_some());
    !child.wait().expect("ends").success()
}

#[test]
fn a_stop_at_any_moment_changes_no_byte() {
    let (whole, _) = TRAINED.scored("uninterrupted", &CONDITIONS);
    let whole = tables(&whole);
    assert_eq!(whole.len(), 9);
    assert!(whole.iter().all(|(_, table)| table.lines().count() == 41));
    let more = [&CONDITIONS[..], &["--batch", "1"]].concat();
    let output = TRAINED.root().join("interrupted");
    let path = output.join(UNFINISHED);
    // The first line says what is scored; after it a line for each four trials.
    let (mut stops, mut wanted) = (0, 2);
    for signal in ["-KILL", "-INT", "-KILL", "-TERM", "-KILL"] {
        stops += usize::from(stopped_at(&mut TRAINED.score("interrupted", &more), &path, wanted, signal));
        // Also in the middle of a line.
        if path.exists() && stops % 2 == 1 {
            let bytes = fs::read(&path).expect("readable");
            fs::write(&path, &bytes[..bytes.len() - 40]).expect("writable");
        }
        wanted = lines(&path) + 1;
    }
    assert!(stops >= 2, "stopped {stops} times");
    let (_, said) = TRAINED.scored("interrupted", &more);
    assert!(said.contains("going on after"), "{said}");
    assert_eq!(tables(&output), whole);
    assert!(!path.exists());
}

#[test]
fn unfinished_scores_of_something_else_are_not_gone_on_with() {
    let output = TRAINED.root().join("changed");
    let more = [&CONDITIONS[..], &["--batch", "1"]].concat();
    assert!(stopped_at(&mut TRAINED.score("changed", &more), &output.join(UNFINISHED), 2, "-KILL"));
    let bytes = fs::read(output.join(UNFINISHED)).expect("is there");
    let other = TRAINED.score("changed", &["--condition", "matched,zeroed"]).output().expect("starts");
    let said = refused(&other);
    assert!(said.contains("unfinished scores of another choice of conditions") && said.contains("--output"), "{said}");
    assert_eq!(fs::read(output.join(UNFINISHED)).expect("is there"), bytes);
    let said = refused(&TRAINED.score("changed", &["--condition", "zeroed"]).output().expect("starts"));
    assert!(said.contains("another choice of conditions"), "not of another pairing: {said}");
}

#[test]
fn several_devices_give_the_bytes_of_one() {
    let (one, _) = TRAINED.scored("one-device", &CONDITIONS);
    for devices in ["cpu,cpu", "cpu,cpu,cpu"] {
        let (several, _) = TRAINED.scored(devices, &[&CONDITIONS[..], &["--device", devices, "--batch", "2"]].concat());
        assert_eq!(tables(&several), tables(&one), "{devices}");
    }
    let mut checking = TRAINED.score("checked", &[&CONDITIONS[..], &["--self-check", "6"]].concat());
    let said = String::from_utf8_lossy(&checking.output().expect("starts").stdout).into_owned();
    assert_eq!(said, "largest difference of 6 trials alone and together: 0.00e0\n");
}

#[test]
fn shards_merge_into_the_bytes_of_one_run() {
    let (whole, _) = TRAINED.scored("whole", &CONDITIONS);
    for of in [2, 3] {
        let name = format!("in-{of}");
        for shard in 1..=of {
            TRAINED.scored(&name, &[&CONDITIONS[..], &["--shard", &format!("{shard}/{of}")]].concat());
        }
        let merge = |output: &Path| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_rat-report"));
            command.arg("merge").arg(TRAINED.root().join(&name)).arg("--output").arg(output).output().expect("starts")
        };
        let output = TRAINED.root().join(format!("merged-{of}"));
        let done = merge(&output);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        assert_eq!(tables(&output), tables(&whole));
        let read = |folder: &Path, file| fs::read(folder.join(file)).expect("is there");
        assert_eq!(read(&output, "pairing/pairing.parquet"), read(&whole, "pairing/pairing.parquet"));
        assert_eq!(read(&output, "scored.toml"), read(&whole, "scored.toml"));
        // A part that is scored again is there already; one that is missing is named.
        let (_, said) = TRAINED.scored(&name, &[&CONDITIONS[..], &["--shard", &format!("2/{of}")]].concat());
        assert!(said.contains("is scored already"), "{said}");
        // So is one whose pairing was left behind: that is written again.
        let pairing = TRAINED.root().join(&name).join("pairing");
        let bytes = fs::read(pairing.join("pairing.parquet")).expect("is there");
        fs::remove_dir_all(&pairing).expect("goes");
        let said = refused(&merge(&TRAINED.root().join("none")));
        assert!(said.contains("shard-1-of") && said.contains("pairing.parquet") && said.contains("copy"), "{said}");
        let (_, said) = TRAINED.scored(&name, &[&CONDITIONS[..], &["--shard", &format!("2/{of}")]].concat());
        assert!(said.contains("is scored already"), "{said}");
        assert_eq!(fs::read(pairing.join("pairing.parquet")).expect("is there"), bytes);
        let part = TRAINED.root().join(&name).join(format!("shard-2-of-{of}"));
        fs::remove_file(part.join("shard.toml")).expect("was there");
        let said = refused(&merge(&TRAINED.root().join("none")));
        assert!(said.contains("not finished") && said.contains(&format!("--shard 2/{of}")), "{said}");
        fs::remove_dir_all(part).expect("goes");
        let said = refused(&merge(&TRAINED.root().join("none")));
        assert!(said.contains(&format!("shard 2/{of} is missing")), "{said}");
        assert!(!TRAINED.root().join("none").exists());
    }
}

#[test]
fn shards_with_bad_recordings_merge_too() {
    let place = crate::Place::new();
    let root = place.root().to_str().expect("plain").to_owned();
    fs::remove_file(place.root().join("flac_E_eval/E_0000000004.wav")).expect("was there");
    place.truncate("flac_E_eval/E_0000000017.wav");
    let score = |output: &str, more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rat-report"));
        command.args(["score", "--root", &root, "--run"]).arg(TRAINED.run());
        command.arg("--output").arg(place.root().join(output)).args(["--on-bad-audio", "skip-and-list"]);
        let done = command.args(["--condition", "matched,noise"]).args(more).output().expect("starts");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    score("whole", &[]);
    score("parts", &["--shard", "1/2"]);
    score("parts", &["--shard", "2/2"]);
    let merged = place.root().join("parts");
    let done = Command::new(env!("CARGO_BIN_EXE_rat-report")).arg("merge").arg(&merged).output().expect("starts");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(tables(&merged), tables(&place.root().join("whole")));
    let list = |folder: &str| fs::read_to_string(place.root().join(folder).join("bad_audio/bad_audio.csv"));
    assert_eq!(list("parts").expect("is there"), list("whole").expect("is there"));
    assert_eq!(list("whole").expect("is there").lines().count(), 3);
}

//! `merge`: shards become the tables of the whole, byte for byte; whatever is not one whole is refused, and nothing is written.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use rat::{
    Label,
    tables::{RunRecord, ScoreRow, ScoreTable, ShardFile, ShardManifest},
};
use tempfile::TempDir;

const TRIALS: usize = 23;
const TABLES: [&str; 2] = ["matched.csv", "snr-10.csv"];
const PAIRING: &str = "file,speaker\nall,of them\n";

fn row(at: usize, table: usize) -> ScoreRow {
    ScoreRow {
        file: format!("E \"{at}\", take {}", at % 3),
        score: 1.0 / (at + table) as f64,
        label: [Some(Label::Bonafide), Some(Label::Spoof), None][at % 3],
        margin: Some(at as f64 / 7.0),
        speaker: format!("S{}", at % 4),
        attack: "A1,7".into(),
        codec: "line\nbreak".into(),
    }
}

/// Trial 9 has no score: its recording is bad.
fn table(range: std::ops::Range<usize>, table: usize) -> ScoreTable {
    ScoreTable::from_rows(range.filter(|&at| at != 9).map(|at| row(at + 1, table)))
}

/// Writes part `shard` of `of`, as `score` does.
fn write_shard(home: &Path, shard: usize, of: usize) -> PathBuf {
    let folder = home.join(ShardManifest::folder_name(shard, of));
    let (first, end) = ((shard - 1) * TRIALS / of, shard * TRIALS / of);
    let mut tables = Vec::new();
    for (at, name) in TABLES.into_iter().enumerate() {
        let table = table(first..end, at);
        table.write(folder.join(name)).expect("writes");
        tables.push(ShardFile::of(&folder, name, table.len()).expect("is there"));
    }
    let has_bad = (first..end).contains(&9);
    if has_bad {
        fs::create_dir_all(folder.join("bad_audio")).expect("makes");
        fs::write(folder.join("bad_audio/bad_audio.csv"), "split,file,reason\neval,E 9,\"cut, short\"\n")
            .expect("writes");
    }
    fs::create_dir_all(home.join("pairing")).expect("makes");
    fs::write(home.join("pairing/pairing.parquet"), PAIRING).expect("writes");
    let file = |path, rows| ShardFile::of(&folder, path, rows).expect("is there");
    let texts =
        |pairs: &[(&str, &str)]| pairs.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
    let manifest = ShardManifest {
        shard,
        of,
        trials: TRIALS,
        first,
        end,
        scoring: texts(&[("checkpoint", "abc"), ("seed", "1")]),
        origin: texts(&[("data", "asvspoof5"), ("split", "eval")]),
        tables,
        bad_audio: has_bad.then(|| file("bad_audio/bad_audio.csv", 1)),
        pairing: Some(file("../pairing/pairing.parquet", TRIALS)),
    };
    manifest.write(&folder).expect("writes");
    folder
}

fn home(of: usize) -> TempDir {
    let home = tempfile::tempdir().expect("a folder");
    (1..=of).for_each(|shard| drop(write_shard(home.path(), shard, of)));
    home
}

/// Exit code, standard output, standard error.
fn merge(folders: &[&Path], output: Option<&Path>) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rat-report"));
    command.arg("merge").args(folders);
    if let Some(output) = output {
        command.arg("--output").arg(output);
    }
    let done = command.output().expect("starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (done.status.code().expect("ends"), text(&done.stdout), text(&done.stderr))
}

/// All files below a folder, with their bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.insert(path.clone(), fs::read(&path).expect("readable"));
        }
    }
    found
}

fn assert_whole(output: &Path) {
    for (at, name) in TABLES.into_iter().enumerate() {
        let whole = table(0..TRIALS, at).to_bytes(name).expect("writes");
        assert_eq!(fs::read(output.join(name)).expect("is there"), whole, "{name}");
    }
    let bad = fs::read_to_string(output.join("bad_audio/bad_audio.csv")).expect("is there");
    assert_eq!(bad, "split,file,reason\neval,E 9,\"cut, short\"\n");
    assert_eq!(fs::read_to_string(output.join("pairing/pairing.parquet")).expect("is there"), PAIRING);
    assert_eq!(
        fs::read_to_string(output.join("scored.toml")).expect("is there"),
        "data = \"asvspoof5\"\nsplit = \"eval\"\n"
    );
}

#[track_caller]
fn assert_refused(folders: &[&Path], words: &[&str]) {
    let before: Vec<_> = folders.iter().map(|folder| files(folder)).collect();
    let output = tempfile::tempdir().expect("a folder");
    let place = output.path().join("merged");
    let (code, _, said) = merge(folders, Some(&place));
    assert_eq!(code, 1, "{said}");
    assert!(words.iter().all(|word| said.contains(word)), "{said} lacks one of {words:?}");
    assert!(!place.exists(), "something is written");
    let after: Vec<_> = folders.iter().map(|folder| files(folder)).collect();
    assert!(before == after, "the shards are changed");
}

#[test]
fn any_number_of_shards_is_the_whole_byte_for_byte() {
    for of in [1, 2, 3, 7, TRIALS] {
        let home = home(of);
        let (code, said, noted) = merge(&[home.path()], None);
        assert_eq!(code, 0, "{noted}");
        assert_eq!(said.lines().count(), 2);
        assert!(noted.contains(&format!("{of} shards, 22 of 23 trials scored")), "{noted}");
        assert_whole(home.path());
        let elsewhere = tempfile::tempdir().expect("a folder");
        let shards: Vec<PathBuf> =
            (1..=of).rev().map(|shard| home.path().join(ShardManifest::folder_name(shard, of))).collect();
        let shards: Vec<&Path> = shards.iter().map(PathBuf::as_path).collect();
        let (code, _, noted) = merge(&shards, Some(elsewhere.path()));
        assert_eq!(code, 0, "{noted}");
        assert_whole(elsewhere.path());
    }
}

#[test]
fn shards_of_several_machines_merge_where_output_says() {
    let (one, two, merged) = (home(2), home(2), tempfile::tempdir().expect("a folder"));
    fs::remove_dir_all(one.path().join("shard-2-of-2")).expect("goes");
    fs::remove_dir_all(two.path().join("shard-1-of-2")).expect("goes");
    let (code, _, said) = merge(&[one.path(), two.path()], None);
    assert!(code == 1 && said.contains("2 folders") && said.contains("--output"), "{said}");
    let (code, _, said) = merge(&[one.path(), two.path()], Some(merged.path()));
    assert_eq!(code, 0, "{said}");
    assert_whole(merged.path());
}

#[test]
fn a_shard_is_not_written_over() {
    let place = home(2);
    let part = place.path().join(ShardManifest::folder_name(1, 2));
    let (code, _, said) = merge(&[place.path()], Some(&part));
    assert!(code == 1 && said.contains("is a shard itself"), "{said}");
    let (code, _, said) = merge(&[place.path()], None);
    assert_eq!(code, 0, "{said}");
    assert_whole(place.path());
}

#[test]
fn gaps_and_repeats_are_refused() {
    let three = home(3);
    let part = |shard| three.path().join(ShardManifest::folder_name(shard, 3));
    assert_refused(&[&part(1), &part(3)], &["shard 2/3 is missing", "--shard 2/3"]);
    assert_refused(&[&part(2)], &["shard 1/3 and 1 more is missing"]);
    assert_refused(&[three.path(), &part(2)], &["shard 2/3", "is named twice"]);
    let copy = three.path().join("copy");
    fs::create_dir(&copy).expect("makes");
    for entry in fs::read_dir(part(1)).expect("readable") {
        let path = entry.expect("readable").path();
        if path.is_file() {
            fs::copy(&path, copy.join(path.file_name().expect("a name"))).expect("copies");
        }
    }
    fs::remove_dir_all(part(2)).expect("goes");
    fs::rename(&copy, part(2)).expect("moves");
    assert_refused(&[three.path()], &["shard 1/3", "shard-2-of-3", "a copy under another number"]);
}

#[test]
fn unfinished_and_foreign_shards_are_refused() {
    let two = home(2);
    let second = two.path().join("shard-2-of-2");
    write_shard(two.path(), 1, 4);
    assert_refused(&[two.path()], &["another count of shards (4)"]);
    fs::remove_dir_all(two.path().join("shard-1-of-4")).expect("goes");
    let manifest = ShardManifest::read(&second).expect("reads");
    let change = |change: &dyn Fn(&mut ShardManifest)| {
        let mut manifest = manifest.clone();
        change(&mut manifest);
        manifest.write(&second).expect("writes");
    };
    change(&|manifest| drop(manifest.scoring.insert("checkpoint".into(), "xyz".into())));
    assert_refused(&[two.path()], &["another checkpoint (xyz)", "(abc)"]);
    change(&|manifest| drop(manifest.scoring.insert("precision".into(), "bf16".into())));
    assert_refused(&[two.path()], &["another precision (bf16)"]);
    change(&|manifest| drop(manifest.tables.pop()));
    assert_refused(&[two.path()], &["another set of tables"]);
    change(&|manifest| manifest.trials = 24);
    assert_refused(&[two.path()], &["another number of trials"]);
    change(&|manifest| manifest.first += 1);
    assert_refused(&[two.path()], &["trials 12 to 23 of 23", "11 comes next"]);
    change(&|manifest| manifest.end -= 1);
    assert_refused(&[two.path()], &["trials 11 to 22 of 23"]);
    change(&|manifest| manifest.tables[0].file = "../matched.csv".into());
    assert_refused(&[two.path()], &["outside its folder"]);
    fs::remove_file(second.join(ShardManifest::FILE)).expect("goes");
    assert_refused(&[two.path()], &["shard-2-of-2", "not finished", "--shard 2/2"]);
    let nothing = tempfile::tempdir().expect("a folder");
    assert_refused(&[nothing.path()], &["holds no shards"]);
    assert_refused(&[&nothing.path().join("none")], &["looking for shards"]);
}

#[test]
fn a_folder_with_scores_of_something_else_is_left_alone() {
    let (two, taken) = (home(2), tempfile::tempdir().expect("a folder"));
    fs::write(taken.path().join("scored.toml"), "data = \"in-the-wild\"\n").expect("writes");
    let (code, _, said) = merge(&[two.path()], Some(taken.path()));
    assert!(code == 1 && said.contains("holds scores of something else"), "{said}");
    assert_eq!(files(taken.path()).len(), 1);
}

/// Names another file in the manifest of every shard below a folder, or something else.
fn change_all(home: &Path, change: &dyn Fn(&mut ShardManifest)) {
    for entry in
        fs::read_dir(home).expect("readable").flatten().filter(|entry| entry.path().join("shard.toml").exists())
    {
        let mut manifest = ShardManifest::read(entry.path()).expect("reads");
        change(&mut manifest);
        manifest.write(entry.path()).expect("writes");
    }
}

#[test]
fn shards_with_the_pairing_of_before_merge_too() {
    let (two, merged) = (home(2), tempfile::tempdir().expect("a folder"));
    let pairing = two.path().join("pairing");
    fs::rename(pairing.join("pairing.parquet"), pairing.join("pairing.csv")).expect("moves");
    change_all(two.path(), &|manifest| {
        manifest.pairing.as_mut().expect("has one").file = "../pairing/pairing.csv".into()
    });
    let (code, _, said) = merge(&[two.path()], Some(merged.path()));
    assert_eq!(code, 0, "{said}");
    assert_eq!(fs::read_to_string(merged.path().join("pairing/pairing.csv")).expect("is there"), PAIRING);
}

#[test]
fn in_a_run_directory_bad_recordings_join_the_list_of_the_run() {
    let run = tempfile::tempdir().expect("a folder");
    let scores = run.path().join("scores");
    (1..=2).for_each(|shard| drop(write_shard(&scores, shard, 2)));
    change_all(&scores, &|manifest| manifest.origin.clear());
    fs::write(run.path().join("config.toml"), "a configuration").expect("writes");
    let list = run.path().join("bad_audio.csv");
    fs::write(&list, "split,file,reason\ntrain,T 1,empty\n").expect("writes");
    RunRecord::default().write(run.path().join("run.json")).expect("writes");
    for _ in 0..2 {
        let (code, _, said) = merge(&[&scores], None);
        assert_eq!(code, 0, "{said}");
        let listed = "split,file,reason\ntrain,T 1,empty\neval,E 9,\"cut, short\"\n";
        assert_eq!(fs::read_to_string(&list).expect("is there"), listed);
        assert!(!scores.join("bad_audio").exists() && !scores.join("scored.toml").exists());
        assert_eq!(RunRecord::read(run.path().join("run.json")).expect("reads").tables, TABLES);
    }
    let elsewhere = run.path().join("elsewhere");
    assert_eq!(merge(&[&scores], Some(&elsewhere)).0, 0);
    assert!(elsewhere.join("bad_audio/bad_audio.csv").is_file());
}

/// Whatever is changed in a finished shard's files, it is refused, with a place and a remedy.
#[test]
fn no_changed_byte_passes() {
    let two = home(2);
    let first = two.path().join("shard-1-of-2");
    let mut tried = 0;
    for (path, bytes) in files(&first) {
        let step = (bytes.len() / 12).max(1);
        for at in (0..bytes.len()).step_by(step) {
            let mut changed = bytes.clone();
            match at % 3 {
                0 => changed[at] ^= 1 << (at % 7),
                1 => changed.truncate(at),
                _ => drop(changed.splice(at..at, *b"7")),
            }
            fs::write(&path, &changed).expect("writes");
            assert_refused(&[two.path()], &["error", "shard"]);
            tried += 1;
        }
        fs::remove_file(&path).expect("goes");
        assert_refused(&[two.path()], &["error"]);
        fs::write(&path, &bytes).expect("writes");
    }
    assert!(tried > 40, "{tried}");
    let pairing = two.path().join("pairing/pairing.parquet");
    fs::write(&pairing, "another").expect("writes");
    assert_refused(&[two.path()], &["pairing.parquet", "edited", "shard-1-of-2", "copy that file"]);
    fs::remove_file(&pairing).expect("goes");
    assert_refused(&[two.path()], &["pairing.parquet", "is not there", "shard-1-of-2", "copy that file"]);
    fs::write(&pairing, PAIRING).expect("writes");
    assert_eq!(merge(&[two.path()], None).0, 0, "all is as it was");
}

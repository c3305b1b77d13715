//! `corpora check` on whole and damaged copies, made of generated audio: counts, names, the page, the exit code.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::atomic::{AtomicUsize, Ordering},
};

use rat::{
    Waveform,
    audio::{AudioFault, AudioKind},
    data::{
        Corpus, CorpusOptions, Split,
        check::{CorpusCheck, Watch},
    },
};
use tempfile::TempDir;

/// Recordings in the copy: ten speakers with six each, every third a spoof.
const RECORDINGS: usize = 60;

fn name(at: usize) -> String {
    format!("T_{at:04}")
}

fn tone(secs: f64, pitch: usize) -> Waveform {
    let step = (100 + pitch) as f64 * std::f64::consts::TAU / 16_000.0;
    Waveform::new((0..(secs * 16_000.0) as usize).map(|n| (0.4 * (n as f64 * step).sin()) as f32).collect())
}

/// A copy of a small corpus in the layout of ASVspoof 5.
fn copy() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut protocol = String::new();
    for at in 0..RECORDINGS {
        let (attack, key) = if at % 3 == 2 { (["A01", "A02"][at % 2], "spoof") } else { ("bonafide", "bonafide") };
        let gender = ["F", "M"][at / 6 % 2];
        protocol += &format!("S_{:02} {} {gender} - - - AC1 {attack} {key} -\n", at / 6, name(at));
        tone(0.1 + 0.01 * at as f64, at).write_flac(recording(folder.path(), at)).expect("writes");
    }
    fs::write(folder.path().join("ASVspoof5.train.tsv"), protocol).expect("writes");
    folder
}

fn recording(root: &Path, at: usize) -> PathBuf {
    root.join("flac_T").join(name(at) + ".flac")
}

/// A tenth each: removed, truncated, emptied, made 44.1 kHz stereo, renamed.
fn damage(root: &Path) {
    for at in 0..RECORDINGS {
        let path = recording(root, at);
        match at % 10 {
            0 => fs::remove_file(path).expect("removed"),
            1 => {
                let whole = fs::read(&path).expect("reads");
                fs::write(path, &whole[..whole.len() / 2]).expect("writes");
            }
            2 => fs::write(path, []).expect("writes"),
            3 => write_stereo(&path),
            4 => fs::rename(&path, path.with_file_name(format!("renamed_{at}.flac"))).expect("renamed"),
            _ => {}
        }
    }
}

fn write_stereo(path: &Path) {
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: 44_100,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec).expect("opens");
    (0..44_100).for_each(|n| writer.write_sample((n % 100) as i16 * 50).expect("writes"));
    writer.finalize().expect("finishes");
}

/// Runs `rat-report corpora`, writing into `out` below the root.
fn run(root: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rat-report"));
    command.args(["corpora", "check", "asvspoof5", "--root"]).arg(root);
    command.arg("--output").arg(root.join("out")).args(arguments);
    command.output().expect("runs")
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn written(root: &Path, ending: &str) -> String {
    fs::read_to_string(root.join("out").join(format!("corpus-asvspoof5{ending}"))).expect("written")
}

#[test]
fn a_whole_copy_is_sound_but_for_the_published_counts() {
    let folder = copy();
    let corpus = Corpus::open("asvspoof5", folder.path()).expect("opens");
    let check = CorpusCheck::of(&corpus, None, &()).expect("checks");
    assert_eq!(check.splits.len(), 1, "only train is there");
    assert_eq!(check.absent, [Split::Dev, Split::Eval]);
    assert_eq!(check.bad().count(), 0);
    let train = &check.splits[0];
    assert_eq!((train.contents.bonafide, train.contents.spoof, train.contents.speakers), (40, 20, 10));
    let genders: Vec<_> = train.contents.genders.iter().map(|count| (count.gender.as_str(), count.speakers)).collect();
    assert_eq!(genders, [("F", 5), ("M", 5)]);
    let attacks: Vec<_> = train.contents.attacks.iter().map(|tally| (tally.name.as_str(), tally.spoof)).collect();
    assert_eq!(attacks, [("A01", 10), ("A02", 10)]);
    assert_eq!(train.audio.usable, RECORDINGS);
    assert_eq!(train.audio.forms.len(), 1);
    let durations = train.audio.durations.expect("recordings");
    assert!((durations.min_secs - 0.1).abs() < 1e-3 && (durations.max_secs - 0.69).abs() < 1e-3, "{durations:?}");
    assert!((durations.total_secs - 23.7).abs() < 0.01, "{durations:?}");
    let said: Vec<_> = check
        .differences()
        .map(|(_, difference)| (difference.what.as_str(), difference.published, difference.found))
        .collect();
    assert!(said.contains(&("bona fide trials", Some(18_797), 40)), "{said:?}");
    assert!(
        said.contains(&("speakers", Some(400), 10)) && said.contains(&("trials of attack A03", None, 0)),
        "{said:?}"
    );
    assert!(!check.is_sound() && check.contradicts());
    // Of a partial copy, nothing is wrong with it.
    let options = CorpusOptions { present_only: true, ..CorpusOptions::default() };
    let partial = Corpus::open_with("asvspoof5", folder.path(), options).expect("opens");
    assert!(CorpusCheck::of(&partial, None, &()).expect("checks").is_sound());
}

#[test]
fn damaged_recordings_are_named_with_their_fault() {
    let folder = copy();
    damage(folder.path());
    let corpus = Corpus::open("asvspoof5", folder.path()).expect("opens");
    let check = CorpusCheck::of(&corpus, Some(&[Split::Train]), &()).expect("checks");
    let audio = &check.splits[0].audio;
    let tenth = RECORDINGS / 10;
    let faults: Vec<_> = audio.faults.iter().map(|count| (count.fault, count.recordings)).collect();
    let wanted = [(AudioFault::Missing, 2 * tenth), (AudioFault::Empty, tenth), (AudioFault::Truncated, tenth)];
    assert_eq!(faults, wanted);
    assert_eq!(audio.usable, 6 * tenth);
    for bad in check.bad() {
        let at: usize = bad.file[2..].parse().expect("a number");
        let fault = match at % 10 {
            0 | 4 => AudioFault::Missing,
            1 => AudioFault::Truncated,
            _ => AudioFault::Empty,
        };
        assert_eq!(bad.fault, fault, "{bad:?}");
        assert!(!bad.reason.is_empty() && bad.path.ends_with(format!("flac_T/{}.flac", name(at))), "{bad:?}");
    }
    let forms: Vec<_> =
        audio.forms.iter().map(|form| (form.kind, form.rate_hz, form.channels, form.recordings)).collect();
    assert_eq!(forms, [(AudioKind::Flac, 16_000, 1, 5 * tenth), (AudioKind::Wav, 44_100, 2, tenth)]);
    let strays = check.strays.expect("not stopped");
    assert_eq!(strays.count, tenth);
    assert_eq!(strays.first[0], Path::new("flac_T/renamed_14.flac"));
}

#[test]
fn the_command_writes_everything_whatever_it_finds() {
    let folder = copy();
    damage(folder.path());
    let failed = run(folder.path(), &["--split", "train"]);
    assert_eq!(failed.status.code(), Some(1), "{}", errors(&failed));
    assert!(errors(&failed).contains("24 of 60 recordings cannot be used"), "{}", errors(&failed));
    assert!(errors(&failed).contains("contradict"), "{}", errors(&failed));
    assert!(String::from_utf8_lossy(&failed.stdout).contains("train"));
    let list = written(folder.path(), "-bad.csv");
    assert_eq!(list.lines().count(), 25);
    assert!(list.contains("train,T_0010,") && list.contains(",truncated,"), "{list}");
    let page = written(folder.path(), ".html");
    for part in ["T_0010", "truncated", "renamed_14.flac", "<svg", "44100", "18797", "prefers-color-scheme:dark"] {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("src=\"http") && !page.contains("href=\"http"), "the page needs no network");
    assert!(page.contains("recordings that cannot be used (12 missing, 6 empty, 6 truncated)"), "the verdict");
    let json: CorpusCheck = serde_json::from_str(&written(folder.path(), ".json")).expect("the same check");
    assert_eq!(json.bad().count(), 24);
    let listed = run(folder.path(), &["--split", "train", "--on-bad-audio", "skip-and-list", "--format", "json"]);
    assert_eq!(listed.status.code(), Some(0), "{}", errors(&listed));
    let printed: CorpusCheck = serde_json::from_slice(&listed.stdout).expect("JSON");
    assert_eq!(printed, json);
}

#[test]
fn a_partial_copy_is_sound_when_said_so() {
    let folder = copy();
    for at in (0..RECORDINGS).step_by(10) {
        fs::remove_file(recording(folder.path(), at)).expect("removed");
    }
    let output = run(folder.path(), &["--present-only"]);
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    assert!(errors(&output).contains("6 trials without recordings left out"), "{}", errors(&output));
    assert!(errors(&output).contains("18797 bona fide trials published, 36 here"), "{}", errors(&output));
    let missing = run(folder.path(), &["--split", "train"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(errors(&missing).contains("6 recordings are missing"), "{}", errors(&missing));
}

#[test]
fn a_missing_recording_is_named_where_it_lies() {
    let folder = copy();
    let place = |at: usize, below: &str| {
        let to = folder.path().join(below).join(name(at) + ".flac");
        fs::create_dir_all(to.parent().expect("a folder")).expect("made");
        fs::rename(recording(folder.path(), at), to).expect("moved");
    };
    place(3, "flac_T/deeper");
    place(4, "flac_D");
    fs::remove_file(recording(folder.path(), 5)).expect("removed");
    let corpus = Corpus::open("asvspoof5", folder.path()).expect("opens");
    let check = CorpusCheck::of(&corpus, None, &()).expect("checks");
    let bad: Vec<_> = check.bad().map(|bad| (bad.file.as_str(), bad.elsewhere.as_deref())).collect();
    let (deeper, other) = (Path::new("flac_T/deeper/T_0003.flac"), Path::new("flac_D/T_0004.flac"));
    assert_eq!(bad, [("T_0003", Some(deeper)), ("T_0004", Some(other)), ("T_0005", None)]);
    let reasons: Vec<_> = check.bad().map(|bad| bad.reason.as_str()).collect();
    assert!(reasons[0].ends_with("; a file of that name is flac_T/deeper/T_0003.flac"), "{reasons:?}");
    assert!(!reasons[2].contains("of that name"), "{reasons:?}");
    assert_eq!(check.strays.as_ref().map(|strays| strays.count), Some(0), "{:?}", check.strays);
    let output = run(folder.path(), &["--split", "train"]);
    let said = "2 missing recordings lie in another folder than looked in, as flac_T/deeper/T_0003.flac";
    assert!(errors(&output).contains(said), "{}", errors(&output));
    assert!(errors(&output).contains("3 recordings are missing"), "{}", errors(&output));
    assert!(written(folder.path(), "-bad.csv").contains("flac_D/T_0004.flac"));
}

#[test]
fn one_is_not_several_and_a_split_named_twice_is_checked_once() {
    let folder = copy();
    fs::remove_file(recording(folder.path(), 0)).expect("removed");
    let output = run(folder.path(), &["--split", "train,train", "--format", "json"]);
    assert!(errors(&output).contains("train: 1 recording is missing"), "{}", errors(&output));
    assert!(errors(&output).contains("1 of 60 recordings cannot be used"), "{}", errors(&output));
    let check: CorpusCheck = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(check.splits.len(), 1);
    let partial = run(folder.path(), &["--present-only"]);
    assert!(errors(&partial).contains("1 trial without recordings left out"), "{}", errors(&partial));
}

#[cfg(unix)]
#[test]
fn a_link_to_nothing_is_not_present_and_a_pipe_is_unreadable() {
    let folder = copy();
    let (link, pipe) = (recording(folder.path(), 0), recording(folder.path(), 1));
    fs::remove_file(&link).expect("removed");
    std::os::unix::fs::symlink("nowhere.flac", &link).expect("links");
    let partial = run(folder.path(), &["--present-only"]);
    assert_eq!(partial.status.code(), Some(0), "{}", errors(&partial));
    assert!(errors(&partial).contains("1 trial without"), "{}", errors(&partial));
    fs::remove_file(&pipe).expect("removed");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("runs").success());
    let whole = run(folder.path(), &["--split", "train"]);
    assert!(errors(&whole).contains("1 recording is missing"), "{}", errors(&whole));
    assert!(errors(&whole).contains("1 recording is unreadable"), "{}", errors(&whole));
    assert!(written(folder.path(), "-bad.csv").contains("not a regular file"));
}

/// Rows of another group than the tested one name their recordings; a language may be absent from a partial copy.
#[test]
fn rows_left_out_name_their_recordings() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir_all(folder.path().join("metadata")).expect("made");
    for language in ["EN", "DE", "FR", "ES", "IT"] {
        let mut table = String::from("wav_file tool gender group\n");
        for (at, (tool, group)) in
            [("bonafide", "test"), ("xtts", "test"), ("bonafide", "train")].into_iter().enumerate()
        {
            table += &format!("{language}/{language}_{at}.wav {tool} F {group}\n");
            let path = folder.path().join(format!("dataset_{language}/{language}/{language}_{at}.wav"));
            tone(0.1, at).write_wav(path).expect("writes");
        }
        fs::write(folder.path().join(format!("metadata/metadata_{language}.csv")), table).expect("writes");
    }
    tone(0.1, 0).write_wav(folder.path().join("dataset_EN/EN/odd.wav")).expect("writes");
    let strays = |options: CorpusOptions| {
        let corpus = Corpus::open_with("mldf", folder.path(), options).expect("opens");
        let check = CorpusCheck::of(&corpus, None, &()).expect("checks");
        (check.strays.expect("not stopped").first, check.splits[0].contents.absent_protocols.clone())
    };
    let odd = PathBuf::from("dataset_EN/EN/odd.wav");
    assert_eq!(strays(CorpusOptions::default()), (vec![odd.clone()], vec![]));
    fs::remove_file(folder.path().join("metadata/metadata_IT.csv")).expect("removed");
    fs::remove_dir_all(folder.path().join("dataset_IT")).expect("removed");
    let partial = CorpusOptions { present_only: true, ..CorpusOptions::default() };
    assert_eq!(strays(partial), (vec![odd], vec!["metadata_IT.csv".to_owned()]));
    let output = Command::new(env!("CARGO_BIN_EXE_rat-report"))
        .args(["corpora", "check", "mldf", "--present-only", "--root"])
        .arg(folder.path())
        .arg("--output")
        .arg(folder.path().join("out"))
        .output()
        .expect("runs");
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    assert!(errors(&output).contains("eval: metadata_IT.csv is not there"), "{}", errors(&output));
    assert!(errors(&output).contains("1 recording is named by no protocol"), "{}", errors(&output));
    let page = fs::read_to_string(folder.path().join("out/corpus-mldf.html")).expect("written");
    assert!(page.contains("without the trials of metadata_IT.csv"), "the page says so");
}

/// Stops after a few recordings.
struct Few(AtomicUsize);

impl Watch for Few {
    fn done(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= 5
    }
}

#[test]
fn a_stopped_check_says_what_it_knows() {
    let folder = copy();
    let corpus = Corpus::open("asvspoof5", folder.path()).expect("opens");
    let check = CorpusCheck::of(&corpus, None, &Few(AtomicUsize::new(0))).expect("checks");
    let audio = &check.splits[0].audio;
    assert!(check.partial && !check.is_sound() && check.strays.is_none());
    assert!((5..RECORDINGS).contains(&audio.usable), "{}", audio.usable);
    assert_eq!(audio.usable + audio.unchecked, RECORDINGS);
    assert_eq!(check.splits[0].contents.trials, RECORDINGS, "the protocol is read whole");
    let page = rat::report::corpus_page(&check).expect("a page");
    assert!(page.contains("Partial") && page.contains("recordings were not looked at"));
}

#[test]
fn speakers_with_few_recordings_are_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut table = String::from("file,speaker,label\n");
    for (file, speaker, label) in [
        ("a", "one", "bonafide"),
        ("b", "one", "spoof"),
        ("c", "none", "spoof"),
        ("d", "two", "bonafide"),
        ("e", "two", "bonafide"),
    ] {
        table += &format!("{file}.wav,{speaker},{label}\n");
        tone(0.2, 0).write_wav(folder.path().join(format!("{file}.wav"))).expect("writes");
    }
    fs::write(folder.path().join("own.csv"), table).expect("writes");
    Waveform::new(vec![0.0; 4_000]).write_wav(folder.path().join("b.wav")).expect("writes");
    let corpus = Corpus::open("table", folder.path().join("own.csv")).expect("opens");
    let check = CorpusCheck::of(&corpus, None, &()).expect("checks");
    let split = &check.splits[0];
    assert_eq!(split.contents.without_reference, ["none"]);
    assert_eq!(split.contents.single_reference, ["one"]);
    assert_eq!(split.contents.published, None);
    assert_eq!(split.audio.silent, ["b.wav"]);
    assert!(check.is_sound());
    assert_eq!(check.strays.as_ref().map(|strays| strays.count), Some(0), "{:?}", check.strays);
}

#[test]
fn what_cannot_be_checked_is_refused_before_any_work() {
    let folder = copy();
    let unknown = Command::new(env!("CARGO_BIN_EXE_rat-report"))
        .args(["corpora", "check", "asvspoof6", "--root", "."])
        .output()
        .expect("runs");
    assert_eq!(unknown.status.code(), Some(2));
    let absent = run(folder.path(), &["--split", "dev"]);
    assert_eq!(absent.status.code(), Some(1));
    assert!(errors(&absent).contains("ASVspoof5.dev.track_1.tsv"), "{}", errors(&absent));
    fs::write(folder.path().join("file"), "x").expect("writes");
    let blocked = Command::new(env!("CARGO_BIN_EXE_rat-report"))
        .args(["corpora", "check", "asvspoof5", "--root"])
        .arg(folder.path())
        .arg("--output")
        .arg(folder.path().join("file/out"))
        .output()
        .expect("runs");
    assert_eq!(blocked.status.code(), Some(1));
    assert!(errors(&blocked).contains("file"), "{}", errors(&blocked));
}

#[test]
fn the_known_data_sets_are_listed() {
    let list = |format: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_rat-report")).args(["corpora", "--format", format]).output();
        String::from_utf8(output.expect("runs").stdout).expect("text")
    };
    let table = list("table");
    for name in Corpus::names() {
        assert!(table.contains(name), "{name}: {table}");
    }
    assert!(table.contains("138688") && table.contains("542086"), "{table}");
    let rows: Vec<serde_json::Value> = serde_json::from_str(&list("json")).expect("JSON");
    assert!(rows.len() >= Corpus::names().count());
    let eval = rows.iter().find(|row| row["name"] == "asvspoof5" && row["split"] == "eval").expect("listed");
    assert_eq!((eval["bonafide"].as_u64(), eval["spoof"].as_u64()), (Some(138_688), Some(542_086)));
}

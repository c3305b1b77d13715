//! The program as a person uses it: what it trains, scores and renders, and what it says of bad input.

#![cfg(feature = "network")]

mod fixture_corpus;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use rat::tables::{ContributionTable, ScoreTable, TrainingHistory};

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_rat-report"))
}

fn run(arguments: &[&str]) -> Output {
    program().args(arguments).output().expect("the program starts")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

/// Fails with the words, a remedy, exit code 1, and no panic.
fn refuses(arguments: &[&str], words: &[&str]) {
    let output = run(arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
    assert!(!said.contains("panicked"), "{said}");
    for word in words.iter().chain(&["error", "help"]) {
        assert!(said.contains(word), "{arguments:?} should say `{word}`: {said}");
    }
}

struct Place {
    _folder: tempfile::TempDir,
    corpus: PathBuf,
    runs: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (corpus, runs) = (folder.path().join("corpus"), folder.path().join("runs"));
        fs::create_dir_all(&corpus).expect("writable");
        fixture_corpus::write(&corpus, 2);
        Self { _folder: folder, corpus, runs }
    }

    fn train(&self, run: &str, epochs: &str) -> Vec<String> {
        let run = self.runs.join(run);
        [
            ["train", "--root", text(&self.corpus), "--run", text(&run), "--epochs", epochs].as_slice(),
            &["--batch", "4", "--seed", "5", "--trace-trials", "4"],
        ]
        .concat()
        .into_iter()
        .map(str::to_owned)
        .collect()
    }

    fn succeeds(&self, arguments: &[String]) -> Output {
        let output = program().args(arguments).output().expect("the program starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output
    }
}

#[test]
fn trains_scores_traces_and_measures() {
    let place = Place::new();
    place.succeeds(&place.train("rat", "2"));
    let run = place.runs.join("rat");
    let history = TrainingHistory::read(run.join("history.csv")).expect("a history");
    assert_eq!(history.rows.len(), 2);
    let contribution = ContributionTable::read(run.join("contribution.csv")).expect("a contribution table");
    assert_eq!(contribution.rows.len(), 4, "two epochs, silence and noise");
    assert!(contribution.rows.iter().all(|row| row.delta_mlp == 0.0 && row.delta_attention > 0.0));

    let second = place.runs.join("rat2");
    let stage2: Vec<String> = [
        ["finetune", "--from", text(&run), "--root", text(&place.corpus)].as_slice(),
        &["--run", text(&second), "--epochs", "1", "--batch", "4", "--lr", "1e-4"],
    ]
    .concat()
    .into_iter()
    .map(str::to_owned)
    .collect();
    place.succeeds(&stage2);

    let score = ["score", "--run", text(&run), "--root", text(&place.corpus)].map(str::to_owned);
    let output = place.succeeds(&score);
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 6, "six conditions");
    let table = ScoreTable::read(run.join("scores/matched.csv")).expect("a score table");
    assert_eq!(table.len(), 20);
    assert!(run.join("pairing.parquet").exists());
    for row in table.rows() {
        let probability = 1.0 / (1.0 + (-row.margin.expect("ours carry margins")).exp());
        assert!((row.score - probability).abs() < 1e-6, "{row:?}");
    }

    let traced = ["trace", "--run", text(&run), "--root", text(&place.corpus), "--trials", "4"].map(str::to_owned);
    place.succeeds(&traced);
    let again = ContributionTable::read(run.join("contribution.csv")).expect("a contribution table");
    for (one, other) in contribution.rows.iter().zip(&again.rows) {
        // The recordings went through the encoder in other company, which moves the last digits.
        assert_eq!((one.epoch, &one.degradation, one.trials), (other.epoch, &other.degradation, other.trials));
        for (a, b) in [(one.delta_margin, other.delta_margin), (one.gradient_ratio, other.gradient_ratio)] {
            assert!((a / b - 1.0).abs() < 1e-3, "traced again from the checkpoints: {a} against {b}");
        }
    }

    let metrics = run_ok(&["metrics", text(&run.join("scores/matched.csv")), "--format", "json", "--by", "attack"]);
    let rows: serde_json::Value = serde_json::from_str(&metrics).expect("JSON");
    assert_eq!(rows[0]["bonafide"], 10);

    // A run's own scores are of one checkpoint, and come there in no other way.
    let words: Vec<&str> = score.iter().map(String::as_str).collect();
    let scores = run.join("scores");
    let beside = [&words[..], &["--output", text(&scores)]].concat();
    refuses(&beside, &["is a run directory, or a folder", "leave out --output"]);
    assert!(fs::read_to_string(scores.join("scored.toml")).expect("is there").contains("epoch-0"));
    fs::write(scores.join("scored.toml"), "checkpoint = \"epoch-09.bpk\"\n").expect("writes");
    refuses(&words, &["another checkpoint (`epoch-09.bpk`, now", "delete that one"]);
    fs::remove_file(run.join("config.toml")).expect("was there");
    let train = place.train("rat", "3");
    refuses(&train.iter().map(String::as_str).collect::<Vec<_>>(), &["whose config.toml is gone"]);
    assert!(!run.join("config.toml").exists(), "nothing is written over it");
}

fn run_ok(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_trial_scores_the_same_alone_and_in_a_mixed_batch() {
    let place = Place::new();
    place.succeeds(&place.train("rat", "1"));
    let said = run_ok(&[
        "score",
        "--run",
        text(&place.runs.join("rat")),
        "--root",
        text(&place.corpus),
        "--self-check",
        "12",
        "--condition",
        "matched,mismatched,zeroed,absent,silence,noise,snr:10,duration:0.3,own",
    ]);
    assert!(said.contains("12 trials alone and together"), "{said}");
}

#[test]
fn killed_and_started_again_it_ends_with_the_same_bytes() {
    let place = Place::new();
    let both_stages = |run: &str| {
        let mut demo: Vec<String> =
            ["demo", "--quick", "--corpus", text(&place.corpus), "--output"].map(str::to_owned).to_vec();
        demo.push(text(&place.runs.join(run)).to_owned());
        demo
    };
    place.succeeds(&both_stages("whole"));

    let killed = place.runs.join("killed");
    let mut child = program()
        .args(both_stages("killed"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let history = killed.join("RAT/history.csv");
    let start = Instant::now();
    while !history.exists() && start.elapsed() < Duration::from_secs(300) {
        std::thread::sleep(Duration::from_millis(5));
    }
    // Some steps into the second epoch; SIGKILL, which nothing can catch.
    std::thread::sleep(Duration::from_millis(300));
    child.kill().expect("still running");
    child.wait().expect("ends");
    let done = TrainingHistory::read(&history).expect("a whole history, whenever the kill came").rows.len();
    assert!((1..3).contains(&done), "killed after {done} epochs; the point is to stop in the middle");

    let again = place.succeeds(&both_stages("killed"));
    let said = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(said.contains("RAT: going on after epoch"), "{said}");
    let files = [
        "RAT/scores/matched.csv",
        "RAT/scores/noise.csv",
        "RAT_baseline/scores/single.csv",
        "RAT/contribution.csv",
        "RAT/history.csv",
        "RAT/pairing.parquet",
    ];
    for file in files {
        let [whole, resumed] = ["whole", "killed"].map(|run| fs::read(place.runs.join(run).join(file)).expect(file));
        assert!(whole == resumed, "{file} differs");
    }
}

#[test]
fn bad_audio_is_named() {
    let place = Place::new();
    let train = place.train("bad", "1");
    let train: Vec<&str> = train.iter().map(String::as_str).collect();
    let file = place.corpus.join("flac_T/T_0000000003.wav");

    fs::write(&file, b"").expect("writable");
    refuses(&train, &["T_0000000003.wav", "empty"]);

    let good = fs::read(place.corpus.join("flac_T/T_0000000005.wav")).expect("readable");
    fs::write(&file, &good[..good.len() / 2]).expect("writable");
    refuses(&train, &["T_0000000003.wav"]);

    fs::remove_file(&file).expect("there");
    refuses(&train, &["T_0000000003"]);

    let flac = place.corpus.join("flac_T/T_0000000003.flac");
    rat::Waveform::new(vec![0.1; 9_000]).write_flac(&flac).expect("writable");
    let whole = fs::read(&flac).expect("readable");
    fs::write(&flac, &whole[..whole.len() - 20]).expect("writable");
    refuses(&train, &["T_0000000003.flac"]);
}

#[test]
fn stereo_at_another_rate_is_brought_to_mono_at_16_khz() {
    let place = Place::new();
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: 44_100,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(place.corpus.join("flac_T/T_0000000003.wav"), spec).expect("writable");
    for at in 0..2 * 22_050 {
        writer.write_sample((3_000.0 * (f64::from(at / 2) * 0.05).sin()) as i16).expect("writable");
    }
    writer.finalize().expect("writable");
    place.succeeds(&place.train("stereo", "1"));
}

#[test]
fn bad_protocols_are_named_with_their_line() {
    let place = Place::new();
    let train = place.train("bad", "1");
    let train: Vec<&str> = train.iter().map(String::as_str).collect();
    let protocol = place.corpus.join("ASVspoof5.train.tsv");
    let good = fs::read_to_string(&protocol).expect("readable");

    fs::write(&protocol, good.replacen(" F - - - - A01 spoof -\n", " F - -\n", 1)).expect("writable");
    refuses(&train, &["ASVspoof5.train.tsv", "line 2", "columns"]);

    let lonely = good.lines().filter(|line| !(line.starts_with("T_0001") && line.ends_with("bonafide -")));
    fs::write(&protocol, lonely.collect::<Vec<_>>().join("\n")).expect("writable");
    refuses(&train, &["T_0001"]);

    fs::remove_file(&protocol).expect("there");
    refuses(&train, &["ASVspoof5.train.tsv"]);
    assert!(!place.runs.join("bad/history.csv").exists(), "nothing half-written");
}

#[test]
fn checkpoints_and_places_that_do_not_fit_are_refused() {
    let place = Place::new();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/golden/xlsr_like.safetensors");
    let mut train = place.train("bad", "1");
    train.extend(["--weights".into(), text(&golden).into()]);
    let words: Vec<&str> = train.iter().map(String::as_str).collect();
    refuses(&words, &["tensor", "expected", "found"]);

    let truncated = place.corpus.join("cut.pt");
    let whole = fs::read(golden.with_file_name("rat.pt")).expect("readable");
    fs::write(&truncated, &whole[..whole.len() / 2]).expect("writable");
    *train.last_mut().expect("not empty") = text(&truncated).into();
    let words: Vec<&str> = train.iter().map(String::as_str).collect();
    refuses(&words, &["cut.pt"]);

    let file = place.corpus.join("file");
    fs::write(&file, "in the way").expect("writable");
    refuses(&["demo", "--quick", "--corpus", text(&place.corpus), "--output", text(&file.join("below"))], &["file"]);
    fs::create_dir_all(&place.runs).expect("writable");
    let output = place.runs.join("demo");
    refuses(&["demo", "--corpus", text(&place.runs), "--output", text(&output)], &["ASVspoof5.train"]);
    refuses(&["metrics", text(&file)], &["line 1"]);
    refuses(&["render", "demo", "--param", &format!("demo={}", text(&place.runs))], &["run"]);
    refuses(&["score", "--run", text(&place.runs), "--root", text(&place.corpus)], &["config.toml"]);
    refuses(&["train", "--resume", "--root", text(&place.corpus), "--run", text(&place.runs)], &["resume"]);
    refuses(&["train", "--root", text(&place.corpus), "--run", text(&place.runs), "--device", "tpu"], &["tpu"]);
    refuses(
        &["train", "--root", text(&place.corpus), "--run", text(&place.runs), "--encoder", "huge"],
        &["huge", "tiny"],
    );
}

#[test]
fn another_configuration_in_the_same_run_is_refused() {
    let place = Place::new();
    place.succeeds(&place.train("rat", "1"));
    let mut other = place.train("rat", "1");
    *other.last_mut().expect("not empty") = "3".into();
    other.extend(["--resume", "--lr", "0.5", "--clip-norm", "1"].map(String::from));
    let words: Vec<&str> = other.iter().map(String::as_str).collect();
    let said = [
        "recipe.train.learning_rate is 0.001 in the run, 0.5 is asked for (--lr)",
        "recipe.train.clip_norm is not set in the run, 1.0 is asked for (--clip-norm)",
        "recipe.trace_trials is 4 in the run, 3 is asked for (--trace-trials)",
        "the run's settings",
    ];
    refuses(&words, &said);
}

#[test]
fn a_run_without_a_finished_epoch_says_how_to_go_on() {
    let place = Place::new();
    place.succeeds(&place.train("rat", "1"));
    let run = place.runs.join("rat");
    // What a kill in the first epoch leaves.
    for file in ["history.csv", "run.json", "progress.json", "contribution.csv", "contribution_layers.csv"] {
        fs::remove_file(run.join(file)).expect("was there");
    }
    fs::remove_dir_all(run.join("checkpoints")).expect("was there");
    let second = place.runs.join("second");
    let words = ["rat has no finished epoch yet", "--resume"];
    refuses(&["score", "--run", text(&run), "--root", text(&place.corpus)], &words);
    refuses(&["trace", "--run", text(&run), "--root", text(&place.corpus)], &words);
    refuses(&["finetune", "--from", text(&run), "--root", text(&place.corpus), "--run", text(&second)], &words);
    for document in ["ablation", "contribution"] {
        for runs in [&run, &place.runs] {
            let param = format!("runs={}", text(runs));
            refuses(&["render", document, "--param", &param], &["rat has not ended", "--resume"]);
        }
    }
}

#[test]
fn refused_values_come_with_those_that_are_allowed() {
    let place = ["--root", "x", "--run", "y"];
    for (command, option, value, allowed) in [
        ("train", "--precision", "f64", "f32, bf16"),
        ("train", "--classifier", "cnn", "RAT, RAT_selfattn, RAT_zeroref, RAT_baseline, FF"),
        ("train", "--exchange", "mpi", "transfers, nccl"),
        ("train", "--select-on", "test", "train, dev, eval"),
        ("train", "--on-bad-audio", "ignore", "fail, skip-and-list"),
        ("train", "--rawboost-algorithm", "9", "1, 2, 3, 4, 5, 6, 7, 8"),
        ("train", "--augment-step", "reverb=1", "trim, time_mask, surroundings"),
        ("train", "--augment-sources", "room:", "write DIR, room:DIR"),
        (
            "score",
            "--condition",
            "match",
            "matched, mismatched, zeroed, absent, silence, noise, snr:DB, duration:SECS or own",
        ),
        ("score", "--precision", "f64", "f32, bf16"),
        ("score", "--split", "test", "train, dev, eval"),
        ("score", "--shard", "0", "1/4"),
        ("trace", "--split", "test", "train, dev, eval"),
    ] {
        let output = run(&[&[command, option, value], &place[..]].concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{option} {value}: {said}");
        assert!(said.contains(allowed), "{option} {value}: {said}");
    }
}

/// Of a terminal this wide every paragraph is one line: none is broken in its source as well.
#[test]
fn help_is_wrapped_once() {
    for command in [
        "demo",
        "train",
        "finetune",
        "score",
        "score-file",
        "trace",
        "inspect",
        "convert",
        "metrics",
        "compare",
        "audit",
        "calibrate",
        "fuse",
        "tandem",
        "merge",
        "plot",
        "render",
        "kernel",
        "verify",
        "corpora",
    ] {
        let output = program().args([command, "--help"]).env("COLUMNS", "2000").output().expect("the program starts");
        let help = String::from_utf8_lossy(&output.stdout).into_owned();
        let lines: Vec<&str> = help.lines().collect();
        let prose = |line: &str| !line.is_empty() && !line.starts_with(' ');
        let broken = lines.windows(2).find(|pair| prose(pair[0]) && prose(pair[1]));
        assert_eq!(broken, None, "{command}");
    }
}

#[test]
fn wrong_usage_is_exit_code_2_and_help_gives_examples() {
    assert_eq!(run(&["train"]).status.code(), Some(2));
    for command in ["demo", "train", "finetune", "score", "trace", "metrics", "render", "completions"] {
        let help = run_ok(&[command, "--help"]);
        assert!(help.contains("Example"), "{command}");
    }
}

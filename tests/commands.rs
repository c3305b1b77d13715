//! `calibrate`, `fuse` and `tandem` as a person uses them: what they write, what they refuse, and that a refusal leaves nothing.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use rat::{
    Label,
    metrics::{CostModel, DetectionScores, EerRule},
    report::{LlrMap, LlrQuality},
    tables::{ScoreRow, ScoreTable},
};

mod commands {
    mod tandem;
}

/// A folder of score files.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, content: &str) -> String {
        fs::write(self.path(name), content).expect("writable");
        self.text(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().expect("a plain path").to_owned()
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).expect("readable");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// Exit code 1, an error with a remedy, no panic, and no new file.
    fn refuses(&self, arguments: &[&str], words: &[&str]) {
        let before = self.names();
        let output = run(arguments);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(!said.contains("panicked"), "{said}");
        for word in words.iter().chain(&["error", "help"]) {
            assert!(said.contains(word), "{arguments:?} should say `{word}`: {said}");
        }
        assert_eq!(self.names(), before, "{arguments:?} left something");
    }
}

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rat-report")).args(arguments).output().expect("the program starts")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Standard output and standard error of what succeeds.
fn succeeds(arguments: &[&str]) -> (String, String) {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", said(&output));
    (String::from_utf8_lossy(&output.stdout).into_owned(), said(&output))
}

/// Two systems that hear different things: scores of the same trials, badly scaled; every fourth trial is bona fide.
fn systems(split: &str, seed: u64) -> [ScoreTable; 2] {
    let mut stream = ChaCha8Rng::seed_from_u64(seed);
    let mut normal = || -> f64 { StandardNormal.sample(&mut stream) };
    let mut rows = [Vec::new(), Vec::new()];
    for trial in 0..2_000 {
        let label = if trial % 4 == 0 { Label::Bonafide } else { Label::Spoof };
        let centre = if label == Label::Bonafide { 1.0 } else { -1.0 };
        let scores = [40.0 + 7.0 * (centre + normal()), 0.02 * (centre + 1.2 * normal())];
        for (rows, score) in rows.iter_mut().zip(scores) {
            rows.push(ScoreRow {
                file: format!("{split}_{trial:05}"),
                score,
                label: Some(label),
                margin: Some(score / 2.0),
                speaker: format!("S{}", trial % 30),
                attack: if label == Label::Bonafide { "-".into() } else { format!("A{}", trial % 3) },
                codec: "-".into(),
            });
        }
    }
    rows[1].reverse();
    rows.map(ScoreTable::from_rows)
}

fn place_with_systems() -> Place {
    let place = Place::new();
    for (split, seed) in [("dev", 1), ("eval", 2)] {
        for (name, table) in ["a", "b"].iter().zip(systems(split, seed)) {
            table.write(place.path(&format!("{split}_{name}.csv"))).expect("writable");
        }
    }
    place
}

fn quality(path: &Path) -> LlrQuality {
    let table = ScoreTable::read(path).expect("a score table");
    LlrQuality::of(&table, &CostModel::ASVSPOOF5).expect("finite scores").expect("labels of both classes")
}

#[test]
fn calibration_lowers_cllr_and_keeps_the_rest() {
    let place = place_with_systems();
    let [dev, eval, llr, saved] =
        ["dev_a.csv", "eval_a.csv", "llr.csv", "calibration.json"].map(|name| place.text(name));
    let (stdout, stderr) = succeeds(&["calibrate", "--train", &dev, &eval, "--output", &llr, "--save", &saved]);
    assert!(stdout.is_empty(), "{stdout}");
    for word in ["scale ", "offset ", "note: after: ", "Cllr", "actDCF"] {
        assert!(stderr.contains(word), "{word}: {stderr}");
    }
    let (before, after) = (quality(&place.path("eval_a.csv")), quality(&place.path("llr.csv")));
    assert!(after.cllr < 0.6 && before.cllr > 5.0, "{before} -> {after}");
    assert!(after.cllr - after.min_cllr < 0.02, "well calibrated: {after}");
    assert!((after.eer - before.eer).abs() < 1e-12 && after.act_dcf - after.min_dcf < 0.05, "{before} -> {after}");
    let (raw, calibrated) = (ScoreTable::read(&eval).expect("a table"), ScoreTable::read(&llr).expect("a table"));
    assert_eq!(raw.columns(), calibrated.columns());
    assert_eq!(raw.texts("attack").expect("a column"), calibrated.texts("attack").expect("a column"));
    assert_eq!(raw.margins(), calibrated.margins());

    let map = LlrMap::read(&saved).expect("what was saved");
    assert!(!map.trained_on_evaluation && map.weights.len() == 1 && map.trained_on[0].sha256.len() == 64);
    assert_eq!((map.bonafide, map.spoof), (500, 1_500));
    assert!((map.prior_bonafide - 0.95 / 1.45).abs() < 1e-12, "{}", map.prior_bonafide);
    // Deviation 7, centres 14 apart: the best scale is 14 / 49.
    assert!((map.weights[0] - 2.0 / 7.0).abs() < 0.05, "{}", map.weights[0]);
    let again = place.text("again.parquet");
    succeeds(&["calibrate", "--load", &saved, &eval, "--output", &again]);
    assert_eq!(ScoreTable::read(&again).expect("a table").scores(), calibrated.scores());
    let (csv, _) = succeeds(&["calibrate", "--load", &saved, &eval, "--output", "-"]);
    assert_eq!(csv, fs::read_to_string(&llr).expect("text"));
}

#[test]
fn training_on_the_evaluation_is_refused_or_said() {
    let place = place_with_systems();
    let [eval, llr, saved] = ["eval_a.csv", "llr.csv", "calibration.json"].map(|name| place.text(name));
    place.refuses(
        &["calibrate", "--train", &eval, &eval, "--output", &llr, "--save", &saved],
        &["share 2000 trials", "--allow-train-on-eval"],
    );
    // The same trials under another name, and more of them.
    let copy = place.text("copy.csv");
    ScoreTable::read(&eval)
        .expect("a table")
        .filter(|trial| trial.score() > 36.0)
        .expect("rows")
        .write(&copy)
        .expect("writable");
    place.refuses(&["calibrate", "--train", &copy, &eval, "--output", &llr], &["100 % of the smaller"]);
    let both = [place.text("dev_a.csv"), place.text("eval_b.csv")].join(",");
    place.refuses(&["fuse", "--train", &both, &eval, &place.text("eval_b.csv"), "--output", &llr], &["measured on"]);

    let arguments = ["calibrate", "--train", &eval, &eval, "--output", &llr, "--save", &saved, "--allow-train-on-eval"];
    let (_, stderr) = succeeds(&arguments);
    assert!(stderr.contains("warning") && stderr.contains("flatter"), "{stderr}");
    assert!(fs::read_to_string(&saved).expect("text").contains("\"trained_on_evaluation\": true"));
    place.refuses(&["calibrate", "--load", &saved, &eval, "--output", &place.text("x.csv")], &["was trained on"]);
    let (_, stderr) = succeeds(&["calibrate", "--load", &saved, &place.text("dev_a.csv"), "--output", &llr]);
    assert!(stderr.contains("warning"), "{stderr}");
}

#[test]
fn one_file_may_hold_both_splits() {
    let place = place_with_systems();
    let mut text = String::from("file,score,label,subset\n");
    for split in ["dev", "eval"] {
        for row in ScoreTable::read(place.path(&format!("{split}_a.csv"))).expect("a table").rows() {
            let label = row.label.expect("labelled");
            text += &format!("{},{},{label},{split}\n", row.file, row.score);
        }
    }
    let (all, llr) = (place.write("all.csv", &text), place.text("llr.csv"));
    let (_, stderr) = succeeds(&[
        "calibrate",
        "--train",
        &all,
        "--train-only",
        "subset=dev",
        &all,
        "--only",
        "subset=eval",
        "--output",
        &llr,
    ]);
    assert!(stderr.contains("trained on 500 bona fide and 1500 spoof"), "{stderr}");
    assert_eq!(ScoreTable::read(&llr).expect("a table").len(), 2_000);
}

#[test]
fn probabilities_are_calibrated_as_logits() {
    let place = Place::new();
    for (split, seed) in [("dev", 1), ("eval", 2)] {
        let [table, _] = systems(split, seed);
        // Overconfident: the logits are three times the log-likelihood ratios.
        let softmax: Vec<f64> =
            table.scores().iter().map(|score| 1.0 / (1.0 + (-6.0 * (score - 40.0) / 7.0).exp())).collect();
        table.with_scores(&softmax).expect("finite").write(place.path(&format!("{split}.csv"))).expect("writable");
    }
    let [dev, eval, llr, saved] = ["dev.csv", "eval.csv", "llr.csv", "map.json"].map(|name| place.text(name));
    let arguments = ["calibrate", "--train", &dev, &eval, "--scale", "probability", "--output", &llr, "--save", &saved];
    let (_, stderr) = succeeds(&arguments);
    assert!(stderr.contains("before, as logits"), "{stderr}");
    let map = LlrMap::read(&saved).expect("what was saved");
    assert!((map.weights[0] - 1.0 / 3.0).abs() < 0.05 && map.offset.abs() < 0.3, "{map:?}");
    assert!(quality(&place.path("llr.csv")).cllr < 0.55);
    let wild = place.write("wild.csv", "x,3.5,0\ny,0.1,1\n");
    place.refuses(
        &["calibrate", "--train", &dev, &wild, "--scale", "probability", "--output", &place.text("o.csv")],
        &["no probability"],
    );
}

#[test]
fn fusion_beats_both_systems() {
    let place = place_with_systems();
    let [dev_a, dev_b, eval_a, eval_b, fused, saved] =
        ["dev_a.csv", "dev_b.csv", "eval_a.csv", "eval_b.csv", "fused.csv", "fusion.json"].map(|name| place.text(name));
    let train = format!("{dev_a},{dev_b}");
    let (_, stderr) = succeeds(&["fuse", "--train", &train, &eval_a, &eval_b, "--output", &fused, "--save", &saved]);
    assert!(stderr.contains("note: weight ") && stderr.contains(&dev_b), "{stderr}");
    let eer = |path: &str| {
        let table = ScoreTable::read(path).expect("a table");
        let scores = DetectionScores::new(&table.bonafide(), &table.spoof()).expect("scores");
        scores.eer(EerRule::Official).rate
    };
    assert!(
        eer(&fused) < 0.85 * eer(&eval_a).min(eer(&eval_b)),
        "{} of {} and {}",
        eer(&fused),
        eer(&eval_a),
        eer(&eval_b)
    );
    let table = ScoreTable::read(&fused).expect("a table");
    let files = ScoreTable::read(&eval_a).expect("a table");
    assert_eq!(table.texts("file").expect("files"), files.texts("file").expect("files"), "the order of the first");
    assert!(!table.columns().contains(&"margin"));

    let map = LlrMap::read(&saved).expect("what was saved");
    let [a, b] = systems("eval", 2);
    let at = |table: &ScoreTable| {
        let rows = table.rows();
        rows.iter().find(|row| row.file == "eval_00017").expect("a trial").score
    };
    assert!((map.weights[0] * at(&a) + map.weights[1] * at(&b) + map.offset - at(&table)).abs() < 1e-9);

    let again = place.text("again.csv");
    succeeds(&["fuse", "--load", &saved, &eval_a, &eval_b, "--output", &again]);
    assert_eq!(fs::read(&fused).expect("bytes"), fs::read(&again).expect("bytes"));
    place.refuses(
        &["calibrate", "--load", &saved, &eval_a, "--output", &place.text("x.csv")],
        &["1 score files for 2 weights"],
    );
}

#[test]
fn bad_input_is_refused_and_leaves_nothing() {
    let place = place_with_systems();
    let [dev, eval, out] = ["dev_a.csv", "eval_a.csv", "out.csv"].map(|name| place.text(name));
    let missing = place.text("missing.csv");
    place.refuses(&["calibrate", "--train", &missing, &eval, "--output", &out], &["missing.csv"]);
    place.refuses(&["calibrate", "--train", &dev, &missing, "--output", &out], &["missing.csv"]);
    place.refuses(&["calibrate", "--train", &dev, &eval, "--output", &eval], &["one of the inputs"]);
    place.refuses(&["calibrate", "--train", &dev, &eval, "--output", &out, "--save", &dev], &["one of the inputs"]);
    place.refuses(&["calibrate", "--train", &dev, &eval, "--output", &out, "--save", &out], &["where the scores go"]);
    place.refuses(&["calibrate", "--train", &format!("{dev},{dev}"), &eval, "--output", &out], &["2 training files"]);
    let apart = place.write("apart.csv", "a,0.9,0\nb,0.8,0\nc,0.2,1\n");
    place.refuses(&["calibrate", "--train", &apart, &eval, "--output", &out], &["separates"]);
    let unlabelled = place.write("unlabelled.csv", "a,0.9,nan\nb,0.8,nan\nc,0.2,nan\n");
    place.refuses(&["calibrate", "--train", &unlabelled, &eval, "--output", &out], &["no bonafide trial"]);
    let json = place.write("bad.json", "{\"weights\": [1]}");
    place.refuses(&["calibrate", "--load", &json, &eval, "--output", &out], &["bad.json", "line 1"]);
    let other = place.write("other.csv", "x,0.9,0\ny,0.1,1\n");
    let train = format!("{dev},{}", place.text("dev_b.csv"));
    place.refuses(&["fuse", "--train", &train, &eval, &other, "--output", &out], &["share 0"]);
    place.refuses(
        &["fuse", "--train", &format!("{dev},{other}"), &eval, &place.text("eval_b.csv"), "--output", &out],
        &["lacks"],
    );

    let usage = run(&["calibrate", &eval, "--output", &out]);
    assert_eq!(usage.status.code(), Some(2), "--train or --load is needed");
    assert_eq!(run(&["fuse", "--train", &dev, &eval, "--output", &out]).status.code(), Some(2), "two systems");
}

#[test]
fn unlabelled_trials_are_calibrated_all_the_same() {
    let place = place_with_systems();
    let unlabelled = place.write("blind.csv", "u1,47.0,nan\nu2,33.0,nan\n");
    let (csv, stderr) = succeeds(&["calibrate", "--train", &place.text("dev_a.csv"), &unlabelled, "--output", "-"]);
    assert!(stderr.contains("nothing is measured"), "{stderr}");
    let scores: Vec<f64> =
        csv.lines().skip(1).map(|line| line.split(',').nth(1).expect("a score").parse().expect("a number")).collect();
    assert!(scores[0] > 1.0 && scores[1] < -1.0, "{csv}");
}

#[test]
fn help_teaches_by_example() {
    for command in ["calibrate", "fuse", "tandem"] {
        let (help, _) = succeeds(&[command, "--help"]);
        assert!(help.contains("Examples:") && help.contains(&format!("rat-report {command} ")), "{help}");
    }
}

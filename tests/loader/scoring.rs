//! Scoring: a shard's rows are the whole run's, recordings that cannot be used are left out where they are needed.

use std::{collections::BTreeSet, fs, process::Command};

use rat::{
    ReferenceCondition, Result, Trial, Waveform,
    data::{BadAudio, Corpus, Pairing, Split},
    loader::Shard,
    model::{self, Batching, Conditioning, Detector, FeatureStore, LayerSource, RecordingSource},
    score::{ScoreTask, Scored, score},
    ssl::EncoderConfig,
    tables::{RunRecord, ScoreTable},
};

use crate::{Place, workers};

struct Case {
    corpus: Corpus,
    detector: Detector,
    trials: Vec<Trial>,
    pairing: Pairing,
    conditions: Vec<ReferenceCondition>,
}

/// How a case is scored; none of it may matter.
#[derive(Clone, Copy)]
struct Way {
    threads: usize,
    batch: usize,
    budget_bytes: usize,
    on_bad_audio: BadAudio,
}

const WAY: Way = Way { threads: 2, batch: 4, budget_bytes: 64 << 20, on_bad_audio: BadAudio::Fail };

impl Case {
    fn new(place: &Place) -> Self {
        let (corpus, device) = (place.corpus(), rat::device::open("cpu").expect("always there").device);
        let detector = Detector::random(&EncoderConfig::tiny(), Conditioning::Reference, 5, &device).expect("valid");
        let trials = corpus.trials(Split::Eval).expect("reads");
        let pairing = Pairing::draw(&trials, 9).expect("every speaker has two");
        let mut conditions = ReferenceCondition::MAIN.to_vec();
        conditions.extend([ReferenceCondition::Snr { db: 10.0 }, ReferenceCondition::Own]);
        Self { corpus, detector, trials, pairing, conditions }
    }

    fn score(&self, trials: &[Trial], way: Way) -> Result<Scored> {
        let source = RecordingSource { corpus: &self.corpus, split: Split::Eval, seed: 9 };
        let device = rat::device::open("cpu").expect("always there").device;
        let mut store = FeatureStore::new(&self.detector.encoder, &device, source, way.budget_bytes);
        let task = ScoreTask {
            trials,
            pairing: Some(&self.pairing),
            conditions: &self.conditions,
            batch: way.batch,
            batching: Batching::PerUtterance,
            on_bad_audio: way.on_bad_audio,
            workers: workers(way.threads),
        };
        score(&self.detector, &mut store, &task, &mut |_| ())
    }
}

/// Each table's rows, to the last bit.
fn rows(scored: &Scored) -> Vec<(String, Vec<String>)> {
    let row = |table: &ScoreTable| {
        let bytes = |row: &rat::tables::ScoreRow| (row.score.to_bits(), row.margin.map(f64::to_bits));
        table.rows().iter().map(|row| format!("{} {} {:?}", row.file, row.speaker, bytes(row))).collect()
    };
    scored.tables.iter().map(|(condition, table)| (condition.clone(), row(table))).collect()
}

#[test]
fn shards_batches_workers_and_memory_leave_every_bit_of_a_score_alone() {
    let place = Place::new();
    let case = Case::new(&place);
    let whole = rows(&case.score(&case.trials, WAY).expect("scores"));
    assert_eq!((whole.len(), whole[0].1.len()), (8, 20));
    assert_ne!(whole[0].1, whole[1].1, "conditions differ");
    for count in [2, 3, 7] {
        let mut joined: Vec<(String, Vec<String>)> = whole.iter().map(|(name, _)| (name.clone(), vec![])).collect();
        for index in 0..count {
            let shard = Shard::new(index, count).expect("a part");
            let part = rows(&case.score(shard.of(&case.trials), WAY).expect("scores"));
            joined.iter_mut().zip(part).for_each(|(all, (_, part))| all.1.extend(part));
        }
        assert_eq!(joined, whole, "{count} shards");
    }
    for way in
        [Way { threads: 8, ..WAY }, Way { batch: 1, ..WAY }, Way { batch: 16, ..WAY }, Way { budget_bytes: 0, ..WAY }]
    {
        assert_eq!(rows(&case.score(&case.trials, way).expect("scores")), whole);
    }
}

/// What batches on a GPU do: a reference that several rows hear is one row.
#[test]
fn references_that_rows_share_are_heard_as_references_of_their_own() {
    let device = rat::device::open("cpu").expect("always there").device;
    let detector = Detector::random(&EncoderConfig::tiny(), Conditioning::Reference, 8, &device).expect("valid");
    let tone =
        |samples: usize, step: f32| Waveform::new((0..samples).map(|at| 0.3 * (at as f32 * step).sin()).collect());
    let [a, b] = [tone(6_000, 0.05), tone(4_100, 0.11)];
    let tests = [tone(5_000, 0.2), tone(7_300, 0.3), tone(3_900, 0.07)];
    let stream = |waveforms: &[Waveform]| {
        LayerSource::stream(&detector.encoder, waveforms, Batching::PerUtterance, &device).expect("long enough")
    };
    let shared = model::Heard::Shared(stream(&[a.clone(), b.clone()]), vec![1, 0, 1]);
    let own = model::Heard::Reference(stream(&[b.clone(), a, b]));
    let found = detector.forward_layerwise(stream(&tests), vec![shared, own]);
    let values = |place: usize| -> Vec<f32> { found[place].clone().into_data().try_to_vec::<f32>().expect("f32") };
    for (shared, own) in values(0).into_iter().zip(values(1)) {
        assert!((shared - own).abs() < 1e-6, "{shared} against {own}");
    }
    assert!((values(0)[0] - values(0)[2]).abs() > 1e-6, "rows differ");
}

#[test]
fn each_recording_is_encoded_once() {
    let place = Place::new();
    let mut case = Case::new(&place);
    case.conditions = vec![ReferenceCondition::Matched, ReferenceCondition::Mismatched, ReferenceCondition::Silence];
    let scored = case.score(&case.trials, WAY).expect("scores");
    let lengths: BTreeSet<usize> = case
        .pairing
        .rows
        .iter()
        .map(|row| case.corpus.load(Split::Eval, &row.reference).expect("reads").len())
        .collect();
    // References are trials themselves here; beside them one silence of each length.
    assert_eq!(scored.encoded, case.trials.len() + lengths.len());
}

#[test]
fn what_cannot_be_used_is_left_out_of_all_tables() {
    let place = Place::new();
    let case = Case::new(&place);
    let whole = rows(&case.score(&case.trials, WAY).expect("scores"));
    // Bona fide, hence somebody's reference, and a spoof.
    let bad = [case.pairing.rows[3].reference.clone(), "E_0000000017".to_owned()];
    bad.iter().for_each(|file| place.truncate(&format!("flac_E_eval/{file}.wav")));
    let error = case.score(&case.trials, WAY).expect_err("the policy is to fail").to_string();
    assert!(error.contains("truncated"), "{error}");
    let way = Way { on_bad_audio: BadAudio::SkipAndList, ..WAY };
    let scored = case.score(&case.trials, way).expect("goes on");
    let listed: BTreeSet<&str> = scored.bad.rows().iter().map(|row| row.file.as_str()).collect();
    assert_eq!(listed, bad.iter().map(String::as_str).collect());
    assert_eq!(scored.bad.len(), 2);
    for ((name, found), (_, before)) in rows(&scored).into_iter().zip(&whole) {
        let needs = |row: &rat::data::PairingRow| [row.file.clone(), row.reference.clone(), row.mismatched.clone()];
        let usable = |row: &rat::data::PairingRow| needs(row).iter().all(|file| !bad.contains(file));
        let wanted: Vec<&String> =
            before.iter().zip(&case.pairing.rows).filter(|(_, row)| usable(row)).map(|(line, _)| line).collect();
        assert_eq!(found.iter().collect::<Vec<_>>(), wanted, "{name}: the others are as they were");
        assert!(found.len() < 20, "{name}");
    }
    for way in [Way { threads: 8, ..way }, Way { batch: 1, ..way }] {
        let again = case.score(&case.trials, way).expect("goes on");
        assert_eq!(rows(&again), rows(&scored));
        assert_eq!(again.bad.len(), 2);
    }
}

fn run(arguments: &[&str]) -> (String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_rat-report")).args(arguments).output().expect("starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {said}");
    (String::from_utf8_lossy(&output.stdout).into_owned(), said)
}

#[test]
fn the_command_line_lists_bad_audio_and_makes_parts() {
    let place = Place::new();
    let root = place.root().to_str().expect("plain").to_owned();
    let run_path = place.root().join("run");
    let run_text = run_path.to_str().expect("plain").to_owned();
    place.truncate("flac_T/T_0000000003.wav");
    fs::remove_file(place.root().join("flac_D/D_0000000007.wav")).expect("was there");
    let train = ["train", "--root", &root, "--run", &run_text, "--epochs", "1", "--batch", "4", "--trace-trials", "20"];
    let feeding = ["--on-bad-audio", "skip-and-list", "--workers", "2"];
    let (_, said) = run(&[&train[..], &feeding].concat());
    assert!(said.contains("2 recordings could not be used"), "{said}");
    let list = fs::read_to_string(run_path.join("bad_audio.csv")).expect("the list");
    assert!(
        list.starts_with("split,file,reason\ntrain,T_0000000003,") && list.contains("\ndev,D_0000000007,"),
        "{list}"
    );

    let score = ["score", "--root", &root, "--run", &run_text, "--condition", "matched,zeroed"];
    for refused in [&["--batch", "0"][..], &["--shard", "1/21"], &["--pairing", "/nowhere"], &["--seed", "9"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rat-report"));
        let done = command.args(score).args(refused).output().expect("starts");
        assert_eq!(done.status.code(), Some(1));
        assert!(!run_path.join("scores").exists(), "{refused:?} leaves an empty folder");
    }
    run(&score);
    let record = RunRecord::read(run_path.join("run.json")).expect("reads");
    assert_eq!(record.tables, ["matched.csv", "zeroed.csv"]);
    for part in ["1/3", "2/3", "3/3"] {
        let (paths, _) = run(&[&score[..], &["--shard", part]].concat());
        assert_eq!(paths.lines().count(), 2);
    }
    for name in ["matched.csv", "zeroed.csv"] {
        let read = |path: std::path::PathBuf| fs::read_to_string(path).expect("is written");
        let whole = read(run_path.join("scores").join(name));
        let header = whole.lines().next().expect("a header").to_owned() + "\n";
        let part = |index: usize| read(run_path.join(format!("scores/shard-{index}-of-3")).join(name));
        let joined: String = (1..=3).map(|index| part(index).replacen(&header, "", 1)).collect();
        assert_eq!(header + &joined, whole);
    }
}

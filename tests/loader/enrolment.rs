//! Several recordings of a speaker as the reference: against the network computed by hand, by the program, and without touching
//! references where no condition needs them.

use std::{fs, path::Path, process::Command};

use burn::tensor::{Device, Tensor};
use rat::{
    ReferenceCondition, Trial, Waveform,
    data::{BadAudio, Corpus, Enrolment, Pairing, ReferenceDraw, Split},
    model::{Batching, Conditioning, Detector, FeatureStore, RecordingSource},
    score::{ScoreTask, score},
    ssl::{EncoderConfig, SslFeatures, waveform_batch},
};

use crate::{Place, trained::TRAINED, workers};

/// Adds track 2 to a corpus: its evaluation trials, and enrolled recordings of different lengths that are no trials.
fn add_track_2(root: &Path) {
    let trials: String = (0..20)
        .map(|index| {
            let kind = if index % 2 == 0 { "bonafide target" } else { "A01 spoof" };
            format!("E_{:04} E_{index:010} F {kind}\n", index / 10)
        })
        .collect();
    fs::write(root.join("ASVspoof5.eval.track_2.trial.tsv"), trials).expect("writes");
    fs::write(root.join("ASVspoof5.eval.track_2.enroll.tsv"), "E_0000 R_0,R_1,R_2\nE_0001 R_3,R_4\n").expect("writes");
    for index in 0..5 {
        let tone = |at: usize| 0.3 * (at as f32 * (0.05 + 0.013 * index as f32)).sin();
        let sound = Waveform::new((0..5_000 + 700 * index).map(tone).collect());
        sound.write_wav(root.join(format!("flac_E_eval/R_{index}.wav"))).expect("writes");
    }
}

struct Case {
    corpus: Corpus,
    detector: Detector,
    trials: Vec<Trial>,
    device: Device,
}

impl Case {
    fn new(place: &Place) -> Self {
        add_track_2(place.root());
        let corpus = Corpus::open("asvspoof5-track2", place.root()).expect("opens");
        let device = rat::device::open("cpu").expect("always there").device;
        let detector = Detector::random(&EncoderConfig::tiny(), Conditioning::Reference, 5, &device).expect("valid");
        let trials = corpus.trials(Split::Eval).expect("reads");
        Self { corpus, detector, trials, device }
    }

    fn pairing(&self, enrolment: Enrolment, enrolment_size: Option<usize>) -> Pairing {
        let pool = self.corpus.references(Split::Eval, &self.trials).expect("reads");
        let how = ReferenceDraw { seed: 3, enrolment, enrolment_size, ..ReferenceDraw::default() };
        Pairing::draw_as(&pool, &self.trials, &how).expect("draws")
    }

    /// Margins under each condition.
    fn margins(&self, pairing: &Pairing, conditions: &[ReferenceCondition], batch: usize) -> (Vec<Vec<f64>>, usize) {
        let source = RecordingSource { corpus: &self.corpus, split: Split::Eval, seed: 3 };
        let mut store = FeatureStore::new(&self.detector.encoder, &self.device, source, 64 << 20);
        let task = ScoreTask {
            trials: &self.trials,
            pairing: Some(pairing),
            conditions,
            batch,
            batching: Batching::PerUtterance,
            on_bad_audio: BadAudio::Fail,
            workers: workers(2),
        };
        let scored = score(&self.detector, &mut store, &task, &mut |_| ()).expect("scores");
        let margins = |table: &rat::tables::ScoreTable| table.margins().into_iter().flatten().collect();
        (scored.tables.iter().map(|(_, table)| margins(table)).collect(), scored.encoded)
    }

    fn features(&self, waveform: &Waveform) -> SslFeatures {
        let (waveforms, lengths) = waveform_batch(std::slice::from_ref(waveform), &self.device).expect("long enough");
        self.detector.encoder.forward(waveforms, &lengths)
    }

    fn load(&self, file: &str) -> SslFeatures {
        self.features(&self.corpus.load(Split::Eval, file).expect("reads"))
    }

    /// All frames are keys and values of one attention.
    fn concatenated(&self, test: &SslFeatures, references: &[SslFeatures]) -> f64 {
        let layers = Tensor::cat(references.iter().map(|reference| reference.layers.clone()).collect(), 2);
        let lengths = rat::ssl::Lengths::full(1, layers.dims()[2]);
        margin(self.detector.forward(test, Some(&SslFeatures { layers, lengths })))
    }

    /// The attention's outputs averaged, and what follows by hand: random networks have norms without weights.
    fn averaged(&self, test: &SslFeatures, references: &[SslFeatures]) -> f64 {
        let traces = references.iter().map(|reference| self.detector.forward_traced(test, Some(reference)));
        let (mut attention, mut mlp) = (None, None);
        for trace in traces {
            let one = trace.attention.expect("a block");
            attention = Some(attention.map_or(one.clone(), |sum: Tensor<4>| sum + one));
            mlp = trace.mlp;
        }
        let attention = attention.expect("some") / references.len() as f64;
        let residual = test.layers.clone() + mlp.expect("a block") + attention;
        let centred = residual.clone() - residual.mean_dim(3);
        let output = centred.clone() / (centred.square().mean_dim(3) + 1e-5).sqrt();
        let [_, _, _, features] = output.dims();
        let embedding = output.mean_dim(0).mean_dim(2).reshape([1, features]);
        margin(self.detector.head.forward(embedding))
    }
}

fn margin(logits: Tensor<2>) -> f64 {
    let logits: Vec<f32> = logits.into_data().try_to_vec::<f32>().expect("f32");
    f64::from(logits[0] - logits[1])
}

fn assert_close(found: f64, expected: f64, what: &str) {
    assert!((found - expected).abs() < 2e-5 * expected.abs().max(1.0), "{what}: {found} against {expected}");
}

#[test]
fn enrolled_recordings_are_heard_together_as_computed_by_hand() {
    let place = Place::new();
    let case = Case::new(&place);
    let conditions = [
        ReferenceCondition::Matched,
        ReferenceCondition::Mismatched,
        ReferenceCondition::Duration { secs: 0.2 },
        ReferenceCondition::Zeroed,
    ];
    let [all, average, one] =
        [Enrolment::Concatenate, Enrolment::Average, Enrolment::One].map(|mode| case.pairing(mode, None));
    let (concatenated, encoded) = case.margins(&all, &conditions, 4);
    assert_eq!(encoded, 20 + 5 + 5, "each test, each enrolled recording and its start once");
    let (averaged, _) = case.margins(&average, &conditions, 4);
    let (single, _) = case.margins(&one, &conditions, 4);
    for (at, trial) in case.trials.iter().enumerate() {
        let (mine, others) = (["R_0", "R_1", "R_2"], ["R_3", "R_4"]);
        let (mine, others) = if at < 10 { (&mine[..], &others[..]) } else { (&others[..], &mine[..]) };
        let test = case.load(&trial.file);
        let load = |files: &[&str]| files.iter().map(|file| case.load(file)).collect::<Vec<_>>();
        let start = |file: &&str| {
            let whole = case.corpus.load(Split::Eval, file).expect("reads");
            case.features(&Waveform::new(whole.samples()[..3_200].to_vec()))
        };
        let heard = [load(mine), load(others), mine.iter().map(start).collect()];
        for (condition, references) in heard.iter().enumerate() {
            let what = format!("{} under {}", trial.file, conditions[condition]);
            assert_close(concatenated[condition][at], case.concatenated(&test, references), &what);
            assert_close(averaged[condition][at], case.averaged(&test, references), &what);
        }
        let drawn = case.load(&one.rows[at].reference);
        assert_close(single[0][at], case.concatenated(&test, &[drawn]), "one");
        assert_eq!(all.rows[at], one.rows[at], "the first is the one that is drawn");
    }
    assert!((0..20).any(|at| (concatenated[0][at] - averaged[0][at]).abs() > 1e-5), "the modes differ");
    for batch in [1, 7, 16] {
        assert_eq!(case.margins(&average, &conditions, batch).0, averaged, "batches of {batch}");
    }
}

#[test]
fn a_pairing_of_several_is_written_read_and_checked() {
    let place = Place::new();
    let case = Case::new(&place);
    let pool = case.corpus.references(Split::Eval, &case.trials).expect("reads");
    let two = case.pairing(Enrolment::Average, Some(2));
    for trial in &case.trials {
        let all = two.enrolled(trial).expect("is paired");
        assert_eq!((all.references().count(), all.mismatched().count()), (2, 2));
        assert!(all.references().all(|file| pool.holds(&trial.speaker, file)));
        assert_ne!(all.references().next(), all.references().nth(1));
    }
    let path = place.root().join("pairing.csv");
    two.write(&path).expect("writes");
    let read = Pairing::read(&path).expect("reads").heard_as(Enrolment::Average).expect("lists several");
    assert_eq!(read, two);
    read.check(&case.trials, &pool).expect("fits");
    let text = fs::read_to_string(&path).expect("is there");
    for (from, to, words) in [
        (",R_4\n", ",R_0\n", "no enrolled recording of speaker"),
        ("further_references", "further", "expected the columns"),
    ] {
        fs::write(&path, text.replacen(from, to, 1)).expect("writes");
        let checked = Pairing::read(&path).and_then(|pairing| pairing.check(&case.trials, &pool));
        let error = checked.expect_err("is refused").to_string();
        assert!(error.contains(words) && error.contains("pairing.csv"), "{error}");
    }
    case.pairing(Enrolment::One, None).write(&path).expect("writes");
    let one = Pairing::read(&path).expect("reads");
    assert!(one.heard_as(Enrolment::Average).expect_err("lists one").to_string().contains("lists one"));
    let own = Corpus::open("asvspoof5", place.root()).expect("opens");
    let trials = own.trials(Split::Eval).expect("reads");
    let pool = own.references(Split::Eval, &trials).expect("reads");
    let how = |size| ReferenceDraw { enrolment: Enrolment::Average, enrolment_size: size, ..ReferenceDraw::default() };
    let error = Pairing::draw_as(&pool, &trials, &how(None)).expect_err("nothing says how many");
    assert!(error.remedy().contains("--enrolment-size"), "{error}");
    let three = Pairing::draw_as(&pool, &trials, &how(Some(3))).expect("draws");
    for trial in &trials {
        let all = three.enrolled(trial).expect("is paired");
        assert_eq!(all.references().collect::<std::collections::BTreeSet<_>>().len(), 3);
        assert!(all.references().all(|file| file != trial.file && pool.holds(&trial.speaker, file)));
    }
}

#[test]
fn the_program_enrols_and_conditions_of_the_test_alone_touch_no_reference() {
    let place = Place::new();
    add_track_2(place.root());
    let root = place.root().to_str().expect("plain").to_owned();
    let score = |output: &str, more: &[&str]| {
        let output = place.root().join(output);
        let mut command = Command::new(env!("CARGO_BIN_EXE_rat-report"));
        command.args(["score", "--data", "asvspoof5-track2", "--root", &root, "--run"]).arg(TRAINED.run());
        command.arg("--output").arg(&output).args(more);
        let done = command.output().expect("starts");
        (done.status.success(), String::from_utf8_lossy(&done.stderr).into_owned(), output)
    };
    let mut tables = vec![];
    for how in ["one", "concatenate", "average"] {
        let (done, said, output) = score(how, &["--condition", "matched,silence", "--enrolment", how]);
        assert!(done, "{said}");
        tables.push(fs::read_to_string(output.join("matched.csv")).expect("is there"));
        let pairing = Pairing::read(output.join("pairing/pairing.parquet")).expect("is there");
        let pairing = String::from_utf8(pairing.to_bytes("pairing.csv").expect("writes")).expect("is text");
        assert_eq!(pairing.lines().all(|line| line.contains("R_0") || !line.contains("E_0000")), how != "one");
    }
    assert!(tables[0] != tables[1] && tables[1] != tables[2]);
    for index in 0..5 {
        fs::remove_file(place.root().join(format!("flac_E_eval/R_{index}.wav"))).expect("was there");
    }
    fs::remove_file(place.root().join("ASVspoof5.eval.track_2.enroll.tsv")).expect("was there");
    let (done, said, output) = score("alone", &["--condition", "zeroed,absent,own"]);
    assert!(done, "{said}");
    assert!(said.contains("20 trials, 20 recordings encoded"), "{said}");
    assert!(output.join("own.csv").exists() && !output.join("pairing").exists());
    let (done, said, _) = score("needing", &["--condition", "zeroed,matched"]);
    assert!(!done && said.contains("enrolment list"), "{said}");
    for (more, words) in [
        (&["--enrolment-size", "2"][..], ["enrolment-size", "--enrolment concatenate"]),
        (&["--condition", "snr:10,matched,snr:10.0"], ["snr:10 is given twice", "once"]),
        (&["--enrolment", "average", "--enrolment-size", "2", "--pairing", "p.csv"], ["--enrolment-size", "--pairing"]),
    ] {
        let (done, said, output) = score("refused", more);
        assert!(!done && words.iter().all(|word| said.contains(word)), "{said}");
        assert!(!output.join("matched.csv").exists());
    }
}

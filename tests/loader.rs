//! Feeding: the same bytes with any number of workers, from the middle of an epoch and in another process; bounded memory;
//! errors in order; recordings that cannot be used; shards of an evaluation.

#![cfg(feature = "network")]

mod fixture_corpus;

#[path = "loader/bad_audio.rs"]
mod bad_audio;
#[path = "loader/enrolment.rs"]
mod enrolment;
#[path = "loader/resuming.rs"]
mod resuming;
#[path = "loader/scoring.rs"]
mod scoring;
#[path = "loader/trained.rs"]
mod trained;
#[path = "loader/workers.rs"]
mod workers;

use std::{fs, path::Path, process::Command};

use rat::{
    augment::{AugmentConfig, Augmentor},
    data::{BadAudio, Corpus},
    loader::{BadRecordings, Drawing, Steps, TrainingSet, WaveformBatch, Workers},
};
use sha2::{Digest, Sha256};

/// A corpus of two speakers in a folder of its own.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fixture_corpus::write(folder.path(), 2);
        Self(folder)
    }

    fn root(&self) -> &Path {
        self.0.path()
    }

    fn corpus(&self) -> Corpus {
        Corpus::open("asvspoof5", self.root()).expect("opens")
    }

    /// Leaves the first half of a recording.
    fn truncate(&self, file: &str) {
        let path = self.root().join(file);
        let bytes = fs::read(&path).expect("readable");
        fs::write(&path, &bytes[..bytes.len() / 2]).expect("writable");
    }
}

fn workers(threads: usize) -> Workers {
    Workers::new(threads).expect("at least one")
}

/// Every augmentation, each time; recordings of the evaluation set are the background noises.
fn drawing(corpus: &Corpus, on_bad_audio: BadAudio) -> Drawing {
    let noises = format!("noise:{}", corpus.root().join("flac_E_eval").display());
    let augment = AugmentConfig {
        trim: 1.0,
        time_mask: 1.0,
        surroundings: 1.0,
        mu_law: 1.0,
        a_law: 1.0,
        opus: 1.0,
        rawboost: 1.0,
        noise_and_filter: 1.0,
        noise: 1.0,
        filter: 1.0,
        sources: vec![noises.parse().expect("a folder")],
        ..AugmentConfig::default()
    };
    let augmentor = Augmentor::new(augment).expect("probabilities");
    let own_recording = rat::data::SelfReference::Never;
    Drawing { with_references: true, own_recording, augmentor, samples: 400..=8_000, seed: 11, rank: 0, on_bad_audio }
}

/// What a step sees, to the last bit: samples, lengths and labels.
fn digest(batch: &WaveformBatch) -> String {
    let mut hash = Sha256::new();
    let sides = [Some(&batch.test), batch.reference.as_ref()];
    for waveform in sides.into_iter().flatten().flatten() {
        hash.update((waveform.len() as u64).to_le_bytes());
        waveform.samples().iter().for_each(|sample| hash.update(sample.to_le_bytes()));
    }
    batch.labels.iter().for_each(|label| hash.update([label.class() as u8]));
    format!("{:x}", hash.finalize())
}

/// The digests of some steps of the epoch, five trials each.
fn digests(corpus: &Corpus, drawing: Drawing, threads: usize, steps: std::ops::Range<usize>) -> Vec<String> {
    let set = TrainingSet::open(corpus, drawing).expect("opens");
    let (mut found, mut bad) = (Vec::new(), BadRecordings::default());
    set.feed(&Steps { epoch: 3, batch: 5, steps }, workers(threads), &mut bad, |batch| {
        assert_eq!((batch.test.len(), batch.labels.len()), (5, 5));
        found.push(digest(&batch));
        Ok(())
    })
    .expect("all recordings are good");
    assert!(bad.is_empty());
    found
}

#[test]
fn the_bytes_do_not_depend_on_the_number_of_workers_or_on_where_an_epoch_is_entered() {
    let place = Place::new();
    let corpus = place.corpus();
    let one = digests(&corpus, drawing(&corpus, BadAudio::Fail), 1, 0..12);
    assert_eq!(one.iter().collect::<std::collections::BTreeSet<_>>().len(), 12, "every batch is another");
    assert_eq!(one, digests(&corpus, drawing(&corpus, BadAudio::Fail), 8, 0..12));
    assert_eq!(
        one[7..],
        digests(&corpus, drawing(&corpus, BadAudio::Fail), 8, 7..12),
        "gone on with after seven steps"
    );
    assert_eq!(
        one,
        digests(&corpus, drawing(&corpus, BadAudio::SkipAndList), 3, 0..12),
        "the policy changes nothing here"
    );
    let another = Drawing { seed: 12, ..drawing(&corpus, BadAudio::Fail) };
    assert_ne!(one, digests(&corpus, another, 8, 0..12));
    let another = Drawing { rank: 1, ..drawing(&corpus, BadAudio::Fail) };
    let rank_1 = digests(&corpus, another, 8, 0..12);
    assert!(one.iter().all(|digest| !rank_1.contains(digest)));
}

const CORPUS: &str = "RAT_TEST_LOADER_CORPUS";

#[test]
#[ignore = "run by the next test in a process of its own"]
fn prints_digests() {
    let root = std::env::var_os(CORPUS).expect("the next test names the corpus");
    let corpus = Corpus::open("asvspoof5", root).expect("opens");
    for digest in digests(&corpus, drawing(&corpus, BadAudio::Fail), 4, 0..12) {
        println!("digest {digest}");
    }
}

#[test]
fn another_process_makes_the_same_bytes() {
    let place = Place::new();
    let corpus = place.corpus();
    let here = digests(&corpus, drawing(&corpus, BadAudio::Fail), 2, 0..12);
    let arguments = ["prints_digests", "--exact", "--ignored", "--nocapture"];
    let test = std::env::current_exe().expect("this test's file");
    let output = Command::new(test).args(arguments).env(CORPUS, place.root()).output().expect("starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let there: Vec<&str> = said.lines().filter_map(|line| Some(line.split_once("digest ")?.1)).collect();
    assert_eq!(there, here);
}

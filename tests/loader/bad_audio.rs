//! Recordings that cannot be used while training: an error, or another draw of the same class and a line in the list.

use std::{collections::BTreeSet, fs};

use rat::{
    Error, Label,
    data::BadAudio,
    loader::{BadRecordings, Steps, TrainingSet},
};

use crate::{Place, digest, drawing, fixture_corpus, workers};

/// A truncated spoof, a missing one, an emptied bona fide recording.
fn damaged() -> Place {
    let place = Place::new();
    place.truncate("flac_T/T_0000000003.wav");
    fs::remove_file(place.root().join("flac_T/T_0000000011.wav")).expect("was there");
    fs::write(place.root().join("flac_T/T_0000000006.wav"), "").expect("writable");
    place
}

const BAD: [&str; 3] = ["T_0000000003", "T_0000000006", "T_0000000011"];
const STEPS: Steps = Steps { epoch: 1, batch: 5, steps: 0..16 };

/// What was fed until the end or the first error, and the list.
fn fed(place: &Place, policy: BadAudio, threads: usize) -> (Vec<String>, Vec<Label>, BadRecordings, Option<Error>) {
    let corpus = place.corpus();
    let set = TrainingSet::open(&corpus, drawing(&corpus, policy)).expect("opens");
    let (mut digests, mut labels, mut bad) = (Vec::new(), Vec::new(), BadRecordings::default());
    let outcome = set.feed(&STEPS, workers(threads), &mut bad, |batch| {
        digests.push(digest(&batch));
        labels.extend(batch.labels);
        Ok(())
    });
    (digests, labels, bad, outcome.err())
}

#[test]
fn skipped_recordings_are_replaced_by_their_class_and_listed_once() {
    let (whole, labels, none, _) = fed(&Place::new(), BadAudio::SkipAndList, 2);
    assert!(none.is_empty());
    let place = damaged();
    let (digests, replaced, bad, error) = fed(&place, BadAudio::SkipAndList, 1);
    assert!(error.is_none());
    assert_eq!(replaced, labels, "a replacement is of the same class");
    assert_ne!(digests, whole);
    let listed: Vec<&str> = bad.rows().iter().map(|row| row.file.as_str()).collect();
    assert_eq!(listed.iter().copied().collect::<BTreeSet<_>>(), BAD.into());
    assert_eq!(listed.len(), 3, "each once: {listed:?}");
    for (file, word) in BAD.into_iter().zip(["truncated", "empty", "missing"]) {
        let row = bad.rows().iter().find(|row| row.file == file).expect("is listed");
        assert!(row.reason.contains(word) && row.reason.contains(file), "{row:?}");
    }
    let (again, _, list, _) = fed(&place, BadAudio::SkipAndList, 8);
    assert_eq!((again, list.rows()), (digests, bad.rows()), "with eight workers, in the same order");
}

#[test]
fn a_missing_recording_is_found_before_the_first_step() {
    let place = damaged();
    let corpus = place.corpus();
    let error =
        TrainingSet::open(&corpus, drawing(&corpus, BadAudio::Fail)).expect_err("a file is missing").to_string();
    assert!(error.contains("T_0000000011"), "{error}");
}

#[test]
fn without_the_policy_the_first_bad_recording_in_order_ends_it() {
    let place = Place::new();
    place.truncate("flac_T/T_0000000003.wav");
    place.truncate("flac_T/T_0000000006.wav");
    let (digests, _, bad, error) = fed(&place, BadAudio::Fail, 1);
    let error = text(error);
    assert!(bad.is_empty() && error.contains("truncated"), "{error}");
    for threads in [2, 8] {
        let (others, _, _, other) = fed(&place, BadAudio::Fail, threads);
        assert_eq!((others, text(other)), (digests.clone(), error.clone()));
    }
}

fn text(error: Option<Error>) -> String {
    error.expect("a recording is bad").to_string()
}

#[test]
fn a_class_without_a_usable_recording_is_an_error_and_no_endless_search() {
    let place = Place::new();
    for index in (1..20).step_by(2) {
        fs::write(place.root().join(format!("flac_T/T_{index:010}.wav")), "RIFF").expect("writable");
    }
    let (_, _, _, error) = fed(&place, BadAudio::SkipAndList, 4);
    let error = text(error);
    assert!(error.contains("draws in a row") && error.contains("flac_T"), "{error}");
}

#[test]
fn a_noise_that_went_missing_is_listed_too() {
    let place = Place::new();
    let corpus = place.corpus();
    for (policy, goes_on) in [(BadAudio::SkipAndList, true), (BadAudio::Fail, false)] {
        fixture_corpus::write(place.root(), 2);
        let set = TrainingSet::open(&corpus, drawing(&corpus, policy)).expect("opens");
        fs::remove_dir_all(place.root().join("flac_E_eval")).expect("was there");
        let mut bad = BadRecordings::default();
        let outcome = set.feed(&STEPS, workers(2), &mut bad, |_| Ok(()));
        assert_eq!(outcome.is_ok(), goes_on, "{outcome:?}");
        assert_eq!(!bad.is_empty(), goes_on);
        assert!(bad.rows().iter().all(|row| row.file.contains("flac_E_eval") && row.reason.contains("missing")));
    }
}

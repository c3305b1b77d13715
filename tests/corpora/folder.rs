//! A temporary folder that a corpus is written into, and what all of them are asked.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rat::{
    Error, Trial, Waveform,
    data::{Corpus, CorpusOptions, Pairing, SelfReference, Split},
};
use tempfile::TempDir;

pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn text(self, name: &str, content: &str) -> Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("makes folders");
        fs::write(path, content).expect("writes");
        self
    }

    /// Recordings of generated sound, 50 ms each, as FLAC or WAV by their ending.
    pub fn sounds(self, folder: &str, names: &[&str]) -> Self {
        for (at, name) in names.iter().enumerate() {
            let path = self.path(folder).join(name);
            let tone = (0..800).map(|n| 0.3 * (n as f32 * (0.05 + 0.01 * at as f32)).sin());
            let sound = Waveform::new(tone.collect());
            let written = if has_ending(&path, "wav") { sound.write_wav(&path) } else { sound.write_flac(&path) };
            written.expect("writes");
        }
        self
    }

    pub fn open(&self, name: &str) -> Corpus {
        self.open_at(name, "", None, false)
    }

    pub fn open_at(&self, name: &str, below: &str, subset: Option<&str>, present_only: bool) -> Corpus {
        let options = CorpusOptions { subset: subset.map(String::from), present_only, ..CorpusOptions::default() };
        Corpus::open_with(name, self.path(below), options).unwrap_or_else(|error| panic!("{error}"))
    }
}

fn has_ending(path: &Path, wanted: &str) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case(wanted))
}

/// Bona fide trials, spoof trials and speakers.
pub fn counts(corpus: &Corpus, split: Split) -> (usize, usize, usize) {
    let trials = trials(corpus, split);
    let summary = corpus.summary(split, &trials).expect("summarises");
    assert_eq!(summary.bonafide + summary.spoof, trials.len(), "all are labelled");
    (summary.bonafide, summary.spoof, summary.speakers)
}

pub fn trials(corpus: &Corpus, split: Split) -> Vec<Trial> {
    corpus.trials(split).unwrap_or_else(|error| panic!("{error}"))
}

pub fn column(corpus: &Corpus, split: Split, name: &str) -> Vec<String> {
    let columns = corpus.columns(split).unwrap_or_else(|error| panic!("{error}"));
    let known = columns.columns().join(" ");
    columns.column(name).unwrap_or_else(|| panic!("no {name} among {known}")).map(String::from).collect()
}

/// Every recording of a split is there and decodes; every trial has references of the right speakers, which decode too.
pub fn loads_and_pairs(corpus: &Corpus, split: Split) -> Pairing {
    let trials = trials(corpus, split);
    let pool = corpus.references(split, &trials).unwrap_or_else(|error| panic!("{error}"));
    let pairing = Pairing::draw_from(&pool, &trials, 7, SelfReference::Never).unwrap_or_else(|error| panic!("{error}"));
    pairing.check(&trials, &pool).expect("a drawn pairing is right");
    for trial in &trials {
        let row = pairing.get(trial).expect("is paired");
        assert!(row.reference != trial.file && row.mismatched_speaker != trial.speaker);
        for file in [&trial.file, &row.reference, &row.mismatched] {
            let waveform = corpus.load(split, file).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(waveform.len(), 800, "{file}");
        }
    }
    pairing
}

/// A refusal that says something and what to do about it.
pub fn refused<T>(result: rat::Result<T>, words: &[&str]) -> Error {
    let Err(error) = result else { panic!("not refused: {words:?}") };
    let said = format!("{error}; {}", error.remedy());
    assert!(words.iter().all(|word| said.contains(word)), "{said} lacks one of {words:?}");
    error
}

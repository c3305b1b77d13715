//! The recordings of a split, each once: those of its trials, and the enrolled ones.

use std::collections::HashSet;

use crate::{
    data::{corpus::Corpus, enrolment, split::Split},
    error::Result,
    trial::{Label, Trial},
};

/// A recording to be decoded.
#[derive(Debug)]
pub(super) struct Recording {
    /// Its name in the protocol.
    pub(super) file: String,
    /// What its first trial says; nothing for enrolled ones.
    pub(super) label: Option<Label>,
}

/// All recordings of a split in the protocol's order, then the enrolled ones.
pub(super) fn of(corpus: &Corpus, split: Split, trials: &[Trial]) -> Result<Vec<Recording>> {
    let mut seen: HashSet<&str> = HashSet::with_capacity(trials.len());
    let mut recordings: Vec<Recording> = trials
        .iter()
        .filter(|trial| seen.insert(&trial.file))
        .map(|trial| Recording { file: trial.file.clone(), label: trial.label })
        .collect();
    let enrolled = enrolled(corpus, split)?;
    let mut more: Vec<&str> = enrolled.iter().map(String::as_str).filter(|file| seen.insert(file)).collect();
    if corpus.present_only() {
        more.retain(|file| corpus.find_audio(split, file).is_some());
    }
    recordings.extend(more.into_iter().map(|file| Recording { file: file.to_owned(), label: None }));
    Ok(recordings)
}

/// The files of the enrolment list, where the split has one.
pub(super) fn enrolled(corpus: &Corpus, split: Split) -> Result<Vec<String>> {
    match corpus.enrolment_path(split) {
        Some(path) => Ok(enrolment::read(&path)?.into_values().flatten().collect()),
        None => Ok(Vec::new()),
    }
}

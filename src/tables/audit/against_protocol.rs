//! Scores beside the protocol of their trials: what is missing, unknown, or labelled otherwise.

use std::collections::{HashMap, HashSet};

use super::{EXAMPLES, Finding, Severity, about_rows, share};
use crate::{protocol::Protocol, tables::formats::RawScores, trial::Label};

/// Which row of the protocol each score belongs to.
pub(super) struct Match<'a> {
    protocol: &'a Protocol,
    files: Vec<&'a str>,
    rows: Vec<Option<usize>>,
    labels: Vec<Option<Label>>,
    /// Whether names agree only without folder and ending.
    by_stem: bool,
}

impl<'a> Match<'a> {
    pub(super) fn of(scores: &RawScores, protocol: &'a Protocol) -> Self {
        let files: Vec<&str> = protocol.column("file").map(Iterator::collect).unwrap_or_default();
        let place = |name: fn(&str) -> &str| -> Vec<Option<usize>> {
            let known: HashMap<&str, usize> =
                files.iter().enumerate().rev().map(|(row, file)| (name(file), row)).collect();
            scores.files.iter().map(|file| known.get(name(file)).copied()).collect()
        };
        let exact = place(|file| file);
        let none = exact.iter().all(Option::is_none);
        let rows = if none { place(stem) } else { exact };
        let by_stem = none && rows.iter().any(Option::is_some);
        Self { protocol, files, rows, labels: protocol.labels(), by_stem }
    }

    /// The protocol's label of each score.
    pub(super) fn labels(&self) -> Vec<Option<Label>> {
        self.rows.iter().map(|row| row.and_then(|row| self.labels[row])).collect()
    }

    pub(super) fn findings(&self, scores: &RawScores) -> Vec<Finding> {
        let unknown: Vec<usize> = (0..scores.len()).filter(|row| self.rows[*row].is_none()).collect();
        let check = "check that protocol and scores are of the same split";
        let found = [
            self.missing(),
            about_rows(scores, Severity::Error, "trials are not in the protocol", &unknown, check),
            self.disagreements(scores),
            self.stems(scores),
            self.repeated(),
        ];
        found.into_iter().flatten().collect()
    }

    fn missing(&self) -> Option<Finding> {
        // By name: a morph stands once for each speaker.
        let scored: HashSet<&str> = self.rows.iter().flatten().map(|row| self.files[*row]).collect();
        let rows: Vec<usize> = (0..self.files.len()).filter(|row| !scored.contains(self.files[*row])).collect();
        let example = |row: &usize| format!("{} (protocol line {})", self.files[*row], self.protocol.lines()[*row]);
        (!rows.is_empty()).then(|| Finding {
            severity: Severity::Warning,
            what: "trials of the protocol have no score".into(),
            count: rows.len(),
            share: share(rows.len(), self.files.len()),
            examples: rows.iter().take(EXAMPLES).map(example).collect(),
            remedy: "score them; a published number is over all trials of the protocol".into(),
        })
    }

    fn disagreements(&self, scores: &RawScores) -> Option<Finding> {
        let own = scores.labels.as_ref()?;
        let differs = |row: &usize| match (own[*row], self.rows[*row].and_then(|at| self.labels[at])) {
            (Some(own), Some(other)) => own != other,
            _ => false,
        };
        let rows: Vec<usize> = (0..scores.len()).filter(differs).collect();
        let remedy = match rows.len() * 2 > scores.len() {
            true => "the file numbers its labels the other way round: say --labels",
            false => "find out which of the two is right",
        };
        about_rows(scores, Severity::Error, "labels contradict the protocol", &rows, remedy)
    }

    /// Names that the protocol labels in two ways.
    fn repeated(&self) -> Option<Finding> {
        let mut first: HashMap<&str, usize> = HashMap::with_capacity(self.files.len());
        let differs = |row: &usize| {
            let earlier = *first.entry(self.files[*row]).or_insert(*row);
            self.labels[earlier] != self.labels[*row]
        };
        let rows: Vec<usize> = (0..self.files.len()).filter(differs).collect();
        let example = |row: &usize| format!("{} (protocol line {})", self.files[*row], self.protocol.lines()[*row]);
        (!rows.is_empty()).then(|| Finding {
            severity: Severity::Error,
            what: "trials stand in the protocol with two labels".into(),
            count: rows.len(),
            share: share(rows.len(), self.files.len()),
            examples: rows.iter().take(EXAMPLES).map(example).collect(),
            remedy: "find out which of the two is right, and leave the other out".into(),
        })
    }

    fn stems(&self, scores: &RawScores) -> Option<Finding> {
        let rows: Vec<usize> = (0..scores.len()).filter(|row| self.by_stem && self.rows[*row].is_some()).collect();
        let what = "trials agree with the protocol only without folder and ending";
        about_rows(scores, Severity::Warning, what, &rows, "name trials as the protocol does")
    }
}

/// A file's name without folder and ending.
pub(in crate::tables) fn stem(file: &str) -> &str {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let known = |ending: &str| matches!(ending, "wav" | "flac" | "mp3" | "ogg" | "opus" | "m4a");
    name.rsplit_once('.').filter(|(_, ending)| known(ending)).map_or(name, |(stem, _)| stem)
}

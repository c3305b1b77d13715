//! What is wrong with a score file, or worth knowing of it, before anything is measured.
//!
//! Repeated, missing and unknown trials, labels that contradict the protocol, scores that are no numbers, ties, and scores that
//! cannot be log-likelihood ratios. Nothing is mended.

mod against_protocol;
mod of_scores;

pub(super) use against_protocol::stem;

use serde::Serialize;

use super::formats::{RawScores, duplicates};
use crate::{protocol::Protocol, trial::Label};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Numbers can be had, but mind this.
    Warning,
    /// Numbers would be wrong or cannot be had.
    Error,
}

/// One thing found, with where to look.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// What was found, as "trials stand twice with different scores".
    pub what: String,
    /// How many trials are concerned.
    pub count: usize,
    /// Their share of all trials of the file (of the protocol, where trials are missing).
    pub share: f64,
    /// The first of them: trial and line.
    pub examples: Vec<String>,
    /// What to do.
    pub remedy: String,
}

/// The audit of one score file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Audit {
    /// Trials in the file.
    pub trials: usize,
    /// Of them bona fide.
    pub bonafide: usize,
    /// Of them spoof.
    pub spoof: usize,
    /// How many different scores there are.
    pub distinct_scores: usize,
    /// Share of labelled trials that share their score with a trial of the other class.
    pub tied_share: f64,
    /// The most frequent score.
    pub most_frequent_score: Option<f64>,
    /// Share of trials that have it.
    pub most_frequent_share: f64,
    /// What was found, the worst first.
    pub findings: Vec<Finding>,
}

/// How many examples a finding names.
const EXAMPLES: usize = 5;

impl Audit {
    /// Audits scores, beside the protocol of their trials where there is one; without own labels, the protocol's count.
    ///
    /// ```
    /// use rat::tables::{Audit, Severity, formats::{ScoreFileOptions, read_scores}};
    /// let folder = std::env::temp_dir().join("rat-doc-audit");
    /// std::fs::create_dir_all(&folder)?;
    /// let path = folder.join("scores.csv");
    /// std::fs::write(&path, "a,2.5,0\nb,-1.5,1\na,3.5,0\n")?;
    /// let audit = Audit::of(&read_scores(&path, &ScoreFileOptions::default())?, None);
    /// assert_eq!(audit.worst(), Some(Severity::Error));
    /// assert_eq!(audit.findings[0].examples, ["a (lines 1 and 3)"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(scores: &RawScores, protocol: Option<&Protocol>) -> Self {
        let matched = protocol.map(|protocol| against_protocol::Match::of(scores, protocol));
        let labels = match (&scores.labels, &matched) {
            (Some(labels), _) => labels.clone(),
            (None, Some(matched)) => matched.labels(),
            (None, None) => vec![None; scores.len()],
        };
        let distribution = of_scores::Distribution::of(&scores.scores, &labels);
        let mut findings = repeated(scores);
        findings.extend(matched.iter().flat_map(|matched| matched.findings(scores)));
        findings.extend(of_scores::findings(scores, &labels, &distribution));
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        let count = |wanted| labels.iter().filter(|label| **label == Some(wanted)).count();
        Self {
            trials: scores.len(),
            bonafide: count(Label::Bonafide),
            spoof: count(Label::Spoof),
            distinct_scores: distribution.distinct,
            tied_share: distribution.tied_share(),
            most_frequent_score: distribution.most_frequent,
            most_frequent_share: share(distribution.most_frequent_count, scores.len()),
            findings,
        }
    }

    /// The severity of the worst finding.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }
}

fn share(count: usize, of: usize) -> f64 {
    if of == 0 { 0.0 } else { count as f64 / of as f64 }
}

/// A finding about rows of the file; `None` where there is none.
fn about_rows(scores: &RawScores, severity: Severity, what: &str, rows: &[usize], remedy: &str) -> Option<Finding> {
    let example = |row: &usize| format!("{} (line {})", scores.files[*row], scores.lines[*row]);
    (!rows.is_empty()).then(|| Finding {
        severity,
        what: what.to_owned(),
        count: rows.len(),
        share: share(rows.len(), scores.len()),
        examples: rows.iter().take(EXAMPLES).map(example).collect(),
        remedy: remedy.to_owned(),
    })
}

fn repeated(scores: &RawScores) -> Vec<Finding> {
    let same = |pair: &(usize, usize)| scores.scores[pair.0].to_bits() == scores.scores[pair.1].to_bits();
    let mut pairs = duplicates(scores);
    pairs.sort_unstable_by_key(|pair| pair.1);
    let contradict = |pair: &(usize, usize)| scores.labels.as_ref().is_some_and(|known| known[pair.0] != known[pair.1]);
    let (contradicting, pairs): (Vec<_>, Vec<_>) = pairs.into_iter().partition(contradict);
    let (same, different): (Vec<_>, Vec<_>) = pairs.into_iter().partition(same);
    let example = |pair: &(usize, usize)| {
        format!("{} (lines {} and {})", scores.files[pair.0], scores.lines[pair.0], scores.lines[pair.1])
    };
    let finding = |severity, what: &str, pairs: &[(usize, usize)]| {
        (!pairs.is_empty()).then(|| Finding {
            severity,
            what: what.to_owned(),
            count: pairs.len(),
            share: share(pairs.len(), scores.len()),
            examples: pairs.iter().take(EXAMPLES).map(example).collect(),
            remedy: "keep one score for each trial".into(),
        })
    };
    let found = [
        finding(Severity::Error, "trials are repeated with another label", &contradicting),
        finding(Severity::Error, "trials are repeated with another score", &different),
        finding(Severity::Error, "trials are repeated with the same score", &same),
    ];
    found.into_iter().flatten().collect()
}

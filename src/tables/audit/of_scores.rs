//! What the scores alone tell: numbers that are none, ties between the classes, scale and precision.

use super::{Finding, Severity, about_rows, share};
use crate::{tables::formats::RawScores, trial::Label};

/// Fewer trials than this say nothing of precision.
const ENOUGH: usize = 1_000;

/// How scores are spread.
#[derive(Debug, Default)]
pub(super) struct Distribution {
    pub(super) distinct: usize,
    pub(super) most_frequent: Option<f64>,
    pub(super) most_frequent_count: usize,
    /// Labelled trials that share their score with the other class.
    tied: usize,
    labelled: usize,
}

impl Distribution {
    pub(super) fn of(scores: &[f64], labels: &[Option<Label>]) -> Self {
        // -0 and 0 are one score.
        let mut sorted: Vec<(f64, Option<Label>)> =
            scores.iter().map(|score| score + 0.0).zip(labels.iter().copied()).collect();
        sorted.retain(|(score, _)| !score.is_nan());
        sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let mut distribution = Self::default();
        for same in sorted.chunk_by(|a, b| a.0 == b.0) {
            let count = |wanted| same.iter().filter(|(_, label)| *label == Some(wanted)).count();
            let (bonafide, spoof) = (count(Label::Bonafide), count(Label::Spoof));
            distribution.distinct += 1;
            distribution.labelled += bonafide + spoof;
            if bonafide > 0 && spoof > 0 {
                distribution.tied += bonafide + spoof;
            }
            if same.len() > distribution.most_frequent_count {
                distribution.most_frequent_count = same.len();
                distribution.most_frequent = Some(same[0].0);
            }
        }
        distribution
    }

    pub(super) fn tied_share(&self) -> f64 {
        share(self.tied, self.labelled)
    }
}

/// All findings that need no protocol.
pub(super) fn findings(scores: &RawScores, labels: &[Option<Label>], distribution: &Distribution) -> Vec<Finding> {
    let rows = |wanted: fn(f64) -> bool| -> Vec<usize> {
        (0..scores.len()).filter(|row| wanted(scores.scores[*row])).collect()
    };
    let no_number = "find out why the model gave no number for them; a score is never left out silently";
    let found = [
        about_rows(scores, Severity::Error, "scores are NaN", &rows(f64::is_nan), no_number),
        about_rows(scores, Severity::Error, "scores are infinite", &rows(f64::is_infinite), no_number),
        one_class(scores, labels),
        unlabelled(scores, labels),
        ties(scores, distribution),
        most_frequent(scores, distribution),
        low_precision(scores, distribution),
        probabilities(scores),
    ];
    found.into_iter().flatten().collect()
}

fn whole(severity: Severity, what: String, count: usize, scores: &RawScores, remedy: &str) -> Option<Finding> {
    let share = share(count, scores.len());
    Some(Finding { severity, what, count, share, examples: Vec::new(), remedy: remedy.to_owned() })
}

fn one_class(scores: &RawScores, labels: &[Option<Label>]) -> Option<Finding> {
    let has = |wanted| labels.contains(&Some(wanted));
    let what = match (has(Label::Bonafide), has(Label::Spoof)) {
        (true, true) => return None,
        (true, false) => "all labelled trials are bona fide",
        (false, true) => "all labelled trials are spoof",
        (false, false) => "no trial has a label",
    };
    let remedy = "give the protocol of these trials; error rates need both classes";
    whole(Severity::Error, what.into(), scores.len(), scores, remedy)
}

fn unlabelled(scores: &RawScores, labels: &[Option<Label>]) -> Option<Finding> {
    let rows: Vec<usize> = (0..labels.len()).filter(|row| labels[*row].is_none()).collect();
    if rows.len() == labels.len() {
        return None;
    }
    about_rows(
        scores,
        Severity::Warning,
        "trials are unlabelled and will not count",
        &rows,
        "give a protocol that labels them",
    )
}

fn ties(scores: &RawScores, distribution: &Distribution) -> Option<Finding> {
    let share = distribution.tied_share();
    let severity = if share >= 0.01 { Severity::Warning } else { Severity::Note };
    let what = "trials share their score with a trial of the other class, so the EER rules may differ".to_owned();
    let remedy = "write scores with all their digits, best the logit margin in f32";
    let finding = whole(severity, what, distribution.tied, scores, remedy)?;
    (distribution.tied > 0).then_some(Finding { share, ..finding })
}

fn most_frequent(scores: &RawScores, distribution: &Distribution) -> Option<Finding> {
    let (score, count) = (distribution.most_frequent?, distribution.most_frequent_count);
    if count < 2 || share(count, scores.len()) < 0.01 {
        return None;
    }
    let rows: Vec<usize> = (0..scores.len()).filter(|row| scores.scores[*row] == score).collect();
    let what = format!("trials have the same score, {score}");
    about_rows(
        scores,
        Severity::Warning,
        &what,
        &rows,
        "look for saturation: a softmax in low precision ends at exactly 0 or 1",
    )
}

fn low_precision(scores: &RawScores, distribution: &Distribution) -> Option<Finding> {
    let (distinct, trials) = (distribution.distinct, scores.len());
    if trials < ENOUGH || 10 * distinct >= trials {
        return None;
    }
    let bfloat = |score: &f64| (*score as f32).to_bits() & 0xffff == 0 && f64::from(*score as f32) == *score;
    let why = if scores.scores.iter().all(bfloat) { ", all of them exact in bf16" } else { "" };
    let what = format!("only {distinct} different scores in {trials} trials{why}");
    whole(Severity::Warning, what, distinct, scores, "compute logits and softmax in f32, and write all digits")
}

fn probabilities(scores: &RawScores) -> Option<Finding> {
    if scores.is_empty() || !scores.scores.iter().all(|score| (0.0..=1.0).contains(score)) {
        return None;
    }
    let what = "all scores lie between 0 and 1: they look like probabilities, not log-likelihood ratios".to_owned();
    let remedy =
        "EER, minDCF and DET can be had as they are; actDCF and Cllr need --scale probability --training-prior SHARE";
    whole(Severity::Note, what, scores.len(), scores, remedy)
}

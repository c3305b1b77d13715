//! The equal error rate (EER): where misses and false alarms are equally frequent.
//!
//! Two conventions are in use, which differ when scores tie: that of the ASVspoof 5 evaluation package (`compute_eer`) and
//! that of scikit-learn's `det_curve`. Both take the mean of both rates where they come closest; they differ in the points
//! they look at. FRR - FAR grows strictly along either curve, so only the points around its change of sign matter.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::det::{DetectionScores, OperatingPoint, Rejected, Totals};
use crate::error::Error;

/// Which points of the curve the EER is sought among.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EerRule {
    /// One point for each trial, the bona fide first among equal scores: the ASVspoof package. Pessimistic under ties.
    ///
    /// Its threshold is the highest rejected score (the lowest score less 0.001 where nothing is rejected).
    #[default]
    Official,
    /// One point for each distinct score: scikit-learn, and the published results of RAT.
    ///
    /// Its threshold is the lowest accepted score (infinite where nothing is accepted).
    TieMerged,
}

impl fmt::Display for EerRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Official => "official",
            Self::TieMerged => "tie-merged",
        })
    }
}

impl FromStr for EerRule {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "official" => Ok(Self::Official),
            "tie-merged" => Ok(Self::TieMerged),
            _ => Err(Error::config("eer", format!("`{text}` is not a rule"), "use official or tie-merged")),
        }
    }
}

/// The step of the curve on which FRR - FAR changes its sign.
#[derive(Clone, Copy, Debug)]
pub(super) struct Crossing {
    /// Which distinct score, ascending.
    index: usize,
    before: Rejected,
    after: Rejected,
}

/// Walks up the distinct scores until misses outnumber false alarms.
pub(super) fn crossing(counts: impl Iterator<Item = (usize, usize)>, totals: Totals) -> Crossing {
    let mut crossing = Crossing { index: 0, before: Rejected::default(), after: Rejected::default() };
    for (index, (bonafide, spoof)) in counts.enumerate() {
        let before = crossing.after;
        let after = Rejected { bonafide: before.bonafide + bonafide, spoof: before.spoof + spoof };
        crossing = Crossing { index, before, after };
        if is_past(after, totals) {
            break;
        }
    }
    crossing
}

/// Whether FRR >= FAR, in whole numbers.
fn is_past(rejected: Rejected, totals: Totals) -> bool {
    let misses = rejected.bonafide as u128 * totals.spoof as u128;
    let false_alarms = (totals.spoof - rejected.spoof) as u128 * totals.bonafide as u128;
    misses >= false_alarms
}

impl Crossing {
    /// The first of the rule's points at which both rates come closest, and how many of the points are before it.
    pub(super) fn closest(self, rule: EerRule, totals: Totals) -> (Rejected, usize) {
        let gap = |point: Rejected| (totals.frr(point) - totals.far(point)).abs();
        let mut best = (self.before, 0);
        let mut consider = |point: Rejected, place: usize| {
            if gap(point) < gap(best.0) {
                best = (point, place);
            }
        };
        match rule {
            EerRule::TieMerged => consider(self.after, 1),
            EerRule::Official => {
                let mut point = self.before;
                let mut place = 0;
                while point != self.after {
                    if point.bonafide < self.after.bonafide {
                        point.bonafide += 1;
                    } else {
                        point.spoof += 1;
                    }
                    place += 1;
                    consider(point, place);
                }
            }
        }
        best
    }

    /// The rate alone, as resampling wants it.
    pub(super) fn rate(self, rule: EerRule, totals: Totals) -> f64 {
        mean_rate(self.closest(rule, totals).0, totals)
    }
}

fn mean_rate(point: Rejected, totals: Totals) -> f64 {
    f64::midpoint(totals.frr(point), totals.far(point))
}

impl DetectionScores {
    /// The equal error rate by the named rule, with that rule's own threshold.
    pub fn eer(&self, rule: EerRule) -> OperatingPoint {
        let totals = self.totals();
        let crossing = crossing(self.counts(), totals);
        let (point, place) = crossing.closest(rule, totals);
        let reached = crossing.index + usize::from(place > 0);
        let threshold = match rule {
            EerRule::Official => self.highest_rejected(reached),
            EerRule::TieMerged => self.steps().get(reached).map_or(f64::INFINITY, |step| step.score),
        };
        OperatingPoint { rate: mean_rate(point, totals), threshold }
    }

    /// How many bona fide are rejected and how many spoofs accepted at the official equal error rate.
    pub fn errors_at_eer(&self) -> (usize, usize) {
        let totals = self.totals();
        let (point, _) = crossing(self.counts(), totals).closest(EerRule::Official, totals);
        (point.bonafide, totals.spoof - point.spoof)
    }

    /// The threshold as the ASVspoof package gives it, where so many distinct scores are rejected in whole or in part.
    pub(super) fn highest_rejected(&self, distinct: usize) -> f64 {
        match distinct.checked_sub(1) {
            None => self.steps()[0].score - 0.001,
            Some(last) => self.steps()[last].score,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_part_on_ties() {
        let scores = DetectionScores::new(&[0.5; 3], &[0.5; 4]).unwrap();
        assert_eq!(scores.eer(EerRule::Official).rate, 1.0);
        assert_eq!(scores.eer(EerRule::TieMerged).rate, 0.5);
    }

    #[test]
    fn names_are_read_back() {
        for rule in [EerRule::Official, EerRule::TieMerged] {
            assert_eq!(rule.to_string().parse::<EerRule>().unwrap(), rule);
        }
        assert!("roc".parse::<EerRule>().is_err());
    }
}

//! Scores of a detection task, sorted once, and the detection error trade-off (DET) curve they draw.
//!
//! Martin et al., *The DET curve in assessment of detection task performance* (Eurospeech 1997). A trial is accepted as
//! bona fide when its score is at or above the threshold, so the miss rate (FRR) is the share of bona fide below it and
//! the false-alarm rate (FAR) the share of spoof at or above it. Scores that are not finite, and sets that lack a class,
//! are refused.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The trials that share one score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Step {
    pub(super) score: f64,
    pub(super) bonafide: usize,
    pub(super) spoof: usize,
}

/// How many trials of each class a threshold rejects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Rejected {
    pub(super) bonafide: usize,
    pub(super) spoof: usize,
}

/// How many trials of each class there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Totals {
    pub(super) bonafide: usize,
    pub(super) spoof: usize,
}

impl Totals {
    /// Miss rate.
    pub(super) fn frr(self, rejected: Rejected) -> f64 {
        rejected.bonafide as f64 / self.bonafide as f64
    }

    /// False-alarm rate.
    pub(super) fn far(self, rejected: Rejected) -> f64 {
        (self.spoof - rejected.spoof) as f64 / self.spoof as f64
    }
}

/// A rate (or a normalised cost) and the threshold at which it is reached.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct OperatingPoint {
    /// The rate, a fraction; for a cost, the cost.
    pub rate: f64,
    /// Where it is reached; infinite when nothing is accepted.
    pub threshold: f64,
}

/// One point of the DET curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DetPoint {
    /// Trials at or above are accepted; the last point's is infinite.
    pub threshold: f64,
    /// False-alarm rate: share of spoof accepted.
    pub far: f64,
    /// Miss rate: share of bona fide rejected.
    pub frr: f64,
}

/// The scores of one system, sorted once; every measure is read off them.
///
/// ```
/// use rat::metrics::{CostModel, DetectionScores, EerRule};
/// let scores = DetectionScores::new(&[0.9, 0.8, 0.3], &[0.4, 0.2, 0.1])?;
/// let eer = scores.eer(EerRule::TieMerged);
/// assert!((eer.rate - 1.0 / 3.0).abs() < 1e-15);
/// assert!(scores.min_dcf(&CostModel::ASVSPOOF5).rate <= 1.0);
/// # Ok::<(), rat::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct DetectionScores {
    steps: Vec<Step>,
    totals: Totals,
}

impl DetectionScores {
    /// Sorts the scores; ties are kept together.
    ///
    /// # Errors
    /// Where a score is NaN or infinite, or a class has no trial.
    pub fn new(bonafide: &[f64], spoof: &[f64]) -> Result<Self> {
        check("bona fide", bonafide)?;
        check("spoof", spoof)?;
        let (bonafide, spoof) = (sorted(bonafide), sorted(spoof));
        let totals = Totals { bonafide: bonafide.len(), spoof: spoof.len() };
        Ok(Self { steps: merged(&bonafide, &spoof), totals })
    }

    /// How many bona fide trials.
    pub fn bonafide_count(&self) -> usize {
        self.totals.bonafide
    }

    /// How many spoof trials.
    pub fn spoof_count(&self) -> usize {
        self.totals.spoof
    }

    /// How many different scores.
    pub fn distinct_count(&self) -> usize {
        self.steps.len()
    }

    /// The whole curve: one point for each distinct score, and one at +infinity where nothing is accepted.
    ///
    /// Thresholds rise strictly, FAR never rises, FRR never falls, and from point to point at least one of both moves.
    pub fn det(&self) -> Vec<DetPoint> {
        let thresholds = self.steps.iter().map(|step| step.score).chain([f64::INFINITY]);
        let mut rejected = Rejected::default();
        let counts = [rejected].into_iter().chain(self.steps.iter().map(|step| {
            rejected.bonafide += step.bonafide;
            rejected.spoof += step.spoof;
            rejected
        }));
        thresholds
            .zip(counts)
            .map(|(threshold, rejected)| DetPoint {
                threshold,
                far: self.totals.far(rejected),
                frr: self.totals.frr(rejected),
            })
            .collect()
    }

    /// The share of trials whose score a trial of the other class has too: where it is not small, the two rules of the EER part.
    pub fn tied_share(&self) -> f64 {
        let tied = self.steps.iter().filter(|step| step.bonafide > 0 && step.spoof > 0);
        let count: usize = tied.map(|step| step.bonafide + step.spoof).sum();
        count as f64 / (self.totals.bonafide + self.totals.spoof) as f64
    }

    /// The distinct scores, ascending, with their counts.
    pub(super) fn steps(&self) -> &[Step] {
        &self.steps
    }

    pub(super) fn totals(&self) -> Totals {
        self.totals
    }

    /// The counts alone, as the scans of [`eer`](super::eer) and [`dcf`](super::dcf) want them.
    pub(super) fn counts(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.steps.iter().map(|step| (step.bonafide, step.spoof))
    }
}

fn check(class: &str, scores: &[f64]) -> Result<()> {
    if scores.is_empty() {
        return Err(Error::data(
            format!("no {class} trial among the scores"),
            "give scores of both classes; error rates are not defined otherwise",
        ));
    }
    match scores.iter().position(|score| !score.is_finite()) {
        None => Ok(()),
        Some(place) => Err(Error::data(
            format!("score {} of {} {class} trials is {}", place + 1, scores.len(), scores[place]),
            "find out why the model gave no number for it; a score is never left out silently",
        )),
    }
}

/// Ascending, with -0 made 0 so that both tie.
fn sorted(scores: &[f64]) -> Vec<f64> {
    let mut scores: Vec<f64> = scores.iter().map(|score| score + 0.0).collect();
    scores.sort_unstable_by(f64::total_cmp);
    scores
}

/// Both sorted lists as one list of distinct scores.
fn merged(bonafide: &[f64], spoof: &[f64]) -> Vec<Step> {
    let mut steps = Vec::new();
    let (mut b, mut s) = (0, 0);
    while b < bonafide.len() || s < spoof.len() {
        let next = |scores: &[f64], at: usize| scores.get(at).copied().unwrap_or(f64::INFINITY);
        let score = next(bonafide, b).min(next(spoof, s));
        let run = |scores: &[f64], at: usize| scores[at..].iter().take_while(|&&other| other == score).count();
        let step = Step { score, bonafide: run(bonafide, b), spoof: run(spoof, s) };
        (b, s) = (b + step.bonafide, s + step.spoof);
        steps.push(step);
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_become_one_step() {
        let scores = DetectionScores::new(&[0.5, 0.0, 0.5], &[-0.0, 0.5, 0.7]).unwrap();
        let counts: Vec<_> = scores.counts().collect();
        assert_eq!(counts, [(1, 1), (2, 1), (0, 1)]);
    }

    #[test]
    fn the_curve_runs_from_all_to_nothing() {
        let curve = DetectionScores::new(&[0.9, 0.5], &[0.5, 0.1, 0.1]).unwrap().det();
        assert_eq!(curve.len(), 4);
        assert_eq!(curve[0], DetPoint { threshold: 0.1, far: 1.0, frr: 0.0 });
        assert_eq!(curve[3], DetPoint { threshold: f64::INFINITY, far: 0.0, frr: 1.0 });
    }

    #[test]
    fn what_is_no_number_is_refused() {
        let refused = DetectionScores::new(&[0.9, f64::NAN], &[0.1]).unwrap_err();
        assert!(refused.to_string().contains("score 2 of 2 bona fide"), "{refused}");
        assert!(DetectionScores::new(&[0.9], &[f64::INFINITY]).is_err());
        assert!(DetectionScores::new(&[0.9], &[]).unwrap_err().to_string().contains("spoof"));
    }
}

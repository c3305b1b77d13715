//! The concurrent tandem equal error rate (t-EER): both thresholds free, no priors, no costs.
//!
//! Kinnunen, Lee, Tak, Evans and Nautsch, *t-EER: parameter-free tandem evaluation of countermeasures and biometric
//! comparators* (IEEE TPAMI 46, 2024), sections 4 and 5; points and choice as in `compute_teer` of its package and of ASVspoof 5's, with
//! the share of spoof among the negatives (rho) 0.5. For each ASV threshold, the countermeasure's threshold is sought at which the
//! tandem's misses and false alarms meet; of these pairs counts the one at which all rho would agree. The package looks
//! at every pair of thresholds; here the meeting is found by bisection, since misses less false alarms only grow.

use serde::{Deserialize, Serialize};

use super::tandem::{KeyCounts, TandemKey, TandemScores};
use crate::error::{Error, Result};

/// The prevalence of spoofs among the negatives along whose path the concurrent point is sought.
const RHO: f64 = 0.5;

/// A trial of the cascade of countermeasure and speaker verifier.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TandemTrial {
    /// What it is.
    pub key: TandemKey,
    /// The speaker verifier's score, higher for the claimed speaker.
    pub asv: f64,
    /// The countermeasure's score, higher for bona fide.
    pub cm: f64,
}

/// The concurrent t-EER and its thresholds; a trial passes where both scores are above them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TandemPoint {
    /// The rate, a fraction: the share of spoofs that pass the tandem at this point.
    pub rate: f64,
    /// The highest score that the speaker verifier rejects.
    pub asv_threshold: f64,
    /// The highest score that the countermeasure rejects.
    pub cm_threshold: f64,
}

/// A point of the countermeasure's curve.
struct CmPoint {
    p_miss: f64,
    p_fa: f64,
    threshold: f64,
}

/// The ASV's errors at a threshold.
struct AsvPoint {
    p_miss: f64,
    p_fa_nontarget: f64,
    p_fa_spoof: f64,
}

impl AsvPoint {
    fn new(rejected: KeyCounts, totals: KeyCounts) -> Self {
        let share = |key| rejected.share(totals, key);
        Self {
            p_miss: share(TandemKey::Target),
            p_fa_nontarget: 1.0 - share(TandemKey::Nontarget),
            p_fa_spoof: 1.0 - share(TandemKey::Spoof),
        }
    }

    /// Whether the two error rates of the tandem can meet at all: the ASV alone misses less than it accepts.
    fn is_allowed(&self) -> bool {
        self.p_miss < (1.0 - RHO) * self.p_fa_nontarget + RHO * self.p_fa_spoof
    }

    /// The tandem's misses less its false alarms.
    fn gap(&self, cm: &CmPoint) -> f64 {
        let misses = cm.p_miss + (1.0 - cm.p_miss) * self.p_miss;
        let false_alarms = (1.0 - RHO) * (1.0 - cm.p_miss) * self.p_fa_nontarget + RHO * cm.p_fa * self.p_fa_spoof;
        misses - false_alarms
    }

    /// The first point of the countermeasure at which the gap is smallest.
    fn meeting<'a>(&self, curve: &'a [CmPoint]) -> &'a CmPoint {
        let above = curve.partition_point(|point| self.gap(point) < 0.0).min(curve.len() - 1);
        let below = &curve[above.saturating_sub(1)];
        if self.gap(below).abs() <= self.gap(&curve[above]).abs() { below } else { &curve[above] }
    }

    /// How far from the point at which the share of spoofs among the negatives does not matter.
    fn distance(&self, cm: &CmPoint) -> f64 {
        (self.p_fa_nontarget / self.p_fa_spoof - cm.p_fa / (1.0 - cm.p_miss)).abs()
    }
}

/// The concurrent t-EER of a countermeasure and a speaker verifier on the same trials.
///
/// # Errors
/// Where a score is not finite, a key is missing, or no threshold lets the speaker verifier work.
///
/// ```
/// use rat::metrics::{TandemKey::{Nontarget, Spoof, Target}, TandemTrial, t_eer};
/// let trial = |key, asv, cm| TandemTrial { key, asv, cm };
/// let point = t_eer(&[
///     trial(Target, 2.0, 1.5), trial(Target, 1.0, 2.0), trial(Target, 3.0, -1.0), trial(Nontarget, -1.0, 1.0),
///     trial(Nontarget, 1.5, 0.5), trial(Spoof, 2.5, -2.0), trial(Spoof, 0.5, 1.2), trial(Spoof, -2.0, -1.5),
/// ])?;
/// assert!((0.0..=1.0).contains(&point.rate));
/// # Ok::<(), rat::Error>(())
/// ```
pub fn t_eer(trials: &[TandemTrial]) -> Result<TandemPoint> {
    let asv = TandemScores::new(trials.iter().map(|trial| (trial.asv, trial.key)))?;
    let curve = cm_curve(trials)?;
    let mut best: Option<(f64, TandemPoint)> = None;
    for (rejected, asv_threshold) in asv.curve(0.001) {
        let point = AsvPoint::new(rejected, asv.totals());
        if !point.is_allowed() {
            continue;
        }
        let cm = point.meeting(&curve);
        let distance = point.distance(cm);
        // Where nothing is left to pass, the distance is no number and the pair does not count.
        if distance < best.map_or(f64::INFINITY, |best| best.0) {
            let rate = point.p_fa_spoof * cm.p_fa;
            best = Some((distance, TandemPoint { rate, asv_threshold, cm_threshold: cm.threshold }));
        }
    }
    best.map(|best| best.1).ok_or_else(|| {
        Error::data(
            "the speaker verifier errs too often for a tandem equal error rate",
            "check the ASV's scores and keys, and that higher means the claimed speaker",
        )
    })
}

/// The countermeasure's errors, one point a trial: targets and nontargets are bona fide, and first in a tie.
fn cm_curve(trials: &[TandemTrial]) -> Result<Vec<CmPoint>> {
    let scores = TandemScores::new(trials.iter().map(|trial| (trial.cm, trial.key)))?;
    let totals = scores.totals();
    let bonafide = |counts: KeyCounts| counts.of(TandemKey::Target) + counts.of(TandemKey::Nontarget);
    let point = |(rejected, threshold): (KeyCounts, f64)| CmPoint {
        p_miss: bonafide(rejected) as f64 / bonafide(totals) as f64,
        p_fa: (totals.of(TandemKey::Spoof) - rejected.of(TandemKey::Spoof)) as f64 / totals.of(TandemKey::Spoof) as f64,
        threshold,
    };
    Ok(scores.curve(0.001).map(point).collect())
}

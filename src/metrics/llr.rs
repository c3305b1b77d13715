//! Scores that are log-likelihood ratios (LLRs), and what may be asked of such alone: actDCF and the Bayes error.
//!
//! ASVspoof 5 evaluation plan, section on actual DCF (`compute_actDCF` of its package); normalised Bayes error rates as in
//! Brümmer, *Measuring, refining and calibrating speaker and language information extracted from speech* (2010),
//! chapter 7. A scale is never guessed: the caller says that scores are LLRs, or turns probabilities into such.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{
    dcf::CostModel,
    det::{DetPoint, DetectionScores, OperatingPoint, Rejected, Totals},
};
use crate::error::{Error, Result};

/// What a score means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scale {
    /// Only its order is known: EER, minDCF and DET.
    #[default]
    Unknown,
    /// The probability of bona fide, with the class shares of the training in it.
    Probability,
    /// The natural logarithm of the likelihood ratio of bona fide to spoof: all measures.
    Llr,
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Unknown => "unknown",
            Self::Probability => "probability",
            Self::Llr => "llr",
        })
    }
}

impl FromStr for Scale {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "unknown" => Ok(Self::Unknown),
            "probability" => Ok(Self::Probability),
            "llr" => Ok(Self::Llr),
            _ => {
                let message = format!("`{text}` is not a scale");
                Err(Error::config("scale", message, "use probability or llr, or unknown where neither is sure"))
            }
        }
    }
}

/// Scores that are log-likelihood ratios.
///
/// ```
/// use rat::metrics::{CostModel, LlrScores};
/// let scores = LlrScores::from_probabilities(&[0.9, 0.8, 0.6], &[0.4, 0.1, 0.0], 0.5)?;
/// assert_eq!(scores.clipped(), 1);
/// assert!(scores.min_cllr() <= scores.cllr());
/// let costs = CostModel::ASVSPOOF5;
/// assert!(scores.detection().min_dcf(&costs).rate <= scores.act_dcf(&costs).rate);
/// # Ok::<(), rat::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct LlrScores {
    detection: DetectionScores,
    clipped: usize,
}

/// Both Bayes error rates at one prior, over that of deciding by the prior alone.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BayesErrorPoint {
    /// Natural logarithm of P(bona fide) / P(spoof).
    pub prior_log_odds: f64,
    /// At the Bayes threshold; above 1 where the scores do harm.
    pub actual: f64,
    /// At the best threshold; at most 1.
    pub minimum: f64,
}

impl LlrScores {
    /// How near to 0 and 1 a probability may come: 2^-53, the distance of 1 from the number below. LLRs before the prior's
    /// correction stay within 36.74.
    pub const CLIP: f64 = f64::EPSILON / 2.0;

    /// Scores of which the caller knows that they are LLRs.
    pub fn declared(detection: DetectionScores) -> Self {
        Self { detection, clipped: 0 }
    }

    /// The logit of each probability of bona fide, less the logit of the share of bona fide in training (0.5 where
    /// both classes were drawn equally often, as in RAT); clipped at [`CLIP`](Self::CLIP).
    ///
    /// # Errors
    /// As [`from_probabilities_clipped`](Self::from_probabilities_clipped).
    pub fn from_probabilities(bonafide: &[f64], spoof: &[f64], training_prior_bonafide: f64) -> Result<Self> {
        Self::from_probabilities_clipped(bonafide, spoof, training_prior_bonafide, Self::CLIP)
    }

    /// The same, with probabilities brought to `clip` from 0 and 1: half the last written digit is a fair choice for
    /// files of few decimals, where 0 and 1 stand for what was rounded.
    ///
    /// # Errors
    /// Where a probability is not within [0, 1], a class has no trial, or the prior or `clip` is out of range.
    pub fn from_probabilities_clipped(
        bonafide: &[f64],
        spoof: &[f64],
        training_prior_bonafide: f64,
        clip: f64,
    ) -> Result<Self> {
        check_prior("training_prior", training_prior_bonafide)?;
        if !(Self::CLIP..0.5).contains(&clip) {
            let message = format!("{clip} is not between {:e} and 0.5", Self::CLIP);
            return Err(Error::config("clip", message, "give half the last digit of the scores, as 5e-7"));
        }
        check_probabilities("bona fide", bonafide)?;
        check_probabilities("spoof", spoof)?;
        let inside = clip..=1.0 - clip;
        let clipped = bonafide.iter().chain(spoof).filter(|score| !inside.contains(score)).count();
        let prior = logit(training_prior_bonafide);
        let llrs = |scores: &[f64]| -> Vec<f64> {
            scores.iter().map(|score| logit(score.clamp(clip, 1.0 - clip)) - prior).collect()
        };
        Ok(Self { detection: DetectionScores::new(&llrs(bonafide), &llrs(spoof))?, clipped })
    }

    /// The log-likelihood ratio that a probability of bona fide becomes, as in [`from_probabilities`](Self::from_probabilities).
    pub fn of_probability(probability: f64, training_prior_bonafide: f64) -> f64 {
        logit(probability.clamp(Self::CLIP, 1.0 - Self::CLIP)) - logit(training_prior_bonafide)
    }

    /// The scores as such, for EER, minDCF and DET.
    pub fn detection(&self) -> &DetectionScores {
        &self.detection
    }

    /// How many probabilities were too near to 0 or 1.
    pub fn clipped(&self) -> usize {
        self.clipped
    }

    /// The normalised cost at the [Bayes threshold](CostModel::bayes_threshold) of these costs (actDCF).
    pub fn act_dcf(&self, costs: &CostModel) -> OperatingPoint {
        let rate = act_dcf_of(self.weighted(), self.detection.totals(), costs);
        OperatingPoint { rate, threshold: costs.bayes_threshold() }
    }

    /// Normalised Bayes error rates over prior log-odds: the curves of a calibration plot.
    pub fn nbe(&self, prior_log_odds: &[f64]) -> Vec<BayesErrorPoint> {
        let (curve, hull) = (self.detection.det(), self.detection.rocch());
        let point = |&prior_log_odds: &f64| {
            // The last point's threshold is infinite: there is always one at or above.
            let place = curve.partition_point(|point| point.threshold < -prior_log_odds).min(curve.len() - 1);
            let actual = normalised_error(&curve[place], prior_log_odds);
            let least =
                hull.iter().map(|vertex| normalised_error(vertex, prior_log_odds)).fold(f64::INFINITY, f64::min);
            BayesErrorPoint { prior_log_odds, actual, minimum: least.min(actual) }
        };
        prior_log_odds.iter().map(point).collect()
    }

    /// Distinct scores with their counts, as the sums over resamples take them.
    pub(super) fn weighted(&self) -> impl Iterator<Item = (f64, usize, usize)> + '_ {
        self.detection.steps().iter().map(|step| (step.score, step.bonafide, step.spoof))
    }
}

/// actDCF of a resample; the items are (LLR, bona fide, spoof) by ascending distinct scores, counts may be 0.
pub(super) fn act_dcf_of(steps: impl Iterator<Item = (f64, usize, usize)>, totals: Totals, costs: &CostModel) -> f64 {
    let threshold = costs.bayes_threshold();
    let below = steps.take_while(|step| step.0 < threshold);
    let rejected = below.fold(Rejected::default(), |sum, (_, bonafide, spoof)| Rejected {
        bonafide: sum.bonafide + bonafide,
        spoof: sum.spoof + spoof,
    });
    costs.normalised(totals.frr(rejected), totals.far(rejected))
}

/// P frr + (1 - P) far over the smaller of P and 1 - P.
fn normalised_error(point: &DetPoint, prior_log_odds: f64) -> f64 {
    let weight = prior_log_odds.abs().exp();
    let (heavy, light) = if prior_log_odds > 0.0 { (point.frr, point.far) } else { (point.far, point.frr) };
    // A weight may be infinite; what does not happen costs nothing.
    if heavy == 0.0 { light } else { weight * heavy + light }
}

/// The logarithm of the odds.
pub(super) fn logit(probability: f64) -> f64 {
    probability.ln() - (-probability).ln_1p()
}

/// A prior that is neither 0 nor 1.
pub(super) fn check_prior(key: &str, prior: f64) -> Result<()> {
    if prior > 0.0 && prior < 1.0 {
        return Ok(());
    }
    Err(Error::config(key, format!("{prior} is not between 0 and 1"), "give the share of bona fide, as 0.5"))
}

fn check_probabilities(class: &str, scores: &[f64]) -> Result<()> {
    match scores.iter().position(|score| !(0.0..=1.0).contains(score)) {
        None => Ok(()),
        Some(place) => Err(Error::data(
            format!("score {} of {} {class} trials is {}, no probability", place + 1, scores.len(), scores[place]),
            "say that the scores are log-likelihood ratios, or calibrate them first",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for scale in [Scale::Unknown, Scale::Probability, Scale::Llr] {
            assert_eq!(scale.to_string().parse::<Scale>().unwrap(), scale);
            assert_eq!(serde_json::to_string(&scale).unwrap(), format!("\"{scale}\""));
        }
        assert!("logit".parse::<Scale>().is_err());
    }

    #[test]
    fn probabilities_outside_are_refused() {
        let refused = LlrScores::from_probabilities(&[0.5, 1.5], &[0.1], 0.5).unwrap_err();
        assert!(refused.to_string().contains("score 2 of 2 bona fide"), "{refused}");
        assert!(LlrScores::from_probabilities(&[0.5], &[f64::NAN], 0.5).is_err());
        assert!(LlrScores::from_probabilities(&[0.5], &[0.5], 1.0).is_err());
        assert!(LlrScores::from_probabilities_clipped(&[0.5], &[0.5], 0.5, 0.0).is_err());
        assert!(LlrScores::from_probabilities(&[], &[0.5], 0.5).is_err());
    }

    #[test]
    fn clipping_keeps_the_order_and_both_sides_alike() {
        let scores = LlrScores::from_probabilities(&[1.0, 0.5], &[0.0, 1e-300], 0.5).unwrap();
        assert_eq!(scores.clipped(), 3);
        let llrs: Vec<f64> = scores.weighted().map(|step| step.0).collect();
        assert_eq!(llrs.len(), 3);
        assert!((llrs[0] + llrs[2]).abs() < 1e-12 && llrs[1] == 0.0 && llrs[2] < 36.75, "{llrs:?}");
    }

    #[test]
    fn extreme_priors_do_not_overflow_into_nonsense() {
        let scores = LlrScores::declared(DetectionScores::new(&[3.0, -1.0], &[-2.0, 1.0]).unwrap());
        for point in scores.nbe(&[-1e6, -800.0, 800.0, f64::INFINITY, f64::NEG_INFINITY]) {
            assert_eq!((point.actual, point.minimum), (1.0, 0.5), "{point:?}");
        }
        assert_eq!(scores.nbe(&[0.0])[0].actual, 1.0);
    }
}

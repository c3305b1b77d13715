//! Calibration and linear fusion: affine maps from scores to log-likelihood ratios (LLRs), fitted on a development set.
//!
//! Prior-weighted logistic regression (Brümmer et al. 2007), as BOSARIS, FoCal and PYLLR fit it. The prior says
//! around which operating point the LLRs are to be best; its log-odds are taken out of the offset, so what comes
//! out is an LLR whatever the prior. Fitting on the trials that are then measured flatters: what trains here is dev data.

use serde::{Deserialize, Serialize};

use super::{llr::check_prior, logistic};
use crate::{
    error::{Error, Result},
    trial::Label,
};

/// LLR = scale x score + offset.
///
/// ```
/// use rat::metrics::{Calibration, CostModel, DetectionScores, LlrScores};
/// let (bonafide, spoof) = ([0.9, 0.8, 0.3], [0.6, 0.2, 0.1]);
/// let calibration = Calibration::fit(&bonafide, &spoof, CostModel::ASVSPOOF5.effective_prior())?;
/// let llrs = |scores: &[f64]| scores.iter().map(|&score| calibration.apply(score)).collect::<Vec<_>>();
/// let calibrated = LlrScores::declared(DetectionScores::new(&llrs(&bonafide), &llrs(&spoof))?);
/// assert!(calibrated.cllr() < 0.8 && calibration.scale > 0.0);
/// # Ok::<(), rat::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// What a score is multiplied by; negative where scores grow with the belief in spoof.
    pub scale: f64,
    /// What is then added.
    pub offset: f64,
}

impl Calibration {
    /// Fits scale and offset; [`effective_prior`](super::CostModel::effective_prior) gives the prior of a cost model.
    ///
    /// # Errors
    /// Where a score is not finite, a class has no trial, the prior is out of range, all scores are equal, or a threshold
    /// separates the classes (the best scale would be infinite).
    pub fn fit(bonafide: &[f64], spoof: &[f64], prior_bonafide: f64) -> Result<Self> {
        check_separable(bonafide, spoof)?;
        let scores = [bonafide, spoof].concat();
        let label = |place| if place < bonafide.len() { Label::Bonafide } else { Label::Spoof };
        let labels: Vec<Label> = (0..scores.len()).map(label).collect();
        let fusion = Fusion::fit(&[scores], &labels, prior_bonafide)?;
        Ok(Self { scale: fusion.weights[0], offset: fusion.offset })
    }

    /// The LLR of a score.
    pub fn apply(&self, score: f64) -> f64 {
        self.scale * score + self.offset
    }
}

/// LLR = sum of weight x score over the systems + offset.
///
/// ```
/// use rat::{Label::{Bonafide, Spoof}, metrics::Fusion};
/// let systems = [vec![0.9, 0.4, 0.6, 0.1], vec![0.2, 0.8, 0.1, 0.6]];
/// let fusion = Fusion::fit(&systems, &[Bonafide, Bonafide, Spoof, Spoof], 0.5);
/// assert!(fusion.is_err(), "together the two systems make no error");
/// let systems = [vec![0.9, 0.4, 0.6, 0.1, 0.5, 0.5], vec![0.2, 0.8, 0.1, 0.6, 0.3, 0.4]];
/// let fusion = Fusion::fit(&systems, &[Bonafide, Bonafide, Spoof, Spoof, Bonafide, Spoof], 0.5)?;
/// assert!(fusion.apply(&[0.9, 0.9]) > fusion.apply(&[0.1, 0.1]));
/// # Ok::<(), rat::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fusion {
    /// One a system, in their order.
    pub weights: Vec<f64>,
    /// What is then added.
    pub offset: f64,
}

impl Fusion {
    /// Fits the weights; `systems[s][t]` is the score that system `s` gives to trial `t` of `labels`.
    ///
    /// # Errors
    /// As [`Calibration::fit`]; where a system has not one score for each label; and where one system's scores follow
    /// from those of the others.
    pub fn fit(systems: &[Vec<f64>], labels: &[Label], prior_bonafide: f64) -> Result<Self> {
        check_prior("prior", prior_bonafide)?;
        if systems.is_empty() {
            return Err(Error::data("no system to fit", "give the scores of one system or more"));
        }
        for (system, scores) in systems.iter().enumerate() {
            check_scores(system, scores, labels.len())?;
        }
        for class in [Label::Bonafide, Label::Spoof] {
            if !labels.contains(&class) {
                let remedy = "give scores of both classes; a calibration tells them apart";
                return Err(Error::data(format!("no {class} trial among the scores"), remedy));
            }
        }
        let columns: Vec<&[f64]> = systems.iter().map(Vec::as_slice).collect();
        let (weights, offset) = logistic::fit(&columns, labels, prior_bonafide)?;
        Ok(Self { weights, offset })
    }

    /// The LLR of a trial from its scores, one a system in the order of [`fit`](Self::fit).
    ///
    /// # Panics
    /// Where there are not as many scores as weights.
    pub fn apply(&self, scores: &[f64]) -> f64 {
        assert_eq!(scores.len(), self.weights.len(), "one score a system");
        self.weights.iter().zip(scores).map(|(weight, score)| weight * score).sum::<f64>() + self.offset
    }
}

fn check_scores(system: usize, scores: &[f64], trials: usize) -> Result<()> {
    let system = system + 1;
    if scores.len() != trials {
        return Err(Error::data(
            format!("system {system} has {} scores for {trials} trials", scores.len()),
            "bring the systems to the same trials in the same order first",
        ));
    }
    match scores.iter().position(|score| !score.is_finite()) {
        None => Ok(()),
        Some(place) => Err(Error::data(
            format!("score {} of system {system} is {}", place + 1, scores[place]),
            "find out why the model gave no number for it; a score is never left out silently",
        )),
    }
}

/// One system's classes are apart, in either direction, touching or not.
fn check_separable(bonafide: &[f64], spoof: &[f64]) -> Result<()> {
    let lowest = |scores: &[f64]| scores.iter().copied().fold(f64::INFINITY, f64::min);
    let highest = |scores: &[f64]| scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let is_constant = lowest(bonafide).min(lowest(spoof)) == highest(bonafide).max(highest(spoof));
    let apart = highest(spoof) <= lowest(bonafide) || highest(bonafide) <= lowest(spoof);
    let complete = !bonafide.is_empty() && !spoof.is_empty();
    if complete && apart && !is_constant { Err(logistic::separable()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separable_scores_end_with_an_error() {
        for (bonafide, spoof) in
            [(&[0.9, 0.8][..], &[0.1, 0.2][..]), (&[0.1], &[0.9, 0.5]), (&[0.5, 0.9], &[0.5, 0.1]), (&[3.0], &[1.0])]
        {
            let refused = Calibration::fit(bonafide, spoof, 0.5).unwrap_err();
            assert!(refused.to_string().contains("separates"), "{refused}");
        }
    }

    #[test]
    fn systems_that_touch_only_together_end_with_an_error() {
        use Label::{Bonafide, Spoof};
        // On the line x + y = 1 lies a trial of each class; all others are on their sides.
        let systems = [vec![0.0, 2.0, 0.5, 0.5, 0.0, -1.0], vec![2.0, 0.0, 0.5, 0.5, 0.5, 1.0]];
        let labels = [Bonafide, Bonafide, Bonafide, Spoof, Spoof, Spoof];
        let refused = Fusion::fit(&systems, &labels, 0.3).unwrap_err();
        assert!(refused.to_string().contains("separates"), "{refused}");
    }

    #[test]
    fn what_cannot_be_fitted_is_named() {
        let labels = [Label::Bonafide, Label::Spoof, Label::Bonafide, Label::Spoof];
        let scores = vec![0.9, 0.1, 0.4, 0.6];
        let twice: Vec<f64> = scores.iter().map(|score| 2.0 * score + 1.0).collect();
        let why = |systems: &[Vec<f64>]| Fusion::fit(systems, &labels, 0.5).unwrap_err().to_string();
        assert!(why(&[scores.clone(), twice]).contains("follow from"));
        assert!(why(&[scores.clone(), vec![0.3; 4]]).contains("system 2 are all equal"));
        assert!(why(&[scores.clone(), vec![0.3; 3]]).contains("3 scores for 4 trials"));
        assert!(why(&[vec![0.9, f64::NAN, 0.4, 0.6]]).contains("score 2 of system 1"));
        assert!(why(&[]).contains("no system"));
        assert!(Calibration::fit(&[], &[0.1], 0.5).is_err());
        assert!(Calibration::fit(&[0.1, 0.3], &[0.2], 0.0).is_err());
    }
}

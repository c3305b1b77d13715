//! Several systems on the same trials: differences from shared resamples, so that what is hard for all cancels.
//!
//! A resample draws trials in file order (or clusters), and all systems are measured on what was drawn. The p value of a difference
//! is the two-sided percentile bootstrap's (Davison and Hinkley, *Bootstrap Methods and their Application*, 1997, sections 4.4 and 5.2, with one
//! added to the count, so that it is never 0; and from the normal distribution where too few resamples lie on the rarer side to be counted).

use serde::{Deserialize, Serialize};

use super::{
    super::{det::DetectionScores, estimate::Estimate, probit::normal_cdf, resample::LabelledScores},
    clusters::Clusters,
    multiple::holm,
    plan::Plan,
    settings::Settings,
};
use crate::error::{Error, Result};

/// The measures of each system on all trials and on each shared resample.
#[derive(Clone, Debug, PartialEq)]
pub struct Paired {
    pub(super) settings: Settings,
    pub(super) eers: Vec<Replicates>,
    pub(super) min_dcfs: Vec<Replicates>,
}

/// A measure of one system.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Replicates {
    pub(super) value: f64,
    pub(super) resampled: Vec<f64>,
}

/// By how much one system's measures exceed another's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairedDifference {
    /// Of the equal error rates.
    pub eer: Estimate,
    /// Of the minimum costs.
    pub min_dcf: Estimate,
    /// Two-sided p value of no difference in EER.
    pub eer_p: f64,
    /// Two-sided p value of no difference in minDCF.
    pub min_dcf_p: f64,
}

/// Two systems of a matrix.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// The place of one system, from 0.
    pub first: usize,
    /// The place of the other, after the first's.
    pub second: usize,
    /// First minus second.
    pub difference: PairedDifference,
    /// The p value of the EERs, corrected for the number of pairs.
    pub eer_p_holm: f64,
    /// The p value of the minimum costs, corrected for the number of pairs.
    pub min_dcf_p_holm: f64,
}

/// Measures systems on the same trials, in the same order, with shared resamples.
///
/// [`Resampling::Exact`](super::Resampling::Exact) draws trials in file order here, since the systems share them: the
/// intervals agree with those of [`estimate`](super::estimate) within chance, not to the digit; and the order of the file counts.
///
/// # Errors
/// Where there is no system, or the labels of two differ, and as [`estimate_clustered`](super::estimate_clustered).
pub fn paired(systems: &[LabelledScores], clusters: Option<&Clusters>, settings: &Settings) -> Result<Paired> {
    check_same_trials(systems)?;
    let plan = Plan::shared(systems, clusters, settings)?;
    let replicates = plan.replicates_of_all(|search, resampled| {
        [search.eer(resampled, settings.eer), search.min_dcf(resampled, &settings.costs)]
    })?;
    let of = |measure: usize, value: &dyn Fn(&DetectionScores) -> f64| -> Vec<Replicates> {
        let systems = systems.iter().enumerate();
        systems
            .map(|(system, scores)| Replicates {
                value: value(scores.detection()),
                resampled: replicates.iter().map(|replicate| replicate[system][measure]).collect(),
            })
            .collect()
    };
    Ok(Paired {
        settings: *settings,
        eers: of(0, &|scores| scores.eer(settings.eer).rate),
        min_dcfs: of(1, &|scores| scores.min_dcf(&settings.costs).rate),
    })
}

fn check_same_trials(systems: &[LabelledScores]) -> Result<()> {
    let Some(first) = systems.first() else {
        return Err(Error::data("there is no system to compare", "give the scores of at least one system"));
    };
    let remedy = "bring the score files to the same trials in the same order, joining them by trial";
    for (number, other) in (2..).zip(&systems[1..]) {
        if first.len() != other.len() {
            let message = format!("system {number} has {} labelled trials, the first {}", other.len(), first.len());
            return Err(Error::data(message, remedy));
        }
        if let Some(place) = first.labels().zip(other.labels()).position(|(first, other)| first != other) {
            let message = format!("trial {} of system {number} has another label than the first system's", place + 1);
            return Err(Error::data(message, remedy));
        }
    }
    Ok(())
}

impl Paired {
    /// How many systems.
    pub fn count(&self) -> usize {
        self.eers.len()
    }

    /// One system's EER and minDCF with their intervals.
    ///
    /// # Panics
    /// Where there is no such system, as an index does.
    pub fn intervals(&self, system: usize) -> (Estimate, Estimate) {
        let of = |replicates: &Replicates| self.estimate(replicates.value, replicates.resampled.clone(), "");
        (of(&self.eers[system]), of(&self.min_dcfs[system]))
    }

    /// The first system's measures minus the second's.
    ///
    /// # Panics
    /// Where there is no such system, as an index does.
    pub fn difference(&self, first: usize, second: usize) -> PairedDifference {
        let (eer, eer_p) = self.subtracted(&self.eers[first], &self.eers[second]);
        let (min_dcf, min_dcf_p) = self.subtracted(&self.min_dcfs[first], &self.min_dcfs[second]);
        PairedDifference { eer, min_dcf, eer_p, min_dcf_p }
    }

    /// All pairs, with Holm's correction over them for each measure.
    pub fn matrix(&self) -> Vec<Pair> {
        let pairs = (0..self.count()).flat_map(|first| (first + 1..self.count()).map(move |second| (first, second)));
        let differences: Vec<_> =
            pairs.map(|(first, second)| (first, second, self.difference(first, second))).collect();
        let corrected = |p: fn(&PairedDifference) -> f64| {
            holm(&differences.iter().map(|(_, _, difference)| p(difference)).collect::<Vec<f64>>())
        };
        let corrected = corrected(|pair| pair.eer_p).into_iter().zip(corrected(|pair| pair.min_dcf_p));
        let pairs = corrected.zip(&differences).map(|((eer_p_holm, min_dcf_p_holm), (first, second, difference))| {
            Pair { first: *first, second: *second, difference: difference.clone(), eer_p_holm, min_dcf_p_holm }
        });
        pairs.collect()
    }

    fn subtracted(&self, first: &Replicates, second: &Replicates) -> (Estimate, f64) {
        let differences: Vec<f64> = first.resampled.iter().zip(&second.resampled).map(|(a, b)| a - b).collect();
        let p = two_sided(&differences);
        (self.estimate(first.value - second.value, differences, "paired, "), p)
    }

    pub(super) fn estimate(&self, value: f64, resampled: Vec<f64>, kind: &str) -> Estimate {
        Estimate::from_resamples(value, resampled, self.settings.level, format!("{kind}{}", self.settings.method()))
    }
}

/// Fewer resamples than this on one side of 0 do not tell how rare that side is.
const RESOLVED: usize = 10;

/// How probable differences this far to one side of 0 are, were there none.
///
/// Counted where the resamples resolve it; beyond, from the normal distribution of their mean and spread, so that a correction over many
/// pairs is not stopped at 2 / (resamples + 1).
fn two_sided(differences: &[f64]) -> f64 {
    let below = differences.iter().filter(|&&difference| difference <= 0.0).count();
    let above = differences.iter().filter(|&&difference| difference >= 0.0).count();
    let rarer = below.min(above);
    let counted = (2.0 * (rarer + 1) as f64 / (differences.len() + 1) as f64).min(1.0);
    if rarer >= RESOLVED || differences.len() < 2 * RESOLVED {
        return counted;
    }
    let count = differences.len() as f64;
    let mean = differences.iter().sum::<f64>() / count;
    let spread = (differences.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0)).sqrt();
    // Without spread all resamples agree: no more can be said than was counted.
    if spread > 0.0 { counted.min(2.0 * normal_cdf(-mean.abs() / spread)) } else { counted }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::probit;

    #[test]
    fn p_values_go_beyond_what_was_counted() {
        let apart: Vec<f64> = (0..1_000).map(|at| 5.0 + probit((f64::from(at) + 0.5) / 1_000.0)).collect();
        assert!((two_sided(&apart) / (2.0 * normal_cdf(-5.0)) - 1.0).abs() < 0.1);
        let near: Vec<f64> = apart.iter().map(|value| value - 3.5).collect();
        assert!((two_sided(&near) - 2.0 * normal_cdf(-1.5)).abs() < 0.01);
    }

    #[test]
    fn p_values_count_the_smaller_side() {
        assert_eq!(two_sided(&[1.0; 99]), 0.02);
        assert_eq!(two_sided(&[0.0; 99]), 1.0);
        assert_eq!(two_sided(&[-1.0, 2.0, 3.0, 4.0, 5.0, 0.0, 7.0]), 0.75);
    }
}

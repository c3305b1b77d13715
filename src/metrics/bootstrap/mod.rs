//! Percentile bootstrap: how much a measure would move with other trials, or other speakers, of the same kind.
//!
//! Efron and Tibshirani, *An Introduction to the Bootstrap* (1993), chapter 13, and the Python package
//! `confidence_intervals` (Ferrer and Riera), whose intervals [`Resampling::Numpy`] repeats to the digit. All n trials are
//! drawn from together, with replacement, so that the share of bona fide varies as it would in another evaluation. The scores
//! are sorted once, and a resample is looked at along a tree over them, no further than a measure needs.
//!
//! Intervals describe how sensitive a number is to the sample of trials or speakers, and to nothing else.

mod band;
mod binomial;
mod blocks;
mod clusters;
mod counted;
mod lazy;
mod llr;
mod multiple;
mod paired;
mod plan;
mod resampled;
mod search;
mod seeds;
mod settings;
mod stream;
mod units;
mod weighted;

use serde::{Deserialize, Serialize};

pub use band::det_band;
pub use clusters::Clusters;
pub use llr::{LlrIntervals, estimate_llr};
pub use multiple::holm;
pub use paired::{Pair, Paired, PairedDifference, paired};
pub use seeds::{SeedSummaries, SeedSummary};
pub use settings::{Resampling, Settings};
pub use weighted::{WeightedSteps, estimate_measure};

use super::{eer::EerRule, estimate::Estimate, resample::LabelledScores};
use crate::error::Result;
use plan::Plan;

/// Both measures with their intervals, from the same resamples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intervals {
    /// The equal error rate.
    pub eer: Estimate,
    /// The same with ties merged, whatever rule the settings name.
    pub eer_tie_merged: Estimate,
    /// The minimum of the normalised detection cost.
    pub min_dcf: Estimate,
}

/// EER and minDCF of all trials, with intervals from the same resamples of trials.
///
/// # Errors
/// Where a class has fewer than two trials, a setting is out of range, or the resampling needs clusters.
pub fn estimate(scores: &LabelledScores, settings: &Settings) -> Result<Intervals> {
    intervals(scores, None, settings)
}

/// EER and minDCF of all trials, with intervals from the same resamples of clusters, where the settings ask for them.
///
/// # Errors
/// As [`estimate`], and where the clusters do not fit the trials or are fewer than two.
pub fn estimate_clustered(scores: &LabelledScores, clusters: &Clusters, settings: &Settings) -> Result<Intervals> {
    intervals(scores, Some(clusters), settings)
}

fn intervals(scores: &LabelledScores, clusters: Option<&Clusters>, settings: &Settings) -> Result<Intervals> {
    let plan = Plan::alone(scores, clusters, settings)?;
    let replicates = plan.replicates(|search, resampled| {
        let rates = [settings.eer, EerRule::TieMerged].map(|rule| search.eer(resampled, rule));
        [rates[0], rates[1], search.min_dcf(resampled, &settings.costs)]
    })?;
    let column = |at: usize| replicates.iter().map(|replicate| replicate[at]).collect();
    let of = |value, resampled| Estimate::from_resamples(value, resampled, settings.level, settings.method());
    let detection = scores.detection();
    Ok(Intervals {
        eer: of(detection.eer(settings.eer).rate, column(0)),
        eer_tie_merged: of(detection.eer(EerRule::TieMerged).rate, column(1)),
        min_dcf: of(detection.min_dcf(&settings.costs).rate, column(2)),
    })
}

//! Intervals of the measures of log-likelihood ratios: actDCF, Cllr and minCllr from the same resamples.

use super::{
    super::{
        cllr::{cllr_of, min_cllr_of},
        estimate::Estimate,
        llr::act_dcf_of,
        resample::LabelledScores,
    },
    clusters::Clusters,
    plan::Plan,
    settings::Settings,
};
use crate::error::Result;

/// The measures of scores that are log-likelihood ratios.
#[derive(Clone, Debug, PartialEq)]
pub struct LlrIntervals {
    /// The normalised cost at the Bayes threshold.
    pub act_dcf: Estimate,
    /// The cost of the ratios, in bits.
    pub cllr: Estimate,
    /// The same after the best monotone calibration, found anew in each resample.
    pub min_cllr: Estimate,
}

/// actDCF, Cllr and minCllr with intervals from the same resamples; the scores must be log-likelihood ratios.
///
/// # Errors
/// As [`estimate_clustered`](super::estimate_clustered).
pub fn estimate_llr(scores: &LabelledScores, clusters: Option<&Clusters>, settings: &Settings) -> Result<LlrIntervals> {
    let plan = Plan::alone(scores, clusters, settings)?;
    let detection = scores.detection();
    let steps = detection.steps();
    let measures = |drawn: &[(usize, usize)], totals| {
        let weighted = || steps.iter().zip(drawn).map(|(step, drawn)| (step.score, drawn.0, drawn.1));
        [act_dcf_of(weighted(), totals, &settings.costs), cllr_of(weighted(), totals), min_cllr_of(weighted(), totals)]
    };
    let all: Vec<(usize, usize)> = detection.counts().collect();
    let values = measures(&all, detection.totals());
    let replicates = plan.replicates(|search, resampled| measures(search.expand(resampled), resampled.totals()))?;
    let of = |at: usize| {
        let resampled = replicates.iter().map(|replicate| replicate[at]).collect();
        Estimate::from_resamples(values[at], resampled, settings.level, settings.method())
    };
    Ok(LlrIntervals { act_dcf: of(0), cllr: of(1), min_cllr: of(2) })
}

//! A band around a DET curve: the interval of the miss rate at each of some false-alarm rates.
//!
//! Pointwise: each point covers its own truth as often as the level says, the whole curve less often.

use super::{
    super::{estimate::percentiles, resample::LabelledScores},
    clusters::Clusters,
    plan::Plan,
    settings::Settings,
};
use crate::error::{Error, Result};

/// For each false-alarm rate of `far`, the rate and the ends of the miss rate's interval.
///
/// The miss rate of a resample is the lowest whose false-alarm rate is `far` at most.
///
/// # Errors
/// Where a rate is not between 0 and 1, and as [`estimate_clustered`](super::estimate_clustered).
pub fn det_band(
    scores: &LabelledScores,
    clusters: Option<&Clusters>,
    settings: &Settings,
    far: &[f64],
) -> Result<Vec<(f64, f64, f64)>> {
    if let Some(rate) = far.iter().find(|rate| !(0.0..=1.0).contains(*rate)) {
        let message = format!("{rate} is no false-alarm rate");
        return Err(Error::config("far", message, "give rates between 0 and 1, as 0.01 for 1 %"));
    }
    let plan = Plan::alone(scores, clusters, settings)?;
    let replicates = plan.replicates(|search, resampled| -> Vec<f64> {
        far.iter().map(|&rate| search.miss_rate(resampled, rate)).collect()
    })?;
    let band = far.iter().enumerate().map(|(point, &rate)| {
        let missed = replicates.iter().map(|replicate| replicate[point]).collect();
        let (low, high) = percentiles(missed, settings.level);
        (rate, low, high)
    });
    Ok(band.collect())
}

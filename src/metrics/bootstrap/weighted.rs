//! Intervals of any measure of scores, from the same resamples as those of EER and minDCF.

use super::{
    super::{
        det::{Step, Totals},
        estimate::Estimate,
        resample::LabelledScores,
    },
    clusters::Clusters,
    plan::Plan,
    resampled::Drawn,
    settings::Settings,
};
use crate::error::{Error, Result};

/// Distinct scores, ascending, and how many bona fide and spoof trials have each: of all trials, or of a resample.
#[derive(Clone, Copy, Debug)]
pub struct WeightedSteps<'a> {
    steps: &'a [Step],
    drawn: &'a [Drawn],
    totals: Totals,
}

impl<'a> WeightedSteps<'a> {
    /// How many bona fide trials; never 0.
    pub fn bonafide_count(&self) -> usize {
        self.totals.bonafide
    }

    /// How many spoof trials; never 0.
    pub fn spoof_count(&self) -> usize {
        self.totals.spoof
    }

    /// Score, number of bona fide trials, number of spoof trials; scores that no trial has are left out.
    pub fn iter(&self) -> impl Iterator<Item = (f64, usize, usize)> + Clone + 'a {
        let both = self.steps.iter().zip(self.drawn);
        both.filter(|(_, drawn)| **drawn != (0, 0)).map(|(step, drawn)| (step.score, drawn.0, drawn.1))
    }
}

/// A measure of all trials, with its interval.
///
/// ```
/// use rat::{Label, metrics::{LabelledScores, bootstrap::{Settings, estimate_measure}}};
/// let trials = (0..200).map(|i| (f64::from(i % 50), if i % 3 == 0 { Label::Bonafide } else { Label::Spoof }));
/// let scores = LabelledScores::new(trials)?;
/// let share = |steps: &rat::metrics::bootstrap::WeightedSteps<'_>| {
///     let accepted: usize = steps.iter().filter(|step| step.0 >= 25.0).map(|step| step.2).sum();
///     accepted as f64 / steps.spoof_count() as f64
/// };
/// let far = estimate_measure(&scores, None, &Settings::default(), share)?;
/// assert!(far.low < far.value && far.value < far.high);
/// # Ok::<(), rat::Error>(())
/// ```
///
/// # Errors
/// As [`estimate_clustered`](super::estimate_clustered), and where the measure of a resample is NaN.
pub fn estimate_measure(
    scores: &LabelledScores,
    clusters: Option<&Clusters>,
    settings: &Settings,
    measure: impl Fn(&WeightedSteps<'_>) -> f64 + Sync,
) -> Result<Estimate> {
    let plan = Plan::alone(scores, clusters, settings)?;
    let detection = scores.detection();
    let steps = detection.steps();
    let all: Vec<Drawn> = detection.counts().collect();
    let value = measure(&WeightedSteps { steps, drawn: &all, totals: detection.totals() });
    let resampled = plan.replicates(|search, resampled| {
        let drawn = search.expand(resampled);
        measure(&WeightedSteps { steps, drawn, totals: resampled.totals() })
    })?;
    if resampled.iter().any(|value| value.is_nan()) {
        return Err(Error::data(
            "the measure of a resample is not a number",
            "give more trials, or ask for no interval of this measure",
        ));
    }
    Ok(Estimate::from_resamples(value, resampled, settings.level, settings.method()))
}

//! Percentile bootstrap over trials: how much EER and minDCF would move with other trials of the same kind.
//!
//! Efron and Tibshirani, *An Introduction to the Bootstrap* (1993), chapter 13, and the Python package
//! `confidence_intervals` (Ferrer and Riera), whose intervals [`Resampling::Numpy`] repeats to the digit. All n trials are
//! drawn from together, with replacement, so that the share of bona fide varies as it would in another evaluation. The scores are sorted once;
//! a resample is a count for each of them.
//!
//! A resample that lacks a class has no error rate. It is drawn anew from a further stream, so intervals of tiny sets
//! are conditional on both classes being there; a class with fewer than two trials is refused.

use std::fmt;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    dcf::{self, CostModel},
    det::Totals,
    eer::{self, EerRule},
    estimate::Estimate,
    resample::{LabelledScores, Resample},
};
use crate::error::{Error, Result};

/// Which random stream the resamples are drawn from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resampling {
    /// Over trials, from ChaCha8 streams: fast, and independent of the order of the trials and of threads.
    #[default]
    Trials,
    /// Over trials in file order, replicate i from NumPy's `RandomState(seed + i).randint(0, n, n)`.
    Numpy,
}

impl fmt::Display for Resampling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Trials => "trials",
            Self::Numpy => "numpy",
        })
    }
}

/// How intervals are made, and of which measures.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Which EER.
    pub eer: EerRule,
    /// Which costs.
    pub costs: CostModel,
    /// Which random stream.
    pub resampling: Resampling,
    /// How many resamples; 1,000 by custom.
    pub resamples: usize,
    /// How often the interval covers the truth; 0.95 by custom.
    pub level: f64,
    /// The seed of all draws.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            eer: EerRule::default(),
            costs: CostModel::ASVSPOOF5,
            resampling: Resampling::default(),
            resamples: 1_000,
            level: 0.95,
            seed: 0,
        }
    }
}

impl Settings {
    fn check(&self) -> Result<()> {
        if self.resamples == 0 {
            return Err(Error::config(
                "resamples",
                "0 resamples make no interval",
                "give 1000, or leave intervals out",
            ));
        }
        if !(self.level > 0.0 && self.level < 1.0) {
            let message = format!("{} is not between 0 and 1", self.level);
            return Err(Error::config("level", message, "give the share of intervals that cover the truth, as 0.95"));
        }
        Ok(())
    }

    fn method(&self) -> String {
        let stream = match self.resampling {
            Resampling::Trials => "",
            Resampling::Numpy => ", NumPy's stream",
        };
        let percent = 100.0 * self.level;
        format!("{percent:.4}").trim_end_matches('0').trim_end_matches('.').to_owned()
            + &format!(" % percentile bootstrap over trials, {} resamples, seed {}{stream}", self.resamples, self.seed)
    }
}

/// Both measures with their intervals, from the same resamples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intervals {
    /// The equal error rate.
    pub eer: Estimate,
    /// The minimum of the normalised detection cost.
    pub min_dcf: Estimate,
}

/// EER and minDCF of all trials, with intervals from the same resamples.
///
/// # Errors
/// Where a class has fewer than two trials, or a setting is out of range.
pub fn estimate(scores: &LabelledScores, settings: &Settings) -> Result<Intervals> {
    settings.check()?;
    let detection = scores.detection();
    let totals = detection.totals();
    for (class, count) in [("bona fide", totals.bonafide), ("spoof", totals.spoof)] {
        if count < 2 {
            return Err(Error::data(
                format!("{count} {class} trial is too few to resample"),
                "give at least two trials of each class, or ask for no interval",
            ));
        }
    }
    let replicates = replicates(scores, settings)?;
    let (eers, costs) = replicates.into_iter().unzip();
    let of = |value, resampled| Estimate::from_resamples(value, resampled, settings.level, settings.method());
    Ok(Intervals {
        eer: of(detection.eer(settings.eer).rate, eers),
        min_dcf: of(detection.min_dcf(&settings.costs).rate, costs),
    })
}

/// EER and minDCF of each resample, in order of the replicates.
fn replicates(scores: &LabelledScores, settings: &Settings) -> Result<Vec<(f64, f64)>> {
    (0..settings.resamples)
        .into_par_iter()
        .map_init(
            || Resample::new(scores),
            |resample, replicate| {
                let totals = draw(resample, settings, replicate)?;
                let eer = eer::crossing(resample.counts(), totals).rate(settings.eer, totals);
                Ok((eer, dcf::lowest(resample.counts(), totals, &settings.costs).0))
            },
        )
        .collect()
}

/// Draws until both classes are there.
fn draw(resample: &mut Resample<'_>, settings: &Settings, replicate: usize) -> Result<Totals> {
    // With two trials of a class, one resample in seven lacks it at most: a hundred in a row do not.
    for attempt in 0..100 {
        let stream = (attempt * settings.resamples + replicate) as u64;
        let totals = match settings.resampling {
            Resampling::Trials => resample.draw(settings.seed, stream),
            Resampling::Numpy => resample.draw_as_numpy(settings.seed.wrapping_add(stream) as u32),
        };
        if totals.bonafide > 0 && totals.spoof > 0 {
            return Ok(totals);
        }
    }
    Err(Error::data("no resample holds both classes", "give more trials of the rarer class"))
}

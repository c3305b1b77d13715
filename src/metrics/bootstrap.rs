//! Percentile bootstrap over trials: how much EER and minDCF would move with other trials of the same kind.
//!
//! Efron and Tibshirani, *An Introduction to the Bootstrap* (1993), chapter 13, and the Python package
//! `confidence_intervals` (Ferrer and Riera), whose intervals [`Resampling::Numpy`] repeats to the digit. All n trials are
//! drawn from together, with replacement, so that the share of bona fide varies as it would in another evaluation. The scores are sorted once;
//! a resample is a count for each distinct score and class, and one scan measures it.
//!
//! A resample that lacks a class has no error rate. It is drawn anew from a further stream, so intervals of tiny sets
//! are conditional on both classes being there; a class with fewer than two trials is refused.

use std::fmt;

use rand::{RngExt, SeedableRng, distr::Uniform};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    dcf::{self, CostModel},
    det::{DetectionScores, Totals},
    eer::{self, EerRule},
    estimate::Estimate,
    mt19937::Mt19937,
};
use crate::{
    error::{Error, Result},
    trial::Label,
};

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

/// Labelled scores in the order of their file, which [`Resampling::Numpy`] depends on, and sorted.
///
/// ```
/// use rat::{Label, metrics::{LabelledScores, bootstrap}};
/// let trials = (0..200).map(|i| if i % 4 == 0 { (0.3 + f64::from(i) / 400.0, Label::Bonafide) } else { (f64::from(i) / 400.0, Label::Spoof) });
/// let scores = LabelledScores::new(trials)?;
/// let intervals = bootstrap::estimate(&scores, &bootstrap::Settings { resamples: 100, ..Default::default() })?;
/// assert!(intervals.eer.low <= intervals.eer.value && intervals.eer.value <= intervals.eer.high);
/// # Ok::<(), rat::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct LabelledScores {
    detection: DetectionScores,
    /// For each trial in file order, 2 x its distinct score's index, + 1 for spoof.
    slots: Vec<u32>,
}

impl LabelledScores {
    /// From the labelled trials of a score table; leave unlabelled ones out.
    ///
    /// # Errors
    /// As [`DetectionScores::new`], and for more than 2 billion trials.
    pub fn new(trials: impl IntoIterator<Item = (f64, Label)>) -> Result<Self> {
        let trials: Vec<(f64, Label)> = trials.into_iter().collect();
        if trials.len() > i32::MAX as usize {
            return Err(Error::data(format!("{} trials are too many to resample", trials.len()), "split the table"));
        }
        let of = |label: Label| -> Vec<f64> {
            trials.iter().filter(|trial| trial.1 == label).map(|trial| trial.0).collect()
        };
        let detection = DetectionScores::new(&of(Label::Bonafide), &of(Label::Spoof))?;
        let steps = detection.steps();
        let slots = trials.iter().map(|&(score, label)| {
            let index = steps.partition_point(|step| step.score < score);
            (2 * index + label.class()) as u32
        });
        Ok(Self { slots: slots.collect(), detection })
    }

    /// The same scores without their order.
    pub fn detection(&self) -> &DetectionScores {
        &self.detection
    }

    /// The slots in order of score, so that draws do not depend on the file's order.
    fn sorted_slots(&self) -> Vec<u32> {
        let mut slots = self.slots.clone();
        slots.sort_unstable();
        slots
    }
}

/// EER and minDCF of all trials, with intervals from the same resamples.
///
/// # Errors
/// Where a class has fewer than two trials, or a setting is out of range.
pub fn estimate(scores: &LabelledScores, settings: &Settings) -> Result<Intervals> {
    settings.check()?;
    let detection = &scores.detection;
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
    let slots = match settings.resampling {
        Resampling::Trials => scores.sorted_slots(),
        Resampling::Numpy => scores.slots.clone(),
    };
    let distinct = scores.detection.distinct_count();
    (0..settings.resamples)
        .into_par_iter()
        .map_init(
            || vec![[0u32; 2]; distinct],
            |counts, replicate| {
                let totals = resample(&slots, counts, settings, replicate)?;
                let steps = || counts.iter().map(|&[bonafide, spoof]| (bonafide as usize, spoof as usize));
                let eer = eer::crossing(steps(), totals).rate(settings.eer, totals);
                Ok((eer, dcf::lowest(steps(), totals, &settings.costs).0))
            },
        )
        .collect()
}

/// Counts how often each score is drawn, until both classes are there.
fn resample(slots: &[u32], counts: &mut [[u32; 2]], settings: &Settings, replicate: usize) -> Result<Totals> {
    // With two trials of a class, one resample in seven lacks it at most: a hundred in a row do not.
    for attempt in 0..100 {
        counts.fill([0; 2]);
        let stream = (attempt * settings.resamples + replicate) as u64;
        match settings.resampling {
            Resampling::Trials => tally(slots, counts, chacha_draws(settings.seed, stream, slots.len())),
            Resampling::Numpy => tally(slots, counts, numpy_draws(settings.seed, stream, slots.len())),
        }
        let [bonafide, spoof] =
            counts.iter().fold([0, 0], |sum, step| [sum[0] + step[0] as usize, sum[1] + step[1] as usize]);
        if bonafide > 0 && spoof > 0 {
            return Ok(Totals { bonafide, spoof });
        }
    }
    Err(Error::data("no resample holds both classes", "give more trials of the rarer class"))
}

fn tally(slots: &[u32], counts: &mut [[u32; 2]], draws: impl Iterator<Item = u32>) {
    let counts = counts.as_flattened_mut();
    for drawn in draws {
        counts[slots[drawn as usize] as usize] += 1;
    }
}

fn chacha_draws(seed: u64, stream: u64, trials: usize) -> impl Iterator<Item = u32> {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream(stream);
    let places = Uniform::new(0, trials as u32).expect("a set with both classes is not empty");
    (0..trials).map(move |_| generator.sample(places))
}

fn numpy_draws(seed: u64, stream: u64, trials: usize) -> impl Iterator<Item = u32> {
    let mut generator = Mt19937::new(seed.wrapping_add(stream) as u32);
    (0..trials).map(move |_| generator.below(trials as u32))
}

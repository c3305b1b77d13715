//! Several training seeds of one system as one result: mean, spread over seeds, and the interval of the mean.
//!
//! The interval is that of the trials drawn, shared by the seeds; the standard deviation is that of the seeds. Neither holds the other.

use serde::{Deserialize, Serialize};

use super::{
    super::estimate::Estimate,
    paired::{Paired, Replicates},
};

/// One measure over seeds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeedSummary {
    /// The mean over seeds, with its interval over shared resamples.
    pub mean: Estimate,
    /// The sample standard deviation over seeds (n - 1); NaN of a single seed.
    pub standard_deviation: f64,
    /// Each seed's value, in the order given.
    pub values: Vec<f64>,
}

/// Both measures over seeds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeedSummaries {
    /// The equal error rate.
    pub eer: SeedSummary,
    /// The minimum of the normalised detection cost.
    pub min_dcf: SeedSummary,
}

impl Paired {
    /// Sums up the systems at these places, which are seeds of one system; NaN where none is given.
    ///
    /// # Panics
    /// Where there is no such system, as an index does.
    pub fn seeds(&self, members: &[usize]) -> SeedSummaries {
        let of = |measure: &[Replicates]| self.summary(&members.iter().map(|&seed| &measure[seed]).collect::<Vec<_>>());
        SeedSummaries { eer: of(&self.eers), min_dcf: of(&self.min_dcfs) }
    }

    fn summary(&self, seeds: &[&Replicates]) -> SeedSummary {
        let values: Vec<f64> = seeds.iter().map(|seed| seed.value).collect();
        let value = mean(values.iter().copied());
        let resampled = (0..self.settings.resamples).map(|at| mean(seeds.iter().map(|seed| seed.resampled[at])));
        let squares: f64 = values.iter().map(|seed| (seed - value).powi(2)).sum();
        SeedSummary {
            mean: self.estimate(value, resampled.collect(), "mean over seeds, "),
            standard_deviation: (squares / (values.len() as f64 - 1.0)).sqrt(),
            values,
        }
    }
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    values.sum::<f64>() / count
}

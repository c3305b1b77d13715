//! Labelled scores in the order of their file: what is resampled.
//!
//! [`DetectionScores`] forgets the order; NumPy's stream, clusters of trials and several systems on the same trials need it.

use super::det::DetectionScores;
use crate::{
    error::{Error, Result},
    trial::Label,
};

/// Labelled scores in the order of their file, and sorted.
///
/// ```
/// use rat::{Label, metrics::{LabelledScores, bootstrap}};
/// let human = (0..80).map(|i| (0.3 + f64::from(i) / 100.0, Label::Bonafide));
/// let made = (0..90).map(|i| (f64::from(i) / 200.0, Label::Spoof));
/// let scores = LabelledScores::new(human.chain(made))?;
/// let settings = bootstrap::Settings { resamples: 100, ..Default::default() };
/// let eer = bootstrap::estimate(&scores, &settings)?.eer;
/// assert!(eer.low <= eer.value && eer.value <= eer.high);
/// # Ok::<(), rat::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct LabelledScores {
    detection: DetectionScores,
    trials: Vec<(f64, Label)>,
}

impl LabelledScores {
    /// From the labelled trials of a score table; leave unlabelled ones out.
    ///
    /// # Errors
    /// As [`DetectionScores::new`], and for more than 2 billion trials.
    pub fn new(trials: impl IntoIterator<Item = (f64, Label)>) -> Result<Self> {
        let trials: Vec<(f64, Label)> = trials.into_iter().map(|(score, label)| (score + 0.0, label)).collect();
        if trials.len() > i32::MAX as usize {
            return Err(Error::data(format!("{} trials are too many to resample", trials.len()), "split the table"));
        }
        let of = |label: Label| -> Vec<f64> {
            trials.iter().filter(|trial| trial.1 == label).map(|trial| trial.0).collect()
        };
        let detection = DetectionScores::new(&of(Label::Bonafide), &of(Label::Spoof))?;
        Ok(Self { detection, trials })
    }

    /// The same scores without their order.
    pub fn detection(&self) -> &DetectionScores {
        &self.detection
    }

    /// How many trials.
    pub(super) fn len(&self) -> usize {
        self.trials.len()
    }

    /// The label of each trial.
    pub(super) fn labels(&self) -> impl Iterator<Item = Label> + '_ {
        self.trials.iter().map(|trial| trial.1)
    }

    /// The place in the file of each trial by rank: all bona fide in ascending order of their scores, then all spoofs.
    pub(super) fn places_by_rank(&self) -> Vec<u32> {
        let places_of = |label: Label| {
            let mut trials: Vec<(f64, u32)> = (0..)
                .zip(&self.trials)
                .filter(|(_, trial)| trial.1 == label)
                .map(|(place, trial)| (trial.0, place))
                .collect();
            trials.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            trials.into_iter().map(|trial| trial.1)
        };
        places_of(Label::Bonafide).chain(places_of(Label::Spoof)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_by_class_then_score_then_place() {
        let trials = [(0.5, Label::Spoof), (0.7, Label::Bonafide), (0.5, Label::Bonafide), (0.5, Label::Spoof)];
        assert_eq!(LabelledScores::new(trials).unwrap().places_by_rank(), [2, 1, 0, 3]);
    }
}

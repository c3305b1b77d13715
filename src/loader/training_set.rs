//! Training pairs: a drawn trial, a drawn reference of the same speaker, both augmented.

use std::ops::RangeInclusive;

use rand::Rng;
use rayon::prelude::*;

use super::sampler::{balanced_draws, draw_generator};
use crate::{
    audio::Waveform,
    augment::{Augmentor, Side},
    data::{Corpus, ReferencePool, Split},
    error::{Error, Result},
    trial::{Label, Trial},
};

/// The waveforms of one step.
#[derive(Clone, Debug)]
pub struct WaveformBatch {
    /// Test utterances.
    pub test: Vec<Waveform>,
    /// Their references; `None` where the network takes none.
    pub reference: Option<Vec<Waveform>>,
    /// Their labels.
    pub labels: Vec<Label>,
}

/// The training split with everything drawn from the seed.
#[derive(Debug)]
pub struct TrainingSet<'a> {
    corpus: &'a Corpus,
    trials: Vec<Trial>,
    pool: Option<ReferencePool>,
    augmentor: Augmentor,
    samples: RangeInclusive<usize>,
    seed: u64,
}

impl<'a> TrainingSet<'a> {
    /// Reads the training protocol. Missing recordings and speakers without a reference are found now, not in the third
    /// epoch.
    ///
    /// `samples` are the fewest that the encoder takes and the most that are kept.
    ///
    /// # Errors
    /// Where the protocol does not parse, or a speaker of a labelled trial has no bona fide recording besides it.
    pub fn open(
        corpus: &'a Corpus,
        with_references: bool,
        augmentor: Augmentor,
        samples: RangeInclusive<usize>,
        seed: u64,
    ) -> Result<Self> {
        let mut trials = corpus.trials(Split::Train)?;
        trials.retain(|trial| trial.label.is_some());
        trials.par_iter().try_for_each(|trial| corpus.audio_path(Split::Train, &trial.file).map(drop))?;
        let pool = with_references.then(|| ReferencePool::new(&trials));
        if let Some(pool) = &pool {
            trials.iter().try_for_each(|trial| pool.matched(trial, 0).map(drop))?;
        }
        Ok(Self { corpus, trials, pool, augmentor, samples, seed })
    }

    /// Labelled trials, the draws of an epoch by default.
    pub fn len(&self) -> usize {
        self.trials.len()
    }

    /// Whether there is nothing to train on.
    pub fn is_empty(&self) -> bool {
        self.trials.is_empty()
    }

    /// The draws of an epoch.
    ///
    /// # Errors
    /// Where a class has no trials.
    pub fn draws(&self, epoch: u64, count: usize) -> Result<Vec<usize>> {
        balanced_draws(&self.trials, self.seed, epoch, count)
    }

    /// Decodes and augments the draws `first..first + indices.len()` of an epoch, on all cores.
    ///
    /// # Errors
    /// Where a recording is missing or cannot be used.
    pub fn batch(&self, epoch: u64, first: usize, indices: &[usize]) -> Result<WaveformBatch> {
        let pairs: Vec<(Waveform, Option<Waveform>)> = indices
            .par_iter()
            .enumerate()
            .map(|(offset, &index)| self.pair(epoch, (first + offset) as u64, &self.trials[index]))
            .collect::<Result<_>>()?;
        let labels = indices.iter().filter_map(|&index| self.trials[index].label).collect();
        let (test, reference): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
        Ok(WaveformBatch { test, reference: reference.into_iter().collect(), labels })
    }

    fn pair(&self, epoch: u64, draw: u64, trial: &Trial) -> Result<(Waveform, Option<Waveform>)> {
        let test = self.waveform(&trial.file, epoch, draw, Side::Test)?;
        let Some(pool) = &self.pool else { return Ok((test, None)) };
        let key = draw_generator(self.seed ^ 0x5EFE_5EFE, epoch, draw).next_u64();
        let reference = pool.matched(trial, key)?;
        Ok((test, Some(self.waveform(reference, epoch, draw, Side::Reference)?)))
    }

    fn waveform(&self, file: &str, epoch: u64, draw: u64, side: Side) -> Result<Waveform> {
        let waveform = self.corpus.load(Split::Train, file)?;
        if waveform.len() < *self.samples.start() {
            let message = format!("{} samples give no frame", waveform.len());
            let path = self.corpus.audio_path(Split::Train, file)?;
            return Err(Error::audio(
                path,
                message,
                format!("use recordings of at least {} samples", self.samples.start()),
            ));
        }
        let augmented = self.augmentor.apply(&waveform, self.seed, epoch, draw, side);
        let length = augmented.len().min(*self.samples.end());
        Ok(augmented.cut_or_pad(length))
    }
}

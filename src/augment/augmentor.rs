//! The chain of augmentations in the order of RAT's recipe.

use std::sync::Arc;

use super::{
    AugmentConfig, Filter, Noise, Opus, Side, Sources, Surroundings, TimeMask, a_law, mu_law,
    rawboost::RawBoost,
    stream::{Key, Step},
    without_starting_silence,
};
use crate::{audio::Waveform, error::Result};

/// Augments waveforms.
///
/// ```
/// use rat::{Waveform, augment::{AugmentConfig, Augmentor, Side}};
/// let augmentor = Augmentor::new(AugmentConfig { time_mask: 1.0, ..AugmentConfig::default() })?;
/// let plain = Waveform::new(vec![0.1; 1_000]);
/// let masked = augmentor.apply(&plain, 7, 0, 42, Side::Test);
/// assert_eq!(masked.len(), 1_000);
/// assert_ne!(masked, plain);
/// assert_eq!(masked, augmentor.apply(&plain, 7, 0, 42, Side::Test));
/// # Ok::<(), rat::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Augmentor {
    config: AugmentConfig,
    sources: Arc<Sources>,
}

impl Augmentor {
    /// From a configuration that makes sense; opens its folders of rooms and noises.
    ///
    /// # Errors
    /// Where a probability is not between 0 and 1, or as [`Sources::open`].
    pub fn new(config: AugmentConfig) -> Result<Self> {
        config.check()?;
        let sources = if config.enabled { Sources::open(&config.sources)? } else { Sources::default() };
        Ok(Self { config, sources: Arc::new(sources) })
    }

    /// The configuration.
    pub fn config(&self) -> &AugmentConfig {
        &self.config
    }

    /// The rooms and noises.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// The waveform as it is to be heard in this epoch: a pure function of its arguments and of the files in the sources. Trimming
    /// may shorten it, never to less than 0.1 s (the same for a waveform that is shorter); values may leave -1 to 1, as nothing is clipped.
    ///
    /// A room or noise that cannot be read any more is left out; [`try_apply`](Self::try_apply) says so.
    pub fn apply(&self, waveform: &Waveform, seed: u64, epoch: u64, index: u64, side: Side) -> Waveform {
        let mut failure = Ok(());
        self.augmented(waveform, Key { seed, epoch, index, side }, &mut failure)
    }

    /// As [`apply`](Self::apply).
    ///
    /// # Errors
    /// Where a room or noise that was there when the sources were opened cannot be read any more.
    pub fn try_apply(&self, waveform: &Waveform, seed: u64, epoch: u64, index: u64, side: Side) -> Result<Waveform> {
        let mut failure = Ok(());
        let augmented = self.augmented(waveform, Key { seed, epoch, index, side }, &mut failure);
        failure.map(|()| augmented)
    }

    fn augmented(&self, waveform: &Waveform, key: Key, failure: &mut Result<()>) -> Waveform {
        let config = &self.config;
        if !config.enabled || waveform.is_empty() {
            return waveform.clone();
        }
        let mut samples = match key.taken(Step::Trim, config.trim) {
            Some(_) => without_starting_silence(waveform.samples()).to_vec(),
            None => waveform.samples().to_vec(),
        };
        if let Some(mut stream) = key.taken(Step::TimeMask, config.time_mask) {
            TimeMask::draw(&mut stream, samples.len()).apply(&mut samples);
        }
        if let Some(mut stream) = key.taken(Step::Surroundings, config.surroundings)
            && let Some(surroundings) = Surroundings::draw(&mut stream, &self.sources)
        {
            *failure = surroundings.apply(&mut samples);
        }
        self.code(&mut samples, key);
        if let Some(mut stream) = key.taken(Step::RawBoost, config.rawboost) {
            RawBoost::draw(&mut stream, config.rawboost_algorithm, samples.len()).apply(&mut samples);
        }
        if key.taken(Step::NoiseAndFilter, config.noise_and_filter).is_some() {
            if let Some(mut stream) = key.taken(Step::Noise, config.noise) {
                Noise::draw(&mut stream, samples.len()).apply(&mut samples);
            }
            if let Some(mut stream) = key.taken(Step::Filter, config.filter) {
                Filter::draw(&mut stream).apply(&mut samples);
            }
        }
        Waveform::new(samples)
    }

    fn code(&self, samples: &mut [f32], key: Key) {
        if key.taken(Step::MuLaw, self.config.mu_law).is_some() {
            mu_law::encode_and_decode(samples);
        }
        if key.taken(Step::ALaw, self.config.a_law).is_some() {
            a_law::encode_and_decode(samples);
        }
        if let Some(mut stream) = key.taken(Step::Opus, self.config.opus) {
            Opus::draw(&mut stream).apply(samples);
        }
    }
}

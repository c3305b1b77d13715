//! A recording, or its degraded twin: what features are kept of.

use crate::{
    audio::Waveform,
    condition::ReferenceCondition,
    data::{Corpus, Split, degrade},
    error::{Error, Result},
    ssl::MIN_SAMPLES,
};

/// What goes through the encoder.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Recording {
    /// As it is.
    File(String),
    /// All silences of one length are the same.
    Silence {
        /// How long.
        samples: usize,
    },
    /// A degraded reference; the noise is a function of the seed and the reference.
    Degraded {
        /// The reference.
        file: String,
        /// `noise`, `snr:DB` or `duration:SECS`.
        condition: String,
    },
}

/// Where recordings are found.
#[derive(Clone, Copy, Debug)]
pub struct RecordingSource<'a> {
    /// The corpus.
    pub corpus: &'a Corpus,
    /// Which of its splits.
    pub split: Split,
    /// The seed of the noise.
    pub seed: u64,
}

impl RecordingSource<'_> {
    /// What stands for `reference` under a condition that changes it.
    ///
    /// # Errors
    /// Where its length is needed and it cannot be read.
    pub fn degraded(&self, reference: &str, condition: ReferenceCondition) -> Result<Recording> {
        Ok(match condition {
            ReferenceCondition::Silence => {
                Recording::Silence { samples: self.corpus.load(self.split, reference)?.len() }
            }
            ReferenceCondition::Noise | ReferenceCondition::Snr { .. } | ReferenceCondition::Duration { .. } => {
                Recording::Degraded { file: reference.into(), condition: condition.to_string() }
            }
            _ => Recording::File(reference.into()),
        })
    }

    /// The waveform.
    ///
    /// # Errors
    /// Where the file is missing or cannot be used.
    pub fn load(&self, recording: &Recording) -> Result<Waveform> {
        match recording {
            Recording::File(file) => long_enough(self.corpus.load(self.split, file)?, file),
            Recording::Silence { samples } => Ok(Waveform::new(vec![0.0; *samples])),
            Recording::Degraded { file, condition } => {
                let reference = self.corpus.load(self.split, file)?;
                let degraded = degrade(&reference, condition.parse()?, self.seed, file);
                long_enough(degraded, &format!("{file} under {condition}"))
            }
        }
    }
}

/// Refuses what gives no frame, by its name.
fn long_enough(waveform: Waveform, name: &str) -> Result<Waveform> {
    if waveform.len() >= MIN_SAMPLES {
        return Ok(waveform);
    }
    let message = format!("{} samples give no frame", waveform.len());
    Err(Error::audio(name, message, format!("use recordings of at least {MIN_SAMPLES} samples (25 ms)")))
}

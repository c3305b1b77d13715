//! What an audio file holds, as it is found: nothing is resampled.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{read, recording::AudioKind};
use crate::error::Result;

/// What an audio file holds. The whole file has been decoded and checked to know it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AudioFacts {
    /// Its kind, by content.
    pub kind: AudioKind,
    /// Samples per second.
    pub rate_hz: u32,
    /// How many channels.
    pub channels: usize,
    /// Samples a channel.
    pub samples: u64,
    /// The largest absolute value of the channels' mean; 0 is digital silence, 1 full scale.
    pub peak: f32,
    /// What is odd about the file, though it could be read.
    pub oddity: Option<String>,
}

impl AudioFacts {
    /// Decodes a file and says what is in it.
    ///
    /// # Errors
    /// As [`Waveform::read`](super::Waveform::read).
    pub fn of(path: impl AsRef<Path>) -> Result<Self> {
        let (kind, recording) = read::recording(path.as_ref())?;
        Ok(Self {
            kind,
            rate_hz: recording.rate_hz,
            channels: recording.channels,
            samples: recording.found(),
            peak: recording.mono.iter().fold(0.0, |peak, sample| sample.abs().max(peak)),
            oddity: recording.oddity,
        })
    }

    /// Length in seconds.
    pub fn duration_secs(&self) -> f64 {
        self.samples as f64 / f64::from(self.rate_hz.max(1))
    }
}

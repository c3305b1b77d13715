//! A decoded file before it is brought to 16 kHz, and what can be wrong with it.

use std::{fmt, io::ErrorKind, path::Path};

use serde::{Deserialize, Serialize};

use crate::error::{AudioFault, Error, Result};

/// Samples a channel that are decoded at most: 2.3 hours at 16 kHz, half a GiB. A few bytes of FLAC can promise, and give,
/// any length of silence.
pub(super) const MOST_SAMPLES: usize = 1 << 27;

/// The kind of an audio file, told by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AudioKind {
    /// RIFF WAVE.
    Wav,
    /// Free Lossless Audio Codec, in its own container.
    Flac,
    /// Ogg, with Vorbis or FLAC in it.
    Ogg,
}

impl fmt::Display for AudioKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Wav => "WAV",
            Self::Flac => "FLAC",
            Self::Ogg => "Ogg",
        })
    }
}

/// A decoded file: channels averaged already.
#[derive(Debug, Default)]
pub(super) struct Recording {
    /// Samples per second.
    pub(super) rate_hz: u32,
    /// How many channels the file has.
    pub(super) channels: usize,
    /// The mean of the channels.
    pub(super) mono: Vec<f32>,
    /// What is odd about the file, though it could be read.
    pub(super) oddity: Option<String>,
}

/// A recording that goes on and on.
#[derive(Debug, thiserror::Error)]
#[error("longer than {MOST_SAMPLES} samples a channel")]
pub(super) struct TooLong;

impl Recording {
    /// Averages interleaved samples of several channels.
    pub(super) fn push_interleaved(&mut self, samples: &[f32]) -> Result<(), TooLong> {
        let channels = self.channels.max(1);
        if self.mono.len() + samples.len() / channels > MOST_SAMPLES {
            return Err(TooLong);
        }
        if channels == 1 {
            self.mono.extend_from_slice(samples);
        } else {
            let scale = 1.0 / channels as f32;
            self.mono.extend(samples.chunks_exact(channels).map(|frame| frame.iter().sum::<f32>() * scale));
        }
        Ok(())
    }

    /// How many samples a channel there are.
    pub(super) fn found(&self) -> u64 {
        self.mono.len() as u64
    }

    /// Leaves out what comes after the samples that the header promises, as libFLAC does, and notes it.
    pub(super) fn cut_to(&mut self, promised: u64) {
        let beyond = self.found().saturating_sub(promised);
        if beyond > 0 {
            self.mono.truncate(promised as usize);
            self.oddity = Some(format!("{beyond} samples beyond the {promised} of the header left out"));
        }
    }
}

/// The error for a file that ends before its header says.
pub(super) fn truncated(path: &Path, found: u64, promised: u64) -> Error {
    let message = format!("truncated: {found} of {promised} samples a channel");
    Error::faulty_audio(path, AudioFault::Truncated, message, "fetch or unpack the file again")
}

/// The error for content that no decoder takes.
pub(super) fn undecodable(path: &Path, cause: impl fmt::Display) -> Error {
    let message = format!("cannot be decoded: {cause}");
    Error::faulty_audio(path, AudioFault::Undecodable, message, "fetch the file again, or convert it to WAV")
}

/// The error for a recording longer than any utterance.
pub(super) fn too_long(path: &Path) -> Error {
    let remedy = "cut it into utterances, or mend its header";
    Error::faulty_audio(path, AudioFault::TooLong, TooLong.to_string(), remedy)
}

/// The operating system's refusal, as an error about the recording.
pub(super) fn unreadable(path: &Path, source: std::io::Error) -> Error {
    let (fault, message, remedy) = match source.kind() {
        ErrorKind::NotFound => (
            AudioFault::Missing,
            "the file is missing".to_owned(),
            "check the corpus folder; fetch or unpack the file again",
        ),
        ErrorKind::PermissionDenied => (AudioFault::Unreadable, source.to_string(), "make the file readable"),
        _ => (AudioFault::Unreadable, source.to_string(), "check the path and the disk"),
    };
    Error::faulty_audio(path, fault, message, remedy)
}

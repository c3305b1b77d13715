//! From a file of any supported kind to mono 16 kHz, or an error that says what is wrong with the file.
//!
//! The kind is told by the first bytes, since corpora hold FLAC under `.wav` and the reverse. Refused by name: what is
//! missing, empty, truncated, undecodable, without samples, at an absurd rate, or not finite.

use std::{
    fs::File,
    io::{ErrorKind, Read, Seek},
    path::Path,
};

use super::{compressed, resample, wav, waveform::SAMPLE_RATE_HZ, waveform::Waveform};
use crate::error::{Error, Result};

/// Rates outside this range come from broken headers, not from recorders.
const PLAUSIBLE_RATES_HZ: std::ops::RangeInclusive<u32> = 2_000..=768_000;

/// A decoded file before it is brought to 16 kHz: channels averaged already.
#[derive(Debug)]
pub(super) struct Recording {
    /// Samples per second.
    pub(super) rate_hz: u32,
    /// How many channels the file has.
    pub(super) channels: usize,
    /// The mean of the channels.
    pub(super) mono: Vec<f32>,
}

impl Recording {
    /// Averages interleaved samples of several channels.
    pub(super) fn push_interleaved(&mut self, samples: &[f32]) {
        match self.channels {
            0 | 1 => self.mono.extend_from_slice(samples),
            channels => {
                let scale = 1.0 / channels as f32;
                self.mono.extend(samples.chunks_exact(channels).map(|frame| frame.iter().sum::<f32>() * scale));
            }
        }
    }
}

impl Waveform {
    /// Reads WAV (8 to 32-bit integer, float), FLAC or Ogg Vorbis; any rate and channel count becomes 16 kHz mono.
    ///
    /// # Errors
    /// [`Error::Audio`] where the file is missing, empty, truncated, undecodable or holds no finite samples.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        Self::read_noting(path).map(|(waveform, _)| waveform)
    }

    /// As [`read`](Self::read), with a note where the recording had to be converted, as
    /// `44100 Hz, 2 channels brought to 16 kHz mono`.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_noting(path: impl AsRef<Path>) -> Result<(Self, Option<String>)> {
        let path = path.as_ref();
        let recording = decode(path)?;
        check(path, &recording)?;
        let Recording { rate_hz, channels, mono } = recording;
        let note = (rate_hz != SAMPLE_RATE_HZ || channels != 1).then(|| {
            let plural = if channels == 1 { "" } else { "s" };
            format!("{rate_hz} Hz, {channels} channel{plural} brought to 16 kHz mono")
        });
        let samples = resample::to_16_khz(mono, rate_hz).map_err(|message| {
            Error::audio(path, message, "convert the file to 16 kHz with another program, as `sox IN -r 16000 OUT`")
        })?;
        Ok((Self::new(samples), note))
    }
}

/// Decodes by content.
fn decode(path: &Path) -> Result<Recording> {
    let mut file = open(path)?;
    let mut magic = [0; 4];
    let length = file.metadata().map_err(|source| unreadable(path, &source))?.len();
    if length == 0 {
        return Err(Error::audio(path, "the file is empty", "fetch or unpack the file again"));
    }
    let read = file.read(&mut magic).and_then(|read| file.rewind().map(|()| read));
    match &magic[..read.map_err(|source| unreadable(path, &source))?] {
        b"RIFF" => wav::decode(path, file),
        b"fLaC" | b"OggS" => compressed::decode(path, file),
        // FLAC may carry an ID3 tag in front.
        [b'I', b'D', b'3', ..] => compressed::decode(path, file),
        _ => Err(Error::audio(
            path,
            "neither WAV, FLAC nor Ogg Vorbis by its first bytes",
            "convert it to FLAC or WAV, or fetch it again",
        )),
    }
}

fn open(path: &Path) -> Result<File> {
    let file = File::open(path).map_err(|source| unreadable(path, &source))?;
    match file.metadata() {
        Ok(data) if data.is_dir() => Err(Error::audio(path, "a folder, not a file", "name a file")),
        _ => Ok(file),
    }
}

/// The operating system's refusal, as an error about the recording.
fn unreadable(path: &Path, source: &std::io::Error) -> Error {
    let remedy = match source.kind() {
        ErrorKind::NotFound => "check the corpus folder; fetch or unpack the file again",
        ErrorKind::PermissionDenied => "make the file readable",
        _ => "check the path and the disk",
    };
    match source.kind() {
        ErrorKind::NotFound => Error::audio(path, "the file is missing", remedy),
        _ => Error::audio(path, source.to_string(), remedy),
    }
}

fn check(path: &Path, recording: &Recording) -> Result<()> {
    if recording.mono.is_empty() {
        return Err(Error::audio(path, "no samples in it", "fetch the file again, or take its trial out"));
    }
    if !PLAUSIBLE_RATES_HZ.contains(&recording.rate_hz) {
        let message = format!("a sample rate of {} Hz", recording.rate_hz);
        return Err(Error::audio(path, message, "mend the header, or fetch the file again"));
    }
    match recording.mono.iter().position(|sample| !sample.is_finite()) {
        Some(at) => {
            let message = format!("sample {at} is not a finite number");
            Err(Error::audio(path, message, "write the file again without NaN and infinity, or as 16-bit integers"))
        }
        None => Ok(()),
    }
}

/// The error for a file that ends before its header says.
pub(super) fn truncated(path: &Path, found: u64, promised: u64) -> Error {
    let message = format!("truncated: {found} of {promised} samples a channel");
    Error::audio(path, message, "fetch or unpack the file again")
}

/// The error for content that the decoder refuses.
pub(super) fn undecodable(path: &Path, cause: impl std::fmt::Display) -> Error {
    Error::audio(path, format!("cannot be decoded: {cause}"), "fetch the file again, or convert it to WAV")
}

//! From a file of any supported kind to mono 16 kHz, or an error that says what is wrong with the file.
//!
//! The kind is told by the first bytes, since corpora hold FLAC under `.wav` and the reverse. Refused by name: what is
//! missing, empty, truncated, undecodable, without samples, at an absurd rate, or not finite.

use std::{
    fs::File,
    io::{Read, Seek},
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use super::{
    compressed, flac,
    recording::{AudioKind, Recording, undecodable, unreadable},
    resample, wav,
    waveform::{SAMPLE_RATE_HZ, Waveform},
};
use crate::error::{AudioFault, Error, Result};

/// Rates outside this range come from broken headers, not from recorders.
const PLAUSIBLE_RATES_HZ: std::ops::RangeInclusive<u32> = 2_000..=768_000;

/// No sample is larger, whatever scale a program gave its floats, 2^31 at most; squares of much larger ones overflow.
const MOST: f32 = 1e10;

impl Waveform {
    /// Reads WAV (8 to 32-bit integer, float), FLAC or Ogg Vorbis; any rate and channel count becomes 16 kHz mono.
    ///
    /// # Errors
    /// [`Error::Audio`] where the file is missing, empty, truncated, undecodable or holds no finite samples.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        Self::read_noting(path).map(|(waveform, _)| waveform)
    }

    /// As [`read`](Self::read), with a note where the recording had to be converted, as
    /// `44100 Hz, 2 channels brought to 16 kHz mono`, or is odd in another way.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_noting(path: impl AsRef<Path>) -> Result<(Self, Option<String>)> {
        let path = path.as_ref();
        let (_, Recording { rate_hz, channels, mono, oddity }) = recording(path)?;
        let converted = (rate_hz != SAMPLE_RATE_HZ || channels != 1).then(|| {
            let plural = if channels == 1 { "" } else { "s" };
            format!("{rate_hz} Hz, {channels} channel{plural} brought to 16 kHz mono")
        });
        let notes: Vec<String> = converted.into_iter().chain(oddity).collect();
        let samples = resample::to_16_khz(mono, rate_hz).map_err(|message| {
            Error::audio(path, message, "convert the file to 16 kHz with another program, as `sox IN -r 16000 OUT`")
        })?;
        Ok((Self::new(samples), (!notes.is_empty()).then(|| notes.join("; "))))
    }
}

/// Decodes and checks a file of any kind, at its own rate.
pub(super) fn recording(path: &Path) -> Result<(AudioKind, Recording)> {
    let (kind, file) = open(path)?;
    // The decoders work on bytes from anywhere; one that panics on some of them must not take the whole run along. Of 10,000
    // mutated headers, 13 had flac-codec 1.3.3 cut a block into partitions of no samples, which panics; no other did.
    let decoded = catch_unwind(AssertUnwindSafe(|| match kind {
        AudioKind::Wav => wav::decode(path, &file),
        AudioKind::Flac => flac::decode(path, file),
        AudioKind::Ogg => compressed::decode(path, Box::new(file)),
    }));
    let recording = decoded.unwrap_or_else(|_| Err(undecodable(path, "the decoder gave up in its middle")))?;
    check(path, &recording)?;
    Ok((kind, recording))
}

/// Opens a file and tells its kind by its first bytes.
fn open(path: &Path) -> Result<(AudioKind, File)> {
    let failed = |source| unreadable(path, source);
    // Before it is opened: to open a pipe is to wait for a writer.
    let data = std::fs::metadata(path).map_err(failed)?;
    if !data.is_file() {
        let what = if data.is_dir() { "a folder, not a file" } else { "not a regular file" };
        return Err(Error::faulty_audio(path, AudioFault::Unreadable, what, "name a file"));
    }
    let mut file = File::open(path).map_err(failed)?;
    if data.len() == 0 {
        let remedy = "fetch or unpack the file again";
        return Err(Error::faulty_audio(path, AudioFault::Empty, "the file is empty", remedy));
    }
    let mut magic = Vec::new();
    file.by_ref().take(4).read_to_end(&mut magic).and_then(|_| file.rewind()).map_err(failed)?;
    match magic.as_slice() {
        b"RIFF" => Ok((AudioKind::Wav, file)),
        // FLAC may carry an ID3 tag in front.
        b"fLaC" | [b'I', b'D', b'3', ..] => Ok((AudioKind::Flac, file)),
        b"OggS" => Ok((AudioKind::Ogg, file)),
        _ => Err(Error::faulty_audio(
            path,
            AudioFault::Undecodable,
            "neither WAV, FLAC nor Ogg Vorbis by its first bytes",
            "convert it to FLAC or WAV, or fetch it again",
        )),
    }
}

fn check(path: &Path, recording: &Recording) -> Result<()> {
    if recording.mono.is_empty() {
        let remedy = "fetch the file again, or take its trial out";
        return Err(Error::faulty_audio(path, AudioFault::NoSamples, "no samples in it", remedy));
    }
    if !PLAUSIBLE_RATES_HZ.contains(&recording.rate_hz) {
        let message = format!("a sample rate of {} Hz", recording.rate_hz);
        let remedy = "mend the header, or fetch the file again";
        return Err(Error::faulty_audio(path, AudioFault::ImplausibleRate, message, remedy));
    }
    let remedy = "write the file again with samples between -1 and 1, or as 16-bit integers";
    let fault = |message| Err(Error::faulty_audio(path, AudioFault::NotFinite, message, remedy));
    match recording.mono.iter().enumerate().find(|(_, sample)| sample.is_nan() || sample.abs() > MOST) {
        Some((at, sample)) if sample.is_finite() => fault(format!("sample {at} is {sample:e}, which is no sound")),
        Some((at, _)) => fault(format!("sample {at} is not a finite number")),
        None => Ok(()),
    }
}

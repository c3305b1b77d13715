//! Parts of recordings: of long WAV files at 16 kHz, as MUSAN's, only what is needed is read.

use std::{fs::File, io::BufReader, path::Path};

use hound::{SampleFormat, WavReader};

use crate::{
    audio::{SAMPLE_RATE_HZ, Waveform},
    error::{Error, Result},
};

/// Fails where the recording cannot be read: WAV files of whole numbers at 16 kHz by header and size, others by decoding them.
pub(super) fn check(path: &Path) -> Result<()> {
    match plain_wav(path) {
        Some(reader) => {
            let header = reader.spec();
            let bytes = u64::from(reader.len()) * u64::from(header.bits_per_sample.div_ceil(8));
            let size = std::fs::metadata(path).map_err(|source| Error::io("reading", path, source))?.len();
            match bytes {
                0 => Err(Error::audio(path, "no samples in it", "fetch the file again, or take it out")),
                _ if size < bytes => {
                    let message = format!("truncated: {size} bytes for samples of {bytes}");
                    Err(Error::audio(path, message, "fetch or unpack the file again"))
                }
                _ => Ok(()),
            }
        }
        None => Waveform::read(path).map(drop),
    }
}

/// `length` samples from the share `place` of the places where that many fit; shorter recordings go round and round, and
/// begin anywhere.
pub(super) fn excerpt(path: &Path, place: f64, length: usize) -> Result<Vec<f32>> {
    if let Some(mut reader) = plain_wav(path)
        && reader.spec().channels == 1
        && reader.duration() as usize > length
    {
        let first = share(reader.duration() as usize - length + 1, place);
        reader.seek(first as u32).map_err(|source| Error::io("reading", path, source))?;
        return samples(path, reader, length);
    }
    let whole = Waveform::read(path)?.into_samples();
    let starts = if whole.len() >= length { whole.len() - length + 1 } else { whole.len() };
    Ok(whole.iter().copied().cycle().skip(share(starts, place)).take(length).collect())
}

/// The first channel of the whole recording; of other files than WAV at 16 kHz the mean of all.
pub(super) fn first_channel(path: &Path) -> Result<Vec<f32>> {
    match plain_wav(path) {
        Some(reader) => {
            let channels = usize::from(reader.spec().channels);
            let length = reader.duration() as usize;
            let all = samples(path, reader, channels * length)?;
            Ok(all.into_iter().step_by(channels.max(1)).collect())
        }
        None => Waveform::read(path).map(Waveform::into_samples),
    }
}

/// The index of this share of so many.
fn share(of: usize, place: f64) -> usize {
    ((place * of as f64) as usize).min(of.saturating_sub(1))
}

/// The file, where it is WAV of whole numbers at 16 kHz.
fn plain_wav(path: &Path) -> Option<WavReader<BufReader<File>>> {
    let reader = WavReader::open(path).ok()?;
    let header = reader.spec();
    (header.sample_rate == SAMPLE_RATE_HZ && header.sample_format == SampleFormat::Int).then_some(reader)
}

fn samples(path: &Path, mut reader: WavReader<BufReader<File>>, count: usize) -> Result<Vec<f32>> {
    let scale = 0.5f64.powi(i32::from(reader.spec().bits_per_sample) - 1) as f32;
    let samples = reader.samples::<i32>().take(count);
    let samples: std::result::Result<Vec<f32>, _> =
        samples.map(|sample| sample.map(|sample| sample as f32 * scale)).collect();
    samples.map_err(|cause| Error::audio(path, format!("cannot be decoded: {cause}"), "fetch the file again"))
}

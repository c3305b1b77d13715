//! WAV files, read and written by hound: integer PCM of 8 to 32 bits and 32-bit float.

use std::{
    fs::File,
    io::{BufReader, Cursor},
    path::Path,
};

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};

use super::{
    read::{Recording, truncated, undecodable},
    waveform::{SAMPLE_RATE_HZ, Waveform},
};
use crate::{
    error::{Error, Result},
    output::OutputFile,
};

/// Decodes a RIFF file to the mean of its channels.
pub(super) fn decode(path: &Path, file: File) -> Result<Recording> {
    let mut reader = WavReader::new(BufReader::new(file)).map_err(|source| undecodable(path, source))?;
    let WavSpec { channels, sample_rate, bits_per_sample, sample_format } = reader.spec();
    let promised = u64::from(reader.duration());
    let channels = usize::from(channels).max(1);
    let (samples, failure) = match sample_format {
        SampleFormat::Float => collect(reader.samples::<f32>(), |sample| sample),
        SampleFormat::Int => {
            let scale = 1.0 / (1_u64 << (bits_per_sample.clamp(1, 32) - 1)) as f32;
            collect(reader.samples::<i32>(), |sample| sample as f32 * scale)
        }
    };
    if let Some(source) = failure {
        let found = (samples.len() / channels) as u64;
        return Err(match source {
            hound::Error::IoError(_) | hound::Error::FormatError(_) if found < promised => {
                truncated(path, found, promised)
            }
            other => undecodable(path, other),
        });
    }
    let mut recording = Recording { rate_hz: sample_rate, channels, mono: Vec::new() };
    recording.push_interleaved(&samples);
    Ok(recording)
}

/// The samples up to the first failure, and that failure.
fn collect<S>(
    samples: impl Iterator<Item = hound::Result<S>>,
    scale: impl Fn(S) -> f32,
) -> (Vec<f32>, Option<hound::Error>) {
    let mut collected = Vec::new();
    for sample in samples {
        match sample {
            Ok(sample) => collected.push(scale(sample)),
            Err(failure) => return (collected, Some(failure)),
        }
    }
    (collected, None)
}

impl Waveform {
    /// Writes 16-bit PCM at 16 kHz; samples beyond -1 to 1 are clipped.
    ///
    /// # Errors
    /// Where the place is not writable.
    pub fn write_wav(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let bytes = self.wav_bytes().map_err(|source| Error::io("writing", path, std::io::Error::other(source)))?;
        OutputFile::write_all_to(path, bytes).map(drop)
    }

    fn wav_bytes(&self) -> hound::Result<Vec<u8>> {
        let format = SampleFormat::Int;
        let spec = WavSpec { channels: 1, sample_rate: SAMPLE_RATE_HZ, bits_per_sample: 16, sample_format: format };
        let mut bytes = Cursor::new(Vec::new());
        let mut writer = WavWriter::new(&mut bytes, spec)?;
        for sample in self.sixteen_bit() {
            writer.write_sample(sample)?;
        }
        writer.finalize()?;
        Ok(bytes.into_inner())
    }
}

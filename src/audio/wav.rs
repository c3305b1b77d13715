//! WAV files, read and written by hound: integer PCM of 8 to 32 bits and 32-bit float. What hound does not know (64-bit
//! float, a-law, mu-law, containers wider than their samples, streams of unknown length) goes to symphonia.

use std::{
    fs::File,
    io::{BufReader, Chain, Cursor},
    path::Path,
};

use hound::{Sample, SampleFormat, WavReader, WavSpec, WavWriter};
use symphonia::core::io::ReadOnlySource;

use super::{
    compressed,
    recording::{Recording, too_long, truncated, undecodable},
    wav_header::Header,
    waveform::{SAMPLE_RATE_HZ, Waveform},
};
use crate::{
    error::{AudioFault, Error, Result},
    output::OutputFile,
};

/// What a decoder is given: a header of its own, then the file's audio.
type Source = BufReader<Chain<Cursor<Vec<u8>>, File>>;

/// Decodes a RIFF file to the mean of its channels.
pub(super) fn decode(path: &Path, file: &File) -> Result<Recording> {
    let header = Header::read(path, file)?;
    let refused = match WavReader::new(BufReader::new(header.with_audio(path, file)?)) {
        Ok(reader) => match by_hound(path, reader)? {
            Ok(recording) => return Ok(recording),
            Err(unknown) => unknown,
        },
        Err(refused) => refused,
    };
    let again = Box::new(ReadOnlySource::new(header.with_audio(path, file)?));
    // Where neither takes it, hound says the more.
    compressed::decode(path, again).map_err(|error| match error.audio_fault() {
        Some(AudioFault::Undecodable) => undecodable(path, refused),
        _ => error,
    })
}

/// Reads the samples; the inner error is for a form that hound does not know.
fn by_hound(path: &Path, mut reader: WavReader<Source>) -> Result<Result<Recording, hound::Error>> {
    let WavSpec { channels, sample_rate, bits_per_sample, sample_format } = reader.spec();
    let promised = u64::from(reader.duration());
    let mut recording = Recording { rate_hz: sample_rate, channels: channels.into(), ..Recording::default() };
    let failure = match sample_format {
        SampleFormat::Float => collect(&mut reader, &mut recording, |sample: f32| sample),
        SampleFormat::Int => {
            let scale = 1.0 / (1_u64 << (bits_per_sample.clamp(1, 32) - 1)) as f32;
            collect(&mut reader, &mut recording, |sample: i32| sample as f32 * scale)
        }
    };
    match failure {
        None => Ok(Ok(recording)),
        Some(Failure::TooLong) => Err(too_long(path)),
        Some(Failure::Hound(hound::Error::IoError(_) | hound::Error::FormatError(_)))
            if recording.found() < promised =>
        {
            Err(truncated(path, recording.found(), promised))
        }
        Some(Failure::Hound(unknown)) => Ok(Err(unknown)),
    }
}

enum Failure {
    Hound(hound::Error),
    TooLong,
}

/// The samples up to the first failure, and that failure.
fn collect<S: Sample>(
    reader: &mut WavReader<Source>,
    recording: &mut Recording,
    scale: impl Fn(S) -> f32,
) -> Option<Failure> {
    /// Frames taken at once.
    const BLOCK: usize = 4_096;
    let mut samples = reader.samples::<S>();
    let mut block = Vec::with_capacity(BLOCK * recording.channels);
    loop {
        block.clear();
        let mut failure = None;
        for sample in samples.by_ref().take(BLOCK * recording.channels) {
            match sample {
                Ok(sample) => block.push(scale(sample)),
                Err(error) => {
                    failure = Some(Failure::Hound(error));
                    break;
                }
            }
        }
        if recording.push_interleaved(&block).is_err() {
            return Some(Failure::TooLong);
        }
        if failure.is_some() || block.is_empty() {
            return failure;
        }
    }
}

impl Waveform {
    /// Writes 16-bit PCM at 16 kHz; samples beyond -1 to 1 are clipped.
    ///
    /// # Errors
    /// Where the place is not writable.
    pub fn write_wav(&self, path: impl AsRef<Path>) -> Result<()> {
        OutputFile::write_all_to(path, self.to_wav()?).map(drop)
    }

    /// The same file's bytes, as for a player in a page.
    ///
    /// # Errors
    /// Where the recording is too long for a WAV file (37 hours).
    pub fn to_wav(&self) -> Result<Vec<u8>> {
        self.wav_bytes().map_err(|source| {
            let message = format!("{} samples as WAV: {source}", self.len());
            Error::data(message, "cut the recording into shorter ones")
        })
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

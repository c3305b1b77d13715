//! Writes FLAC files, by flac-codec.

use std::{io::Cursor, path::Path};

use flac_codec::encode::{FlacSampleWriter, Options};

use super::waveform::{SAMPLE_RATE_HZ, Waveform};
use crate::{
    error::{Error, Result},
    output::OutputFile,
};

impl Waveform {
    /// Writes 16-bit FLAC at 16 kHz; samples beyond -1 to 1 are clipped.
    ///
    /// # Errors
    /// Where there are no samples (FLAC cannot say so), or the place is not writable.
    pub fn write_flac(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        if self.is_empty() {
            return Err(Error::audio(path, "no samples to write", "leave it out, or write WAV"));
        }
        let bytes = self.flac_bytes().map_err(|cause| {
            Error::io("encoding", path, std::io::Error::other(format!("the FLAC encoder failed: {cause:?}")))
        })?;
        OutputFile::write_all_to(path, bytes).map(drop)
    }

    fn flac_bytes(&self) -> Result<Vec<u8>, flac_codec::Error> {
        let samples: Vec<i32> = self.sixteen_bit().map(i32::from).collect();
        let mut bytes = Cursor::new(Vec::new());
        let total = Some(samples.len() as u64);
        let options = Options::default().no_padding();
        let mut writer = FlacSampleWriter::new(&mut bytes, options, SAMPLE_RATE_HZ, 16, 1, total)?;
        writer.write(&samples)?;
        writer.finalize()?;
        Ok(bytes.into_inner())
    }
}

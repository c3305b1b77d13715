//! What stands before the audio of a WAV file (RIFF, "Multimedia Programming Interface and Data Specifications 1.0", 1991):
//! passed over but for the format.
//!
//! Chunks of odd size are followed by a byte of padding, which some writers forget. hound never skips it, symphonia skips it
//! twice after a list; so no decoder is shown anything but the format and the audio.

use std::{
    fs::File,
    io::{BufReader, Chain, Cursor, ErrorKind, Read, Seek, SeekFrom},
    path::Path,
};

use super::{
    flac_header::bytes,
    recording::{undecodable, unreadable},
};
use crate::error::Result;

/// Bytes of a format chunk that any decoder looks at.
const MOST_FORMAT: u64 = 4_096;
/// Chunks that may come next: one of these behind a byte shows that the byte is padding.
const KNOWN: [&[u8; 4]; 8] = [b"fmt ", b"data", b"fact", b"LIST", b"bext", b"iXML", b"JUNK", b"PEAK"];

/// The header of a WAV file.
pub(super) struct Header {
    /// What the format chunk holds, without its head.
    format: Vec<u8>,
    /// Bytes of audio as the file has it; the largest number where the writer did not know.
    length: u32,
    /// Where the audio begins, in bytes.
    audio_at: u64,
}

impl Header {
    /// Reads up to the audio.
    ///
    /// # Errors
    /// Where the file ends before, is no WAVE file, or has no format in front of its audio.
    pub(super) fn read(path: &Path, file: &File) -> Result<Self> {
        Self::read_from(&mut BufReader::new(file)).map_err(|source| match source.kind() {
            ErrorKind::UnexpectedEof => undecodable(path, "it ends within its header"),
            ErrorKind::InvalidData => undecodable(path, source),
            _ => unreadable(path, source),
        })
    }

    fn read_from(reader: &mut BufReader<impl Read + Seek>) -> std::io::Result<Self> {
        let invalid = |message: &'static str| std::io::Error::new(ErrorKind::InvalidData, message);
        let [_riff, _size, form] = [bytes::<4>(reader)?, bytes(reader)?, bytes(reader)?];
        if form != *b"WAVE" {
            return Err(invalid("a RIFF file, but not one of WAVE"));
        }
        let mut format = None;
        loop {
            let (kind, size) = (bytes::<4>(reader)?, u32::from_le_bytes(bytes(reader)?));
            match &kind {
                b"data" => {
                    let format = format.ok_or(invalid("no format in front of its audio"))?;
                    return Ok(Self { format, length: size, audio_at: reader.stream_position()? });
                }
                b"fmt " => format = Some(read_format(reader, size)?),
                _ => reader.seek_relative(i64::from(size))?,
            }
            if size % 2 == 1 && is_padded(reader)? {
                reader.seek_relative(1)?;
            }
        }
    }

    /// The format and the audio, as a file that holds nothing else.
    pub(super) fn with_audio(&self, path: &Path, file: &File) -> Result<Chain<Cursor<Vec<u8>>, File>> {
        let head = [b"RIFF", &u32::MAX.to_le_bytes(), b"WAVE", b"fmt ", &(self.format.len() as u32).to_le_bytes()];
        let data = [*b"data", self.length.to_le_bytes()];
        let head = [head.map(|part| part.as_slice()).concat(), self.format.clone(), data.concat()].concat();
        let audio = file.try_clone().and_then(|mut file| file.seek(SeekFrom::Start(self.audio_at)).map(|_| file));
        Ok(Cursor::new(head).chain(audio.map_err(|source| unreadable(path, source))?))
    }
}

/// The content of a format chunk, of even length.
fn read_format(reader: &mut BufReader<impl Read + Seek>, size: u32) -> std::io::Result<Vec<u8>> {
    let mut format = Vec::new();
    reader.by_ref().take(MOST_FORMAT.min(size.into())).read_to_end(&mut format)?;
    reader.seek_relative(i64::from(size) - format.len() as i64)?;
    format.truncate(format.len() & !1);
    Ok(format)
}

/// Whether the next byte is padding rather than the first of a chunk's name; the reader stays where it is.
fn is_padded(reader: &mut BufReader<impl Read + Seek>) -> std::io::Result<bool> {
    let next = bytes::<5>(reader)?;
    reader.seek_relative(-5)?;
    let named = next[0].is_ascii_alphanumeric() && next[..4].iter().all(|byte| (b' '..=b'~').contains(byte));
    Ok(!named || KNOWN.iter().any(|known| next[1..] == **known))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn audio_at(chunks: &[u8]) -> Option<u64> {
        let bytes = [b"RIFF\0\0\0\0WAVEfmt \x02\0\0\0\x01\0".as_slice(), chunks, b"data\x09\0\0\0"].concat();
        Header::read_from(&mut BufReader::new(Cursor::new(bytes))).ok().map(|header| header.audio_at)
    }

    #[test]
    fn padding_is_told_from_a_name() {
        assert_eq!(audio_at(b""), Some(30));
        assert_eq!(audio_at(b"LIST\x01\0\0\0x\0"), Some(40), "padded");
        assert_eq!(audio_at(b"LIST\x01\0\0\0xz"), Some(40), "padded with what is no zero");
        assert_eq!(audio_at(b"LIST\x01\0\0\0x"), Some(39), "not padded");
        assert_eq!(audio_at(b"LIST\x01\0\0\0xABCD\x03\0\0\0abc\0"), Some(51), "an unknown chunk, not padded");
        assert_eq!(audio_at(b"LIST\xFF\0\0\0x"), None);
    }
}

//! What stands before the audio of a FLAC file (RFC 9639, sections 6 and 8): passed over but for STREAMINFO.
//!
//! Tags, pictures, cue sheets, seek tables and padding say nothing about the audio, and decoders refuse files for what is
//! odd in them; so no decoder is shown them.

use std::{
    fs::File,
    io::{BufReader, ErrorKind, Read, Seek, SeekFrom},
    path::Path,
};

use super::recording::{undecodable, unreadable};
use crate::error::Result;

/// Bytes of the STREAMINFO block.
const STREAMINFO: usize = 34;

/// The header of a FLAC file.
pub(super) struct Header {
    streaminfo: [u8; STREAMINFO],
    /// Where the first frame begins, in bytes.
    pub(super) frames_at: u64,
}

impl Header {
    /// Reads up to the first frame, past ID3 tags in front.
    ///
    /// # Errors
    /// Where the file ends before, is no FLAC, or has no STREAMINFO.
    pub(super) fn read(path: &Path, file: &File) -> Result<Self> {
        let mut reader = BufReader::new(file);
        Self::read_from(path, &mut reader).map_err(|source| match source.kind() {
            ErrorKind::UnexpectedEof => undecodable(path, "it ends within its header"),
            ErrorKind::InvalidData => undecodable(path, source),
            _ => unreadable(path, source),
        })
    }

    fn read_from(path: &Path, reader: &mut BufReader<&File>) -> std::io::Result<Self> {
        let invalid = |message: &'static str| std::io::Error::new(ErrorKind::InvalidData, message);
        if !past_tags(reader)? {
            return Err(invalid("an ID3 tag with something else than FLAC behind it"));
        }
        let length = std::fs::metadata(path)?.len();
        let mut streaminfo = None;
        loop {
            let [kind, size @ ..] = bytes::<4>(reader)?;
            let size = u32::from_be_bytes([0, size[0], size[1], size[2]]);
            if kind & 0x7F == 0 && streaminfo.is_none() {
                streaminfo = Some(bytes::<STREAMINFO>(reader)?);
                reader.seek_relative(i64::from(size) - STREAMINFO as i64)?;
            } else {
                reader.seek_relative(i64::from(size))?;
            }
            let frames_at = reader.stream_position()?;
            if frames_at > length {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            if kind & 0x80 != 0 {
                let streaminfo = streaminfo.ok_or(invalid("no STREAMINFO block"))?;
                return Ok(Self { streaminfo, frames_at });
            }
        }
    }

    /// Samples a channel; `None` where the writer did not know.
    pub(super) fn promised(&self) -> Option<u64> {
        let packed = u64::from_be_bytes(std::array::from_fn(|index| self.streaminfo[10 + index]));
        Some(packed & 0xF_FFFF_FFFF).filter(|&samples| samples > 0)
    }

    /// Samples per second.
    pub(super) fn rate_hz(&self) -> u32 {
        let [high, middle, low] = [self.streaminfo[10], self.streaminfo[11], self.streaminfo[12]].map(u32::from);
        high << 12 | middle << 4 | low >> 4
    }

    /// How many channels, 1 to 8.
    pub(super) fn channels(&self) -> usize {
        usize::from(self.streaminfo[12] >> 1 & 7) + 1
    }

    /// Bits a sample, 1 to 32.
    pub(super) fn bits(&self) -> u32 {
        u32::from((self.streaminfo[12] & 1) << 4 | self.streaminfo[13] >> 4) + 1
    }

    /// The shortest file head that says the same: the marker and STREAMINFO.
    pub(super) fn alone(&self) -> Vec<u8> {
        [b"fLaC".as_slice(), &[0x80, 0, 0, STREAMINFO as u8], &self.streaminfo].concat()
    }

    /// As [`alone`](Self::alone), without the bounds on blocks, the length and the sum, which a file may have wrong.
    pub(super) fn unbounded(&self) -> Vec<u8> {
        let mut head = self.alone();
        let info = &mut head[8..];
        info[..4].copy_from_slice(&[0, 16, 0xFF, 0xFF]);
        info[4..10].fill(0);
        info[13] &= 0xF0;
        info[14..].fill(0);
        head
    }
}

/// The next bytes, as many as are asked for.
pub(super) fn bytes<const N: usize>(reader: &mut impl Read) -> std::io::Result<[u8; N]> {
    let mut bytes = [0; N];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Goes past ID3v2 tags and the marker; false where no marker comes.
fn past_tags(reader: &mut (impl Read + Seek)) -> std::io::Result<bool> {
    loop {
        let marker = bytes::<4>(reader)?;
        if marker == *b"fLaC" {
            return Ok(true);
        }
        if !marker.starts_with(b"ID3") {
            return Ok(false);
        }
        let [_, flags, size @ ..] = bytes::<6>(reader)?;
        let size = size.iter().fold(0, |size, byte| size << 7 | i64::from(byte & 0x7F));
        let footer = if flags & 0x10 != 0 { 10 } else { 0 };
        reader.seek(SeekFrom::Current(size + footer))?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_unpacked() {
        let mut streaminfo = [0; STREAMINFO];
        // 44,100 Hz, 2 channels, 24 bits, 12,345 samples.
        let packed: u64 = 44_100 << 44 | 1 << 41 | 23 << 36 | 12_345;
        streaminfo[10..18].copy_from_slice(&packed.to_be_bytes());
        let header = Header { streaminfo, frames_at: 42 };
        assert_eq!((header.rate_hz(), header.channels(), header.bits()), (44_100, 2, 24));
        assert_eq!(header.promised(), Some(12_345));
        let unbounded: [u8; STREAMINFO] = header.unbounded()[8..].try_into().expect("its size");
        let unbounded = Header { streaminfo: unbounded, frames_at: 42 };
        assert_eq!((unbounded.rate_hz(), unbounded.channels(), unbounded.bits()), (44_100, 2, 24));
        assert_eq!(unbounded.promised(), None);
    }
}

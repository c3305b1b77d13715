//! FLAC one frame after the other, by flac-codec: each must begin where the one before it ends.
//!
//! Slower than symphonia and stricter: nothing is looked for, hence nothing passed over. Where the header does not say how
//! many samples there are, the frames must be numbered without gaps, and only tags and padding may follow the last one.

use std::{cell::Cell, fs::File, io::Read, path::Path};

use flac_codec::{decode::FlacSampleReader, stream::FrameHeader};

use super::{
    flac_header::Header,
    recording::{Recording, TooLong, too_long, truncated, undecodable, unreadable},
};
use crate::error::{AudioFault, Error, Result};

/// Decodes what comes after the header.
pub(super) fn decode(path: &Path, header: &Header, mut file: File) -> Result<Recording> {
    let mut head = header.unbounded();
    let frames_at = head.len();
    file.read_to_end(&mut head).map_err(|source| unreadable(path, source))?;
    let mut walk = Walk { bytes: &head, at: frames_at, recording: Recording::default(), expected: None };
    (walk.recording.rate_hz, walk.recording.channels) = (header.rate_hz(), header.channels());
    let stopped = walk.all_frames(header).err().unwrap_or(Stop::End);
    let (found, rest) = (walk.recording.found(), &head[walk.at..]);
    match (header.promised(), stopped) {
        (_, Stop::TooLong) => Err(too_long(path)),
        (Some(promised), _) if found >= promised => {
            walk.recording.cut_to(promised);
            Ok(walk.recording)
        }
        (None, _) if is_trailer(rest) => Ok(walk.recording),
        (Some(promised), Stop::End) => Err(truncated(path, found, promised)),
        (None, Stop::End) => Err(cut(path, found)),
        (_, Stop::Refused(cause)) => {
            let at = header.frames_at + (walk.at - frames_at) as u64;
            Err(undecodable(path, format!("the frame at byte {at}, after {found} samples: {cause}")))
        }
    }
}

/// The error for a file of unknown length that ends within a frame.
fn cut(path: &Path, found: u64) -> Error {
    let message = format!("truncated: it ends within a frame, after {found} samples a channel");
    Error::faulty_audio(path, AudioFault::Truncated, message, "fetch or unpack the file again")
}

/// Why the walk ended.
enum Stop {
    /// The file ends, perhaps within a frame.
    End,
    /// What stands there is no frame.
    Refused(String),
    TooLong,
}

impl From<flac_codec::Error> for Stop {
    fn from(error: flac_codec::Error) -> Self {
        match error {
            flac_codec::Error::Io(source) if source.kind() == std::io::ErrorKind::UnexpectedEof => Self::End,
            other => Self::Refused(format!("{other:?}")),
        }
    }
}

impl From<TooLong> for Stop {
    fn from(_: TooLong) -> Self {
        Self::TooLong
    }
}

struct Walk<'a> {
    bytes: &'a [u8],
    /// Where the next frame begins.
    at: usize,
    recording: Recording,
    /// The number that the next frame should have, where that is held to.
    expected: Option<u64>,
}

/// Reads a slice and says how far.
struct Counted<'a> {
    bytes: &'a [u8],
    at: &'a Cell<usize>,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let mut rest = &self.bytes[self.at.get()..];
        let read = rest.read(buffer)?;
        self.at.set(self.at.get() + read);
        Ok(read)
    }
}

impl Walk<'_> {
    /// Decodes frames until one fails or the bytes end.
    fn all_frames(&mut self, header: &Header) -> Result<(), Stop> {
        let at = Cell::new(0);
        let mut reader = FlacSampleReader::new(Counted { bytes: self.bytes, at: &at })?;
        let scale = 1.0 / (1_u64 << (header.bits() - 1)) as f32;
        let mut samples = Vec::new();
        loop {
            if header.promised().is_none() && self.at < self.bytes.len() {
                self.check_number(reader.metadata())?;
            }
            let frame = reader.fill_buf()?;
            if frame.is_empty() {
                return Ok(());
            }
            samples.clear();
            samples.extend(frame.iter().map(|&sample| sample as f32 * scale));
            let length = frame.len();
            reader.consume(length);
            self.recording.push_interleaved(&samples)?;
            self.at = at.get();
        }
    }

    /// Frames of a fixed size are counted, others numbered by their first sample.
    fn check_number(&mut self, blocks: &flac_codec::metadata::BlockList) -> Result<(), Stop> {
        let header = FrameHeader::read(&mut &self.bytes[self.at..], blocks.streaminfo())?;
        let number = header.frame_number.0;
        if let Some(expected) = self.expected.filter(|&expected| expected != number) {
            return Err(Stop::Refused(format!("numbered {number} where {expected} is due: some are missing")));
        }
        let step = if header.blocking_strategy { u64::from(u16::from(header.block_size)) } else { 1 };
        self.expected = Some(number + step);
        Ok(())
    }
}

/// Whether these bytes behind the last frame are a known tag, or padding.
fn is_trailer(rest: &[u8]) -> bool {
    let tagged = ["TAG", "APETAGEX", "ID3", "LYRICSBEGIN"].iter().any(|tag| rest.starts_with(tag.as_bytes()));
    tagged || rest.iter().all(|&byte| byte == 0)
}

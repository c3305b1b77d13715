//! FLAC files (RFC 9639): by symphonia where the header says how many samples follow, else, and where symphonia refuses,
//! frame by frame.

use std::{
    fs::File,
    io::{Cursor, Read, Seek, SeekFrom},
    path::Path,
};

use symphonia::core::io::ReadOnlySource;

use super::{
    compressed::{Decoded, decode_source},
    flac_frames,
    flac_header::Header,
    recording::{MOST_SAMPLES, Recording, too_long, undecodable, unreadable},
};
use crate::error::Result;

/// Decodes to the mean of the channels.
pub(super) fn decode(path: &Path, mut file: File) -> Result<Recording> {
    let header = Header::read(path, &file)?;
    if header.rate_hz() == 0 {
        return Err(undecodable(path, "its header says that it is no audio"));
    }
    if header.promised().is_some_and(|promised| promised > MOST_SAMPLES as u64) {
        return Err(too_long(path));
    }
    if let Some(promised) = header.promised()
        && let Some(recording) = at_once(&header, promised, go_to(path, file.try_clone(), header.frames_at)?)
    {
        return Ok(recording);
    }
    file = go_to(path, Ok(file), header.frames_at)?;
    flac_frames::decode(path, &header, file)
}

/// What symphonia makes of it, if that is gapless and all that the header promises.
fn at_once(header: &Header, promised: u64, frames: File) -> Option<Recording> {
    let source = ReadOnlySource::new(Cursor::new(header.alone()).chain(frames));
    let mut decoded = Decoded::default();
    decode_source(Box::new(source), &mut decoded).ok()?;
    let Decoded { mut recording, gaps, .. } = decoded;
    if gaps || recording.found() < promised {
        return None;
    }
    recording.cut_to(promised);
    Some(recording)
}

fn go_to(path: &Path, file: std::io::Result<File>, at: u64) -> Result<File> {
    let gone = file.and_then(|mut file| file.seek(SeekFrom::Start(at)).map(|_| file));
    gone.map_err(|source| unreadable(path, source))
}

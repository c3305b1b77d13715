//! FLAC and Ogg Vorbis, decoded by symphonia.
//!
//! A FLAC header (STREAMINFO) states how many samples follow; a file with fewer is refused as truncated. A frame that
//! the decoder rejects is an error, never skipped: the trial would be scored on other audio than its name says.

use std::{fs::File, io::ErrorKind, path::Path};

use symphonia::core::{
    codecs::audio::{AudioDecoder, AudioDecoderOptions},
    errors::Error as SymphoniaError,
    formats::{FormatOptions, FormatReader, TrackType, probe::Hint},
    io::MediaSourceStream,
    meta::MetadataOptions,
};

use super::read::{Recording, truncated, undecodable};
use crate::error::Result;

/// What of the track is needed after the container was opened.
struct Track {
    id: u32,
    promised: Option<u64>,
    decoder: Box<dyn AudioDecoder>,
}

/// Decodes to the mean of the channels.
pub(super) fn decode(path: &Path, file: File) -> Result<Recording> {
    let stream = MediaSourceStream::new(Box::new(file), Default::default());
    let mut format = symphonia::default::get_probe()
        .probe(&Hint::new(), stream, FormatOptions::default(), MetadataOptions::default())
        .map_err(|source| undecodable(path, source))?;
    let mut track = find_track(format.as_ref()).map_err(|failure| undecodable(path, failure))?;
    let mut recording = Recording { rate_hz: 0, channels: 0, mono: Vec::new() };
    let failure = decode_packets(format.as_mut(), &mut track, &mut recording).err();
    let found = recording.mono.len() as u64;
    match (track.promised, failure) {
        (Some(promised), Some(Failure::Symphonia(SymphoniaError::IoError(_)))) if found < promised => {
            Err(truncated(path, found, promised))
        }
        (_, Some(failure)) => Err(undecodable(path, failure)),
        (Some(promised), None) if found < promised => Err(truncated(path, found, promised)),
        (_, None) => Ok(recording),
    }
}

fn find_track(format: &dyn FormatReader) -> std::result::Result<Track, Failure> {
    let track = format.default_track(TrackType::Audio).ok_or(Failure::NoTrack)?;
    let parameters =
        track.codec_params.as_ref().and_then(|parameters| parameters.audio()).ok_or(Failure::UnknownCodec)?;
    let decoder = symphonia::default::get_codecs().make_audio_decoder(parameters, &AudioDecoderOptions::default())?;
    Ok(Track { id: track.id, promised: track.num_frames.filter(|&frames| frames > 0), decoder })
}

/// Why decoding stopped early.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}")]
    Symphonia(#[from] SymphoniaError),
    #[error("no audio track in the container")]
    NoTrack,
    #[error("the audio track's codec is unknown")]
    UnknownCodec,
    #[error("rate or channels change from {0} Hz, {1} to {2} Hz, {3} in mid-file")]
    Changed(u32, usize, u32, usize),
}

fn decode_packets(
    format: &mut dyn FormatReader,
    track: &mut Track,
    recording: &mut Recording,
) -> std::result::Result<(), Failure> {
    let mut interleaved = Vec::new();
    loop {
        let packet = match format.next_packet() {
            Ok(Some(packet)) => packet,
            // A chained Ogg file: another stream follows, with its own headers.
            Err(SymphoniaError::ResetRequired) => {
                *track = Track { promised: None, ..find_track(format)? };
                continue;
            }
            // Whether the end came too early is for the caller to see.
            Ok(None) => return Ok(()),
            Err(SymphoniaError::IoError(source)) if source.kind() == ErrorKind::UnexpectedEof => return Ok(()),
            Err(other) => return Err(other.into()),
        };
        if packet.track_id != track.id {
            continue;
        }
        let buffer = track.decoder.decode(&packet)?;
        let (rate_hz, channels) = (buffer.spec().rate(), buffer.num_planes());
        if recording.rate_hz == 0 {
            (recording.rate_hz, recording.channels) = (rate_hz, channels);
        } else if (recording.rate_hz, recording.channels) != (rate_hz, channels) {
            return Err(Failure::Changed(recording.rate_hz, recording.channels, rate_hz, channels));
        }
        buffer.copy_to_vec_interleaved::<f32>(&mut interleaved);
        recording.push_interleaved(&interleaved);
    }
}

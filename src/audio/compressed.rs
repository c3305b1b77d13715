//! What symphonia decodes: Ogg Vorbis, FLAC, and the WAV files that hound refuses.
//!
//! A header that says how many samples follow is held to it: a file with fewer is refused as truncated. A frame that the
//! decoder rejects is an error, never skipped: the trial would be scored on other audio than its name says.

use std::{io::ErrorKind, path::Path};

use symphonia::core::{
    codecs::audio::{AudioDecoder, AudioDecoderOptions},
    errors::Error as SymphoniaError,
    formats::{FormatOptions, FormatReader, TrackType, probe::Hint},
    io::{MediaSource, MediaSourceStream},
    meta::MetadataOptions,
    packet::Packet,
};

use super::recording::{Recording, TooLong, too_long, truncated, undecodable};
use crate::error::Result;

/// How far decoding came.
#[derive(Default)]
pub(super) struct Decoded {
    /// What was decoded until the end or the failure.
    pub(super) recording: Recording,
    /// Samples a channel that the header promises.
    pub(super) promised: Option<u64>,
    /// Whether a packet began elsewhere than where the one before it ended.
    pub(super) gaps: bool,
}

/// Why decoding stopped early.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error("{0}")]
    Symphonia(#[from] SymphoniaError),
    #[error("no audio track in the container")]
    NoTrack,
    #[error("the audio track's codec is unknown")]
    UnknownCodec,
    #[error("rate or channels change from {0} Hz, {1} to {2} Hz, {3} in mid-file")]
    Changed(u32, usize, u32, usize),
    #[error("{0}")]
    TooLong(#[from] TooLong),
}

/// Decodes the content of a file to the mean of its channels.
pub(super) fn decode(path: &Path, source: Box<dyn MediaSource>) -> Result<Recording> {
    let mut decoded = Decoded::default();
    let failure = decode_source(source, &mut decoded).err();
    let Decoded { recording, promised, .. } = decoded;
    let found = recording.found();
    match (promised, failure) {
        (_, Some(Failure::TooLong(_))) => Err(too_long(path)),
        (Some(promised), Some(Failure::Symphonia(SymphoniaError::IoError(_)))) if found < promised => {
            Err(truncated(path, found, promised))
        }
        (_, Some(failure)) => Err(undecodable(path, failure)),
        (Some(promised), None) if found < promised => Err(truncated(path, found, promised)),
        (_, None) => Ok(recording),
    }
}

/// Decodes what `source` gives; on failure `decoded` holds what came before it.
pub(super) fn decode_source(source: Box<dyn MediaSource>, decoded: &mut Decoded) -> Result<(), Failure> {
    let stream = MediaSourceStream::new(source, Default::default());
    let probe = symphonia::default::get_probe();
    let mut format = probe.probe(&Hint::new(), stream, FormatOptions::default(), MetadataOptions::default())?;
    let mut track = Track::of(format.as_ref())?;
    decoded.promised = track.promised;
    let mut interleaved = Vec::new();
    while let Some(packet) = next_packet(format.as_mut(), &mut track, &mut decoded.promised)? {
        decoded.gaps |= u64::try_from(packet.pts.get()).ok() != Some(decoded.recording.found());
        decode_packet(&packet, &mut track, &mut decoded.recording, &mut interleaved)?;
    }
    Ok(())
}

/// What of the track is needed after the container was opened.
struct Track {
    id: u32,
    promised: Option<u64>,
    decoder: Box<dyn AudioDecoder>,
}

impl Track {
    fn of(format: &dyn FormatReader) -> Result<Self, Failure> {
        let track = format.default_track(TrackType::Audio).ok_or(Failure::NoTrack)?;
        let parameters =
            track.codec_params.as_ref().and_then(|parameters| parameters.audio()).ok_or(Failure::UnknownCodec)?;
        let decoder =
            symphonia::default::get_codecs().make_audio_decoder(parameters, &AudioDecoderOptions::default())?;
        Ok(Self { id: track.id, promised: track.num_frames.filter(|&frames| frames > 0), decoder })
    }
}

/// The next packet of the track; `None` at the end, whether it comes too early or not.
fn next_packet(
    format: &mut dyn FormatReader,
    track: &mut Track,
    promised: &mut Option<u64>,
) -> Result<Option<Packet>, Failure> {
    loop {
        match format.next_packet() {
            Ok(Some(packet)) if packet.track_id != track.id => {}
            Ok(packet) => return Ok(packet),
            // A chained Ogg file: another stream follows, with its own headers.
            Err(SymphoniaError::ResetRequired) => {
                *track = Track::of(format)?;
                *promised = None;
            }
            Err(SymphoniaError::IoError(source)) if source.kind() == ErrorKind::UnexpectedEof => return Ok(None),
            Err(other) => return Err(other.into()),
        }
    }
}

fn decode_packet(
    packet: &Packet,
    track: &mut Track,
    recording: &mut Recording,
    interleaved: &mut Vec<f32>,
) -> Result<(), Failure> {
    let buffer = track.decoder.decode(packet)?;
    let (rate_hz, channels) = (buffer.spec().rate(), buffer.num_planes());
    if recording.rate_hz == 0 {
        (recording.rate_hz, recording.channels) = (rate_hz, channels);
    } else if (recording.rate_hz, recording.channels) != (rate_hz, channels) {
        return Err(Failure::Changed(recording.rate_hz, recording.channels, rate_hz, channels));
    }
    buffer.copy_to_vec_interleaved::<f32>(interleaved);
    Ok(recording.push_interleaved(interleaved)?)
}

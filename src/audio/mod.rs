//! Recordings as the network wants them: mono, 16 kHz, f32.
//!
//! [`Waveform::read`] takes WAV, FLAC and Ogg Vorbis by their content, not by their name;
//! [`Waveform::write_wav`] and [`Waveform::write_flac`] write 16 bits. [`AudioFacts`] says what a file holds, with nothing
//! resampled. What cannot be used is an error with an [`AudioFault`], so that it can be counted.
//!
//! # Which decoder
//!
//! | file | first | where that refuses |
//! |---|---|---|
//! | WAV, integers of 8 to 32 bits, 32-bit float | hound | symphonia: 64-bit float, a-law, mu-law, unusual containers, streams whose header does not know its length |
//! | FLAC whose header says how many samples follow | symphonia | flac-codec, one frame after the other |
//! | FLAC whose header does not say | flac-codec, one frame after the other | |
//! | Ogg Vorbis | symphonia | |
//!
//! Measured on one core, on 16 kHz mono speech: symphonia decodes FLAC 3,600 times, flac-codec 1,200 times as fast as it
//! plays. Both check the checksum of each frame. symphonia looks for the next whole frame after a broken one, so what it
//! gives is taken only if it is gapless and as long as the header says. It refuses headers with a smallest block of 0, and
//! fixed blocks under a header that says variable, which libFLAC and FFmpeg take; flac-codec refuses what it does not know
//! in the blocks before the audio. So those are passed over here, and neither decoder is shown them. libsndfile with libFLAC 1.4.0
//! to 1.4.2 fails on valid files of ASVspoof 2021 where it reads to their end (python-soundfile's issues 388, 438 and 493;
//! `soundfile` 0.12.1): not a fault of the files.
//!
//! What stands in a WAV file beside its format and its audio is passed over likewise: hound and symphonia differ over lists of odd
//! size.
//!
//! Refused by both, with a named error: a-law and mu-law under the extensible format of WAV, and a rate, width or channel
//! count that changes within a file.
//!
//! The MD5 sum in a FLAC header is not compared: each frame has its own checksum, and files whose tags were edited by
//! careless programs carry wrong sums.

mod compressed;
mod facts;
mod flac;
mod flac_frames;
mod flac_header;
mod flac_writer;
mod read;
mod recording;
mod resample;
mod wav;
mod wav_header;
mod waveform;

pub use crate::error::AudioFault;
pub use facts::AudioFacts;
pub use recording::AudioKind;
pub use waveform::{SAMPLE_RATE_HZ, Waveform};

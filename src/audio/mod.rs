//! Recordings as the network wants them: mono, 16 kHz, f32.
//!
//! [`Waveform::read`] takes WAV, FLAC and Ogg Vorbis by their content, not by their name;
//! [`Waveform::write_wav`] and [`Waveform::write_flac`] write 16 bits.

mod compressed;
mod flac;
mod read;
mod resample;
mod wav;
mod waveform;

pub use waveform::{SAMPLE_RATE_HZ, Waveform};

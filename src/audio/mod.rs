//! Recordings as the network wants them: mono, 16 kHz, f32.

mod waveform;

pub use waveform::{SAMPLE_RATE_HZ, Waveform};

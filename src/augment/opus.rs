//! Internet telephony: Opus (RFC 6716), encoded and decoded by ropus, a port of the reference coder that gives the same bits.
//!
//! There is no MP3: of its encoders in Rust oxideav-mp3 0.1 takes a second for four and sounds no better at 48 than at 16 kbit/s, and
//! shine-rs and mp3lame are under the LGPL.

use rand::{Rng, RngExt};
use ropus::{Application, Bitrate, Channels, DecodeMode, Decoder, Encoder};

use crate::audio::SAMPLE_RATE_HZ;

/// Samples a packet: 20 ms.
const FRAME: usize = 320;

/// More than the longest packet of one frame.
const PACKET_BYTES: usize = 4_000;

/// The bit rates that RFC 6716 allows.
const BIT_RATES: std::ops::RangeInclusive<u32> = 6_000..=510_000;

/// The coder's effort, of 10: what is heard changes little above, the time doubles.
const COMPLEXITY: u8 = 5;

/// Coding at one bit rate: mono, 16 kHz, variable rate, for any audio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opus {
    /// Bits a second; brought within 6,000 to 510,000.
    pub bit_rate: u32,
}

impl Opus {
    /// Draws 6 to 30 kbit/s, what calls use.
    pub fn draw(stream: &mut impl Rng) -> Self {
        Self { bit_rate: stream.random_range(6_000..=30_000) }
    }

    /// What is left of the samples after coding: no sample comes later than it was, no packet is lost.
    pub fn apply(&self, samples: &mut [f32]) {
        let bit_rate = Bitrate::Bits(self.bit_rate.clamp(*BIT_RATES.start(), *BIT_RATES.end()));
        let encoder = Encoder::builder(SAMPLE_RATE_HZ, Channels::Mono, Application::Audio).bitrate(bit_rate);
        let mut encoder = encoder.complexity(COMPLEXITY).build().expect("16 kHz mono at a bit rate of the standard");
        let mut decoder = Decoder::new(SAMPLE_RATE_HZ, Channels::Mono).expect("16 kHz mono is of the standard");
        let delay = encoder.lookahead() as usize;
        let mut packet = [0; PACKET_BYTES];
        let mut decoded = Vec::with_capacity(samples.len() + delay + FRAME);
        for first in (0..samples.len() + delay).step_by(FRAME) {
            let mut frame = [0.0; FRAME];
            let rest = &samples[first.min(samples.len())..];
            let count = rest.len().min(FRAME);
            frame[..count].copy_from_slice(&rest[..count]);
            let bytes = encoder.encode_float(&frame, &mut packet).expect("a frame of 20 ms, and room for any packet");
            let sound = decoder.decode_float(&packet[..bytes], &mut frame, DecodeMode::Normal);
            let count = sound.expect("the encoder's own packet");
            decoded.extend_from_slice(&frame[..count]);
        }
        samples.iter_mut().zip(decoded.into_iter().skip(delay)).for_each(|(sample, heard)| *sample = heard);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A second of a voice's harmonics.
    fn voice(samples: usize) -> Vec<f32> {
        let harmonic = |at: usize, number: usize| (0.0493 * (at * number) as f32).sin() / number as f32;
        (0..samples).map(|at| 0.2 * (1..12).map(|number| harmonic(at, number)).sum::<f32>()).collect()
    }

    #[test]
    fn higher_rates_keep_more_and_nothing_is_late() {
        let plain = voice(16_000);
        let kept_db = |bit_rate| {
            let mut coded = plain.clone();
            Opus { bit_rate }.apply(&mut coded);
            let error: f32 = coded.iter().zip(&plain).map(|(coded, plain)| (coded - plain).powi(2)).sum();
            10.0 * (plain.iter().map(|sample| sample * sample).sum::<f32>() / error).log10()
        };
        let (low, high) = (kept_db(8_000), kept_db(64_000));
        assert!(low > 3.0 && high > low + 3.0, "{low} dB and {high} dB");
    }

    #[test]
    fn any_length_and_level_passes() {
        for samples in [0, 1, 215, 216, 217, 319, 320, 321, 999] {
            for scale in [0.0, 1.0, 30.0] {
                let mut coded: Vec<f32> = voice(samples).into_iter().map(|sample| scale * sample).collect();
                Opus { bit_rate: 0 }.apply(&mut coded);
                assert_eq!(coded.len(), samples);
                assert!(coded.iter().all(|sample| sample.is_finite()));
            }
        }
    }
}

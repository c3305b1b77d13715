//! A vowel that glides, for the tests of the spoofing systems: pulses through three resonances, and a hiss at the end.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// About two seconds with the pitch near `pitch_hz`.
pub(super) fn vowel(pitch_hz: f32) -> Vec<f32> {
    let mut random = ChaCha8Rng::seed_from_u64(9);
    let mut phase = 0.0_f32;
    let mut samples: Vec<f32> = (0..32_000)
        .map(|n| {
            phase += pitch_hz * (1.0 + 0.05 * (n as f32 / 4_000.0).sin()) / 16_000.0;
            let pulse = if phase >= 1.0 { 1.0 } else { 0.0 };
            phase %= 1.0;
            let hiss = random.random_range(-1.0..1.0_f32);
            if n < 24_000 { pulse + 0.002 * hiss } else { 0.1 * hiss }
        })
        .collect();
    for (centre_hz, width_hz) in [(600.0, 80.0), (1_400.0, 100.0), (2_800.0, 150.0)] {
        samples = resonance(&samples, centre_hz, width_hz);
    }
    let peak = samples.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
    samples.iter().map(|x| 0.5 * x / peak).collect()
}

fn resonance(samples: &[f32], centre_hz: f32, width_hz: f32) -> Vec<f32> {
    let radius = (-std::f32::consts::PI * width_hz / 16_000.0).exp();
    let angle = std::f32::consts::TAU * centre_hz / 16_000.0;
    let (mut one, mut two) = (0.0, 0.0);
    let filter = |x: &f32| {
        let y = x + 2.0 * radius * angle.cos() * one - radius * radius * two;
        (two, one) = (one, y);
        y
    };
    samples.iter().map(filter).collect()
}

/// Decibels in the bands 0 to 1, 1 to 2, 2 to 4 and 4 to 8 kHz.
pub(super) fn bands_db(samples: &[f32]) -> [f32; 4] {
    let frames = super::spectrum::Stft::new(512, 256).analyse(samples);
    [0..32, 32..64, 64..128, 128..256].map(|band| {
        let power: f32 = frames.iter().flat_map(|frame| &frame[band.clone()]).map(|bin| bin.norm_sqr()).sum();
        10.0 * (power / frames.len() as f32).log10()
    })
}

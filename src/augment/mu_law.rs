//! Telephone coding: mu-law companding to 256 levels (ITU-T G.711's curve, with torchaudio's rounding).
//!
//! As in torchaudio nothing is clamped: samples beyond -1 to 1 get codes below 0 or above 255.

use std::sync::LazyLock;

const MU: f32 = 255.0;

/// The code of a sample: 0 to 255 for -1 to 1.
pub fn encode(sample: f32) -> i32 {
    let companded = (MU * sample.abs()).ln_1p() / MU.ln_1p();
    ((companded.copysign(sample) + 1.0) / 2.0 * MU + 0.5) as i32
}

/// The sample of a code.
pub fn decode(code: i32) -> f32 {
    let companded = code as f32 / MU * 2.0 - 1.0;
    (((companded.abs() * MU.ln_1p()).exp() - 1.0) / MU).copysign(companded)
}

/// What is left of the samples after coding.
pub fn encode_and_decode(samples: &mut [f32]) {
    static STEPS: LazyLock<Steps> = LazyLock::new(Steps::new);
    let steps = &*STEPS;
    for sample in samples {
        *sample = if sample.abs() <= 1.0 { steps.coded(*sample) } else { decode(encode(*sample)) };
    }
}

/// Bins of the size of a sample, each of which holds one step of the curve at most, so that no logarithm is needed: the leading
/// bits of 1 + 255 |x| are close to its logarithm.
struct Steps {
    /// For samples above zero, and for those below.
    bins: [Vec<Bin>; 2],
}

/// A part of the curve: its level up to a size, and from there.
#[derive(Clone, Copy)]
struct Bin {
    step: f32,
    below: f32,
    above: f32,
}

/// Bits of the mantissa that tell bins apart: 64 bins an octave, where the curve has 23 steps at most.
const MANTISSA_BITS: u32 = 6;

fn bin(size: f32) -> usize {
    let shift = f32::MANTISSA_DIGITS - 1 - MANTISSA_BITS;
    ((1.0 + MU * size).to_bits() >> shift) as usize - (1.0_f32.to_bits() >> shift) as usize
}

/// The smallest size from 0 to 1 for which `holds`, which stays true above it.
fn first(holds: impl Fn(f32) -> bool) -> Option<f32> {
    // The bits of sizes grow with them.
    let (mut low, mut high) = (0, 1.0_f32.to_bits());
    if !holds(1.0) {
        return None;
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(f32::from_bits(middle)) { high = middle } else { low = middle + 1 }
    }
    Some(f32::from_bits(low))
}

impl Steps {
    fn new() -> Self {
        let of_sign = |sign: f32| {
            (0..=bin(1.0)).map(move |wanted| {
                let code = |size: f32| encode(size * sign);
                let start = first(|size| bin(size) >= wanted).unwrap_or(1.0);
                let end = first(|size| bin(size) > wanted).map_or(1.0, f32::next_down);
                let (below, above) = (code(start), code(end));
                let step = first(|size| size >= start && code(size) != below);
                Bin { step: step.unwrap_or(f32::INFINITY), below: decode(below), above: decode(above) }
            })
        };
        Self { bins: [1.0, -1.0].map(|sign| of_sign(sign).collect()) }
    }

    fn coded(&self, sample: f32) -> f32 {
        let size = sample.abs();
        let bin = self.bins[usize::from(sample.is_sign_negative())][bin(size)];
        if size >= bin.step { bin.above } else { bin.below }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_torchaudios() {
        let codes = [-1.0, -0.5, -1e-3, 0.0, 1e-3, 0.5, 1.0].map(encode);
        assert_eq!(codes, [0, 16, 122, 128, 133, 239, 255]);
        assert!((0..256).all(|code| encode(decode(code)) == code));
    }

    #[test]
    fn the_steps_are_the_curves() {
        let mut samples = Vec::new();
        // Every 997th float from 0 to 1, both signs, and all around each step.
        for bits in (0..=1.0_f32.to_bits()).step_by(997) {
            samples.extend([f32::from_bits(bits), -f32::from_bits(bits)]);
        }
        for code in 0..256 {
            for away in -40_i32..=40 {
                let middle = (decode(code) + decode(code + 1)) / 2.0;
                samples.push(f32::from_bits(middle.to_bits().saturating_add_signed(away)));
            }
        }
        samples.extend([1.0, -1.0, 0.0, -0.0, 1.5, -2.0]);
        let mut coded = samples.clone();
        encode_and_decode(&mut coded);
        let wrong = samples.iter().zip(&coded).filter(|(sample, coded)| decode(encode(**sample)) != **coded);
        assert_eq!(wrong.count(), 0);
    }
}

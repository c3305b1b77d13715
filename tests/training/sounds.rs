//! Recordings that are easily told apart: bona fide a low tone, spoof a high one, each with its own noise.

use rat::{Label, Waveform, loader::WaveformBatch};

/// A recording of its own for every number.
pub fn sound(number: u64, bonafide: bool) -> Waveform {
    let pitch = if bonafide { 0.05 } else { 0.9 } * (1.0 + (number % 7) as f32 / 50.0);
    let mut state = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let sample = |at: u32| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let noise = (state >> 40) as f32 / (1_u64 << 24) as f32 - 0.5;
        0.3 * (at as f32 * pitch).sin() + 0.05 * noise
    };
    Waveform::new((0..3_000 + number as u32 % 5 * 100).map(sample).collect())
}

/// So many recordings of either class, with references.
pub fn batch(number: u64, of_each: u64) -> WaveformBatch {
    let key = |place: u64| number * 1_000 + place;
    let labels: Vec<Label> =
        (0..2 * of_each).map(|place| [Label::Bonafide, Label::Spoof][place as usize % 2]).collect();
    WaveformBatch {
        test: (0..2 * of_each).map(|place| sound(key(place), place % 2 == 0)).collect(),
        reference: Some((0..2 * of_each).map(|place| sound(key(500 + place), true)).collect()),
        labels,
    }
}

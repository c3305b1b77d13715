//! Attack: conversion toward the claimed speaker. Pitch is shifted by the phase vocoder, the spectral envelope is
//! warped and moved toward the target's long-term spectrum (the classical "vocal tract length and spectral
//! equalisation").

use std::f32::consts::TAU;

use realfft::num_complex::Complex;

use super::{
    pitch,
    spectrum::{Frame, Stft},
};

const SIZE: usize = 1_024;
const HOP: usize = 128;
const ORDER: usize = 48;
/// How far the long-term spectrum is moved toward the target's.
const EQUALISATION: f32 = 0.8;

/// What conversion knows of a voice.
#[derive(Clone, Debug)]
pub(super) struct VoiceProfile {
    /// Median pitch.
    pub(super) pitch_hz: f32,
    /// Mean log envelope of the louder half of the frames.
    pub(super) spectrum: Vec<f32>,
}

impl VoiceProfile {
    /// Measured over utterances.
    pub(super) fn of<'a>(utterances: impl IntoIterator<Item = &'a [f32]>) -> Self {
        let stft = Stft::new(SIZE, 4 * HOP);
        let (mut track, mut logs) = (Vec::new(), Vec::new());
        for samples in utterances {
            track.extend(pitch::track(samples));
            logs.extend(stft.analyse(samples).iter().map(|frame| Stft::log_magnitude(frame)));
        }
        logs.sort_by(|a, b| b.iter().sum::<f32>().total_cmp(&a.iter().sum()));
        logs.truncate(logs.len().div_ceil(2));
        let mean = |bin: usize| logs.iter().map(|log| log[bin]).sum::<f32>() / logs.len().max(1) as f32;
        let average: Vec<f32> = (0..stft.bins()).map(mean).collect();
        Self { pitch_hz: pitch::median_hz(&track), spectrum: stft.envelope(&average, ORDER / 2) }
    }
}

/// A source utterance with the target's pitch and colour.
pub(super) fn convert(samples: &[f32], source: &VoiceProfile, target: &VoiceProfile) -> Vec<f32> {
    let stft = Stft::new(SIZE, HOP);
    let known = source.pitch_hz > 0.0 && target.pitch_hz > 0.0;
    let ratio = if known { (target.pitch_hz / source.pitch_hz).clamp(0.5, 2.0) } else { 1.0 };
    let frames = stft.analyse(samples);
    let envelopes: Vec<Vec<f32>> =
        frames.iter().map(|frame| stft.envelope(&Stft::log_magnitude(frame), ORDER)).collect();
    let flat = stft.synthesise(&shaped(&frames, |at, bin| -envelopes[at][bin]), samples.len());
    let moved = shift_pitch(&stft, &flat, ratio);
    // A voice twice as high has a tract about a fifth shorter.
    let warp = ratio.powf(0.25);
    let colour = |bin: usize| EQUALISATION * (target.spectrum[bin] - source.spectrum[warped(bin, warp, &stft)]);
    let refilled =
        shaped(&stft.analyse(&moved), |at, bin| envelopes[at][warped(bin, warp, &stft)] + colour(bin).clamp(-3.0, 3.0));
    stft.synthesise(&refilled, samples.len())
}

/// The source's bin whose envelope lands on `bin`.
fn warped(bin: usize, warp: f32, stft: &Stft) -> usize {
    ((bin as f32 / warp) as usize).min(stft.bins() - 1)
}

/// Frames with a log gain on each bin.
fn shaped(frames: &[Frame], log_gain: impl Fn(usize, usize) -> f32) -> Vec<Frame> {
    let gain = |at: usize, bin: usize| log_gain(at, bin).clamp(-14.0, 14.0).exp();
    let shape = |(at, frame): (usize, &Frame)| frame.iter().enumerate().map(|(bin, x)| x * gain(at, bin)).collect();
    frames.iter().enumerate().map(shape).collect()
}

/// Stretches by the ratio with the phase vocoder (Flanagan and Golden 1966), then plays that faster: the same length,
/// the pitch times the ratio.
fn shift_pitch(stft: &Stft, samples: &[f32], ratio: f32) -> Vec<f32> {
    if (ratio - 1.0).abs() < 0.01 {
        return samples.to_vec();
    }
    let length = (samples.len() as f32 * ratio) as usize;
    let hop = stft.hop() as f32;
    let mut phases: Vec<f32> = Vec::new();
    let mut frames = Vec::new();
    for at in 0..=length / stft.hop() {
        let centre = (at as f32 * hop / ratio) as usize;
        let here = stft.frame_at(samples, centre);
        let ahead = stft.frame_at(samples, centre + stft.hop());
        if phases.is_empty() {
            phases = here.iter().map(|bin| bin.arg()).collect();
        }
        frames.push(here.iter().zip(&phases).map(|(bin, &phase)| Complex::from_polar(bin.norm(), phase)).collect());
        for ((phase, here), ahead) in phases.iter_mut().zip(&here).zip(&ahead) {
            *phase = (*phase + ahead.arg() - here.arg()) % TAU;
        }
    }
    let stretched: Vec<f32> = stft.synthesise(&frames, length);
    (0..samples.len()).map(|n| read_at(&stretched, n as f32 * ratio)).collect()
}

/// Cubic interpolation.
fn read_at(samples: &[f32], position: f32) -> f32 {
    let (at, share) = (position as usize, position.fract());
    let sample = |offset: usize| (at + offset).checked_sub(1).and_then(|n| samples.get(n)).copied().unwrap_or(0.0);
    let (a, b, c, d) = (sample(0), sample(1), sample(2), sample(3));
    b + 0.5 * share * (c - a + share * (2.0 * a - 5.0 * b + 4.0 * c - d + share * (3.0 * (b - c) + d - a)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::sample::synthetic_voice::vowel;

    #[test]
    fn the_pitch_becomes_the_targets() {
        for (from, to) in [(110.0, 180.0), (220.0, 150.0), (140.0, 145.0)] {
            let (source, target) = (vowel(from), vowel(to));
            let profiles = [&source, &target].map(|voice| VoiceProfile::of([voice.as_slice()]));
            let made = convert(&source, &profiles[0], &profiles[1]);
            assert_eq!(made.len(), source.len());
            let heard = pitch::median_hz(&pitch::track(&made));
            assert!((heard / to - 1.0).abs() < 0.06, "{heard} for {to}");
            assert!(made.iter().all(|x| x.is_finite() && x.abs() < 4.0));
        }
    }

    #[test]
    fn a_voice_without_pitch_is_left_at_its_height() {
        let unvoiced = VoiceProfile::of([&[0.0; 16_000][..]]);
        assert_eq!(unvoiced.pitch_hz, 0.0);
        let source = vowel(120.0);
        let made = convert(&source, &VoiceProfile::of([source.as_slice()]), &unvoiced);
        assert!((pitch::median_hz(&pitch::track(&made)) / 120.0 - 1.0).abs() < 0.05);
    }
}

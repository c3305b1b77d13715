//! Noises and filters against audiomentations, trimming against torchaudio, A-law against Python's audioop
//! (`fixtures/make_augment_chain_golden.py`).

#![allow(clippy::unwrap_used)]

use rat::augment::{ColourNoise, Filter, GaussianNoise, GaussianSnr, Noise, a_law, without_starting_silence};
use serde_json::Value;

fn golden() -> Value {
    serde_json::from_str(include_str!("fixtures/augment_chain_golden.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn samples(value: &Value) -> Vec<f32> {
    numbers(value).into_iter().map(|number| number as f32).collect()
}

#[track_caller]
fn close(found: &[f32], expected: &[f32], case: &Value) {
    assert_eq!(found.len(), expected.len());
    let loudest = expected.iter().fold(1.0f32, |loudest, sample| loudest.max(sample.abs()));
    for (place, (found, expected)) in found.iter().zip(expected).enumerate() {
        let mut case = case.clone();
        case.as_object_mut().unwrap().retain(|_, value| !value.is_array());
        assert!((found - expected).abs() < 1e-6 * loudest, "{case}, sample {place}: {found}, expected {expected}");
    }
}

#[test]
fn noises_are_audiomentations() {
    let golden = golden();
    let cases = golden["noises"].as_array().unwrap();
    assert_eq!(cases.len(), 6);
    for case in cases {
        let number = |key: &str| case[key].as_f64().unwrap();
        let white = numbers(&case["noise"]);
        let noise = match case["kind"].as_str().unwrap() {
            "colour" => Noise::Colour(ColourNoise {
                noise: white,
                phases: numbers(&case["phases"]),
                slope_db_per_octave: number("slope_db_per_octave"),
                snr_db: number("snr_db"),
            }),
            "gaussian" => Noise::Gaussian(GaussianNoise { noise: white, amplitude: number("amplitude") }),
            _ => Noise::GaussianSnr(GaussianSnr { noise: white, snr_db: number("snr_db") }),
        };
        let mut found = samples(&golden["input"]);
        noise.apply(&mut found);
        close(&found, &samples(&case["result"]), case);
    }
}

fn filter(case: &Value) -> Filter {
    let number = |key: &str| case[key].as_f64().unwrap();
    let order = || case["order"].as_u64().unwrap() as usize;
    let centre_hz = || number("centre_hz");
    match case["kind"].as_str().unwrap() {
        "band_pass" => Filter::BandPass { centre_hz: centre_hz(), width_hz: number("width_hz"), order: order() },
        "band_stop" => Filter::BandStop { centre_hz: centre_hz(), width_hz: number("width_hz"), order: order() },
        "high_pass" => Filter::HighPass { cutoff_hz: number("cutoff_hz"), order: order() },
        "low_pass" => Filter::LowPass { cutoff_hz: number("cutoff_hz"), order: order() },
        "high_shelf" => Filter::HighShelf { centre_hz: centre_hz(), gain_db: number("gain_db"), q: number("q") },
        "low_shelf" => Filter::LowShelf { centre_hz: centre_hz(), gain_db: number("gain_db"), q: number("q") },
        "peaking" => Filter::Peaking { centre_hz: centre_hz(), gain_db: number("gain_db"), q: number("q") },
        kind => panic!("no filter {kind}"),
    }
}

#[test]
fn filters_are_audiomentations() {
    let golden = golden();
    let cases = golden["filters"].as_array().unwrap();
    assert_eq!(cases.len(), 45);
    for case in cases {
        let mut found = samples(&golden["input"]);
        filter(case).apply(&mut found);
        close(&found, &samples(&case["result"]), case);
    }
}

/// The generator's pseudo-voice: whole numbers alone, so that both programs make the same samples.
fn speech_like(case: u32) -> Vec<f32> {
    let mut state = case.wrapping_mul(2_654_435_761).wrapping_add(12_345);
    let mut draw = |low: i64, high: i64| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        low + i64::from(state >> 8) * (high - low + 1) / (1 << 24)
    };
    let mut samples = Vec::new();
    let parts = draw(3, 9);
    let floor = [0, 2, 12, 60, 250][draw(0, 4) as usize];
    for part in 0..parts {
        let length = draw(600, 15_000);
        let voiced = draw(0, 99) < if part == 0 { 35 } else { 60 };
        let (period, loud, hiss) = (draw(60, 200), draw(300, 12_000), draw(0, 2));
        let echo = draw(20, 50);
        for at in 0..length {
            let mut value = draw(-floor, floor);
            if voiced {
                let phase = at % period;
                let fall = (period - 3 * phase).max(0);
                let rise = at.min(length - at).min(800);
                value += (loud * fall * rise).div_euclid(period * 800);
                value += ((loud * (phase * echo % 97 - 48)).div_euclid(400) * rise).div_euclid(800);
                value += (draw(-loud, loud) * hiss).div_euclid(20);
            }
            samples.push(value.clamp(-32_768, 32_767) as f32 / 32_768.0);
        }
    }
    samples
}

/// All of the eighty signals are trimmed at the same sample.
#[test]
fn trimming_is_torchaudios() {
    let golden = golden();
    let (mut trimmed, mut whole) = (0, 0);
    for (number, case) in golden["trims"].as_array().unwrap().iter().enumerate() {
        let samples = speech_like(number as u32);
        let sum: i64 = samples.iter().map(|sample| (sample * 32_768.0).abs() as i64).sum();
        assert_eq!(
            (samples.len() as u64, sum as u64),
            (case["samples"].as_u64().unwrap(), case["checksum"].as_u64().unwrap())
        );
        // torchaudio gives nothing back where it finds no speech; then the recording is kept whole.
        let expected = match case["kept"].as_u64().unwrap() as usize {
            0 => samples.len(),
            kept => kept,
        };
        assert_eq!(without_starting_silence(&samples).len(), expected, "signal {number} of {}", samples.len());
        *if expected == samples.len() { &mut whole } else { &mut trimmed } += 1;
    }
    assert!(trimmed > 40 && whole > 10, "{trimmed} trimmed, {whole} whole");
}

#[test]
fn nothing_is_left_out_of_silence_noise_and_short_recordings() {
    for samples in [vec![], vec![0.5; 3], vec![0.0; 64_000], (0..1_600).map(|at| (at as f32).sin()).collect()] {
        assert_eq!(without_starting_silence(&samples), samples);
    }
}

#[test]
fn a_law_is_the_standards() {
    let golden = &golden()["a_law"];
    let codes = numbers(&golden["codes"]);
    let decoded = numbers(&golden["decoded"]);
    for ((sample, code), decoded) in numbers(&golden["input"]).into_iter().zip(codes).zip(decoded) {
        let found = a_law::encode(sample as f32 / 32_768.0);
        assert_eq!(f64::from(found), code, "{sample}");
        assert_eq!(f64::from(a_law::decode(found)) * 32_768.0, decoded, "{sample}");
    }
}

//! Augmentation against NumPy and SciPy (`fixtures/make_augment_golden.py`), and what the chain promises.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rat::{
    Waveform,
    augment::{
        AugmentConfig, Augmentor, Side, TimeMask, mu_law,
        rawboost::{Algorithm, Convolutive, Impulsive, Notch, NotchFilter, RawBoost, Stationary, band_stop},
    },
};
use serde_json::Value;

fn golden() -> Value {
    serde_json::from_str(include_str!("fixtures/augment_golden.json")).unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    list(value).iter().map(|number| number.as_f64().unwrap()).collect()
}

fn samples(value: &Value) -> Vec<f32> {
    numbers(value).into_iter().map(|number| number as f32).collect()
}

fn filter(value: &Value) -> NotchFilter {
    let notch = |value: &Value| Notch {
        centre_hz: value["centre_hz"].as_f64().unwrap(),
        width_hz: value["width_hz"].as_f64().unwrap(),
        taps: value["taps"].as_u64().unwrap() as usize,
    };
    NotchFilter {
        notches: list(&value["notches"]).iter().map(notch).collect(),
        gain_db: value["gain_db"].as_f64().unwrap(),
    }
}

#[track_caller]
fn close(found: &[f32], expected: &[f32], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (place, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() < 1e-6, "{what}, sample {place}: {found}, expected {expected}");
    }
}

#[test]
fn filters_are_scipys() {
    for design in list(&golden()["firwin"]) {
        let number = |key: &str| design[key].as_f64().unwrap();
        let response = band_stop(design["taps"].as_u64().unwrap() as usize, number("low"), number("high"));
        for (found, expected) in response.iter().zip(numbers(&design["response"])) {
            assert!((found - expected).abs() < 1e-12 * expected.abs().max(1.0), "{found}, expected {expected}");
        }
    }
}

#[test]
fn rawboost_is_the_papers() {
    for case in list(&golden()["rawboost"]) {
        let convolutive = Convolutive { filters: list(&case["filters"]).iter().map(filter).collect() };
        let hit = |pair: &Value| (pair[0].as_u64().unwrap() as usize, pair[1].as_f64().unwrap());
        let impulsive = Impulsive { hits: list(&case["hits"]).iter().map(hit).collect() };
        let noise = &case["noise"];
        let snr_db = noise["snr_db"].as_f64().unwrap();
        let stationary = Stationary { noise: numbers(&noise["noise"]), filter: filter(&noise["filter"]), snr_db };
        for (name, first, second, third, parallel) in [
            ("convolutive", true, false, false, false),
            ("impulsive", false, true, false, false),
            ("stationary", false, false, true, false),
            ("convolutive_then_impulsive", true, true, false, false),
            ("all", true, true, true, false),
            ("convolutive_beside_impulsive", true, true, false, true),
        ] {
            let boost = RawBoost {
                convolutive: first.then(|| convolutive.clone()),
                impulsive: second.then(|| impulsive.clone()),
                stationary: third.then(|| stationary.clone()),
                parallel,
            };
            let mut found = samples(&case["input"]);
            boost.apply(&mut found);
            close(&found, &samples(&case[name]), &format!("{}, {name}", case["name"]));
        }
    }
}

#[test]
fn mu_law_is_numpys() {
    let golden = &golden()["mu_law"];
    let mut found = samples(&golden["input"]);
    let codes: Vec<f64> = found.iter().map(|&sample| f64::from(mu_law::encode(sample))).collect();
    assert_eq!(codes, numbers(&golden["codes"]));
    mu_law::encode_and_decode(&mut found);
    close(&found, &samples(&golden["decoded"]), "decoded");
}

/// A second of two tones.
fn voice() -> Waveform {
    let tone = |time: f32, hz: f32| (std::f32::consts::TAU * hz * time).sin();
    let sample = |at: u16| 0.3 * tone(f32::from(at) / 16_000.0, 170.0) + 0.2 * tone(f32::from(at) / 16_000.0, 1_100.0);
    Waveform::new((0..16_000).map(sample).collect())
}

fn always() -> AugmentConfig {
    AugmentConfig { time_mask: 1.0, mu_law: 1.0, rawboost: 1.0, ..AugmentConfig::default() }
}

#[test]
fn every_argument_matters_and_nothing_else() {
    let augmentor = Augmentor::new(always()).unwrap();
    let voice = voice();
    let first = augmentor.apply(&voice, 1, 2, 3, Side::Test);
    let again = std::thread::spawn({
        let voice = voice.clone();
        move || augmentor.apply(&voice, 1, 2, 3, Side::Test)
    });
    assert_eq!(first, again.join().unwrap());
    for (seed, epoch, index, side) in
        [(0, 2, 3, Side::Test), (1, 3, 3, Side::Test), (1, 2, 4, Side::Test), (1, 2, 3, Side::Reference)]
    {
        assert_ne!(first, augmentor.apply(&voice, seed, epoch, index, side));
    }
}

#[test]
fn steps_are_taken_as_often_as_asked() {
    let only = |config: AugmentConfig| Augmentor::new(config).unwrap();
    let none = AugmentConfig { time_mask: 0.0, mu_law: 0.0, rawboost: 0.0, ..AugmentConfig::default() };
    let voice = Waveform::new(voice().into_samples()[..400].to_vec());
    let taken = |augmentor: Augmentor| {
        (0..2_000).filter(|&index| augmentor.apply(&voice, 0, 0, index, Side::Test) != voice).count()
    };
    assert_eq!(taken(only(none)), 0);
    assert_eq!(taken(only(AugmentConfig { enabled: false, ..always() })), 0);
    for config in [
        AugmentConfig { time_mask: 0.3, ..none },
        AugmentConfig { mu_law: 0.3, ..none },
        AugmentConfig { rawboost: 0.3, ..none },
    ] {
        assert!((520..680).contains(&taken(only(config))), "{config:?}");
    }
}

/// A step's draws do not depend on whether another was taken.
#[test]
fn a_step_keeps_its_draws_beside_others() {
    let mask_only = Augmentor::new(AugmentConfig { mu_law: 0.0, rawboost: 0.0, ..always() }).unwrap();
    let mask_and_law = Augmentor::new(AugmentConfig { rawboost: 0.0, ..always() }).unwrap();
    let mut expected = mask_only.apply(&voice(), 5, 0, 9, Side::Test).into_samples();
    mu_law::encode_and_decode(&mut expected);
    assert_eq!(mask_and_law.apply(&voice(), 5, 0, 9, Side::Test).into_samples(), expected);
}

#[test]
fn a_config_is_checked() {
    assert!(Augmentor::new(AugmentConfig { mu_law: 1.5, ..AugmentConfig::default() }).is_err());
    assert!(Augmentor::new(AugmentConfig { mu_law: f64::NAN, ..AugmentConfig::default() }).is_err());
    let read = |text: &str| serde_json::from_str::<AugmentConfig>(text);
    assert_eq!(read("{}").unwrap(), AugmentConfig::default());
    assert_eq!(read(r#"{"rawboost_algorithm": 2}"#).unwrap().rawboost_algorithm, Algorithm::Impulsive);
    assert!(read(r#"{"rawboost_algorithm": 9}"#).is_err());
    assert!(read(r#"{"time_masks": 0.1}"#).unwrap_err().to_string().contains("time_masks"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn masks_are_a_fifth_to_a_half(length in 1..5_000usize, seed: u64) {
        let mask = TimeMask::draw(&mut ChaCha8Rng::seed_from_u64(seed), length);
        prop_assert!(mask.length >= length / 5 && mask.length <= length / 2);
        prop_assert!(mask.start + mask.length <= length);
        let mut samples = vec![1.0; length];
        mask.apply(&mut samples);
        prop_assert_eq!(samples.iter().filter(|&&sample| sample == 0.0).count(), mask.length);
    }

    #[test]
    fn any_length_and_algorithm_keeps_length_and_numbers(length in 0..4_000usize, number in 1..=8u8, level in 0.0..3.0f32, seed: u64) {
        let algorithm = Algorithm::try_from(number).unwrap();
        let augmentor = Augmentor::new(AugmentConfig { rawboost_algorithm: algorithm, ..always() }).unwrap();
        let plain = Waveform::new((0..length).map(|at| level * (at as f32 * 0.11).sin()).collect());
        let augmented = augmentor.apply(&plain, seed, 0, 0, Side::Reference);
        prop_assert_eq!(augmented.len(), length);
        prop_assert!(augmented.samples().iter().all(|sample| sample.is_finite()));
    }
}

/// By hand: `cargo test --release --test augment -- --ignored --nocapture`.
#[test]
#[ignore = "prints times, checks nothing"]
fn milliseconds_an_utterance() {
    let voice = Waveform::new(voice().into_samples().repeat(4));
    for (name, config) in [
        ("time mask", AugmentConfig { mu_law: 0.0, rawboost: 0.0, ..always() }),
        ("mu-law", AugmentConfig { time_mask: 0.0, rawboost: 0.0, ..always() }),
        ("RawBoost 5", AugmentConfig { time_mask: 0.0, mu_law: 0.0, ..always() }),
        ("the paper's chain", AugmentConfig::default()),
    ] {
        let augmentor = Augmentor::new(config).unwrap();
        let start = std::time::Instant::now();
        for index in 0..200 {
            std::hint::black_box(augmentor.apply(&voice, 0, 0, index, Side::Test));
        }
        println!("{name}: {:.2} ms for 4 s", start.elapsed().as_secs_f64() * 5.0);
    }
}

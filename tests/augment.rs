//! Augmentation against NumPy and SciPy (`fixtures/make_augment_golden.py`), and what the chain promises.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rat::{
    Waveform,
    augment::{
        AugmentConfig, Augmentor, Side, StepProbability, TimeMask, a_law, mu_law,
        rawboost::{Algorithm, Convolutive, Impulsive, Notch, NotchFilter, RawBoost, Stationary, band_stop},
        without_starting_silence,
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
fn rawboosts_eight_algorithms_are_the_papers() {
    for case in list(&golden()["rawboost"]) {
        let convolutive = Convolutive { filters: list(&case["filters"]).iter().map(filter).collect() };
        let hit = |pair: &Value| (pair[0].as_u64().unwrap() as usize, pair[1].as_f64().unwrap());
        let impulsive = Impulsive { hits: list(&case["hits"]).iter().map(hit).collect() };
        let noise = &case["noise"];
        let snr_db = noise["snr_db"].as_f64().unwrap();
        let stationary = Stationary { noise: numbers(&noise["noise"]), filter: filter(&noise["filter"]), snr_db };
        for (number, name) in (1..).zip([
            "convolutive",
            "impulsive",
            "stationary",
            "all",
            "convolutive_then_impulsive",
            "convolutive_then_stationary",
            "impulsive_then_stationary",
            "convolutive_beside_impulsive",
        ]) {
            let algorithm = Algorithm::try_from(number).unwrap();
            let drawn = RawBoost::draw(&mut ChaCha8Rng::seed_from_u64(0), algorithm, 10);
            let boost = RawBoost {
                convolutive: drawn.convolutive.map(|_| convolutive.clone()),
                impulsive: drawn.impulsive.map(|_| impulsive.clone()),
                stationary: drawn.stationary.map(|_| stationary.clone()),
                parallel: drawn.parallel,
            };
            let mut found = samples(&case["input"]);
            boost.apply(&mut found);
            close(&found, &samples(&case[name]), &format!("{}, {name}", case["name"]));
        }
    }
}

#[test]
fn time_masks_are_numpys() {
    for case in list(&golden()["time_masks"]) {
        let mut found = samples(&case["input"]);
        let [length, start] = ["at_length", "at_start"].map(|key| case[key].as_f64().expect("a number"));
        TimeMask::at(found.len(), length, start).apply(&mut found);
        assert_eq!(found, samples(&case["masked"]), "{case}");
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

/// The steps that there were first, each taken.
fn always() -> AugmentConfig {
    AugmentConfig { time_mask: 1.0, mu_law: 1.0, rawboost: 1.0, ..never() }
}

fn never() -> AugmentConfig {
    let names = ["trim", "time_mask", "surroundings", "mu_law", "a_law", "opus", "rawboost", "noise_and_filter"];
    names.into_iter().fold(AugmentConfig::default(), |config, name| with(config, name, 0.0))
}

fn with(config: AugmentConfig, step: &str, probability: f64) -> AugmentConfig {
    config.with(format!("{step}={probability}").parse().unwrap())
}

/// Half a second of silence, then the voice in bursts.
fn late_voice() -> Waveform {
    let voice = voice().into_samples();
    let burst = |at: usize| if at / 2_000 % 3 == 2 { 0.0 } else { voice[at] };
    Waveform::new(vec![0.0; 8_000].into_iter().chain((0..16_000).map(burst)).collect())
}

#[test]
fn every_argument_matters_and_nothing_else() {
    let mut config = always();
    for step in ["trim", "a_law", "opus", "noise_and_filter", "noise", "filter"] {
        config = with(config, step, 1.0);
    }
    let augmentor = Augmentor::new(config).unwrap();
    let voice = late_voice();
    let first = augmentor.apply(&voice, 1, 2, 3, Side::Test);
    let again = std::thread::spawn({
        let (augmentor, voice) = (augmentor.clone(), voice.clone());
        move || augmentor.try_apply(&voice, 1, 2, 3, Side::Test)
    });
    assert_eq!(first, again.join().unwrap().unwrap());
    for (seed, epoch, index, side) in
        [(0, 2, 3, Side::Test), (1, 3, 3, Side::Test), (1, 2, 4, Side::Test), (1, 2, 3, Side::Reference)]
    {
        assert_ne!(first, augmentor.apply(&voice, seed, epoch, index, side));
    }
}

#[test]
fn steps_are_taken_as_often_as_asked() {
    let only = |config: AugmentConfig| Augmentor::new(config).unwrap();
    let voice = Waveform::new(late_voice().into_samples()[6_000..12_000].to_vec());
    let taken = |augmentor: Augmentor, draws: u64| {
        (0..draws).filter(|&index| augmentor.apply(&voice, 0, 0, index, Side::Test) != voice).count()
    };
    assert_eq!(taken(only(never()), 2_000), 0);
    assert_eq!(taken(only(AugmentConfig { enabled: false, ..always() }), 2_000), 0);
    for step in ["time_mask", "mu_law", "a_law", "rawboost"] {
        let count = taken(only(with(never(), step, 0.3)), 2_000);
        assert!((518..682).contains(&count), "{step}: {count}");
    }
    let trims = only(with(never(), "trim", 0.5));
    let count = (0..2_000).filter(|&index| trims.apply(&late_voice(), 0, 0, index, Side::Test) != late_voice()).count();
    assert!((910..1_090).contains(&count), "trim: {count}");
    let count = taken(only(with(never(), "opus", 0.3)), 200);
    assert!((34..86).contains(&count), "opus: {count}");
    for (absent, present) in [("noise", "filter"), ("filter", "noise")] {
        let count = taken(only(with(with(never(), "noise_and_filter", 1.0), absent, 0.0)), 2_000);
        assert!((1_746..1_854).contains(&count), "{present}: {count}");
    }
    // Neither noise nor filter comes in one of a hundred.
    let count = taken(only(with(never(), "noise_and_filter", 1.0)), 2_000);
    assert!((1_962..1_998).contains(&count), "noise and filter: {count}");
}

/// A step's draws do not depend on whether another was taken.
#[test]
fn a_step_keeps_its_draws_beside_others() {
    let apply = |config: AugmentConfig| Augmentor::new(config).unwrap().apply(&late_voice(), 5, 0, 9, Side::Test);
    let mask_only = with(never(), "time_mask", 1.0);
    let mut expected = apply(mask_only.clone()).into_samples();
    mu_law::encode_and_decode(&mut expected);
    a_law::encode_and_decode(&mut expected);
    let found = apply(with(with(mask_only, "mu_law", 1.0), "a_law", 1.0));
    assert_eq!(found.into_samples(), expected);
    let filter_only = with(with(never(), "noise_and_filter", 1.0), "noise", 0.0);
    let with_filter = with(filter_only, "filter", 1.0);
    let trimmed = Waveform::new(without_starting_silence(late_voice().samples()).to_vec());
    assert!(trimmed.len() < late_voice().len());
    let alone = Augmentor::new(with_filter.clone()).unwrap().apply(&trimmed, 5, 0, 9, Side::Test);
    assert_eq!(apply(with(with_filter, "trim", 1.0)), alone);
}

/// Trimming comes first: the mask is drawn for what is left.
#[test]
fn steps_come_in_the_recipes_order() {
    let config = with(with(with(never(), "trim", 1.0), "time_mask", 1.0), "rawboost", 1.0);
    let found = Augmentor::new(config.clone()).unwrap().apply(&late_voice(), 1, 2, 3, Side::Test);
    let mut expected = Waveform::new(without_starting_silence(late_voice().samples()).to_vec());
    for step in ["time_mask", "rawboost"] {
        expected = Augmentor::new(with(never(), step, 1.0)).unwrap().apply(&expected, 1, 2, 3, Side::Test);
    }
    assert_eq!(found, expected);
}

#[test]
fn a_config_is_checked() {
    assert!(Augmentor::new(AugmentConfig { mu_law: 1.5, ..AugmentConfig::default() }).is_err());
    assert!(Augmentor::new(AugmentConfig { filter: f64::NAN, ..AugmentConfig::default() }).is_err());
    let read = |text: &str| serde_json::from_str::<AugmentConfig>(text);
    assert_eq!(read(r#"{"rawboost_algorithm": 2}"#).unwrap().rawboost_algorithm, Algorithm::Impulsive);
    assert!(read(r#"{"rawboost_algorithm": 9}"#).is_err());
    assert!(read(r#"{"time_masks": 0.1}"#).unwrap_err().to_string().contains("time_masks"));
    for (text, word) in [("reverb=0.3", "trim"), ("trim", "trim=0.3"), ("trim=2", "trim=0.3"), ("trim=NaN", "trim=0.3")]
    {
        let error = text.parse::<StepProbability>().unwrap_err();
        assert!(error.remedy().contains(word), "{text}: {}", error.remedy());
    }
}

/// Runs of before the later steps go on as they were: what their files do not name is not done.
#[test]
fn an_older_file_means_what_it_meant() {
    let text = r#"{"enabled": true, "time_mask": 0.3, "mu_law": 0.3, "rawboost": 0.3, "rawboost_algorithm": 5}"#;
    let old: AugmentConfig = serde_json::from_str(text).unwrap();
    assert_eq!((old.trim, old.surroundings, old.noise_and_filter, old.a_law, old.opus), (0.0, 0.0, 0.0, 0.0, 0.0));
    let mut all_but = AugmentConfig::default();
    for step in ["trim", "surroundings", "noise_and_filter"] {
        all_but = with(all_but, step, 0.0);
    }
    assert_eq!(old, all_but);
    let again: AugmentConfig =
        serde_json::from_str(&serde_json::to_string(&AugmentConfig::default()).unwrap()).unwrap();
    assert_eq!(again, AugmentConfig::default());
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
    fn any_length_and_algorithm_gives_numbers(length in 0..6_000usize, number in 1..=8u8, level in 0.0..3.0f32, seed: u64) {
        let algorithm = Algorithm::try_from(number).unwrap();
        let mut config = AugmentConfig { rawboost_algorithm: algorithm, ..always() };
        for step in ["trim", "a_law", "opus", "noise_and_filter"] {
            config = with(config, step, 1.0);
        }
        let augmentor = Augmentor::new(config).unwrap();
        let plain = Waveform::new((0..length).map(|at| level * (at as f32 * 0.11).sin()).collect());
        let augmented = augmentor.apply(&plain, seed, 0, 0, Side::Reference);
        // What is trimmed leaves at least the tenth of a second in which the voice was found.
        prop_assert!(augmented.len() <= length && augmented.len() >= length.min(1_600));
        prop_assert!(augmented.samples().iter().all(|sample| sample.is_finite()));
    }
}

/// By hand: `cargo test --release --test augment -- --ignored --nocapture`.
#[test]
#[ignore = "prints times, checks nothing"]
fn milliseconds_an_utterance() {
    let voice = Waveform::new([vec![0.0; 24_000], late_voice().into_samples(), voice().into_samples()].concat());
    let steps = ["trim", "time_mask", "mu_law", "a_law", "opus", "rawboost", "noise_and_filter"];
    let each = steps.into_iter().map(|step| (step, with(never(), step, 1.0)));
    for (name, config) in each.chain([("the paper's chain", AugmentConfig::default())]) {
        let augmentor = Augmentor::new(config).unwrap();
        let start = std::time::Instant::now();
        for index in 0..200 {
            std::hint::black_box(augmentor.apply(&voice, 0, 0, index, Side::Test));
        }
        println!("{name}: {:.2} ms for 4 s", start.elapsed().as_secs_f64() * 5.0);
    }
}

/// By hand, to look at: `GALLERY=DIR RECORDING=FILE cargo test --release --test augment pictures -- --ignored`.
#[test]
#[ignore = "writes pictures to look at: GALLERY=DIR RECORDING=FILE, both needed"]
fn pictures() {
    let folder = std::path::PathBuf::from(std::env::var_os("GALLERY").unwrap());
    let plain = Waveform::read(std::env::var_os("RECORDING").unwrap()).unwrap();
    for step in ["trim", "time_mask", "mu_law", "a_law", "opus", "rawboost", "noise_and_filter"] {
        let augmented = Augmentor::new(with(never(), step, 1.0)).unwrap().apply(&plain, 3, 0, 1, Side::Test);
        let figure = rat::plot::before_and_after(step, &plain, &augmented).unwrap();
        std::fs::write(folder.join(format!("{step}.png")), figure.png()).unwrap();
        std::fs::write(folder.join(format!("{step}.svg")), figure.svg()).unwrap();
    }
}

//! What the augmentations draw: ranges, evenness (Kolmogorov-Smirnov) and how often (binomial limits).

#![allow(clippy::unwrap_used)]

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rat::augment::{
    Filter, Noise, Opus, TimeMask,
    rawboost::{Algorithm, Convolutive, Impulsive, Notch, RawBoost, Stationary},
};

const DRAWS: u64 = 4_000;

fn stream(number: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(number)
}

/// Values lie evenly between the ends: within, and Kolmogorov-Smirnov's distance below its 0.1 % point.
#[track_caller]
fn even(mut values: Vec<f64>, low: f64, high: f64) {
    assert!(values.len() > 100);
    values.sort_unstable_by(f64::total_cmp);
    let (first, last) = (values[0], values[values.len() - 1]);
    assert!(low <= first && last <= high, "{first} to {last} is not within {low} to {high}");
    let count = values.len() as f64;
    let distance = values.iter().enumerate().map(|(rank, value)| {
        let share = (value - low) / (high - low);
        (share - rank as f64 / count).max((rank + 1) as f64 / count - share)
    });
    let distance = distance.fold(0.0, f64::max);
    assert!(distance < 1.95 / count.sqrt(), "{distance} from an even spread over {low} to {high} of {count}");
}

/// So many of the draws as the probability says, within four standard deviations.
#[track_caller]
fn often(count: usize, draws: usize, probability: f64) {
    let (mean, draws) = (probability * draws as f64, draws as f64);
    let spread = (draws * probability * (1.0 - probability)).sqrt();
    assert!((count as f64 - mean).abs() < 4.0 * spread, "{count} of {draws}, expected {mean:.0} +- {spread:.0}");
}

fn mel(hz: f64) -> f64 {
    2_595.0 * (1.0 + hz / 700.0).log10()
}

#[test]
fn masks() {
    let masks: Vec<_> = (0..DRAWS).map(|number| TimeMask::draw(&mut stream(number), 64_000)).collect();
    even(masks.iter().map(|mask| mask.length as f64).collect(), 12_800.0, 32_000.0);
    even(masks.iter().map(|mask| mask.start as f64 / (64_000 - mask.length) as f64).collect(), 0.0, 1.0);
}

#[test]
fn notches() {
    let notches: Vec<_> = (0..DRAWS).map(|number| Notch::draw(&mut stream(number))).collect();
    even(notches.iter().map(|notch| notch.centre_hz).collect(), 20.0, 8_000.0);
    even(notches.iter().map(|notch| notch.width_hz).collect(), 100.0, 1_000.0);
    for taps in (11..=99).step_by(2) {
        // 10 to 99, even ones one longer.
        often(notches.iter().filter(|notch| notch.taps == taps).count(), notches.len(), 2.0 / 90.0);
    }
}

#[test]
fn rawboosts_noises() {
    let convolutive: Vec<_> = (0..DRAWS).map(|number| Convolutive::draw(&mut stream(number))).collect();
    assert!(convolutive.iter().all(|noise| noise.filters.len() == 5 && noise.filters[0].gain_db == 0.0));
    assert!(convolutive.iter().flat_map(|noise| &noise.filters).all(|filter| filter.notches.len() == 5));
    even(convolutive.iter().map(|noise| noise.filters[3].gain_db).collect(), -20.0, -5.0);
    let impulsive: Vec<_> = (0..DRAWS).map(|number| Impulsive::draw(&mut stream(number), 5_000)).collect();
    even(impulsive.iter().map(|noise| noise.hits.len() as f64).collect(), 0.0, 500.0);
    let hits = || impulsive.iter().filter_map(|noise| noise.hits.first());
    even(hits().map(|&(place, _)| place as f64).collect(), 0.0, 5_000.0);
    // Twice the product of two even numbers within -1 to 1: even once its distribution function is applied.
    let flattened = |factor: f64| factor.signum() * (factor.abs() / 2.0) * (1.0 - (factor.abs() / 2.0).ln());
    even(hits().map(|&(_, factor)| flattened(factor)).collect(), -1.0, 1.0);
    let stationary: Vec<_> = (0..DRAWS).map(|number| Stationary::draw(&mut stream(number), 3)).collect();
    even(stationary.iter().map(|noise| noise.snr_db).collect(), 10.0, 40.0);
    normal(stationary.iter().flat_map(|noise| noise.noise.clone()).collect());
    let five = RawBoost::draw(&mut stream(0), Algorithm::default(), 50);
    assert!(five.convolutive.is_some() && five.impulsive.is_some() && five.stationary.is_none() && !five.parallel);
}

/// Standard normal: even once the normal distribution function is applied.
#[track_caller]
fn normal(values: Vec<f64>) {
    even(values.into_iter().map(rat::metrics::normal_cdf).collect(), 0.0, 1.0);
}

#[test]
fn noises() {
    let (mut colour, mut gaussian, mut ratio) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..3 * DRAWS {
        match Noise::draw(&mut stream(number), 4) {
            Noise::Colour(noise) => colour.push(noise),
            Noise::Gaussian(noise) => gaussian.push(noise),
            Noise::GaussianSnr(noise) => ratio.push(noise),
        }
    }
    for count in [colour.len(), gaussian.len(), ratio.len()] {
        often(count, 3 * DRAWS as usize, 1.0 / 3.0);
    }
    even(colour.iter().map(|noise| noise.snr_db).collect(), 5.0, 40.0);
    even(colour.iter().map(|noise| noise.slope_db_per_octave).collect(), -6.0, 6.0);
    assert!(colour.iter().all(|noise| noise.phases.len() == 65));
    even(colour.iter().flat_map(|noise| noise.phases.clone()).collect(), 0.0, std::f64::consts::TAU);
    even(gaussian.iter().map(|noise| noise.amplitude).collect(), 0.001, 0.015);
    even(ratio.iter().map(|noise| noise.snr_db).collect(), 5.0, 40.0);
    normal(colour.into_iter().flat_map(|noise| noise.noise).collect());
    normal(gaussian.into_iter().flat_map(|noise| noise.noise).collect());
    normal(ratio.into_iter().flat_map(|noise| noise.noise).collect());
}

#[test]
fn filters() {
    let filters: Vec<_> = (0..7 * DRAWS).map(|number| Filter::draw(&mut stream(number))).collect();
    // Frequency in mel and its ends, then what else is drawn and its ends.
    type Drawn = (f64, (f64, f64), Vec<(f64, f64, f64)>, Option<usize>);
    let drawn = |filter: &Filter| -> (usize, Drawn) {
        match *filter {
            Filter::BandPass { centre_hz, width_hz, order } => {
                (0, (centre_hz, (200.0, 4_000.0), vec![(width_hz / centre_hz, 0.5, 1.99)], Some(order)))
            }
            Filter::BandStop { centre_hz, width_hz, order } => {
                (1, (centre_hz, (200.0, 4_000.0), vec![(width_hz / centre_hz, 0.5, 1.99)], Some(order)))
            }
            Filter::HighPass { cutoff_hz, order } => (2, (cutoff_hz, (20.0, 2_400.0), vec![], Some(order))),
            Filter::HighShelf { centre_hz, gain_db, q } => {
                (3, (centre_hz, (300.0, 7_500.0), vec![(gain_db, -18.0, 18.0), (q, 0.1, 0.999)], None))
            }
            Filter::LowPass { cutoff_hz, order } => (4, (cutoff_hz, (150.0, 7_500.0), vec![], Some(order))),
            Filter::LowShelf { centre_hz, gain_db, q } => {
                (5, (centre_hz, (50.0, 4_000.0), vec![(gain_db, -18.0, 18.0), (q, 0.1, 0.999)], None))
            }
            Filter::Peaking { centre_hz, gain_db, q } => {
                (6, (centre_hz, (50.0, 7_500.0), vec![(gain_db, -24.0, 24.0), (q, 0.5, 5.0)], None))
            }
        }
    };
    for kind in 0..7 {
        let of: Vec<_> = filters.iter().map(drawn).filter(|drawn| drawn.0 == kind).map(|drawn| drawn.1).collect();
        often(of.len(), filters.len(), 1.0 / 7.0);
        let (low_hz, high_hz) = of[0].1;
        even(of.iter().map(|drawn| mel(drawn.0)).collect(), mel(low_hz) - 1e-9, mel(high_hz) + 1e-9);
        for part in 0..of[0].2.len() {
            let (_, low, high) = of[0].2[part];
            even(of.iter().map(|drawn| drawn.2[part].0).collect(), low - 1e-9, high + 1e-9);
        }
        for order in 2..=4 {
            let count = of.iter().filter(|drawn| drawn.3 == Some(order)).count();
            often(count, of.len(), if of[0].3.is_some() { 1.0 / 3.0 } else { 0.0 } + f64::EPSILON);
        }
    }
}

#[test]
fn bit_rates() {
    even((0..DRAWS).map(|number| f64::from(Opus::draw(&mut stream(number)).bit_rate)).collect(), 6_000.0, 30_000.0);
}

//! Binomial draws in constant time: how many of n drawn trials fall into a part of a range.
//!
//! Single draws where n is small; inversion where the mean is (Devroye, *Non-Uniform Random Variate Generation*, 1986,
//! X.4.2); else Hörmann, *The generation of binomial random variates* (J. Stat. Comput. Simul. 46, 1993), algorithm BTRS.

use super::stream::Stream;

/// Up to so many are drawn one by one.
const SINGLE: u32 = 12;
/// BTRS needs a mean of 10 at least.
const SMALL_MEAN: f64 = 10.0;

/// How many of `n` fall into `part` of `whole` equally probable places.
pub(super) fn binomial(stream: &mut Stream, n: u32, part: u32, whole: u32) -> u32 {
    if n == 0 || part == 0 {
        return 0;
    }
    if part >= whole {
        return n;
    }
    if n <= SINGLE {
        return (0..n).map(|_| u32::from(stream.below(whole) < part)).sum();
    }
    let rest = whole - part;
    let p = f64::from(part.min(rest)) / f64::from(whole);
    let drawn = if f64::from(n) * p < SMALL_MEAN { by_inversion(stream, n, p) } else { by_rejection(stream, n, p) };
    if part <= rest { drawn } else { n - drawn }
}

/// Walks up the cumulative distribution; `p` is a half at most.
fn by_inversion(stream: &mut Stream, n: u32, p: f64) -> u32 {
    let odds = p / (1.0 - p);
    let top = odds * (f64::from(n) + 1.0);
    let mut left = stream.uniform();
    let mut mass = (f64::from(n) * (-p).ln_1p()).exp();
    let mut drawn = 0;
    while left > mass && drawn < n {
        left -= mass;
        drawn += 1;
        mass *= top / f64::from(drawn) - odds;
    }
    drawn
}

/// BTRS: transformed rejection with a squeeze; nine draws in ten end at the squeeze.
fn by_rejection(stream: &mut Stream, n: u32, p: f64) -> u32 {
    let (n, q) = (f64::from(n), 1.0 - p);
    let spread = (n * p * q).sqrt();
    let b = 1.15 + 2.53 * spread;
    let a = -0.0873 + 0.0248 * b + 0.01 * p;
    let centre = n * p + 0.5;
    let squeeze = 0.92 - 4.2 / b;
    loop {
        let u = stream.uniform() - 0.5;
        let v = stream.uniform();
        let distance = 0.5 - u.abs();
        let drawn = ((2.0 * a / distance + b) * u + centre).floor();
        if distance >= 0.07 && v <= squeeze {
            return drawn as u32;
        }
        if !(0.0..=n).contains(&drawn) {
            continue;
        }
        let alpha = (2.83 + 5.1 / b) * spread;
        let v = (v * alpha / (a / (distance * distance) + b)).ln();
        if v <= log_ratio(n, p / q, ((n + 1.0) * p).floor(), drawn) {
            return drawn as u32;
        }
    }
}

/// The logarithm of the probability of `drawn` over that of the `mode`.
fn log_ratio(n: f64, odds: f64, mode: f64, drawn: f64) -> f64 {
    (mode + 0.5) * ((mode + 1.0) / (odds * (n - mode + 1.0))).ln()
        + (n + 1.0) * ((n - mode + 1.0) / (n - drawn + 1.0)).ln()
        + (drawn + 0.5) * (odds * (n - drawn + 1.0) / (drawn + 1.0)).ln()
        + stirling_rest(mode)
        + stirling_rest(n - mode)
        - stirling_rest(drawn)
        - stirling_rest(n - drawn)
}

/// What Stirling's formula for ln k! leaves, around k + 1.
fn stirling_rest(k: f64) -> f64 {
    const TABLE: [f64; 10] = [
        0.081_061_466_795_327_8,
        0.041_340_695_955_409_3,
        0.027_677_925_684_998_3,
        0.020_790_672_103_765_1,
        0.016_644_691_189_821_2,
        0.013_876_128_823_070_7,
        0.011_896_709_945_891_8,
        0.010_411_265_261_972_1,
        0.009_255_462_182_712_73,
        0.008_330_563_433_362_87,
    ];
    if let Some(&rest) = TABLE.get(k as usize) {
        return rest;
    }
    let inverse = 1.0 / (k + 1.0);
    let square = inverse * inverse;
    (1.0 / 12.0 - (1.0 / 360.0 - square / 1260.0) * square) * inverse
}

#[cfg(test)]
mod tests {
    use super::{super::stream::Key, *};

    fn log_choose(n: u32, k: u32) -> f64 {
        (1..=k).map(|i| (f64::from(n - k + i) / f64::from(i)).ln()).sum()
    }

    /// Chi-square over the values that are expected 20 times at least; the rest is one value more.
    fn check(n: u32, part: u32, whole: u32) {
        const DRAWS: u32 = 200_000;
        let mut seen = vec![0u32; n as usize + 1];
        for place in 0..DRAWS {
            let mut stream = Key::new(7, 11).stream(u64::from(place));
            seen[binomial(&mut stream, n, part, whole) as usize] += 1;
        }
        let p = f64::from(part) / f64::from(whole);
        let (mut square, mut freedom, mut rest) = (0.0, 0.0, [0.0, 0.0]);
        for (k, &seen) in (0..).zip(&seen) {
            let log_mass = log_choose(n, k) + f64::from(k) * p.ln() + f64::from(n - k) * (1.0 - p).ln();
            let expected = f64::from(DRAWS) * log_mass.exp();
            if expected < 20.0 {
                rest = [rest[0] + f64::from(seen), rest[1] + expected];
            } else {
                square += (f64::from(seen) - expected).powi(2) / expected;
                freedom += 1.0;
            }
        }
        assert!((rest[0] - rest[1]).abs() < 5.0 * rest[1].sqrt() + 5.0, "tails of {n} {part} {whole}: {rest:?}");
        let bound: f64 = freedom + 5.0 * (2.0 * freedom + 1.0f64).sqrt();
        assert!(square < bound, "n {n}, {part} of {whole}: chi-square {square} over {freedom} values");
    }

    #[test]
    fn draws_follow_the_distribution() {
        for (n, part, whole) in [
            (1, 1, 3),
            (5, 2, 4),
            (12, 7, 9),
            (13, 1, 100),
            (40, 1, 5),
            (60, 50, 60),
            (20, 1, 2),
            (21, 10, 20),
            (25, 12, 25),
            (100, 1, 3),
            (300, 200, 217),
            (1_000, 1, 2),
            (5_000, 1, 90),
            (20_000, 1, 2_000),
        ] {
            check(n, part, whole);
        }
    }

    #[test]
    fn large_draws_have_the_right_moments() {
        let (n, part, whole) = (680_774, 138_688, 680_774);
        let p = f64::from(part) / f64::from(whole);
        let (mean, variance) = (f64::from(n) * p, f64::from(n) * p * (1.0 - p));
        let scaled: Vec<f64> = (0..100_000)
            .map(|place| f64::from(binomial(&mut Key::new(1, 2).stream(place), n, part, whole)))
            .map(|drawn| (drawn - mean) / variance.sqrt())
            .collect();
        let moment = |power: i32| scaled.iter().map(|x| x.powi(power)).sum::<f64>() / 1e5;
        assert!(moment(1).abs() < 0.015 && (moment(2) - 1.0).abs() < 0.02);
        assert!(moment(3).abs() < 0.05 && (moment(4) - 3.0).abs() < 0.15);
    }

    #[test]
    fn nothing_and_everything_are_certain() {
        let mut stream = Key::new(0, 0).stream(0);
        assert_eq!(binomial(&mut stream, 0, 1, 2), 0);
        assert_eq!(binomial(&mut stream, 9, 0, 2), 0);
        assert_eq!(binomial(&mut stream, 9, 2, 2), 9);
        assert_eq!(binomial(&mut stream, i32::MAX as u32, 1, 1), i32::MAX as u32);
    }
}

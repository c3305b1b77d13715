//! Shelves and peaks: R. Bristow-Johnson's *Cookbook formulae for audio EQ biquad filter coefficients*.

use std::f64::consts::TAU;

use super::sections::Section;
use crate::audio::SAMPLE_RATE_HZ;

/// Which part of the spectrum is raised or lowered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Curve {
    /// What lies below.
    Low,
    /// What lies above.
    High,
    /// What lies around.
    Peak,
}

/// The cookbook's section, with its names.
pub(super) fn section(curve: Curve, centre_hz: f64, gain_db: f64, q: f64) -> Section {
    let a = 10f64.powf(gain_db / 40.0);
    let (sin, cos) = (TAU * centre_hz / f64::from(SAMPLE_RATE_HZ)).sin_cos();
    let alpha = sin / (2.0 * q);
    let shelf = |cos: f64| {
        let slope = 2.0 * a.sqrt() * alpha;
        let (plus, minus) = (a + 1.0, a - 1.0);
        let numerator = [plus - minus * cos + slope, 2.0 * (minus - plus * cos), plus - minus * cos - slope];
        let denominator = [plus + minus * cos + slope, -2.0 * (minus + plus * cos), plus + minus * cos - slope];
        (numerator.map(|tap| a * tap), denominator)
    };
    let (numerator, [first, near, far]) = match curve {
        Curve::Low => shelf(cos),
        // A high shelf is a low shelf with the frequency axis turned round.
        Curve::High => {
            let ([b0, b1, b2], [a0, a1, a2]) = shelf(-cos);
            ([b0, -b1, b2], [a0, -a1, a2])
        }
        Curve::Peak => ([1.0 + alpha * a, -2.0 * cos, 1.0 - alpha * a], [1.0 + alpha / a, -2.0 * cos, 1.0 - alpha / a]),
    };
    Section { numerator: numerator.map(|tap| tap / first), denominator: [near / first, far / first] }
}

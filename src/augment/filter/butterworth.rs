//! Butterworth filters by the bilinear transform: the designs of `scipy.signal.butter` at 16 kHz.

use std::f64::consts::PI;

use realfft::num_complex::Complex;

use super::sections::Section;
use crate::audio::SAMPLE_RATE_HZ;

const NYQUIST_HZ: f64 = SAMPLE_RATE_HZ as f64 / 2.0;

/// Twice the sample rate of the bilinear transform, in SciPy's units.
const RATE: f64 = 4.0;

/// What a filter lets through.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Passed {
    /// Low frequencies.
    Below(f64),
    /// High frequencies.
    Above(f64),
    /// A band.
    Within { low_hz: f64, high_hz: f64 },
    /// All but a band.
    Outside { low_hz: f64, high_hz: f64 },
}

/// The analogue frequency that the bilinear transform brings to this one.
fn warped(hz: f64) -> f64 {
    RATE * (PI * hz / NYQUIST_HZ / 2.0).tan()
}

/// A band's width and geometric middle; an upper edge beyond the Nyquist frequency comes just below, as in audiomentations.
fn band(low_hz: f64, high_hz: f64) -> (f64, f64) {
    let high_hz = if high_hz > NYQUIST_HZ { NYQUIST_HZ * 0.9999 } else { high_hz };
    let (low, high) = (warped(low_hz), warped(high_hz));
    (high - low, (low * high).sqrt())
}

/// The sections of a filter of this order; band filters have twice as many poles.
pub(super) fn design(passed: Passed, order: usize) -> Vec<Section> {
    let mut sections: Vec<Section> = (0..order.div_ceil(2)).flat_map(|pair| of_pole(passed, order, pair)).collect();
    // Butterworth filters let something through unchanged: that settles each section's scale.
    let unchanged = match passed {
        Passed::Below(_) | Passed::Outside { .. } => Complex::ONE,
        Passed::Above(_) => -Complex::ONE,
        Passed::Within { low_hz, high_hz } => digital(Complex::new(0.0, band(low_hz, high_hz).1)),
    };
    for section in &mut sections {
        let scale = response(section, unchanged).norm().recip();
        section.numerator = section.numerator.map(|tap| scale * tap);
    }
    sections
}

/// The sections that come of a pole of the prototype and its conjugate; the last pole of an odd order is real.
fn of_pole(passed: Passed, order: usize, pair: usize) -> Vec<Section> {
    let angle = PI * (order - 1 - 2 * pair) as f64 / (2 * order) as f64;
    let pole = -Complex::from_polar(1.0, angle);
    let single = 2 * pair + 1 == order;
    let split = |pole: Complex<f64>, centre: f64| {
        let root = (pole * pole - centre * centre).sqrt();
        (digital(pole + root), digital(pole - root))
    };
    let of_band = |(one, other): (Complex<f64>, Complex<f64>), numerator: [f64; 3]| match single {
        true => vec![section(numerator, one, other)],
        false => [one, other].map(|pole| section(numerator, pole, pole.conj())).into(),
    };
    match passed {
        Passed::Below(hz) | Passed::Above(hz) => {
            let below = matches!(passed, Passed::Below(_));
            let zero = if below { -1.0 } else { 1.0 };
            let pole = digital(if below { warped(hz) * pole } else { warped(hz) / pole });
            match single {
                true => vec![section([1.0, -zero, 0.0], pole, Complex::ZERO)],
                false => vec![section([1.0, -2.0 * zero, 1.0], pole, pole.conj())],
            }
        }
        Passed::Within { low_hz, high_hz } => {
            let (width, centre) = band(low_hz, high_hz);
            of_band(split(width / 2.0 * pole, centre), [1.0, 0.0, -1.0])
        }
        Passed::Outside { low_hz, high_hz } => {
            let (width, centre) = band(low_hz, high_hz);
            let zero = digital(Complex::new(0.0, centre));
            of_band(split(width / 2.0 / pole, centre), [1.0, -2.0 * zero.re, 1.0])
        }
    }
}

/// The bilinear transform of a pole or zero.
fn digital(analogue: Complex<f64>) -> Complex<f64> {
    (RATE + analogue) / (RATE - analogue)
}

/// With poles that are conjugates, or both real.
fn section(numerator: [f64; 3], one: Complex<f64>, other: Complex<f64>) -> Section {
    Section { numerator, denominator: [-(one + other).re, (one * other).re] }
}

/// The section's transfer function at z.
fn response(section: &Section, z: Complex<f64>) -> Complex<f64> {
    let ([first, middle, last], [near, far]) = (section.numerator, section.denominator);
    let back = z.inv();
    let of = |first: f64, near: f64, far: f64| first + back * (near + back * far);
    of(first, middle, last) / of(1.0, near, far)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_are_three_decibels_down() {
        for order in 1..=5 {
            for (passed, edges) in [
                (Passed::Below(900.0), vec![900.0]),
                (Passed::Above(900.0), vec![900.0]),
                (Passed::Within { low_hz: 300.0, high_hz: 3_400.0 }, vec![300.0, 3_400.0]),
                (Passed::Within { low_hz: 1.0, high_hz: 399.0 }, vec![1.0, 399.0]),
                (Passed::Outside { low_hz: 300.0, high_hz: 3_400.0 }, vec![300.0, 3_400.0]),
            ] {
                for hz in edges {
                    let z = Complex::from_polar(1.0, PI * hz / NYQUIST_HZ);
                    let gain: f64 = design(passed, order).iter().map(|section| response(section, z).norm()).product();
                    assert!((gain - 0.5f64.sqrt()).abs() < 1e-6, "{passed:?}, order {order}, {hz} Hz: {gain}");
                }
            }
        }
    }
}

//! Functions without branches, so that loops over them become vector code.

use pulp::{Arch, Simd, WithSimd};

/// Runs a loop compiled for the widest vectors of this processor.
///
/// Loop and data come apart, so that the closure is a plain `Fn`: its body then is inlined where the vectors are allowed;
/// mark it `#[inline(always)]`.
pub(in crate::ssl) fn vectorised<T: ?Sized>(data: &mut T, work: impl Fn(&mut T)) {
    Arch::new().dispatch(Vectorised { data, work });
}

struct Vectorised<'a, T: ?Sized, W> {
    data: &'a mut T,
    work: W,
}

impl<T: ?Sized, W: Fn(&mut T)> WithSimd for Vectorised<'_, T, W> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        (self.work)(self.data);
    }
}

/// Lanes of the widest vectors in f32.
pub(super) const LANES: usize = 16;

/// The error function, within 2 ulp near zero and 3e-7 everywhere: a ratio of polynomials on [-4, 4] (the
/// coefficients that Eigen's and XLA's f32 `erf` share).
#[inline(always)]
fn erf(x: f32) -> f32 {
    let x = x.clamp(-4.0, 4.0);
    let s = x * x;
    let mut p = -2.726_142_3e-10_f32;
    for c in [2.770_681_4e-8, -2.101_024e-6, -5.692_506_5e-5, -7.349_906e-4, -2.954_6e-3, -1.609_603_3e-2] {
        p = p.mul_add(s, c);
    }
    let mut q = -1.456_607_2e-5_f32;
    for c in [-2.133_740_6e-4, -1.682_827e-3, -7.373_329e-3, -1.426_473_9e-2] {
        q = q.mul_add(s, c);
    }
    x * p / q
}

/// GELU by the error function, as PyTorch's default.
#[inline(always)]
pub(in crate::ssl) fn gelu(x: f32) -> f32 {
    0.5 * x * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2))
}

/// The slope of [`gelu`].
#[inline(always)]
pub(in crate::ssl) fn gelu_slope(x: f32) -> f32 {
    const ONE_BY_ROOT_TWO_PI: f32 = 0.398_942_3;
    let density = exp(-0.5 * x * x) * ONE_BY_ROOT_TWO_PI;
    x.mul_add(density, 0.5 * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2)))
}

/// The exponential of a number that is not above 88, within 2 ulp; 0 below -87.
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    // Adding 1.5 * 2^23 rounds to the nearest integer and leaves it in the low bits.
    const ROUND: f32 = 12_582_912.0;
    let x = x.max(-87.3);
    let shifted = x.mul_add(std::f32::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    // ln 2 in two parts, so that the rest is exact.
    let r = n.mul_add(-0.693_145_75, x);
    let r = n.mul_add(-1.428_606_8e-6, r);
    let mut p = 1.987_569_1e-4_f32;
    for c in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 0.166_666_65, 0.5] {
        p = p.mul_add(r, c);
    }
    let mantissa = p.mul_add(r * r, r) + 1.0;
    mantissa * f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23))
}

/// Sum, with as many partial sums as the widest vector has lanes.
#[inline(always)]
pub(in crate::ssl) fn sum(values: &[f32], term: impl Fn(f32) -> f32) -> f32 {
    let mut lanes = [0.0_f32; LANES];
    let chunks = values.chunks_exact(LANES);
    let rest: f32 = chunks.remainder().iter().map(|&value| term(value)).sum();
    for chunk in chunks {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            *lane += term(value);
        }
    }
    lanes.iter().sum::<f32>() + rest
}

/// Sum over three slices of one length, as [`sum`].
#[inline(always)]
pub(in crate::ssl) fn sum3(a: &[f32], b: &[f32], c: &[f32], term: impl Fn(f32, f32, f32) -> f32) -> f32 {
    let mut lanes = [0.0_f32; LANES];
    let whole = a.len() / LANES * LANES;
    let chunks = a[..whole].chunks_exact(LANES).zip(b[..whole].chunks_exact(LANES)).zip(c[..whole].chunks_exact(LANES));
    for ((a, b), c) in chunks {
        for (((lane, &a), &b), &c) in lanes.iter_mut().zip(a).zip(b).zip(c) {
            *lane += term(a, b, c);
        }
    }
    let rest = a[whole..].iter().zip(&b[whole..]).zip(&c[whole..]).map(|((&a, &b), &c)| term(a, b, c));
    lanes.iter().sum::<f32>() + rest.sum::<f32>()
}

/// The largest value.
#[inline(always)]
pub(super) fn max(values: &[f32]) -> f32 {
    let mut lanes = [f32::NEG_INFINITY; LANES];
    let chunks = values.chunks_exact(LANES);
    let rest = chunks.remainder().iter().fold(f32::NEG_INFINITY, |a, &b| if b > a { b } else { a });
    for chunk in chunks {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            *lane = if value > *lane { value } else { *lane };
        }
    }
    lanes.iter().fold(rest, |a, &b| if b > a { b } else { a })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// erf by its Taylor series in f64, which converges well in [-5, 5].
    fn erf_exact(x: f64) -> f64 {
        let (mut term, mut total) = (x, x);
        for n in 1..200 {
            let n = f64::from(n);
            term *= -x * x / n;
            total += term / (2.0 * n + 1.0);
        }
        total * 2.0 / std::f64::consts::PI.sqrt()
    }

    #[test]
    fn gelu_is_within_1e_6_of_the_exact_one() {
        for step in -4_000..=4_000 {
            let x = step as f32 / 1_000.0;
            let exact = 0.5 * f64::from(x) * (1.0 + erf_exact(f64::from(x) / std::f64::consts::SQRT_2));
            assert!((f64::from(gelu(x)) - exact).abs() < 1e-6, "{x}: {} against {exact}", gelu(x));
        }
        assert!((gelu(30.0) - 30.0).abs() < 1e-5 && gelu(-30.0).abs() < 1e-5);
    }

    #[test]
    fn exp_is_within_3e_7_relative() {
        for step in -8_700..=8_800 {
            let x = step as f32 / 100.0;
            let exact = f64::from(x).exp();
            assert!((f64::from(exp(x)) / exact - 1.0).abs() < 3e-7, "{x}");
        }
        assert!(exp(-1e9) < 1e-37);
    }

    #[test]
    fn sums_and_maxima_take_every_value() {
        let values: Vec<f32> = (0..37).map(|index| (index as f32 * 0.7).sin()).collect();
        let plain: f32 = values.iter().map(|value| value * value).sum();
        assert!((sum(&values, |value| value * value) - plain).abs() < 1e-5);
        for place in 0..37 {
            let mut values = values.clone();
            values[place] = 5.0;
            assert_eq!(max(&values), 5.0);
        }
    }
}

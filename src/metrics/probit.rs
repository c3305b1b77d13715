//! The normal distribution's quantiles (probit) and its cumulative form: the axes of a DET plot.
//!
//! Quantiles by Wichura, *Algorithm AS 241* (Applied Statistics 37, 1988), to about 1e-16; the cumulative distribution by
//! Hart's rational approximation as in West, *Better approximations to cumulative normal functions* (2005), to about 1e-15,
//! and in the tails by the continued fraction of Mills' ratio.

// The coefficients stand as they are printed.
#![allow(clippy::excessive_precision)]

const CENTRE: [[f64; 8]; 2] = [
    [
        3.387_132_872_796_366_608,
        133.141_667_891_784_377_45,
        1_971.590_950_306_551_442_7,
        13_731.693_765_509_461_125,
        45_921.953_931_549_871_457,
        67_265.770_927_008_700_853,
        33_430.575_583_588_128_105,
        2_509.080_928_730_122_672_7,
    ],
    [
        1.0,
        42.313_330_701_600_911_252,
        687.187_007_492_057_908_3,
        5_394.196_021_424_751_107_7,
        21_213.794_301_586_595_867,
        39_307.895_800_092_710_61,
        28_729.085_735_721_942_674,
        5_226.495_278_852_854_561,
    ],
];

const SHOULDER: [[f64; 8]; 2] = [
    [
        1.423_437_110_749_683_577_34,
        4.630_337_846_156_545_295_9,
        5.769_497_221_460_691_405_5,
        3.647_848_324_763_204_605_04,
        1.270_458_252_452_368_382_58,
        0.241_780_725_177_450_611_77,
        2.272_384_498_926_918_458_33e-2,
        7.745_450_142_783_414_076_4e-4,
    ],
    [
        1.0,
        2.053_191_626_637_758_821_87,
        1.676_384_830_183_803_849_4,
        0.689_767_334_985_100_004_55,
        0.148_103_976_427_480_074_59,
        1.519_866_656_361_645_719_66e-2,
        5.475_938_084_995_344_946e-4,
        1.050_750_071_644_416_843_24e-9,
    ],
];

const TAIL: [[f64; 8]; 2] = [
    [
        6.657_904_643_501_103_777_2,
        5.463_784_911_164_114_369_9,
        1.784_826_539_917_291_335_8,
        0.296_560_571_828_504_891_23,
        2.653_218_952_657_612_309_3e-2,
        1.242_660_947_388_078_438_6e-3,
        2.711_555_568_743_487_578_15e-5,
        2.010_334_399_292_288_132_65e-7,
    ],
    [
        1.0,
        0.599_832_206_555_887_937_69,
        0.136_929_880_922_735_805_31,
        1.487_536_129_085_061_485_25e-2,
        7.868_691_311_456_132_591e-4,
        1.846_318_317_510_054_681_8e-5,
        1.421_511_758_316_445_888_7e-7,
        2.044_263_103_389_939_785_64e-15,
    ],
];

const HART: [&[f64]; 2] = [
    &[
        220.206_867_912_376,
        221.213_596_169_931,
        112.079_291_497_871,
        33.912_866_078_383,
        6.373_962_203_531_65,
        0.700_383_064_443_688,
        3.526_249_659_989_11e-2,
    ],
    &[
        440.413_735_824_752,
        793.826_512_519_948,
        637.333_633_378_831,
        296.564_248_779_674,
        86.780_732_202_946_1,
        16.064_177_579_207,
        1.755_667_163_182_64,
        8.838_834_764_831_84e-2,
    ],
];

/// The value that a standard normal variable stays below with probability `p`; infinite at 0 and 1, NaN outside.
///
/// ```
/// use rat::metrics::{normal_cdf, probit};
/// assert_eq!(probit(0.5), 0.0);
/// assert!((probit(0.975) - 1.959963984540054).abs() < 1e-14);
/// assert!((normal_cdf(probit(0.02)) - 0.02).abs() < 1e-15);
/// ```
pub fn probit(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    let offset = p - 0.5;
    if offset.abs() <= 0.425 {
        return offset * ratio(&CENTRE[0], &CENTRE[1], 0.180_625 - offset * offset);
    }
    let tail = p.min(1.0 - p);
    if tail == 0.0 {
        return f64::INFINITY.copysign(offset);
    }
    let depth = (-tail.ln()).sqrt();
    let size = if depth <= 5.0 {
        ratio(&SHOULDER[0], &SHOULDER[1], depth - 1.6)
    } else {
        ratio(&TAIL[0], &TAIL[1], depth - 5.0)
    };
    size.copysign(offset)
}

/// The probability that a standard normal variable stays below `x`: the inverse of [`probit`].
pub fn normal_cdf(x: f64) -> f64 {
    let size = x.abs();
    let density = (-0.5 * size * size).exp();
    let tail = if size < 3.0 {
        density * ratio(HART[0], HART[1], size)
    } else {
        // The continued fraction of Mills' ratio; this deep it is exact to rounding from 3 on.
        let fraction = (1..=60).rev().fold(size, |below, level| size + f64::from(level) / below);
        density / (fraction * (2.0 * std::f64::consts::PI).sqrt())
    };
    if x > 0.0 { 1.0 - tail } else { tail }
}

/// One polynomial over another, coefficients by rising power.
fn ratio(over: &[f64], under: &[f64], x: f64) -> f64 {
    let polynomial =
        |coefficients: &[f64]| coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * x + coefficient);
    polynomial(over) / polynomial(under)
}

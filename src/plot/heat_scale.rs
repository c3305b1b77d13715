//! The colours of a heat map: from pale straw to dark red in even steps of lightness.
//!
//! A line through Ottosson's Oklab (2020), in which equal distances look equal. Lightness alone orders the colours, so colour-blind
//! readers and grey prints see the same order. They are the same on paper and on a dark page.

use plotters::style::RGBColor;

use super::palette::Ink;

/// How finely the scale is divided: what [`Ink::Heat`] counts to.
pub(super) const STEPS: u8 = 255;

/// The ink of a share of the scale, 0 to 1; what lies beyond is put on the end.
pub(super) fn ink(share: f64) -> Ink {
    Ink::Heat((share.clamp(0.0, 1.0) * f64::from(STEPS)).round() as u8)
}

/// The ink in which numbers are read best on that colour.
pub(super) fn ink_on(share: f64) -> Ink {
    let Ink::Heat(step) = ink(share) else { return Ink::OnPale };
    let ground = luminance(colour(step));
    // Contrast as WCAG 2.2 has it: with black, and with white.
    if (ground + 0.05) / 0.05 >= 1.05 / (ground + 0.05) { Ink::OnPale } else { Ink::OnDeep }
}

/// The colour of a step.
pub(super) fn colour(step: u8) -> RGBColor {
    let [red, green, blue] = srgb(oklab(f64::from(step) / f64::from(STEPS)));
    RGBColor(red, green, blue)
}

/// Lightness falls evenly while the hue turns from yellow to red; the chroma is highest midway.
fn oklab(share: f64) -> [f64; 3] {
    let lightness = 0.975 - 0.605 * share;
    let chroma = 0.028 + 0.3 * share * (1.0 - share) + 0.075 * share;
    let hue = (95.0 - 75.0 * share).to_radians();
    [lightness, chroma * hue.cos(), chroma * hue.sin()]
}

fn srgb([lightness, a, b]: [f64; 3]) -> [u8; 3] {
    let l = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let m = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let s = (lightness - 0.089_484_177_5 * a - 1.291_485_548_0 * b).powi(3);
    let linear = [
        4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
        -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
        -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701_0 * s,
    ];
    linear.map(|part| {
        let part = part.clamp(0.0, 1.0);
        let coded = if part <= 0.003_130_8 { 12.92 * part } else { 1.055 * part.powf(1.0 / 2.4) - 0.055 };
        (255.0 * coded).round() as u8
    })
}

/// Relative luminance, 0 black to 1 white.
fn luminance(RGBColor(red, green, blue): RGBColor) -> f64 {
    let linear = |part: u8| {
        let part = f64::from(part) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_look_even_and_darken() {
        let places: Vec<_> = (0..=20).map(|step| oklab(f64::from(step) / 20.0)).collect();
        let distance =
            |pair: &[[f64; 3]]| (0..3).map(|part| (pair[1][part] - pair[0][part]).powi(2)).sum::<f64>().sqrt();
        let steps: Vec<_> = places.windows(2).map(distance).collect();
        let mean = steps.iter().sum::<f64>() / steps.len() as f64;
        assert!(steps.iter().all(|step| (step / mean - 1.0).abs() < 0.12), "{steps:?}");
        let light: Vec<_> = (0..=STEPS).map(|step| luminance(colour(step))).collect();
        assert!(light.windows(2).all(|pair| pair[1] <= pair[0]), "{light:?}");
    }

    #[test]
    fn numbers_can_be_read_on_every_colour() {
        for step in 0..=STEPS {
            let share = f64::from(step) / f64::from(STEPS);
            let (ground, ink) = (luminance(colour(step)) + 0.05, luminance(ink_on(share).colour()) + 0.05);
            assert!(ground.max(ink) / ground.min(ink) >= 4.5, "step {step}");
        }
    }
}

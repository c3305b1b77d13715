//! Telephone coding: ITU-T G.711's A-law, 8 bits a sample, by its segments.
//!
//! The quantiser is the standard's: 13 bits with sign, eight segments of sixteen steps; samples beyond -1 to 1 are clipped, as a
//! line does it.

/// The code of a sample, with the even bits inverted as on the line.
pub fn encode(sample: f32) -> u8 {
    let scaled = f64::from(sample) * 32_768.0;
    // Rounds halves away from zero; the cast brings what is beyond, and what is no number, within.
    let linear = i32::from((scaled + 0.5f64.copysign(scaled)) as i16) >> 3;
    // Negative numbers mirror at -1/2.
    let (sign, size) = if linear >= 0 { (0x80, linear) } else { (0x00, -linear - 1) };
    let code = match size {
        0..32 => size >> 1,
        _ => {
            let segment = size.ilog2() as i32 - 4;
            (segment << 4) | ((size >> segment) & 0x0F)
        }
    };
    (sign | code as u8) ^ 0x55
}

/// The sample of a code: the middle of its step.
pub fn decode(code: u8) -> f32 {
    let code = code ^ 0x55;
    let (segment, step) = (i32::from(code >> 4) & 0x07, i32::from(code & 0x0F));
    let size = match segment {
        0 => (step << 4) + 8,
        _ => ((step << 4) + 0x108) << (segment - 1),
    };
    let size = if code & 0x80 != 0 { size } else { -size };
    size as f32 / 32_768.0
}

/// What is left of the samples after coding.
pub fn encode_and_decode(samples: &mut [f32]) {
    for sample in samples {
        *sample = decode(encode(*sample));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_survive_and_nothing_is_clamped_wrongly() {
        assert!((0..=255).all(|code| encode(decode(code)) == code));
        assert_eq!(encode(7.0), encode(0.999_99));
        assert_eq!(encode(f32::NEG_INFINITY), encode(-1.0));
        assert_eq!(decode(encode(1.0)), 32_256.0 / 32_768.0);
    }
}

//! Telephone coding: mu-law companding to 256 levels (ITU-T G.711's curve, with torchaudio's rounding).
//!
//! As in torchaudio nothing is clamped: samples beyond -1 to 1 get codes below 0 or above 255.

const MU: f32 = 255.0;

/// The code of a sample: 0 to 255 for -1 to 1.
pub fn encode(sample: f32) -> i32 {
    let companded = (MU * sample.abs()).ln_1p() / MU.ln_1p();
    ((companded.copysign(sample) + 1.0) / 2.0 * MU + 0.5) as i32
}

/// The sample of a code.
pub fn decode(code: i32) -> f32 {
    let companded = code as f32 / MU * 2.0 - 1.0;
    (((companded.abs() * MU.ln_1p()).exp() - 1.0) / MU).copysign(companded)
}

/// What is left of the samples after coding.
pub fn encode_and_decode(samples: &mut [f32]) {
    let levels: Vec<f32> = (0..256).map(decode).collect();
    for sample in samples {
        let code = encode(*sample);
        let level = usize::try_from(code).ok().and_then(|code| levels.get(code));
        *sample = level.copied().unwrap_or_else(|| decode(code));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_torchaudios() {
        let codes = [-1.0, -0.5, -1e-3, 0.0, 1e-3, 0.5, 1.0].map(encode);
        assert_eq!(codes, [0, 16, 122, 128, 133, 239, 255]);
        assert!((0..256).all(|code| encode(decode(code)) == code));
    }
}

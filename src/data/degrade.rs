//! What the ablation's conditions do to a reference waveform (RAT paper, table of reference conditions).
//!
//! Noise is white and Gaussian with the reference's mean power, drawn from (seed, key) only: the same noise, scaled,
//! for every condition of a trial.

use rand::RngExt;
use rand_distr::StandardNormal;

use super::draw;
use crate::{
    audio::{SAMPLE_RATE_HZ, Waveform},
    condition::ReferenceCondition,
};

/// The reference as a condition wants it; conditions that are not about its waveform give it back unchanged.
///
/// `key` names the trial. A silent reference has no power to match: its noise is silence too.
///
/// ```
/// use rat::{ReferenceCondition, Waveform, data::degrade};
/// let reference = Waveform::new(vec![0.1; 32_000]);
/// assert_eq!(degrade(&reference, ReferenceCondition::Duration { secs: 1.0 }, 0, "T_1").len(), 16_000);
/// assert_eq!(degrade(&reference, ReferenceCondition::Silence, 0, "T_1").power(), 0.0);
/// ```
pub fn degrade(reference: &Waveform, condition: ReferenceCondition, seed: u64, key: &str) -> Waveform {
    let noise = || draw::stream(seed, "noise", key).sample_iter::<f32, _>(StandardNormal);
    match condition {
        ReferenceCondition::Silence => Waveform::new(vec![0.0; reference.len()]),
        ReferenceCondition::Noise => {
            let scale = reference.power().sqrt() as f32;
            Waveform::new(noise().take(reference.len()).map(|x| x * scale).collect())
        }
        ReferenceCondition::Snr { db } => {
            let scale = (reference.power() / 10_f64.powf(db / 10.0)).sqrt() as f32;
            Waveform::new(reference.samples().iter().zip(noise()).map(|(&x, n)| x + n * scale).collect())
        }
        ReferenceCondition::Duration { secs } => {
            let kept = (secs * f64::from(SAMPLE_RATE_HZ)).round() as usize;
            Waveform::new(reference.samples()[..kept.clamp(1.min(reference.len()), reference.len())].to_vec())
        }
        ReferenceCondition::Matched
        | ReferenceCondition::Mismatched
        | ReferenceCondition::Zeroed
        | ReferenceCondition::Absent
        | ReferenceCondition::Own => reference.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone() -> Waveform {
        Waveform::new((0..64_000).map(|n| (0.3 * (n as f32 * 0.2).sin()) * (n % 7) as f32 / 7.0).collect())
    }

    #[test]
    fn noise_has_the_references_power_and_the_snr_asked_for() {
        let reference = tone();
        let noise = degrade(&reference, ReferenceCondition::Noise, 3, "T_1");
        assert!((noise.power() / reference.power() - 1.0).abs() < 0.03);
        for db in [10.0, 20.0] {
            let noisy = degrade(&reference, ReferenceCondition::Snr { db }, 3, "T_1");
            let added = Waveform::new(noisy.samples().iter().zip(reference.samples()).map(|(a, b)| a - b).collect());
            let measured = 10.0 * (reference.power() / added.power()).log10();
            assert!((measured - db).abs() < 0.15, "{measured} for {db}");
        }
    }

    #[test]
    fn noise_belongs_to_seed_and_trial() {
        let draw = |seed, key| degrade(&tone(), ReferenceCondition::Noise, seed, key);
        assert_eq!(draw(3, "T_1"), draw(3, "T_1"));
        assert_ne!(draw(3, "T_1"), draw(4, "T_1"));
        assert_ne!(draw(3, "T_1"), draw(3, "T_2"));
    }

    #[test]
    fn a_duration_beyond_the_end_is_the_whole() {
        assert_eq!(degrade(&tone(), ReferenceCondition::Duration { secs: 9.0 }, 0, "x").len(), 64_000);
        assert_eq!(degrade(&tone(), ReferenceCondition::Duration { secs: 1e-9 }, 0, "x").len(), 1);
        let empty = Waveform::default();
        assert!(degrade(&empty, ReferenceCondition::Duration { secs: 1.0 }, 0, "x").is_empty());
    }
}

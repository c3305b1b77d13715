//! Utterances of 1.4 to 3.2 seconds out of short clips: pauses are cut out, words follow each other with small gaps.
//! Human and eSpeak words go through the same hands, so that the seams tell nothing.

use rand::{Rng, RngExt};

use super::last_stage::root_mean_square;

/// A finished utterance's length in samples.
pub(super) const SHORTEST: usize = 22_400;
/// See [`SHORTEST`].
pub(super) const LONGEST: usize = 51_200;
/// Where an utterance may stop growing, drawn for each.
const ENOUGH: std::ops::Range<usize> = 22_600..30_000;
const LEVEL: f32 = 0.07;
const GAP: std::ops::Range<usize> = 800..2_400;
const FADE: usize = 80;
const STEP: usize = 160;
/// Steps weaker than a clip's strongest by more than this are silent.
const SILENCE_DB: f32 = 30.0;
/// So many silent steps part words.
const PAUSE_STEPS: usize = 12;
const SHORTEST_WORD: usize = 1_600;

/// Joins the words of clips in order; each is used at most once, one that is too short or too long not at all.
pub(super) fn assemble<'a>(clips: impl IntoIterator<Item = &'a [f32]>, random: &mut impl Rng) -> Vec<Vec<f32>> {
    let mut utterances = Vec::new();
    let mut current: Vec<f32> = Vec::new();
    let mut enough = random.random_range(ENOUGH);
    for word in clips.into_iter().flat_map(words).filter(|word| word.len() <= LONGEST) {
        let gap = if current.is_empty() { 0 } else { random.random_range(GAP) };
        if current.len() + gap + word.len() > LONGEST {
            utterances.extend(Some(std::mem::take(&mut current)).filter(|done| done.len() >= SHORTEST));
        } else {
            current.resize(current.len() + gap, 0.0);
        }
        append(&mut current, word);
        if current.len() >= enough {
            utterances.push(std::mem::take(&mut current));
            enough = random.random_range(ENOUGH);
        }
    }
    utterances.extend(Some(current).filter(|rest| rest.len() >= SHORTEST));
    utterances
}

/// The stretches of a clip between pauses, without the pauses.
fn words(clip: &[f32]) -> Vec<&[f32]> {
    let strengths: Vec<f32> = clip.chunks(STEP).map(root_mean_square).collect();
    let threshold = strengths.iter().copied().fold(0.0, f32::max) * 10_f32.powf(-SILENCE_DB / 20.0);
    let mut words: Vec<std::ops::Range<usize>> = Vec::new();
    for (at, _) in strengths.iter().enumerate().filter(|(_, strength)| **strength > threshold) {
        match words.last_mut() {
            Some(word) if at - word.end < PAUSE_STEPS => word.end = at + 1,
            _ => words.push(at..at + 1),
        }
    }
    let samples = |word: std::ops::Range<usize>| &clip[word.start * STEP..(word.end * STEP).min(clip.len())];
    words.into_iter().map(samples).filter(|word| word.len() >= SHORTEST_WORD).collect()
}

/// Adds a clip with faded ends, at a common level.
fn append(utterance: &mut Vec<f32>, clip: &[f32]) {
    let gain = LEVEL / root_mean_square(clip).max(1e-6);
    let fade = |n: usize| (n.min(clip.len() - 1 - n) as f32 / FADE as f32).min(1.0);
    utterance.extend(clip.iter().enumerate().map(|(n, x)| x * gain * fade(n)));
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn lengths_lie_in_range_and_every_clip_is_used_once() {
        let clips: Vec<Vec<f32>> =
            (0..60).map(|n| (0..6_000 + n * 50).map(|i| ((i * (n + 3)) as f32 * 0.01).sin()).collect()).collect();
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let utterances = assemble(clips.iter().map(Vec::as_slice), &mut random);
        assert!(utterances.len() > 10);
        assert!(utterances.iter().all(|utterance| (SHORTEST..=LONGEST).contains(&utterance.len())));
        let made: usize = utterances.iter().map(Vec::len).sum();
        let material: usize = clips.iter().map(Vec::len).sum();
        assert!(made < material + 60 * 2_400, "{made} {material}");
        assert!(assemble([&[0.0; 32_000][..]], &mut random).is_empty(), "silence is no clip");
    }
}

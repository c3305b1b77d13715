//! A speaker of the sample corpus with all the material there is: utterances for trials, utterances kept apart as
//! sources of spoofs, eSpeak NG's utterances in the same language. No segment is in two of them.

use std::path::Path;

use rand::{Rng, RngExt};

use super::{
    conversion::VoiceProfile,
    espeak::{Espeak, Manner},
    manifest::{self, Voice},
    pitch, recordings, utterances,
};
use crate::{
    audio::Waveform,
    data::draw,
    error::{Error, Result},
};

/// The seed of everything in the sample corpus.
pub(super) const SEED: u64 = 5;
/// At most as many bona fide utterances a speaker.
const MOST_BONAFIDE: usize = 24;
/// At most as many utterances kept as sources.
const MOST_SOURCES: usize = 24;
/// Words asked of eSpeak NG for an utterance: always enough to fill it.
const WORDS_SPOKEN: usize = 10;
/// The share of utterances that become bona fide trials.
const BONAFIDE_SHARE: f64 = 0.6;

/// One speaker's material.
pub(super) struct Cast {
    /// The manifest's row.
    pub(super) voice: Voice,
    /// Human utterances for bona fide trials.
    pub(super) bonafide: Vec<Vec<f32>>,
    /// Human utterances for spoofs to be made from; none of them is a trial.
    pub(super) sources: Vec<Vec<f32>>,
    /// The human voice's profile.
    pub(super) profile: VoiceProfile,
    /// eSpeak NG's utterances.
    pub(super) espeak: Vec<Vec<f32>>,
    /// eSpeak NG's profile.
    pub(super) espeak_profile: VoiceProfile,
}

impl Cast {
    /// Reads a voice's clips and lets eSpeak NG say `espeak_utterances` beside them.
    pub(super) fn gather(unpacked: &Path, voice: &Voice, espeak: &Espeak, espeak_utterances: usize) -> Result<Self> {
        let clips = recordings::clips(unpacked, voice)?;
        let mut random = draw::stream(SEED, "human utterances", voice.name);
        let all = utterances::assemble(clips.iter().map(Waveform::samples), &mut random);
        if all.len() < 4 {
            let message = format!("voice {} yields {} utterances only", voice.name, all.len());
            return Err(Error::data(message, "the package is another than expected: give a corpus by `--corpus DIR`"));
        }
        let wanted = ((all.len() as f64 * BONAFIDE_SHARE).ceil() as usize).min(MOST_BONAFIDE);
        let (mut bonafide, mut sources) = (Vec::new(), Vec::new());
        for (at, utterance) in all.into_iter().enumerate() {
            // Both kinds come from all over the material.
            let human_turn = at % 5 % 2 == 0;
            if human_turn && bonafide.len() < wanted {
                bonafide.push(utterance);
            } else if sources.len() < MOST_SOURCES {
                sources.push(utterance);
            }
        }
        let profile = VoiceProfile::of(bonafide.iter().chain(&sources).map(Vec::as_slice));
        let made = espeak_material(espeak, voice, profile.pitch_hz, espeak_utterances)?;
        let espeak_profile = VoiceProfile::of(made.iter().map(Vec::as_slice));
        Ok(Self { voice: voice.clone(), bonafide, sources, profile, espeak: made, espeak_profile })
    }
}

/// eSpeak NG's utterances for a voice; each has a manner of its own.
fn espeak_material(espeak: &Espeak, voice: &Voice, pitch_hz: f32, count: usize) -> Result<Vec<Vec<f32>>> {
    let words = manifest::words(voice.language);
    (0..count)
        .map(|number| {
            let name = format!("{}-{number}", voice.name);
            let mut random = draw::stream(SEED, "espeak", &name);
            let order = shuffled(words.len(), &mut random);
            let words: Vec<&str> = order.into_iter().take(WORDS_SPOKEN).map(|word| words[word]).collect();
            let untuned = Manner::draw(voice.language, pitch_hz, &mut random);
            let heard = espeak.speak(&words[..2], &untuned, &name)?;
            let wanted_hz = pitch_hz * random.random_range(0.9..1.1_f32);
            let manner = untuned.tuned(pitch::median_hz(&pitch::track(heard.samples())), wanted_hz);
            let spoken = espeak.speak(&words, &manner, &name)?;
            utterances::assemble([spoken.samples()], &mut random).into_iter().next().ok_or_else(|| {
                let message = format!("eSpeak NG said too little for {name}");
                Error::unavailable(message, "install the package espeak-ng and start again")
            })
        })
        .collect()
}

/// The numbers below `count` in random order (Fisher and Yates).
pub(super) fn shuffled(count: usize, random: &mut impl Rng) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    for at in (1..count).rev() {
        order.swap(at, random.random_range(0..=at as u64) as usize);
    }
    order
}

//! One partition of the sample corpus: which trials there are, their making, their recordings and protocol.

use std::{fmt::Write, path::Path};

use rayon::prelude::*;

use super::{
    cast::{Cast, SEED, shuffled},
    conversion, griffin_lim, harmonic, last_stage, lpc,
    systems::System,
    utterances::{LONGEST, SHORTEST},
};
use crate::{
    audio::Waveform,
    data::{Split, corpora::Asvspoof5, draw, layout::Layout},
    error::Result,
    output::OutputFile,
};

/// At most as many spoofs a speaker and system.
pub(super) fn quota(split: Split) -> usize {
    if split == Split::Eval { 5 } else { 7 }
}

/// A trial to be made.
struct Plan<'a> {
    speaker: usize,
    system: Option<System>,
    /// What it is made from.
    source: &'a [f32],
    /// Whose voice the source has, for conversion.
    from: usize,
    name: String,
}

/// Makes all recordings and the protocol of a split below `folder`; gives the number of trials.
pub(super) fn make(folder: &Path, split: Split, first_speaker: usize, casts: &[Cast]) -> Result<usize> {
    let letter = letter(split);
    let plans = plans(split, casts);
    let mut random = draw::stream(SEED, "order", &letter.to_string());
    let order = shuffled(plans.len(), &mut random);
    let made: Vec<Option<Vec<f32>>> = plans.par_iter().map(|plan| recording(plan, casts)).collect();
    let mut protocol = String::new();
    let mut files = Vec::new();
    for at in order {
        let (plan, Some(samples)) = (&plans[at], &made[at]) else { continue };
        let file = format!("{letter}_{:010}", files.len() + 1);
        let speaker = speaker_name(split, first_speaker + plan.speaker);
        let (tag, attack, key) = match plan.system {
            None => ("-", "bonafide", "bonafide"),
            Some(system) => ("AC1", system.code(), "spoof"),
        };
        writeln!(protocol, "{speaker} {file} - - - - {tag} {attack} {key} -").expect("a string takes all text");
        files.push((file, samples));
    }
    let audio_folder = folder.join(Asvspoof5.audio_folders(split)[0]);
    files.par_iter().try_for_each(|(file, samples)| {
        Waveform::new(samples.to_vec()).write_flac(audio_folder.join(format!("{file}.flac")))
    })?;
    OutputFile::write_all_to(folder.join(Asvspoof5.protocols(split)[0]), protocol)?;
    Ok(files.len())
}

/// As `T_0001`.
pub(super) fn speaker_name(split: Split, number: usize) -> String {
    format!("{}_{number:04}", letter(split))
}

fn letter(split: Split) -> char {
    match split {
        Split::Train => 'T',
        Split::Dev => 'D',
        Split::Eval => 'E',
    }
}

/// All trials of a split. Each source is used once: the systems take turns.
fn plans(split: Split, casts: &[Cast]) -> Vec<Plan<'_>> {
    casts.iter().enumerate().flat_map(|(speaker, cast)| speaker_plans(split, casts.len(), speaker, cast)).collect()
}

/// What one speaker's material becomes; its conversions claim to be others.
fn speaker_plans(split: Split, speakers: usize, speaker: usize, cast: &Cast) -> Vec<Plan<'_>> {
    let plan = |claimed: usize, system: Option<System>, source, number: usize| {
        let name = format!("{}-{}-{number}", cast.voice.name, system.map_or("human", System::code));
        Plan { speaker: claimed, system, source, from: speaker, name }
    };
    let (human, made): (Vec<System>, Vec<System>) =
        System::ALL.into_iter().filter(|system| system.occurs_in(split)).partition(|system| system.uses_human_source());
    let mut plans: Vec<Plan<'_>> = cast
        .bonafide
        .iter()
        .enumerate()
        .map(|(number, source)| plan(speaker, None, source.as_slice(), number))
        .collect();
    for (at, source) in cast.sources.iter().take(quota(split) * human.len()).enumerate() {
        let (system, number) = (human[at % human.len()], at / human.len());
        let other = (speaker + 1 + number % (speakers - 1).max(1)) % speakers;
        plans.push(plan(if system == System::Conversion { other } else { speaker }, Some(system), source, number));
    }
    for (at, source) in cast.espeak.iter().enumerate() {
        plans.push(plan(speaker, Some(made[at % made.len()]), source, at));
    }
    plans
}

/// Makes a trial's recording; `None` where too little is left of it.
fn recording(plan: &Plan<'_>, casts: &[Cast]) -> Option<Vec<f32>> {
    let mut random = draw::stream(SEED, "synthesis", &plan.name);
    let (own, target) = (&casts[plan.from], &casts[plan.speaker].profile);
    let samples = match plan.system {
        None | Some(System::Espeak) => plan.source.to_vec(),
        Some(System::GriffinLim) => griffin_lim::resynthesise(plan.source, &mut random),
        Some(System::Lpc) => lpc::resynthesise(plan.source, &mut random),
        Some(System::Harmonic) => harmonic::resynthesise(plan.source, &mut random),
        Some(System::Conversion) => conversion::convert(plan.source, &own.profile, target),
        Some(System::ConvertedEspeak) => conversion::convert(plan.source, &own.espeak_profile, target),
    };
    let mut finished = last_stage::finish(&samples, &mut random);
    finished.truncate(LONGEST);
    Some(finished).filter(|finished| finished.len() >= SHORTEST)
}

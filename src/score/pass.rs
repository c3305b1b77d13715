//! One pass of the network: the scores of some trials under some conditions.

use std::collections::HashMap;

use burn::tensor::{Device, Tensor};
use rayon::prelude::*;

use super::{
    ahead::{Group, Heard, ReadyTrial},
    plan::Plan,
};
use crate::{
    audio::Waveform,
    error::Result,
    model::{self, Batching, Detector, FeatureStore, LayerSource, Recording, TrialScore},
};

/// The scores of the members under each condition.
pub(super) fn scores(
    detector: &Detector,
    plan: &Plan<'_>,
    store: &mut FeatureStore<'_>,
    group: &Group<'_>,
) -> Result<Vec<Vec<TrialScore>>> {
    if plan.task.batching == Batching::PerUtterance && *store.device() == Device::flex() {
        return alone(detector, plan, store, group);
    }
    let tests: Vec<Recording> = group.members.iter().map(|trial| plan.test(trial.place)).collect();
    let test = if group.keep { store.layers(&tests)? } else { store.stream(&tests, plan.task.batching)? };
    let heard = (0..group.conditions()).map(|condition| together(plan, store, &group.members, condition));
    let heard = heard.collect::<Result<_>>()?;
    Ok(detector.forward_layerwise(test, heard).into_iter().map(TrialScore::of_logits).collect())
}

/// On the CPU the trials of a batch go through the network side by side, each for itself: nothing is padded, and a score is
/// the same to the last bit whatever stands beside it.
fn alone(
    detector: &Detector,
    plan: &Plan<'_>,
    store: &mut FeatureStore<'_>,
    group: &Group<'_>,
) -> Result<Vec<Vec<TrialScore>>> {
    let tests: Vec<Recording> = group.members.iter().map(|trial| plan.test(trial.place)).collect();
    let mut kept: Vec<Recording> = if group.keep { tests.clone() } else { vec![] };
    for heard in group.members.iter().flat_map(|trial| &trial.heard) {
        kept.extend(recording_of(heard).cloned());
    }
    let rows = store.collect(&kept)?;
    let waveforms =
        if group.keep { vec![None; tests.len()] } else { store.load(&tests)?.into_iter().map(Some).collect() };
    let (encoder, device) = (store.encoder(), store.device());
    let of_trial = |((trial, test), waveform): ((&&ReadyTrial, &Recording), &Option<Waveform>)| {
        let test = match waveform {
            None => LayerSource::of_rows(vec![rows[test].clone()]),
            Some(waveform) => {
                LayerSource::stream(encoder, std::slice::from_ref(waveform), Batching::PerUtterance, device)?
            }
        };
        let heard = trial.heard.iter().map(|heard| heard_alone(heard, &rows)).collect();
        Ok(detector.forward_layerwise(test, heard).into_iter().flat_map(TrialScore::of_logits).collect())
    };
    let of_trials: Vec<Vec<TrialScore>> =
        group.members.par_iter().zip(&tests).zip(&waveforms).map(of_trial).collect::<Result<_>>()?;
    let under = |place: usize| of_trials.iter().map(|scores| scores[place]).collect();
    Ok((0..group.conditions()).map(under).collect())
}

fn recording_of(heard: &Heard) -> Option<&Recording> {
    match heard {
        Heard::Recording(recording) => Some(recording),
        Heard::Nothing | Heard::Zeros | Heard::Own | Heard::Bad => None,
    }
}

fn heard_alone(heard: &Heard, rows: &HashMap<Recording, Tensor<4>>) -> model::Heard<'static> {
    match heard {
        Heard::Recording(recording) => model::Heard::Reference(LayerSource::of_rows(vec![rows[recording].clone()])),
        Heard::Zeros => model::Heard::Zeros,
        Heard::Own => model::Heard::Own,
        Heard::Nothing | Heard::Bad => model::Heard::Nothing,
    }
}

/// What all members hear under a condition, as one batch.
fn together<'a>(
    plan: &Plan<'_>,
    store: &mut FeatureStore<'a>,
    members: &[&ReadyTrial],
    condition: usize,
) -> Result<model::Heard<'a>> {
    let recordings: Vec<Recording> =
        members.iter().filter_map(|trial| recording_of(&trial.heard[condition])).cloned().collect();
    Ok(match members.first().map(|trial| &trial.heard[condition]) {
        Some(Heard::Zeros) => model::Heard::Zeros,
        Some(Heard::Own) => model::Heard::Own,
        Some(Heard::Recording(_)) => model::Heard::Reference(match plan.task.batching {
            Batching::PerUtterance => store.layers(&recordings)?,
            Batching::TorchaudioBatch => store.stream(&recordings, plan.task.batching)?,
        }),
        Some(Heard::Nothing | Heard::Bad) | None => model::Heard::Nothing,
    })
}

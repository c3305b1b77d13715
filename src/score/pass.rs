//! One pass of the network: the scores of some trials under some conditions.

use std::collections::HashMap;

use rayon::prelude::*;

use super::{
    ahead::{Group, Heard, ReadyTrial},
    plan::Plan,
};
use crate::{
    error::Result,
    model::{self, Batching, Detector, FeatureStore, Hearing, LayerSource, Recording, TrialScore},
};

/// The scores of the members under each condition.
pub(super) fn scores(
    detector: &Detector,
    plan: &Plan<'_>,
    store: &mut FeatureStore<'_>,
    group: &Group<'_>,
) -> Result<Vec<Vec<TrialScore>>> {
    if plan.alone {
        return alone(detector, plan, store, group);
    }
    let tests: Vec<Recording> = group.members.iter().map(|trial| plan.test(trial.place)).collect();
    let test = if group.keep { store.layers(&tests)? } else { store.stream(&tests, plan.task.batching)? };
    let heard = (0..group.conditions()).map(|condition| together(plan, store, &group.members, condition));
    let heard = heard.collect::<Result<_>>()?;
    Ok(detector.forward_layerwise(test, heard).into_iter().map(TrialScore::of_logits).collect())
}

/// The trials of a batch go through the network each for itself: nothing is padded, a recording that several hear is projected once
/// for all, and on the CPU a score is the same to the last bit whatever stands beside it.
fn alone(
    detector: &Detector,
    plan: &Plan<'_>,
    store: &mut FeatureStore<'_>,
    group: &Group<'_>,
) -> Result<Vec<Vec<TrialScore>>> {
    let tests: Vec<Recording> = group.members.iter().map(|trial| plan.test(trial.place)).collect();
    let keeps: Vec<bool> = group.members.iter().map(|trial| plan.keeps(trial.place)).collect();
    let mut shared = Shared::default();
    let heard: Vec<Vec<Hearing>> = group.members.iter().map(|trial| shared.hearings(trial, plan)).collect();
    let kept = tests.iter().zip(&keeps).filter(|&(_, &keep)| keep).map(|(test, _)| test);
    let rows = store.collect(&kept.chain(&shared.recordings).cloned().collect::<Vec<_>>())?;
    let streamed: Vec<Recording> =
        tests.iter().zip(&keeps).filter(|&(_, &keep)| !keep).map(|(test, _)| test.clone()).collect();
    let mut waveforms = store.load(&streamed)?.into_iter();
    let given: Vec<_> = keeps.iter().map(|&keep| if keep { None } else { waveforms.next() }).collect();
    let (encoder, device) = (store.encoder(), store.device());
    let source = |(test, waveform): (&Recording, &Option<_>)| match waveform {
        Some(waveform) => LayerSource::stream(encoder, std::slice::from_ref(waveform), Batching::PerUtterance, device),
        None => Ok(LayerSource::of_rows(vec![rows[test].clone()])),
    };
    let sources: Vec<LayerSource<'_>> = if *device == burn::tensor::Device::flex() {
        tests.par_iter().zip(&given).map(source).collect::<Result<_>>()?
    } else {
        tests.iter().zip(&given).map(source).collect::<Result<_>>()?
    };
    let recordings = shared.recordings.iter().map(|recording| LayerSource::of_rows(vec![rows[recording].clone()]));
    let logits = detector.forward_trials(sources, recordings.collect(), &heard);
    let of_trial = |logits: Vec<_>| logits.into_iter().flat_map(TrialScore::of_logits).collect();
    let of_trials: Vec<Vec<TrialScore>> = logits.into_iter().map(of_trial).collect();
    let under = |place: usize| of_trials.iter().map(|scores| scores[place]).collect();
    Ok((0..group.conditions()).map(under).collect())
}

/// The recordings that a batch hears, each once.
#[derive(Default)]
struct Shared {
    recordings: Vec<Recording>,
    places: HashMap<Recording, usize>,
}

impl Shared {
    fn hearings(&mut self, trial: &ReadyTrial, plan: &Plan<'_>) -> Vec<Hearing> {
        let hearing = |heard: &Heard| match heard {
            Heard::Recordings(recordings) => {
                let places = recordings.iter().map(|recording| self.place(recording));
                Hearing::Recordings(places.collect(), plan.chosen.enrolment)
            }
            Heard::Zeros => Hearing::Zeros,
            Heard::Own => Hearing::Own,
            Heard::Nothing | Heard::Bad => Hearing::Nothing,
        };
        trial.heard.iter().map(hearing).collect()
    }

    fn place(&mut self, recording: &Recording) -> usize {
        *self.places.entry(recording.clone()).or_insert_with(|| {
            self.recordings.push(recording.clone());
            self.recordings.len() - 1
        })
    }
}

/// What all members hear under a condition, as one batch, in which a recording that several hear is one row.
fn together<'a>(
    plan: &Plan<'_>,
    store: &mut FeatureStore<'a>,
    members: &[&ReadyTrial],
    condition: usize,
) -> Result<model::Heard<'a>> {
    let heard = || members.iter().map(|trial| &trial.heard[condition]);
    let recordings = heard().filter_map(|heard| match heard {
        Heard::Recordings(recordings) => recordings.first(),
        Heard::Nothing | Heard::Zeros | Heard::Own | Heard::Bad => None,
    });
    Ok(match heard().next() {
        Some(Heard::Zeros) => model::Heard::Zeros,
        Some(Heard::Own) => model::Heard::Own,
        Some(Heard::Recordings(_)) if plan.task.batching == Batching::TorchaudioBatch => {
            let recordings: Vec<Recording> = recordings.cloned().collect();
            model::Heard::Reference(store.stream(&recordings, plan.task.batching)?)
        }
        Some(Heard::Recordings(_)) => {
            let mut shared = Shared::default();
            let rows: Vec<usize> = recordings.map(|recording| shared.place(recording)).collect();
            let source = store.layers(&shared.recordings)?;
            if shared.recordings.len() == rows.len() {
                model::Heard::Reference(source)
            } else {
                model::Heard::Shared(source, rows)
            }
        }
        Some(Heard::Nothing | Heard::Bad) | None => model::Heard::Nothing,
    })
}

//! All replicates of one or several systems on the same trials, each a function of (seed, replicate).
//!
//! A resample that lacks a class has no error rate. It is drawn anew from a further stream, so intervals of tiny sets
//! are conditional on both classes being there; a class with fewer than two trials is refused.

use rayon::prelude::*;

use super::{
    super::{det::Rejected, resample::LabelledScores},
    blocks::Blocks,
    clusters::Clusters,
    counted::{Counted, Ranked},
    lazy::Lazy,
    resampled::Resampled,
    search::Search,
    settings::{Resampling, Settings},
    units,
};
use crate::error::{Error, Result};

/// What is resampled, and how.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    settings: Settings,
    systems: Systems,
}

#[derive(Clone, Debug)]
enum Systems {
    /// One system, its trials drawn as far as they are looked at.
    Lazy(Blocks),
    /// How many units are drawn, and the systems that they bring trials to.
    Counted(usize, Vec<Ranked>),
}

impl Plan {
    /// One system, by the fastest way.
    pub(super) fn alone(scores: &LabelledScores, clusters: Option<&Clusters>, settings: &Settings) -> Result<Self> {
        if settings.resampling != Resampling::Exact {
            return Self::shared(std::slice::from_ref(scores), clusters, settings);
        }
        settings.check()?;
        check_classes(scores)?;
        Ok(Self { settings: *settings, systems: Systems::Lazy(Blocks::new(scores.detection())) })
    }

    /// Several systems with the same labels in the same order: all see the same resamples.
    pub(super) fn shared(systems: &[LabelledScores], clusters: Option<&Clusters>, settings: &Settings) -> Result<Self> {
        settings.check()?;
        systems.iter().try_for_each(check_classes)?;
        let trials = systems.first().map_or(0, LabelledScores::len);
        let systems = if settings.resampling.is_clustered() {
            let clusters = clusters.ok_or_else(|| missing_clusters(settings.resampling))?;
            clusters.check(trials)?;
            let cluster = |place: u32| clusters.of_trials()[place as usize];
            Systems::Counted(clusters.count(), systems.iter().map(|scores| Ranked::new(scores, cluster)).collect())
        } else {
            Systems::Counted(trials, systems.iter().map(|scores| Ranked::new(scores, |place| place)).collect())
        };
        Ok(Self { settings: *settings, systems })
    }

    /// What `measure` finds in each resample of one system, in order of the replicates.
    pub(super) fn replicates<T: Send>(
        &self,
        measure: impl Fn(&mut Search, &dyn Resampled) -> T + Sync,
    ) -> Result<Vec<T>> {
        let found = self.replicates_of_all(measure)?;
        Ok(found.into_iter().flatten().collect())
    }

    /// What `measure` finds in each resample, in order of the replicates; within a replicate, of the systems.
    pub(super) fn replicates_of_all<T: Send>(
        &self,
        measure: impl Fn(&mut Search, &dyn Resampled) -> T + Sync,
    ) -> Result<Vec<Vec<T>>> {
        let replicates = (0..self.settings.resamples).into_par_iter();
        match &self.systems {
            Systems::Lazy(blocks) => replicates
                .map_init(Search::default, |search, replicate| {
                    let seed = self.settings.seed;
                    let found = self.first_complete(replicate, |stream| {
                        let resampled = Lazy::new(blocks, seed, stream);
                        is_complete(&resampled).then(|| measure(search, &resampled))
                    });
                    found.map(|found| vec![found])
                })
                .collect(),
            Systems::Counted(units, systems) => replicates
                .map_init(
                    || Scratch::new(*units),
                    |scratch, replicate| {
                        self.first_complete(replicate, |stream| {
                            units::draw(&self.settings, stream, &mut scratch.weights);
                            systems.iter().map(|system| scratch.measured(system, &measure)).collect()
                        })
                    },
                )
                .collect(),
        }
    }

    /// Draws until both classes are there.
    fn first_complete<T>(&self, replicate: usize, mut attempt: impl FnMut(u64) -> Option<T>) -> Result<T> {
        // With two trials or clusters to a class, three resamples in four lack it at most: a hundred in a row do not.
        let streams = (0..100).map(|repeat| (repeat * self.settings.resamples + replicate) as u64);
        streams.filter_map(&mut attempt).next().ok_or_else(|| {
            Error::data("no resample holds both classes", "give more trials, or more speakers, of the rarer class")
        })
    }
}

/// Room for one resample.
#[derive(Debug)]
struct Scratch {
    weights: Vec<u8>,
    below: Vec<Rejected>,
    search: Search,
}

impl Scratch {
    fn new(units: usize) -> Self {
        Self { weights: vec![0; units], below: Vec::new(), search: Search::default() }
    }

    /// `None` where a class is missing.
    fn measured<T>(&mut self, system: &Ranked, measure: impl Fn(&mut Search, &dyn Resampled) -> T) -> Option<T> {
        let resampled = Counted::new(system, &self.weights, &mut self.below);
        is_complete(&resampled).then(|| measure(&mut self.search, &resampled))
    }
}

fn is_complete(resampled: &impl Resampled) -> bool {
    let totals = resampled.totals();
    totals.bonafide > 0 && totals.spoof > 0
}

fn check_classes(scores: &LabelledScores) -> Result<()> {
    let detection = scores.detection();
    for (class, count) in [("bona fide", detection.bonafide_count()), ("spoof", detection.spoof_count())] {
        if count < 2 {
            return Err(Error::data(
                format!("{count} {class} trial is too few to resample"),
                "give at least two trials of each class, or ask for no interval",
            ));
        }
    }
    Ok(())
}

fn missing_clusters(resampling: Resampling) -> Error {
    Error::config(
        "bootstrap",
        format!("{resampling} needs to know the speaker of every trial"),
        "give a protocol or a score table that names speakers, or use --bootstrap exact",
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{metrics::DetectionScores, trial::Label};

    const TRIALS: [(f64, Label); 6] = [
        (0.9, Label::Bonafide),
        (0.4, Label::Spoof),
        (0.4, Label::Bonafide),
        (0.1, Label::Spoof),
        (0.2, Label::Bonafide),
        (0.7, Label::Spoof),
    ];
    const CLUSTERS: [u32; 6] = [0, 0, 1, 1, 2, 3];

    /// How probable each EER is, over all draws of as many units as there are, among those that hold both classes.
    fn enumerated(units: &[u32], settings: &Settings) -> BTreeMap<u64, f64> {
        let count = units.iter().max().map_or(0, |unit| unit + 1);
        let mut counts: BTreeMap<u64, f64> = BTreeMap::new();
        for draw in 0..count.pow(count) {
            let drawn: Vec<u32> = (0..count).map(|place| draw / count.pow(place) % count).collect();
            let of = |wanted: Label| -> Vec<f64> {
                let trials =
                    drawn.iter().flat_map(|unit| TRIALS.iter().zip(units).filter(move |trial| trial.1 == unit));
                trials.filter(|(trial, _)| trial.1 == wanted).map(|(trial, _)| trial.0).collect()
            };
            if let Ok(scores) = DetectionScores::new(&of(Label::Bonafide), &of(Label::Spoof)) {
                *counts.entry(scores.eer(settings.eer).rate.to_bits()).or_default() += 1.0;
            }
        }
        let all: f64 = counts.values().sum();
        counts.into_iter().map(|(eer, count)| (eer, count / all)).collect()
    }

    fn check(plan: Plan, units: &[u32]) {
        let settings = plan.settings;
        let expected = enumerated(units, &settings);
        let mut found: BTreeMap<u64, f64> = BTreeMap::new();
        for eer in plan.replicates(|search, resampled| search.eer(resampled, settings.eer)).unwrap() {
            *found.entry(eer.to_bits()).or_default() += 1.0;
        }
        assert!(found.keys().all(|eer| expected.contains_key(eer)), "an EER that cannot be");
        let square: f64 = expected
            .iter()
            .map(|(eer, share)| {
                let expected = share * settings.resamples as f64;
                (found.get(eer).copied().unwrap_or(0.0) - expected).powi(2) / expected
            })
            .sum();
        let freedom = expected.len() as f64 - 1.0;
        assert!(square < freedom + 5.0 * (2.0 * freedom).sqrt(), "{settings:?}: chi-square {square} of {freedom}");
    }

    #[test]
    fn replicates_are_distributed_as_all_possible_draws() {
        let scores = LabelledScores::new(TRIALS).unwrap();
        let systems = std::slice::from_ref(&scores);
        let clusters = Clusters::new(CLUSTERS);
        for eer in [crate::metrics::EerRule::Official, crate::metrics::EerRule::TieMerged] {
            let settings = |resampling| Settings { resampling, eer, resamples: 40_000, seed: 9, ..Settings::default() };
            let each: Vec<u32> = (0..6).collect();
            check(Plan::alone(&scores, None, &settings(Resampling::Exact)).unwrap(), &each);
            check(Plan::shared(systems, None, &settings(Resampling::Exact)).unwrap(), &each);
            check(Plan::alone(&scores, None, &settings(Resampling::Numpy)).unwrap(), &each);
            check(Plan::alone(&scores, Some(&clusters), &settings(Resampling::Speaker)).unwrap(), &CLUSTERS);
        }
    }
}

//! Systems against each other on the same trials, by a paired bootstrap: both are measured on each resample.
//!
//! Holm's correction counts all pairs that are compared at once.

use std::collections::HashMap;

use super::{groups::clusters, measure::MeasureSettings};
use crate::{
    error::{Error, Result},
    metrics::{
        EerRule, LabelledScores,
        bootstrap::{self, Clusters, holm},
    },
    tables::{ComparisonRow, ComparisonTable, ScoreTable},
    trial::Label,
};

/// Which pairs are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pairs {
    /// Each with each.
    #[default]
    All,
    /// The first with each other, as conditions with the matched reference.
    WithFirst,
}

/// Compares score tables of the same trials, which may stand in any order; differences are first minus second.
///
/// # Errors
/// Where there are fewer than two tables, their trials or labels differ, a class has fewer than two trials, or no resamples are asked for.
pub fn compare(systems: &[(String, &ScoreTable)], pairs: Pairs, settings: &MeasureSettings) -> Result<ComparisonTable> {
    let Aligned { scores, clusters, trials } = aligned(systems, settings)?;
    let paired = bootstrap::paired(&scores, clusters.as_ref(), &settings.bootstrap())?;
    let wanted = match pairs {
        Pairs::All => (0..systems.len()).flat_map(|a| (a + 1..systems.len()).map(move |b| (a, b))).collect(),
        Pairs::WithFirst => (1..systems.len()).map(|b| (0, b)).collect::<Vec<_>>(),
    };
    let differences: Vec<_> = wanted.iter().map(|&(a, b)| paired.difference(a, b)).collect();
    let eer_holm = holm(&differences.iter().map(|difference| difference.eer_p).collect::<Vec<_>>());
    let min_dcf_holm = holm(&differences.iter().map(|difference| difference.min_dcf_p).collect::<Vec<_>>());
    let eer = |at: usize| scores[at].detection().eer(EerRule::Official).rate;
    let min_dcf = |at: usize| scores[at].detection().min_dcf(&settings.cost).rate;
    let rows = wanted.iter().zip(&differences).enumerate().map(|(at, (&(a, b), difference))| ComparisonRow {
        first: systems[a].0.clone(),
        second: systems[b].0.clone(),
        trials,
        eer_first: eer(a),
        eer_second: eer(b),
        eer_difference: difference.eer.value,
        eer_low: difference.eer.low,
        eer_high: difference.eer.high,
        eer_p: difference.eer_p,
        eer_p_holm: eer_holm[at],
        min_dcf_first: min_dcf(a),
        min_dcf_second: min_dcf(b),
        min_dcf_difference: difference.min_dcf.value,
        min_dcf_low: difference.min_dcf.low,
        min_dcf_high: difference.min_dcf.high,
        min_dcf_p: difference.min_dcf_p,
        min_dcf_p_holm: min_dcf_holm[at],
        level: difference.eer.level,
        method: difference.eer.method.clone(),
    });
    Ok(ComparisonTable { rows: rows.collect() })
}

/// Systems on the same trials in the same order.
pub(super) struct Aligned {
    pub(super) scores: Vec<LabelledScores>,
    pub(super) clusters: Option<Clusters>,
    /// How many trials they share.
    pub(super) trials: usize,
}

/// Brings score tables to the order of the first.
///
/// # Errors
/// As [`compare`].
pub(super) fn aligned(systems: &[(String, &ScoreTable)], settings: &MeasureSettings) -> Result<Aligned> {
    let Some(((first_name, first), others)) = systems.split_first().filter(|(_, others)| !others.is_empty()) else {
        return Err(Error::config("files", "a comparison needs two systems", "name two or more score files"));
    };
    if settings.resamples == 0 {
        let remedy = "give --resamples 1000 and --bootstrap exact";
        return Err(Error::config("resamples", "a comparison is made from resamples", remedy));
    }
    let trials = LabelledTrials::of(first);
    let mut scores = vec![LabelledScores::new(trials.scores(first, &trials.places))?];
    for (name, table) in others {
        let places = trials.places_in(first_name, name, table)?;
        scores.push(LabelledScores::new(trials.scores(table, &places))?);
    }
    let clusters = clusters(first, settings.resampling)?;
    let clusters = clusters.map(|numbers| Clusters::new(trials.places.iter().map(|&at| numbers[at])));
    Ok(Aligned { scores, clusters, trials: trials.places.len() })
}

/// The labelled trials of the first table, by whose order all others are put.
struct LabelledTrials<'a> {
    /// Rows of the first table.
    places: Vec<usize>,
    labels: Vec<Label>,
    keys: Vec<(&'a str, &'a str)>,
}

impl<'a> LabelledTrials<'a> {
    fn of(table: &'a ScoreTable) -> Self {
        let keys = table.keys();
        let known: Vec<(usize, Label)> =
            table.labels().into_iter().enumerate().filter_map(|(at, label)| Some((at, label?))).collect();
        let (places, labels): (Vec<_>, Vec<_>) = known.into_iter().unzip();
        Self { keys: places.iter().map(|&at| keys[at]).collect(), labels, places }
    }

    fn scores(&self, table: &ScoreTable, places: &[usize]) -> Vec<(f64, Label)> {
        let scores = table.scores();
        places.iter().map(|&at| scores[at]).zip(self.labels.iter().copied()).collect()
    }

    /// Where these trials stand in another table.
    fn places_in(&self, own_name: &str, name: &str, table: &ScoreTable) -> Result<Vec<usize>> {
        let labels = table.labels();
        let labelled = labels.iter().flatten().count();
        let keys = table.keys();
        let by_key: HashMap<(&str, &str), usize> = keys.iter().enumerate().map(|(at, &key)| (key, at)).collect();
        let places: Vec<usize> = self.keys.iter().filter_map(|key| by_key.get(key).copied()).collect();
        let remedy = "compare tables of the same trials; `rat-report audit --protocol` shows what is missing in each";
        if places.len() != self.keys.len() || labelled != self.keys.len() {
            let message = format!(
                "{own_name} has {} labelled trials, {name} has {labelled}, and they share {}",
                self.keys.len(),
                places.len()
            );
            return Err(Error::data(message, remedy));
        }
        match places.iter().zip(&self.labels).position(|(&at, label)| labels[at] != Some(*label)) {
            None => Ok(places),
            Some(at) => {
                Err(Error::data(format!("{own_name} and {name} label {} differently", self.keys[at].0), remedy))
            }
        }
    }
}

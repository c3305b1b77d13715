//! The three measures of a sample of trials, drawn or as it came.

use super::{AsvSource, TandemRow, TandemSettings};
use crate::{
    error::{Error, Result},
    metrics::{
        AsvRates, DetectionScores, OperatingPoint, TandemKey, TandemPoint, TandemScores, TandemTrial, TdcfForm, t_eer,
    },
    tables::{TandemScoreKind, TandemTable},
};

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measured {
    ADcf,
    MinTdcf,
    TEer,
}

/// A measure's value with its thresholds.
pub(super) enum Value {
    ADcf(OperatingPoint),
    MinTdcf { point: OperatingPoint, rates: AsvRates, asv_threshold: Option<f64>, note: String },
    TEer(TandemPoint),
}

impl Measured {
    pub(super) const ALL: [Self; 3] = [Self::ADcf, Self::MinTdcf, Self::TEer];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ADcf => "a_dcf",
            Self::MinTdcf => "min_tdcf",
            Self::TEer => "t_eer",
        }
    }

    /// Its columns, for a reader.
    pub(super) fn columns(self, settings: &TandemSettings) -> String {
        let names: Vec<&str> = self.kinds(settings).iter().map(|kind| kind.name()).collect();
        names.join(" + ")
    }

    fn kinds(self, settings: &TandemSettings) -> &'static [TandemScoreKind] {
        use TandemScoreKind::{Asv, Cm, Sasv};
        match self {
            Self::ADcf => &[Sasv],
            Self::MinTdcf if settings.asv == AsvSource::File => &[Cm, Asv],
            Self::MinTdcf => &[Cm],
            Self::TEer => &[Cm, Asv],
        }
    }

    /// Why a table does not do.
    pub(super) fn lacks(self, table: &TandemTable, settings: &TandemSettings) -> Option<String> {
        let missing: Vec<&str> =
            self.kinds(settings).iter().filter(|kind| !table.has(**kind)).map(|kind| kind.name()).collect();
        if !missing.is_empty() {
            return Some(format!("no {} scores", missing.join(" and no ")));
        }
        let alone = self == Self::MinTdcf && settings.asv != AsvSource::File;
        (!alone && !table.knows_targets()).then(|| "the key does not tell targets from nontargets".into())
    }
}

/// Trials in three orders, by the scores of each system, so that draws need no sorting.
pub(super) struct Sample<'a> {
    table: &'a TandemTable,
    by_cm: Vec<u32>,
    by_asv: Vec<u32>,
    by_sasv: Vec<u32>,
}

impl<'a> Sample<'a> {
    pub(super) fn new(table: &'a TandemTable) -> Self {
        let sorted = |kind| {
            let scores: Vec<Option<f64>> = table.rows().iter().map(|row| row.score(kind)).collect();
            let mut order: Vec<u32> =
                (0..).zip(&scores).filter(|(_, score)| score.is_some()).map(|(at, _)| at).collect();
            order.sort_by(|&a, &b| {
                let score = |at: u32| scores[at as usize].unwrap_or(f64::NAN);
                score(a).total_cmp(&score(b)).then(table.rows()[a as usize].key.cmp(&table.rows()[b as usize].key))
            });
            order
        };
        let [by_cm, by_asv, by_sasv] = TandemScoreKind::ALL.map(sorted);
        Self { table, by_cm, by_asv, by_sasv }
    }

    /// How many trials.
    pub(super) fn len(&self) -> usize {
        self.table.rows().len()
    }

    /// A measure of the trials as they came.
    pub(super) fn measure(&self, measure: Measured, settings: &TandemSettings) -> Result<Value> {
        self.drawn(measure, settings, &vec![1; self.len()])
    }

    /// A measure of a draw, which has each trial as often as `counts` says.
    pub(super) fn drawn(&self, measure: Measured, settings: &TandemSettings, counts: &[u32]) -> Result<Value> {
        match measure {
            Measured::ADcf => {
                let scores = TandemScores::new(self.keyed(&self.by_sasv, counts, TandemScoreKind::Sasv))?;
                Ok(Value::ADcf(scores.a_dcf(&settings.costs)))
            }
            Measured::MinTdcf => self.min_tdcf(settings, counts),
            Measured::TEer => {
                let trial = |at: &u32| {
                    let row = &self.table.rows()[*at as usize];
                    Some((TandemTrial { key: row.key?, asv: row.asv?, cm: row.cm? }, counts[*at as usize]))
                };
                let trials = self.by_asv.iter().filter_map(trial);
                let trials: Vec<TandemTrial> =
                    trials.flat_map(|(trial, count)| std::iter::repeat_n(trial, count as usize)).collect();
                Ok(Value::TEer(t_eer(&trials)?))
            }
        }
    }

    fn min_tdcf(&self, settings: &TandemSettings, counts: &[u32]) -> Result<Value> {
        let (mut bonafide, mut spoof) = (Vec::new(), Vec::new());
        for &at in &self.by_cm {
            let row = &self.table.rows()[at as usize];
            let class = if row.key == Some(TandemKey::Spoof) { &mut spoof } else { &mut bonafide };
            let score = row.cm.ok_or_else(|| Error::data("a trial has no cm score", "give one for each"))?;
            class.extend(std::iter::repeat_n(score, counts[at as usize] as usize));
        }
        let (rates, asv_threshold, note) = match settings.asv {
            AsvSource::Organisers => (AsvRates::ASVSPOOF5, None, "ASV rates: organisers of ASVspoof 5"),
            AsvSource::Given(rates) => (rates, None, "ASV rates: as given"),
            AsvSource::File => {
                let scores = TandemScores::new(self.keyed(&self.by_asv, counts, TandemScoreKind::Asv))?;
                let (rates, threshold) = AsvRates::at_eer_threshold(&scores)?;
                (rates, Some(threshold), "ASV rates: of this file's ASV scores at their EER")
            }
        };
        let point = DetectionScores::new(&bonafide, &spoof)?.min_tdcf(&rates, &settings.costs, settings.form)?;
        let form = if settings.form == TdcfForm::Asvspoof2019 { "; the form of ASVspoof 2019" } else { "" };
        Ok(Value::MinTdcf { point, rates, asv_threshold, note: format!("{note}{form}") })
    }

    /// Scores with keys in ascending order, each as often as it was drawn.
    fn keyed(&self, order: &[u32], counts: &[u32], kind: TandemScoreKind) -> impl Iterator<Item = (f64, TandemKey)> {
        order.iter().flat_map(move |&at| {
            let row = &self.table.rows()[at as usize];
            let trial = row.score(kind).zip(row.key);
            std::iter::repeat_n(trial, counts[at as usize] as usize).flatten()
        })
    }
}

impl Value {
    /// The number alone.
    pub(super) fn rate(&self) -> f64 {
        match self {
            Self::ADcf(point) | Self::MinTdcf { point, .. } => point.rate,
            Self::TEer(point) => point.rate,
        }
    }

    /// Fills value and thresholds into a row.
    pub(super) fn fill(self, row: &mut TandemRow) {
        row.value = Some(self.rate());
        match self {
            Self::ADcf(point) => row.sasv_threshold = Some(point.threshold),
            Self::MinTdcf { point, rates, asv_threshold, note } => {
                (row.cm_threshold, row.asv_threshold) = (Some(point.threshold), asv_threshold);
                row.asv_p_fa_nontarget = Some(rates.p_fa_nontarget);
                row.asv_p_miss = Some(rates.p_miss);
                row.asv_p_fa_spoof = Some(rates.p_fa_spoof);
                row.note = note;
            }
            Self::TEer(point) => {
                (row.cm_threshold, row.asv_threshold) = (Some(point.cm_threshold), Some(point.asv_threshold));
            }
        }
    }
}

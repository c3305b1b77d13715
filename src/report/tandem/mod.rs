//! Measures of tandem files: a-DCF, min t-DCF and t-EER with their thresholds and bootstrap intervals.
//!
//! The formulas are in [`metrics`](crate::metrics): [`TandemScores::a_dcf`], [`DetectionScores::min_tdcf`](crate::metrics::DetectionScores::min_tdcf) and
//! [`t_eer`](crate::metrics::t_eer()). Each needs other columns; one that lacks them has a row that says so.

mod measures;
mod resample;
mod text;

use serde::{Deserialize, Serialize};

pub use text::format_tandem;

use self::{
    measures::{Measured, Sample},
    resample::intervals,
};
use crate::{
    error::{Error, Result},
    metrics::{AsvRates, DetectionScores, EerRule, TandemCosts, TandemKey, TandemScores, TdcfForm},
    tables::{TandemScoreKind, TandemTable},
    trial::Label,
};

/// Where the t-DCF takes the errors of the speaker verifier from.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum AsvSource {
    /// The organisers' verifier on the evaluation set of ASVspoof 5.
    #[default]
    Organisers,
    /// The ASV scores of the same file, at the threshold of their EER; drawn anew with the trials.
    File,
    /// Known rates.
    Given(AsvRates),
}

/// What is measured, and how sure one wants to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TandemSettings {
    /// Priors and costs of a-DCF and t-DCF.
    pub costs: TandemCosts,
    /// Which t-DCF.
    pub form: TdcfForm,
    /// The errors of the speaker verifier.
    pub asv: AsvSource,
    /// Bootstrap resamples of the trials; 0 for no intervals.
    pub resamples: usize,
    /// The level of the intervals, as 0.95.
    pub level: f64,
    /// The seed of the resamples.
    pub seed: u64,
}

impl Default for TandemSettings {
    fn default() -> Self {
        Self {
            costs: TandemCosts::ASVSPOOF5,
            form: TdcfForm::default(),
            asv: AsvSource::default(),
            resamples: 1_000,
            level: 0.95,
            seed: 0,
        }
    }
}

/// A measure of a tandem file. Rates are fractions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TandemRow {
    /// Whose scores they are.
    pub system: String,
    /// `a_dcf`, `min_tdcf` or `t_eer`.
    pub measure: String,
    /// The columns it is made of.
    pub columns: String,
    /// The value; none where a column is missing.
    pub value: Option<f64>,
    /// Lower end of its interval; none where none was made.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// The threshold on the countermeasure's scores: what is above passes.
    pub cm_threshold: Option<f64>,
    /// The threshold on the speaker verifier's scores; of the t-DCF that at which its rates were taken, where it is known.
    pub asv_threshold: Option<f64>,
    /// The threshold on the scores of both as one system.
    pub sasv_threshold: Option<f64>,
    /// Share of nontargets that the speaker verifier of the t-DCF accepts.
    pub asv_p_fa_nontarget: Option<f64>,
    /// Share of targets that it rejects.
    pub asv_p_miss: Option<f64>,
    /// Share of spoofs that it accepts.
    pub asv_p_fa_spoof: Option<f64>,
    /// Target trials.
    pub target: usize,
    /// Nontarget trials.
    pub nontarget: usize,
    /// Bona fide trials in all, with those of which it is not told whose they are.
    pub bonafide: usize,
    /// Spoof trials.
    pub spoof: usize,
    /// The interval's level, as 0.95.
    pub level: f64,
    /// How it was made.
    pub method: String,
    /// Why there is no value or no interval, or where the rates of the speaker verifier are from.
    pub note: String,
}

/// Measures a tandem file: one row for each measure, in the order a-DCF, min t-DCF, t-EER.
///
/// ```
/// use rat::{metrics::TandemKey::{self, Nontarget, Spoof, Target}, report::{TandemSettings, measure_tandem}, tables::{TandemScoreRow, TandemTable}};
/// let row = |key: TandemKey, sasv| TandemScoreRow {
///     speaker: "-".into(), file: "-".into(), attack: "-".into(), key: Some(key), cm: None, asv: None, sasv: Some(sasv),
/// };
/// let table = TandemTable::from_rows([row(Target, 0.9), row(Target, 0.6), row(Nontarget, 0.2), row(Spoof, 0.7), row(Spoof, 0.1)]);
/// let rows = measure_tandem(&table, "fusion", &TandemSettings { resamples: 0, ..TandemSettings::default() })?;
/// assert!((rows[0].value.unwrap() - 0.25 / 0.595).abs() < 1e-12);
/// assert!(rows[1].value.is_none() && rows[1].note.contains("cm"));
/// # Ok::<(), rat::Error>(())
/// ```
///
/// # Errors
/// Where no measure has its columns, a class has no trial, the rates of the speaker verifier leave nothing to do, or a setting is out of range.
pub fn measure_tandem(table: &TandemTable, system: &str, settings: &TandemSettings) -> Result<Vec<TandemRow>> {
    if !(settings.level > 0.0 && settings.level < 1.0) {
        return Err(Error::config("level", format!("{} is not between 0 and 1", settings.level), "give it as 0.95"));
    }
    let lacking = Measured::ALL.map(|measure| measure.lacks(table, settings));
    if lacking.iter().all(Option::is_some) {
        let whys: Vec<String> = Measured::ALL
            .iter()
            .zip(&lacking)
            .filter_map(|(measure, why)| Some(format!("{}: {}", measure.name(), why.as_ref()?)))
            .collect();
        let remedy = "add the columns cm-score, asv-score or sasv-score, and a key of target, nontarget and spoof";
        return Err(Error::data(format!("nothing can be measured ({})", whys.join("; ")), remedy));
    }
    let wanted: Vec<Measured> =
        Measured::ALL.into_iter().zip(&lacking).filter(|(_, why)| why.is_none()).map(|(measure, _)| measure).collect();
    let sample = Sample::new(table);
    let values = wanted.iter().map(|&measure| sample.measure(measure, settings)).collect::<Result<Vec<_>>>()?;
    let ends = intervals(&sample, &wanted, settings);
    let mut found = values.into_iter().zip(ends);
    let rows = Measured::ALL.into_iter().zip(lacking).map(|(measure, why)| {
        let mut row = TandemRow {
            system: system.into(),
            measure: measure.name().into(),
            columns: measure.columns(settings),
            ..counts(table)
        };
        match (why, &mut found) {
            (Some(why), _) => row.note = why,
            (None, found) => {
                let (value, ends) = found.next().expect("one value for each measure that lacks nothing");
                value.fill(&mut row);
                fill_interval(&mut row, ends, settings);
            }
        }
        row
    });
    Ok(rows.collect())
}

/// The row of an interval that could not be made keeps a note of it.
fn fill_interval(row: &mut TandemRow, ends: Option<(f64, f64)>, settings: &TandemSettings) {
    if settings.resamples == 0 {
        return;
    }
    row.level = settings.level;
    match ends {
        Some((low, high)) => {
            (row.low, row.high) = (Some(low), Some(high));
            row.method = resample::method(settings);
        }
        None => {
            let gap = if row.note.is_empty() { "" } else { "; " };
            row.note += &format!("{gap}too few trials to resample: no interval");
        }
    }
}

fn counts(table: &TandemTable) -> TandemRow {
    let of = |key: TandemKey| table.rows().iter().filter(|row| row.key == Some(key)).count();
    let bonafide = table.rows().iter().filter(|row| row.label() == Label::Bonafide).count();
    let (target, nontarget, spoof) = (of(TandemKey::Target), of(TandemKey::Nontarget), of(TandemKey::Spoof));
    TandemRow { target, nontarget, spoof, bonafide, ..TandemRow::default() }
}

/// The errors of a speaker verifier at the threshold of its EER, from a file of its scores, and that threshold.
///
/// # Errors
/// Where the file has no ASV scores, or no target, nontarget or spoof.
pub fn asv_rates(table: &TandemTable) -> Result<(AsvRates, f64)> {
    let remedy = "give a file with a column asv-score and a key of target, nontarget and spoof";
    if !table.has(TandemScoreKind::Asv) || !table.knows_targets() {
        return Err(Error::data("it has no ASV scores of targets, nontargets and spoofs", remedy));
    }
    AsvRates::at_eer_threshold(&TandemScores::new(table.rows().iter().filter_map(|row| Some((row.asv?, row.key?))))?)
}

/// Scores that seem to grow the wrong way, in words.
///
/// # Errors
/// Where a score is not finite.
pub fn tandem_warnings(table: &TandemTable) -> Result<Vec<String>> {
    let mut warnings = Vec::new();
    for kind in TandemScoreKind::ALL.into_iter().filter(|kind| table.has(*kind)) {
        let of = |wanted: fn(Option<TandemKey>) -> bool| -> Vec<f64> {
            table.rows().iter().filter(|row| wanted(row.key)).filter_map(|row| row.score(kind)).collect()
        };
        let (yes, no) = match kind {
            TandemScoreKind::Cm => (of(|key| key != Some(TandemKey::Spoof)), of(|key| key == Some(TandemKey::Spoof))),
            _ => (of(|key| key == Some(TandemKey::Target)), of(|key| key == Some(TandemKey::Nontarget))),
        };
        if yes.is_empty() || no.is_empty() {
            continue;
        }
        let eer = DetectionScores::new(&yes, &no)?.eer(EerRule::TieMerged).rate;
        if eer > 0.5 {
            let (name, eer) = (kind.name(), 100.0 * eer);
            warnings
                .push(format!("the {name} scores have an equal error rate of {eer:.1} %: higher must be the accepted"));
        }
    }
    Ok(warnings)
}

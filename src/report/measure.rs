//! From a score table to rows of a results table: all measures with their intervals, pooled and group by group.

use crate::{
    error::Result,
    metrics::{
        CostModel, DetectionScores, EerRule, LabelledScores, LlrScores, Resampling,
        bootstrap::{self, Clusters, estimate_llr},
    },
    tables::{ResultsRow, ResultsTable, ScoreTable},
    trial::Label,
};

use super::groups::{Group, groups};

/// The group of all trials.
pub const POOLED: &str = "pooled";

/// How scores become log-likelihood ratios, which actDCF, Cllr and minCllr are measured on.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Llr {
    /// Not at all: these measures are left out.
    #[default]
    None,
    /// They are natural logarithms of likelihood ratios as they stand.
    AsGiven,
    /// They are probabilities of bona fide; the logit, less that of the share of bona fide in training.
    FromProbability {
        /// The share of bona fide that the model was trained with; balanced batches make it 0.5.
        training_prior: f64,
    },
}

impl Llr {
    /// The trials with log-likelihood ratios for scores; `None` where they are not to become such.
    ///
    /// # Errors
    /// Where a probability is not within 0 and 1, or the prior is out of range.
    pub fn converted(self, trials: &[(f64, Label)]) -> Result<Option<Vec<(f64, Label)>>> {
        match self {
            Self::None => Ok(None),
            Self::AsGiven => Ok(Some(trials.to_vec())),
            Self::FromProbability { training_prior } => {
                let of = |wanted: Label| -> Vec<f64> {
                    trials.iter().filter(|trial| trial.1 == wanted).map(|trial| trial.0).collect()
                };
                // Checks range and prior.
                LlrScores::from_probabilities(&of(Label::Bonafide), &of(Label::Spoof), training_prior)?;
                let llr = |&(score, label): &(f64, Label)| (LlrScores::of_probability(score, training_prior), label);
                Ok(Some(trials.iter().map(llr).collect()))
            }
        }
    }
}

/// What is measured, and how sure one wants to be.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasureSettings {
    /// The costs of minDCF and actDCF.
    pub cost: CostModel,
    /// What is drawn anew in each resample.
    pub resampling: Resampling,
    /// Bootstrap resamples; 0 for no intervals.
    pub resamples: usize,
    /// The level of the intervals, as 0.95.
    pub level: f64,
    /// The seed of the resamples.
    pub seed: u64,
    /// The columns whose values make groups, each with a row after the pooled one; two columns make a row for each pair.
    pub by: Vec<String>,
    /// How scores become log-likelihood ratios.
    pub llr: Llr,
}

impl Default for MeasureSettings {
    fn default() -> Self {
        Self {
            cost: CostModel::ASVSPOOF5,
            resampling: Resampling::default(),
            resamples: 1_000,
            level: 0.95,
            seed: 0,
            by: Vec::new(),
            llr: Llr::None,
        }
    }
}

impl MeasureSettings {
    /// As the bootstrap wants them.
    pub fn bootstrap(&self) -> bootstrap::Settings {
        bootstrap::Settings {
            costs: self.cost,
            resampling: self.resampling,
            resamples: self.resamples,
            level: self.level,
            seed: self.seed,
            ..bootstrap::Settings::default()
        }
    }
}

/// Measures one score table.
///
/// ```
/// use rat::{Label, report::{MeasureSettings, measure}, tables::{ScoreRow, ScoreTable}};
/// let row = |file: &str, score, label| ScoreRow {
///     file: file.into(), score, label: Some(label), margin: None,
///     speaker: "-".into(), attack: "-".into(), codec: "-".into(),
/// };
/// let table = ScoreTable::from_rows([
///     row("a", 0.9, Label::Bonafide), row("b", 0.3, Label::Bonafide),
///     row("c", 0.4, Label::Spoof), row("d", 0.1, Label::Spoof),
/// ]);
/// let results = measure("RAT", "matched", &table, &MeasureSettings::default())?;
/// assert_eq!(results.rows[0].eer, 0.5);
/// # Ok::<(), rat::Error>(())
/// ```
///
/// # Errors
/// Where a class has no trial, a column is not known, or a setting is out of range. A group that lacks a class is left out; one too small
/// to resample gets no interval (NaN).
pub fn measure(system: &str, condition: &str, table: &ScoreTable, settings: &MeasureSettings) -> Result<ResultsTable> {
    let groups = groups(system, table, settings)?;
    let rows = groups.into_iter().map(|group| {
        let names = ResultsRow {
            system: system.into(),
            condition: condition.into(),
            by: group.by.clone(),
            group: group.name(),
            ..ResultsRow::default()
        };
        measured(names, &group, settings)
    });
    Ok(ResultsTable { rows: rows.collect::<Result<_>>()? })
}

/// Fills the measures into a row that has its names.
pub(super) fn measured(names: ResultsRow, group: &Group, settings: &MeasureSettings) -> Result<ResultsRow> {
    let scores = LabelledScores::new(group.trials.iter().copied())?;
    let detection = scores.detection();
    let eer = detection.eer(EerRule::Official);
    let merged = detection.eer(EerRule::TieMerged);
    let min_dcf = detection.min_dcf(&settings.cost);
    let (misses, false_alarms) = detection.errors_at_eer();
    let row = ResultsRow {
        bonafide: detection.bonafide_count(),
        spoof: detection.spoof_count(),
        eer: eer.rate,
        eer_threshold: eer.threshold,
        eer_tie_merged: merged.rate,
        eer_tie_merged_threshold: merged.threshold,
        eer_convex_hull: detection.eer_convex_hull(),
        misses,
        false_alarms,
        tied: detection.tied_share(),
        min_dcf: min_dcf.rate,
        min_dcf_threshold: min_dcf.threshold,
        ..names
    };
    let clusters = group.clusters.as_ref().map(Clusters::new);
    let row = with_intervals(row, &scores, clusters.as_ref(), settings)?;
    with_llr(row, group, clusters.as_ref(), settings)
}

/// Whether a class is too small to be resampled.
fn too_few(detection: &DetectionScores) -> bool {
    detection.bonafide_count().min(detection.spoof_count()) < 2
}

fn with_intervals(
    row: ResultsRow,
    scores: &LabelledScores,
    clusters: Option<&Clusters>,
    settings: &MeasureSettings,
) -> Result<ResultsRow> {
    let none = |method: &str| {
        let ends = f64::NAN;
        ResultsRow {
            eer_low: ends,
            eer_high: ends,
            eer_tie_merged_low: ends,
            eer_tie_merged_high: ends,
            min_dcf_low: ends,
            min_dcf_high: ends,
            level: ends,
            method: method.into(),
            ..row.clone()
        }
    };
    if settings.resamples == 0 {
        return Ok(none("no intervals"));
    }
    if too_few(scores.detection()) {
        return Ok(none("too few trials for an interval"));
    }
    if clusters.is_some_and(|clusters| clusters.count() < 2) {
        return Ok(none("too few speakers for an interval"));
    }
    let found = match clusters {
        Some(clusters) => bootstrap::estimate_clustered(scores, clusters, &settings.bootstrap())?,
        None => bootstrap::estimate(scores, &settings.bootstrap())?,
    };
    Ok(ResultsRow {
        eer_low: found.eer.low,
        eer_high: found.eer.high,
        eer_tie_merged_low: found.eer_tie_merged.low,
        eer_tie_merged_high: found.eer_tie_merged.high,
        min_dcf_low: found.min_dcf.low,
        min_dcf_high: found.min_dcf.high,
        level: found.eer.level,
        method: found.eer.method,
        ..row
    })
}

/// The measures of log-likelihood ratios, where the scores are such.
fn with_llr(
    row: ResultsRow,
    group: &Group,
    clusters: Option<&Clusters>,
    settings: &MeasureSettings,
) -> Result<ResultsRow> {
    let Some(trials) = settings.llr.converted(&group.trials)? else { return Ok(row) };
    let scores = LabelledScores::new(trials)?;
    let llrs = LlrScores::declared(scores.detection().clone());
    let act_dcf = llrs.act_dcf(&settings.cost);
    let row = ResultsRow {
        act_dcf: Some(act_dcf.rate),
        act_dcf_threshold: Some(act_dcf.threshold),
        cllr: Some(llrs.cllr()),
        min_cllr: Some(llrs.min_cllr()),
        calibration_loss: Some(llrs.calibration_loss()),
        ..row
    };
    if !row.eer_low.is_finite() {
        return Ok(row);
    }
    let found = estimate_llr(&scores, clusters, &settings.bootstrap())?;
    Ok(ResultsRow {
        act_dcf_low: Some(found.act_dcf.low),
        act_dcf_high: Some(found.act_dcf.high),
        cllr_low: Some(found.cllr.low),
        cllr_high: Some(found.cllr.high),
        min_cllr_low: Some(found.min_cllr.low),
        min_cllr_high: Some(found.min_cllr.high),
        ..row
    })
}

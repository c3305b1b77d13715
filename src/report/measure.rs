//! From a score table to rows of a results table: both EERs and minDCF with intervals, pooled and attack by attack.
//!
//! An attack's row compares *all* bona fide trials with the spoofs of that attack, as the ASVspoof 5 evaluation does.

use std::collections::BTreeSet;

use crate::{
    error::{Error, Result},
    metrics::{CostModel, DetectionScores, EerRule, LabelledScores, bootstrap},
    tables::{ResultsRow, ResultsTable, ScoreRow, ScoreTable},
    trial::Label,
};

/// The group of all trials.
pub const POOLED: &str = "pooled";

/// What is measured, and how sure one wants to be.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasureSettings {
    /// The costs of minDCF.
    pub cost: CostModel,
    /// Bootstrap resamples; 0 for no intervals.
    pub resamples: usize,
    /// The seed of the resamples.
    pub seed: u64,
    /// Whether each attack gets its row after the pooled one.
    pub by_attack: bool,
}

impl Default for MeasureSettings {
    fn default() -> Self {
        Self { cost: CostModel::ASVSPOOF5, resamples: 1_000, seed: 0, by_attack: false }
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
/// Where a class has no trial, or a setting is out of range. A group too small to resample gets no interval (NaN).
pub fn measure(system: &str, condition: &str, table: &ScoreTable, settings: &MeasureSettings) -> Result<ResultsTable> {
    let rows = table.rows();
    let labelled: Vec<(&ScoreRow, Label)> = rows.iter().filter_map(|row| row.label.map(|label| (row, label))).collect();
    if labelled.is_empty() {
        return Err(Error::data(
            format!("the scores of {system} ({condition}) carry no labels"),
            "join them with a protocol: rat-report metrics --protocol FILE",
        ));
    }
    let row = |group: &str, trials: Vec<(f64, Label)>| -> Result<ResultsRow> {
        let names = ResultsRow {
            system: system.into(),
            condition: condition.into(),
            group: group.into(),
            ..ResultsRow::default()
        };
        measured(names, trials, settings)
    };
    let all = labelled.iter().map(|&(row, label)| (row.score, label)).collect();
    let mut rows = vec![row(POOLED, all)?];
    for attack in attacks(&labelled).into_iter().filter(|_| settings.by_attack) {
        let belongs = |row: &ScoreRow, label| label == Label::Bonafide || row.attack == attack;
        let group = labelled.iter().filter(|&&(row, label)| belongs(row, label));
        rows.push(row(attack, group.map(|&(row, label)| (row.score, label)).collect())?);
    }
    Ok(ResultsTable { rows })
}

fn attacks<'a>(labelled: &[(&'a ScoreRow, Label)]) -> BTreeSet<&'a str> {
    let spoofs = labelled.iter().filter(|(_, label)| *label == Label::Spoof);
    spoofs.map(|(row, _)| row.attack.as_str()).filter(|&attack| attack != "-").collect()
}

/// Fills the measures into a row that has its names.
fn measured(names: ResultsRow, trials: Vec<(f64, Label)>, settings: &MeasureSettings) -> Result<ResultsRow> {
    let scores = LabelledScores::new(trials)?;
    let detection = scores.detection();
    let eer = detection.eer(EerRule::Official);
    let min_dcf = detection.min_dcf(&settings.cost);
    let row = ResultsRow {
        bonafide: detection.bonafide_count(),
        spoof: detection.spoof_count(),
        eer: eer.rate,
        eer_threshold: eer.threshold,
        eer_tie_merged: detection.eer(EerRule::TieMerged).rate,
        min_dcf: min_dcf.rate,
        min_dcf_threshold: min_dcf.threshold,
        ..names
    };
    with_intervals(row, &scores, settings)
}

fn with_intervals(row: ResultsRow, scores: &LabelledScores, settings: &MeasureSettings) -> Result<ResultsRow> {
    let detection: &DetectionScores = scores.detection();
    let none = |method: &str| ResultsRow {
        eer_low: f64::NAN,
        eer_high: f64::NAN,
        min_dcf_low: f64::NAN,
        min_dcf_high: f64::NAN,
        level: f64::NAN,
        method: method.into(),
        ..row.clone()
    };
    if settings.resamples == 0 {
        return Ok(none("no intervals"));
    }
    if detection.bonafide_count().min(detection.spoof_count()) < 2 {
        return Ok(none("too few trials for an interval"));
    }
    let wanted = bootstrap::Settings {
        costs: settings.cost,
        resamples: settings.resamples,
        seed: settings.seed,
        ..bootstrap::Settings::default()
    };
    let intervals = bootstrap::estimate(scores, &wanted)?;
    Ok(ResultsRow {
        eer_low: intervals.eer.low,
        eer_high: intervals.eer.high,
        min_dcf_low: intervals.min_dcf.low,
        min_dcf_high: intervals.min_dcf.high,
        level: intervals.eer.level,
        method: intervals.eer.method,
        ..row
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(score: f64, label: Option<Label>, attack: &str) -> ScoreRow {
        let unknown = || "-".to_owned();
        let (speaker, codec) = (unknown(), unknown());
        ScoreRow { file: score.to_string(), score, label, margin: None, speaker, attack: attack.into(), codec }
    }

    #[test]
    fn an_attack_meets_all_bona_fide_and_a_lone_spoof_gets_no_interval() {
        let bonafide = [0.9, 0.8, 0.3].map(|score| row(score, Some(Label::Bonafide), "-"));
        let spoof =
            [(0.1, "A1"), (0.4, "A1"), (0.95, "A2")].map(|(score, attack)| row(score, Some(Label::Spoof), attack));
        let rows = bonafide.into_iter().chain(spoof).chain([row(0.5, None, "-")]);
        let settings = MeasureSettings { by_attack: true, resamples: 50, ..MeasureSettings::default() };
        let results = measure("X", "-", &ScoreTable::from_rows(rows), &settings).expect("measures").rows;
        let counts: Vec<_> = results.iter().map(|row| (row.group.as_str(), row.bonafide, row.spoof)).collect();
        assert_eq!(counts, [("pooled", 3, 3), ("A1", 3, 2), ("A2", 3, 1)]);
        assert!(results[1].eer_low.is_finite() && results[2].eer_low.is_nan() && results[2].eer > 0.5);
    }

    #[test]
    fn scores_without_labels_are_refused() {
        let refused = measure("X", "-", &ScoreTable::from_rows([row(0.5, None, "-")]), &MeasureSettings::default());
        assert!(refused.expect_err("no labels").remedy().contains("--protocol"));
    }
}

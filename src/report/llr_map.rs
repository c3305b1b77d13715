//! From scores to log-likelihood ratios (LLRs): a calibration of one system or a linear fusion of several, fitted on one
//! set of trials, applied to another, and kept with the record of how it was fitted.
//!
//! Prior-weighted logistic regression, see [`Calibration`] and [`Fusion`]. Fitting on the trials that are then measured flatters;
//! [`Overlap`] tells whether that is so.

use std::{collections::HashSet, path::Path};

use serde::{Deserialize, Serialize};

use super::{align::AlignedSystems, run::Input};
use crate::{
    error::{Error, Result},
    metrics::{Calibration, CostModel, Fusion, LlrScores, Scale},
    tables::ScoreTable,
    trial::Label,
};

/// LLR = sum of weight x score over the systems + offset, and how that was fitted.
///
/// ```
/// use rat::{Label, metrics::{CostModel, Scale}, report::LlrMap, tables::{ScoreRow, ScoreTable}};
/// let row = |file: &str, score, label| ScoreRow {
///     file: file.into(), score, label: Some(label), margin: None,
///     speaker: "-".into(), attack: "-".into(), codec: "-".into(),
/// };
/// let dev = ScoreTable::from_rows([
///     row("a", 0.9, Label::Bonafide), row("b", 0.3, Label::Bonafide),
///     row("c", 0.4, Label::Spoof), row("d", 0.1, Label::Spoof),
/// ]);
/// let map = LlrMap::fit(&[("dev".into(), &dev)], CostModel::ASVSPOOF5, Scale::Unknown)?;
/// let eval = ScoreTable::from_rows([row("e", 0.8, Label::Bonafide), row("f", 0.2, Label::Spoof)]);
/// let llrs = map.apply(&[("eval".into(), &eval)])?;
/// assert!(llrs.scores()[0] > llrs.scores()[1]);
/// # Ok::<(), rat::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LlrMap {
    /// One a system, in their order: what its score is multiplied by.
    pub weights: Vec<f64>,
    /// What is then added.
    pub offset: f64,
    /// What the systems' scores are; of probabilities the logit is taken first.
    pub scale: Scale,
    /// The costs around whose operating point the LLRs are to be best.
    pub costs: CostModel,
    /// The prior of bona fide that follows from them.
    pub prior_bonafide: f64,
    /// The systems, as they were named in fitting.
    pub systems: Vec<String>,
    /// Bona fide trials it was fitted on.
    pub bonafide: usize,
    /// Spoof trials it was fitted on.
    pub spoof: usize,
    /// The files it was fitted on: scores in the order of the weights, then protocols.
    pub trained_on: Vec<Input>,
    /// Whether it was fitted on the trials it was made for.
    pub trained_on_evaluation: bool,
    /// The version of this program.
    pub version: String,
    /// The git revision it was built from, where that was known.
    pub revision: String,
}

impl LlrMap {
    /// Fits weights and offset on the labelled trials of score tables of the same trials, one a system.
    ///
    /// # Errors
    /// Where the tables do not hold the same trials, and as [`Calibration::fit`] and [`Fusion::fit`].
    pub fn fit(systems: &[(String, &ScoreTable)], costs: CostModel, scale: Scale) -> Result<Self> {
        let aligned = AlignedSystems::new(systems)?;
        let known: Vec<(usize, Label)> =
            aligned.labels.iter().enumerate().filter_map(|(at, label)| Some((at, (*label)?))).collect();
        let labels: Vec<Label> = known.iter().map(|trial| trial.1).collect();
        let mut columns = Vec::with_capacity(systems.len());
        for (at, (name, table)) in systems.iter().enumerate() {
            let scores = aligned.scores(at, table);
            let scores: Vec<f64> = known.iter().map(|&(trial, _)| scores[trial]).collect();
            columns.push(unbounded(name, &scores, scale)?);
        }
        let prior_bonafide = costs.effective_prior();
        let Fusion { weights, offset } = fitted(&columns, &labels, prior_bonafide)?;
        let bonafide = labels.iter().filter(|&&label| label == Label::Bonafide).count();
        Ok(Self {
            weights,
            offset,
            scale,
            costs,
            prior_bonafide,
            systems: systems.iter().map(|system| system.0.clone()).collect(),
            bonafide,
            spoof: labels.len() - bonafide,
            trained_on: Vec::new(),
            trained_on_evaluation: false,
            version: env!("CARGO_PKG_VERSION").into(),
            revision: option_env!("RAT_REVISION").unwrap_or("unknown").into(),
        })
    }

    /// The first table with LLRs for scores; its other columns stay, but for the margins where several systems are fused.
    ///
    /// # Errors
    /// Where there are not as many tables as weights, they do not hold the same trials, or a score does not fit the scale.
    pub fn apply(&self, systems: &[(String, &ScoreTable)]) -> Result<ScoreTable> {
        if systems.len() != self.weights.len() {
            let message = format!("{} score files for {} weights", systems.len(), self.weights.len());
            let remedy = format!("give one score file for each of {}, in this order", self.systems.join(", "));
            return Err(Error::config("files", message, remedy));
        }
        let aligned = AlignedSystems::new(systems)?;
        let mut llrs = vec![self.offset; aligned.labels.len()];
        for (at, ((name, table), weight)) in systems.iter().zip(&self.weights).enumerate() {
            let scores = unbounded(name, &aligned.scores(at, table), self.scale)?;
            llrs.iter_mut().zip(scores).for_each(|(llr, score)| *llr += weight * score);
        }
        let table = systems[0].1.with_scores(&llrs)?;
        if systems.len() > 1 { table.without_margins() } else { Ok(table) }
    }

    /// Reads what [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    /// Where the file is missing or holds something else.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path);
        let text = text.map_err(|source| Error::io("reading the calibration", path, source))?;
        let remedy = "give a file that `calibrate --save` or `fuse --save` wrote";
        let map: Self = serde_json::from_str(&text)
            .map_err(|source| Error::parse(path, source.line() as u64, "calibration", source.to_string(), remedy))?;
        let numbers = map.weights.iter().chain([&map.offset]);
        if map.weights.is_empty() || numbers.into_iter().any(|number| !number.is_finite()) {
            let message = "weights and offset are not finite numbers, or there are none";
            return Err(Error::parse(path, 1, "weights", message, remedy));
        }
        Ok(map)
    }

    /// As JSON, ends with a line break.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("plain data serialises") + "\n"
    }
}

/// One system is calibrated, several are fused.
fn fitted(columns: &[Vec<f64>], labels: &[Label], prior_bonafide: f64) -> Result<Fusion> {
    let [scores] = columns else { return Fusion::fit(columns, labels, prior_bonafide) };
    let of = |wanted: Label| -> Vec<f64> {
        scores.iter().zip(labels).filter(|trial| *trial.1 == wanted).map(|trial| *trial.0).collect()
    };
    let Calibration { scale, offset } = Calibration::fit(&of(Label::Bonafide), &of(Label::Spoof), prior_bonafide)?;
    Ok(Fusion { weights: vec![scale], offset })
}

/// Scores that a sum can be made of: of probabilities the logit.
fn unbounded(name: &str, scores: &[f64], scale: Scale) -> Result<Vec<f64>> {
    if scale != Scale::Probability {
        return Ok(scores.to_vec());
    }
    if let Some(place) = scores.iter().position(|score| !(0.0..=1.0).contains(score)) {
        let message = format!("{name}: score {} is {}, no probability", place + 1, scores[place]);
        return Err(Error::data(message, "leave --scale probability away for scores that are none"));
    }
    Ok(scores.iter().map(|&score| LlrScores::of_probability(score, 0.5)).collect())
}

/// How many trials two tables have in common, by their names.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overlap {
    /// Names that stand in both.
    pub shared: usize,
    /// Of the names of the smaller table.
    pub share: f64,
}

impl Overlap {
    /// Compares the names of the trials.
    ///
    /// # Errors
    /// None with well-formed tables.
    pub fn between(one: &ScoreTable, other: &ScoreTable) -> Result<Self> {
        let (one, other): (HashSet<&str>, HashSet<&str>) =
            (one.texts("file")?.into_iter().collect(), other.texts("file")?.into_iter().collect());
        let shared = one.intersection(&other).count();
        Ok(Self { shared, share: shared as f64 / one.len().min(other.len()).max(1) as f64 })
    }

    /// Whether the tables are, in the main, of the same trials.
    pub fn is_most(&self) -> bool {
        self.share > 0.5
    }
}

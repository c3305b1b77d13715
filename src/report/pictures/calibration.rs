//! How far scores are from log-likelihood ratios: normalised Bayes error over prior log-odds.

use super::{
    super::{
        block::Block,
        context::{Context, named},
    },
    figure,
};
use crate::{
    error::Result,
    metrics::{LabelledScores, LlrScores},
    plot::{self, NbeCurve},
};

/// From one end of the plot to the other, in natural log-odds.
const ENDS: (f64, f64) = (-7.0, 7.0);
const POINTS: usize = 141;

/// One curve for each system and condition; a remark where scores are not taken for log-likelihood ratios.
pub(in crate::report) fn calibration(context: &Context) -> Result<Block> {
    let odds: Vec<f64> = (0..POINTS).map(|at| ENDS.0 + (ENDS.1 - ENDS.0) * at as f64 / (POINTS - 1) as f64).collect();
    let mut curves = Vec::new();
    for (colour, run) in context.runs.iter().enumerate() {
        for scored in run.scored.iter().take(1) {
            let Some(trials) = context.settings.llr.converted(&scored.table.labelled())? else { continue };
            let llrs = LlrScores::declared(LabelledScores::new(trials)?.detection().clone());
            let points = llrs.nbe(&odds);
            curves.push(NbeCurve {
                name: named(&run.name, &scored.condition),
                colour,
                prior_log_odds: odds.clone(),
                actual: points.iter().map(|point| point.actual).collect(),
                minimum: points.iter().map(|point| point.minimum).collect(),
            });
        }
    }
    if curves.is_empty() {
        return Ok(Block::Remark(
            "Calibration is not shown: the scores were not declared log-likelihood ratios. Say `scale=llr` if they are, or \
             `scale=probability` with `training_prior` to have probabilities made into such."
                .into(),
        ));
    }
    plot::calibration(&curves, -context.settings.cost.bayes_threshold()).map(figure)
}

//! The histogram of one system's scores, with its thresholds.

use super::{
    super::{
        block::Block,
        context::{Context, named},
        escape,
        run::{Run, Scored},
    },
    figure, no_scores, scored,
};
use crate::{
    error::{Error, Result},
    metrics::{CostModel, DetectionScores, EerRule},
    plot::{self, Histogram, HistogramScale},
    trial::Label,
};

/// Of one system and condition; by default the first of both.
pub(in crate::report) fn histogram(context: &Context, system: Option<&str>, condition: Option<&str>) -> Result<Block> {
    match scored(context, system, condition)? {
        Some((run, scored)) => match drawn(run, scored, &context.settings.cost) {
            Err(Error::Data { message, .. }) => Ok(Block::Remark(escape::markdown(&format!(
                "There is no histogram of {}: {message}.",
                named(&run.name, &scored.condition)
            )))),
            drawn => drawn.map(figure),
        },
        None => Ok(no_scores()),
    }
}

fn drawn(run: &Run, scored: &Scored, cost: &CostModel) -> Result<plot::Figure> {
    let margins: Option<Vec<f64>> = scored.table.margins().into_iter().collect();
    let margins = margins.filter(|margins| margins.iter().all(|margin| margin.is_finite()));
    let shown = margins.as_deref().unwrap_or(scored.table.scores());
    let labels = scored.table.labels();
    let of = |wanted: Label| -> Vec<f64> {
        shown.iter().zip(&labels).filter(|(_, label)| **label == Some(wanted)).map(|(&score, _)| score).collect()
    };
    let (bonafide, spoof) = (of(Label::Bonafide), of(Label::Spoof));
    let detection = DetectionScores::new(&bonafide, &spoof)?;
    // Probabilities crowd at both ends.
    let probabilities = margins.is_none() && shown.iter().all(|score| (0.0..=1.0).contains(score));
    plot::histogram(&Histogram {
        title: named(&run.name, &scored.condition),
        quantity: if margins.is_some() { "logit margin".into() } else { "score".into() },
        bonafide,
        spoof,
        threshold: detection.eer(EerRule::Official).threshold,
        min_dcf_threshold: Some(detection.min_dcf(cost).threshold),
        scale: if probabilities { HistogramScale::Logit } else { HistogramScale::Linear },
        costs: Some(*cost),
    })
}

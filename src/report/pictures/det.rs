//! The DET figure: a curve for each system and condition, with interval bands while there are few.

use super::{
    super::{
        block::Block,
        context::{Context, named},
        groups::clusters,
        run::Scored,
    },
    figure, no_scores,
};
use crate::{
    error::Result,
    metrics::{
        LabelledScores,
        bootstrap::{self, Clusters, det_band},
        normal_cdf, probit,
    },
    plot::{self, DetBandPoint, DetCurve},
    tables::ResultsRow,
};

/// More curves than this are drawn without bands, which would hide each other.
const BANDS: usize = 4;
/// A band's rates, evenly spaced on the probit axis between these.
const RATES: (f64, f64) = (0.0005, 0.8);
const POINTS: usize = 60;
/// Resamples of a band; each point is read off the same ones.
const RESAMPLES: usize = 200;

pub(in crate::report) fn det(context: &Context) -> Result<Block> {
    let count: usize = context.runs.iter().map(|run| run.scored.len()).sum();
    let mut curves = Vec::new();
    for (number, run) in context.runs.iter().enumerate() {
        for (index, scored) in run.scored.iter().enumerate() {
            if let Some(row) = context.row(&run.name, &scored.condition) {
                let conditions = run.record.is_some() && number > 0;
                let mut curve = curve(row, scored, colour(number, index), conditions)?;
                if count <= BANDS {
                    curve.band = band(context, scored)?;
                }
                curves.push(curve);
            }
        }
    }
    if curves.is_empty() { Ok(no_scores()) } else { plot::det(&curves).map(figure) }
}

/// A system's first condition has the system's colour; the others take what is left.
fn colour(system: usize, condition: usize) -> usize {
    if condition == 0 { system } else { condition + 1 }
}

fn curve(row: &ResultsRow, scored: &Scored, colour: usize, dashed: bool) -> Result<DetCurve> {
    let scores = LabelledScores::new(scored.table.labelled())?;
    Ok(DetCurve {
        name: named(&row.system, &row.condition),
        points: scores.detection().det(),
        eer: row.eer,
        min_dcf: row.min_dcf,
        min_dcf_threshold: row.min_dcf_threshold,
        colour,
        dashed,
        ..DetCurve::default()
    })
}

fn band(context: &Context, scored: &Scored) -> Result<Vec<DetBandPoint>> {
    let settings = &context.settings;
    let scores = LabelledScores::new(scored.table.labelled())?;
    let few = scores.detection().bonafide_count().min(scores.detection().spoof_count()) < 2;
    if settings.resamples == 0 || few {
        return Ok(Vec::new());
    }
    let labels = scored.table.labels();
    let clusters = clusters(&scored.table, settings.resampling)?.map(|numbers| {
        Clusters::new(numbers.into_iter().zip(labels).filter_map(|(number, label)| label.map(|_| number)))
    });
    let (low, high) = (probit(RATES.0), probit(RATES.1));
    let rates: Vec<f64> =
        (0..POINTS).map(|at| normal_cdf(low + (high - low) * at as f64 / (POINTS - 1) as f64)).collect();
    let wanted = bootstrap::Settings { resamples: RESAMPLES.min(settings.resamples), ..settings.bootstrap() };
    let points = det_band(&scores, clusters.as_ref(), &wanted, &rates)?;
    Ok(points.into_iter().map(|(far, low, high)| DetBandPoint { far, low, high }).collect())
}

//! Score histogram: how both classes' scores are spread, and where the thresholds cut them.
//!
//! Each class is drawn as shares of itself, so that classes of different size can be compared. Scores that are probabilities are
//! better read on a logit axis, which refuses what is no probability.

use plotters::backend::DrawingBackend;
use serde_json::{Value, json};

use super::{
    axis::number,
    bins::Bins,
    canvas::{Align, Canvas, Drawn, Stroke, Type},
    figure::{Drawing, Figure},
    interaction, legend,
    palette::Ink,
    panel::{Frame, Panel},
    stages::{DASHED, DOTTED},
};
use crate::{
    error::{Error, Result},
    metrics::{CostModel, DetPoint, DetectionScores},
};

/// How the scores lie on the axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HistogramScale {
    /// As they are: margins, log-likelihood ratios.
    #[default]
    Linear,
    /// By their log odds: probabilities.
    Logit,
}

/// Scores of both classes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Histogram {
    /// As `RAT, matched`.
    pub title: String,
    /// What the scores are, as `logit margin`.
    pub quantity: String,
    /// Scores of bona fide trials.
    pub bonafide: Vec<f64>,
    /// Scores of spoof trials.
    pub spoof: Vec<f64>,
    /// The EER threshold, on the same scale.
    pub threshold: f64,
    /// The threshold of the lowest cost, on the same scale.
    pub min_dcf_threshold: Option<f64>,
    /// The axis.
    pub scale: HistogramScale,
    /// The costs, for the page's movable threshold.
    pub costs: Option<CostModel>,
}

/// Points of the error rates for the page's script.
const SCRIPTED: usize = 500;

/// Draws both classes' histograms.
///
/// # Errors
/// For a score that has no place on the axis; where drawing fails.
pub fn histogram(scores: &Histogram) -> Result<Figure> {
    check(scores)?;
    let bins = Bins::of(scores);
    let top = if scores.min_dcf_threshold.is_some() { 84.0 } else { 70.0 };
    let frame = Frame { left: 64.0, top, width: 690.0, height: 250.0 };
    let y = super::axis::Axis::percent(0.0, (bins.tallest() * 1.05).min(1.0), 4);
    let panel = Panel { frame, x: bins.axis.clone(), y };
    let alt = format!(
        "Histogram of the {} of {}: {} bona fide and {} spoof trials, equal error threshold at {}.",
        scores.quantity,
        scores.title,
        scores.bonafide.len(),
        scores.spoof.len(),
        written(scores.threshold, scores.scale)
    );
    let name = format!("histogram-{}", super::figure::slug(&scores.title));
    let (csv, script) = (bins.csv(), scripted(scores, &panel)?);
    Ok(Figure::draw(&name, caption(scores), alt, csv, &Picture { scores, bins, panel })?.with_interaction(script))
}

/// The widest span of scores that is drawn.
const MOST: f64 = 1e12;

fn check(scores: &Histogram) -> Result<()> {
    let all = || scores.bonafide.iter().chain(&scores.spoof).copied();
    let span = all().fold(f64::NEG_INFINITY, f64::max) - all().fold(f64::INFINITY, f64::min);
    if span > MOST {
        let message = format!("scores that span {span:.1e} leave nothing to see on an axis");
        return Err(Error::data(message, "bring them to a scale as that of log-likelihood ratios"));
    }
    let placed = |score: f64| match scores.scale {
        HistogramScale::Linear => score.is_finite(),
        HistogramScale::Logit => (0.0..=1.0).contains(&score),
    };
    let remedy = match scores.scale {
        HistogramScale::Linear => "find out why the model gave no number for it",
        HistogramScale::Logit => "draw scores that are no probabilities on a linear axis",
    };
    match scores.bonafide.iter().chain(&scores.spoof).find(|&&score| !placed(score)) {
        None => Ok(()),
        Some(score) => {
            Err(Error::data(format!("the histogram of {} cannot show the score {score}", scores.title), remedy))
        }
    }
}

fn caption(scores: &Histogram) -> String {
    let mut caption = format!(
        "Distribution of the {} ({}), each class as shares of itself; higher means more bona fide. Dashed: the threshold \
         of the equal error rate by the official rule.",
        scores.quantity, scores.title
    );
    if scores.min_dcf_threshold.is_some() {
        caption.push_str(" Dotted: the threshold of the lowest detection cost.");
    }
    if scores.scale == HistogramScale::Logit {
        caption.push_str(" Log-odds axis; what lies beyond its ends is counted in the outermost bins.");
    }
    caption
}

/// A threshold, with as many digits as tell it from its neighbours.
fn written(threshold: f64, scale: HistogramScale) -> String {
    let digits = match scale {
        HistogramScale::Linear => 3,
        HistogramScale::Logit => {
            let room = threshold.min(1.0 - threshold).max(1e-7);
            (1.0 - room.log10().floor()).clamp(2.0, 8.0) as usize
        }
    };
    number(threshold, digits)
}

/// The axis, the thresholds and the error rates for the page's script; exact at the thresholds given.
fn scripted(scores: &Histogram, panel: &Panel) -> Result<Value> {
    let (low, high) = panel.x.ends();
    let points = if scores.bonafide.is_empty() || scores.spoof.is_empty() { Vec::new() } else { steps(scores, panel)? };
    let column = |of: fn(&DetPoint) -> f64| -> Vec<f64> { points.iter().map(of).collect() };
    Ok(json!({
        "kind": "histogram",
        "box": interaction::frame(panel.frame),
        "axis": {
            "scale": match scores.scale { HistogramScale::Linear => "linear", HistogramScale::Logit => "logit" },
            "low": low,
            "high": high,
        },
        "threshold": scores.threshold,
        "counts": { "bonafide": scores.bonafide.len(), "spoof": scores.spoof.len() },
        "points": {
            "threshold": column(|point| point.threshold),
            "far": column(|point| interaction::rounded(point.far, 9)),
            "frr": column(|point| interaction::rounded(point.frr, 9)),
        },
        "costs": scores.costs.map(|costs| json!({
            "p_spoof": costs.p_spoof(),
            "c_miss": costs.c_miss(),
            "c_fa": costs.c_fa(),
        })),
    }))
}

/// The error rates at scores spread over the axis and over the rates, and at the marked thresholds.
fn steps(scores: &Histogram, panel: &Panel) -> Result<Vec<DetPoint>> {
    let all = DetectionScores::new(&scores.bonafide, &scores.spoof)?.det();
    let length = |pair: &[DetPoint]| {
        let across = panel.x.position(pair[1].threshold) - panel.x.position(pair[0].threshold);
        across + (pair[0].far - pair[1].far) + (pair[1].frr - pair[0].frr)
    };
    let lengths: Vec<_> = all.windows(2).map(length).collect();
    let mut kept: Vec<_> = interaction::spread(&lengths, SCRIPTED - 2).into_iter().map(|index| all[index]).collect();
    for threshold in
        [Some(scores.threshold), scores.min_dcf_threshold].into_iter().flatten().filter(|at| at.is_finite())
    {
        let at = kept.partition_point(|point| point.threshold < threshold);
        let above = all[all.partition_point(|point| point.threshold < threshold)];
        if kept[at].threshold != threshold {
            kept.insert(at, DetPoint { threshold, ..above });
        }
    }
    Ok(kept)
}

struct Picture<'a> {
    scores: &'a Histogram,
    bins: Bins,
    panel: Panel,
}

impl Drawing for Picture<'_> {
    fn size(&self) -> (u32, u32) {
        (780, self.panel.bottom() as u32 + 52)
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        let panel = &self.panel;
        panel.draw_grid(canvas, false)?;
        let inks = [Ink::Series(0), Ink::Series(1)];
        for (class, ink) in inks.into_iter().enumerate().rev() {
            let outline: Vec<_> = self.bins.outline(class).into_iter().map(|(x, y)| panel.at(x, y)).collect();
            canvas.shape(&outline, ink, 0.22)?;
            canvas.line(&outline, Stroke::solid(ink, 1.75))?;
        }
        self.draw_thresholds(canvas)?;
        panel.draw_axes(canvas, &capitalised(&self.scores.quantity), "Share of the class")?;
        let counted = |name: &str, count: usize| format!("{name} ({})", grouped(count));
        let names = [counted("bona fide", self.scores.bonafide.len()), counted("spoof", self.scores.spoof.len())];
        let stroke = |ink| Stroke::solid(ink, 3.0);
        let entries = [(stroke(inks[0]), names[0].as_str()), (stroke(inks[1]), names[1].as_str())];
        legend::draw_row(canvas, (24.0, 26.0), &entries)
    }
}

impl Picture<'_> {
    /// Rules at the thresholds with their names above: both on one side, and the one whose name reaches over the other's rule
    /// higher up.
    fn draw_thresholds<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        let marks = [("EER", Some(self.scores.threshold), DASHED), ("minDCF", self.scores.min_dcf_threshold, DOTTED)];
        let mut marks: Vec<_> =
            marks.into_iter().filter_map(|(name, at, dashes)| at.map(|at| (name, at, dashes))).collect();
        marks.sort_by(|one, other| one.1.total_cmp(&other.1));
        let leftwards = marks.last().is_some_and(|&(_, at, _)| self.panel.x.position(at) > 0.7);
        if leftwards {
            marks.reverse();
        }
        let count = marks.len();
        for (index, (name, at, dashes)) in marks.into_iter().enumerate() {
            let label = format!("{name} threshold {}", written(at, self.scores.scale));
            let lift = 10.0 + 16.0 * (count - 1 - index) as f64;
            self.draw_threshold(canvas, &label, (at, lift), dashes, leftwards)?;
        }
        Ok(())
    }

    fn draw_threshold<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<DB>,
        label: &str,
        (at, lift): (f64, f64),
        dashes: &'static [f64],
        leftwards: bool,
    ) -> Drawn<DB> {
        let (x, top) = (self.panel.x_at(at), self.panel.frame.top);
        let rule = [(x, top - lift - 8.0), (x, self.panel.bottom())];
        canvas.line(&rule, Stroke::solid(Ink::Text, 1.25).dashed(dashes))?;
        // Not over the name of the axis.
        let (x, align) =
            if leftwards { (x - 6.0, Align::Right) } else { (x.max(self.panel.frame.left + 90.0) + 6.0, Align::Left) };
        canvas.text(label, (x, top - lift), Type::NOTE.ink(Ink::Text).aligned(align))
    }
}

/// Thousands set off by a thin space.
fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{202F}');
        }
        text.push(digit);
    }
    text
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(scale: HistogramScale) -> Histogram {
        let score = |index: usize| (index as f64 * 0.618_034).fract();
        Histogram {
            title: "RAT".into(),
            quantity: "score".into(),
            bonafide: (0..900).map(|index| score(index).sqrt()).collect(),
            spoof: (0..2_000).map(|index| score(index + 7).powi(2)).collect(),
            threshold: 0.456,
            min_dcf_threshold: Some(0.81),
            scale,
            costs: Some(CostModel::ASVSPOOF5),
        }
    }

    #[test]
    fn equal_scores_still_draw() {
        for scale in [HistogramScale::Linear, HistogramScale::Logit] {
            for score in [0.0, 0.5, 1.0] {
                let (bonafide, spoof) = (vec![score; 3], vec![score; 3]);
                let scores = Histogram { bonafide, spoof, threshold: score, scale, ..Histogram::default() };
                assert!(histogram(&scores).is_ok());
            }
        }
        assert!(histogram(&Histogram::default()).is_ok());
    }

    #[test]
    fn what_has_no_place_on_the_axis_is_refused() {
        let scores = Histogram { bonafide: vec![1.2], spoof: vec![0.1], ..example(HistogramScale::Logit) };
        let error = histogram(&scores).unwrap_err();
        assert!(error.to_string().contains("1.2") && error.remedy().contains("linear"), "{error}");
        let scores = Histogram { bonafide: vec![f64::NAN], ..example(HistogramScale::Linear) };
        assert!(histogram(&scores).is_err());
    }

    #[test]
    fn the_script_gets_exact_rates() {
        for scale in [HistogramScale::Linear, HistogramScale::Logit] {
            let scores = example(scale);
            let script = histogram(&scores).unwrap().interaction.unwrap();
            let column = |name: &str| script["points"][name].as_array().unwrap().clone();
            let (thresholds, far, frr) = (column("threshold"), column("far"), column("frr"));
            assert!(thresholds.len() <= SCRIPTED && thresholds.len() > 400, "{}", thresholds.len());
            assert!(thresholds.contains(&json!(0.456)) && thresholds.contains(&json!(0.81)));
            assert_eq!(*thresholds.last().unwrap(), Value::Null);
            for index in 0..thresholds.len() {
                let at = thresholds[index].as_f64().unwrap_or(f64::INFINITY);
                let accepted = scores.spoof.iter().filter(|&&score| score >= at).count() as f64 / 2_000.0;
                let rejected = scores.bonafide.iter().filter(|&&score| score < at).count() as f64 / 900.0;
                assert!((far[index].as_f64().unwrap() - accepted).abs() < 1e-9, "{at}");
                assert!((frr[index].as_f64().unwrap() - rejected).abs() < 1e-9, "{at}");
            }
            assert_eq!(script["costs"]["c_fa"], 10.0);
            assert_eq!(script["counts"], json!({ "bonafide": 900, "spoof": 2_000 }));
        }
    }

    #[test]
    fn thresholds_have_the_digits_that_matter() {
        assert_eq!(written(0.998_571, HistogramScale::Logit), "0.9986");
        assert_eq!(written(0.42, HistogramScale::Logit), "0.42");
        assert_eq!(written(-2.993_4, HistogramScale::Linear), "\u{2212}2.993");
        assert_eq!(grouped(1_680_774), "1\u{202F}680\u{202F}774");
        assert_eq!(grouped(117), "117");
    }
}

//! Score histogram: how both classes' scores are spread, and where the EER threshold cuts them.
//!
//! Each class is drawn as shares of itself, so that classes of different size can be compared.

use std::fmt::Write as _;

use plotters::backend::DrawingBackend;

use super::{
    axis::{Axis, number},
    canvas::{Align, Canvas, Drawn, Stroke, Type},
    figure::{Drawing, Figure},
    legend,
    palette::Ink,
    panel::{Frame, Panel},
    stages::DASHED,
};
use crate::error::Result;

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
}

/// Bins of equal width over all scores.
struct Bins {
    edges: Vec<f64>,
    /// Shares of the class, bona fide and spoof.
    shares: [Vec<f64>; 2],
}

/// Draws both classes' histograms.
///
/// # Errors
/// Where drawing fails.
pub fn histogram(scores: &Histogram) -> Result<Figure> {
    let bins = Bins::of(scores);
    let tallest = bins.shares.iter().flatten().copied().fold(0.0, f64::max);
    let frame = Frame { left: 64.0, top: 70.0, width: 690.0, height: 250.0 };
    let ends = (bins.edges[0], bins.edges[bins.edges.len() - 1]);
    let panel =
        Panel { frame, x: Axis::linear(ends.0, ends.1, 8), y: Axis::percent(0.0, (tallest * 1.05).min(1.0), 4) };
    let alt = format!(
        "Histogram of the {} of {}: {} bona fide and {} spoof trials, equal error threshold at {:.3}.",
        scores.quantity,
        scores.title,
        scores.bonafide.len(),
        scores.spoof.len(),
        scores.threshold
    );
    let caption = format!(
        "Distribution of the {} ({}), each class as shares of itself; higher means more bona fide. Dashed: the threshold \
         of the equal error rate by the official rule.",
        scores.quantity, scores.title
    );
    let name = format!("histogram-{}", super::figure::slug(&scores.title));
    let csv = bins.csv();
    Figure::draw(&name, caption, alt, csv, &Picture { scores, bins, panel })
}

impl Bins {
    fn of(scores: &Histogram) -> Self {
        let all = || scores.bonafide.iter().chain(&scores.spoof).copied();
        let (low, high) = (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max));
        let (low, high) = match (low.is_finite(), high > low) {
            (true, true) => (low, high),
            (true, false) => (low - 0.5, low + 0.5),
            _ => (0.0, 1.0),
        };
        // As many bins as the smaller class supports.
        let smaller = scores.bonafide.len().min(scores.spoof.len()).max(1);
        let count = ((2.0 * (smaller as f64).sqrt()).round() as usize).clamp(12, 60);
        let width = (high - low) / count as f64;
        let share = |values: &[f64]| {
            let mut counts = vec![0_usize; count];
            for value in values {
                counts[(((value - low) / width) as usize).min(count - 1)] += 1;
            }
            counts.into_iter().map(|counted| counted as f64 / values.len().max(1) as f64).collect()
        };
        let edges = (0..=count).map(|index| low + width * index as f64).collect();
        Self { edges, shares: [share(&scores.bonafide), share(&scores.spoof)] }
    }

    fn csv(&self) -> String {
        let mut text = String::from("class,from,to,share\n");
        for (class, shares) in ["bonafide", "spoof"].into_iter().zip(&self.shares) {
            for (pair, share) in self.edges.windows(2).zip(shares) {
                let _ = writeln!(text, "{class},{},{},{share}", pair[0], pair[1]);
            }
        }
        text
    }

    /// The outline of a class: up, along and down each bin.
    fn outline(&self, class: usize) -> Vec<(f64, f64)> {
        let steps = self.edges.windows(2).zip(&self.shares[class]);
        let inner = steps.flat_map(|(pair, &share)| [(pair[0], share), (pair[1], share)]);
        let (first, last) = (self.edges[0], self.edges[self.edges.len() - 1]);
        [(first, 0.0)].into_iter().chain(inner).chain([(last, 0.0)]).collect()
    }
}

struct Picture<'a> {
    scores: &'a Histogram,
    bins: Bins,
    panel: Panel,
}

impl Drawing for Picture<'_> {
    fn size(&self) -> (u32, u32) {
        (780, 372)
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
        self.draw_threshold(canvas)?;
        panel.draw_axes(canvas, &capitalised(&self.scores.quantity), "Share of the class")?;
        let counted = |name: &str, count: usize| format!("{name} ({count})");
        let names = [counted("bona fide", self.scores.bonafide.len()), counted("spoof", self.scores.spoof.len())];
        let stroke = |ink| Stroke::solid(ink, 3.0);
        let entries = [(stroke(inks[0]), names[0].as_str()), (stroke(inks[1]), names[1].as_str())];
        legend::draw_row(canvas, (24.0, 26.0), &entries)
    }
}

impl Picture<'_> {
    fn draw_threshold<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        let threshold = self.scores.threshold;
        let x = self.panel.x_at(threshold);
        let top = self.panel.frame.top;
        canvas.line(&[(x, top - 18.0), (x, self.panel.bottom())], Stroke::solid(Ink::Text, 1.25).dashed(DASHED))?;
        let label = format!("EER threshold {}", number(threshold, 2));
        let (place, align) =
            if self.panel.x.position(threshold) > 0.7 { (-6.0, Align::Right) } else { (6.0, Align::Left) };
        // Not over the name of the axis.
        let x = if align == Align::Left { x.max(self.panel.frame.left + 90.0) } else { x };
        canvas.text(&label, (x + place, top - 10.0), Type::NOTE.ink(Ink::Text).aligned(align))
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_a_class_sum_to_one() {
        let scores = Histogram { bonafide: vec![0.1, 0.9, 0.9], spoof: vec![0.0, 1.0], ..Histogram::default() };
        for shares in Bins::of(&scores).shares {
            assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn equal_scores_still_draw() {
        let scores = Histogram { bonafide: vec![0.5; 3], spoof: vec![0.5; 3], threshold: 0.5, ..Histogram::default() };
        assert!(histogram(&scores).is_ok());
    }
}

//! Calibration: the normalised Bayes error over the prior, of the scores as they are and of the same scores calibrated at best.
//!
//! Brümmer and de Villiers, *The BOSARIS toolkit* (2011), section on normalised Bayes error-rate plots. The gap between both lines is
//! what calibration loses; 1 is what deciding without scores costs.

use std::fmt::Write as _;

use plotters::backend::DrawingBackend;

use super::{
    axis::{Axis, number},
    canvas::{Align, Canvas, Drawn, Stroke, Type},
    figure::{Drawing, Figure},
    legend,
    palette::Ink,
    panel::{Frame, Panel},
    stages::{DASHED, DOTTED},
};
use crate::error::{Error, Result};

/// Errors beyond this are not drawn: they are worse than deciding without scores.
const HIGHEST: f64 = 1.2;

/// One system's normalised Bayes error.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NbeCurve {
    /// The system.
    pub name: String,
    /// Colour, by number.
    pub colour: usize,
    /// Prior log odds of bona fide, ascending.
    pub prior_log_odds: Vec<f64>,
    /// Error of the decisions at the Bayes threshold, normalised; one a prior.
    pub actual: Vec<f64>,
    /// Error at the best threshold; one a prior.
    pub minimum: Vec<f64>,
}

/// Draws actual (solid) and minimum (dashed) error; `operating_point` is the prior log odds that the costs amount to.
///
/// # Errors
/// For a curve whose columns differ in length; where drawing fails.
pub fn calibration(curves: &[NbeCurve], operating_point: f64) -> Result<Figure> {
    if let Some(curve) = curves.iter().find(|curve| {
        curve.actual.len() != curve.prior_log_odds.len() || curve.minimum.len() != curve.prior_log_odds.len()
    }) {
        let lengths = (curve.prior_log_odds.len(), curve.actual.len(), curve.minimum.len());
        let message = format!("the calibration of {} has columns of lengths {lengths:?}", curve.name);
        return Err(Error::data(message, "give one actual and one minimum error for each prior"));
    }
    let caption = format!(
        "Normalised Bayes error over the prior log odds of bona fide (costs included). Solid: decisions at the Bayes threshold of the \
         scores as they are; dashed: at the best threshold; the gap is lost to calibration. 1 is the cost of deciding without \
         scores. Lines that leave at the top are worse than that. Upright rule: the costs' operating point, {}.",
        number(operating_point, 2)
    );
    let at = |curve: &NbeCurve| match nearest(&curve.prior_log_odds, operating_point) {
        Some(index) => {
            format!("{}: actual {:.3}, minimum {:.3}", curve.name, curve.actual[index], curve.minimum[index])
        }
        None => format!("{}: no data", curve.name),
    };
    let alt = format!(
        "Normalised Bayes error over prior log odds. Near the operating point {}: {}.",
        number(operating_point, 2),
        curves.iter().map(at).collect::<Vec<_>>().join("; ")
    );
    Figure::draw("calibration", caption, alt, csv(curves), &Picture::of(curves, operating_point))
}

/// The prior closest to the operating point.
fn nearest(priors: &[f64], operating_point: f64) -> Option<usize> {
    let distance = |index: &usize| (priors[*index] - operating_point).abs();
    (0..priors.len()).min_by(|one, other| distance(one).total_cmp(&distance(other)))
}

fn csv(curves: &[NbeCurve]) -> String {
    let mut text = String::from("curve,prior_log_odds,actual,minimum\n");
    for curve in curves {
        let name = super::figure::csv_field(&curve.name);
        for ((prior, actual), minimum) in curve.prior_log_odds.iter().zip(&curve.actual).zip(&curve.minimum) {
            let _ = writeln!(text, "{name},{prior},{actual},{minimum}");
        }
    }
    text
}

struct Picture<'a> {
    curves: &'a [NbeCurve],
    operating_point: f64,
    panel: Panel,
}

impl<'a> Picture<'a> {
    fn of(curves: &'a [NbeCurve], operating_point: f64) -> Self {
        let priors =
            || curves.iter().flat_map(|curve| curve.prior_log_odds.iter().copied().filter(|odds| odds.is_finite()));
        let (low, high) = (priors().fold(f64::INFINITY, f64::min), priors().fold(f64::NEG_INFINITY, f64::max));
        let frame = Frame { left: 64.0, top: 46.0, width: 420.0, height: 340.0 };
        let panel = Panel { frame, x: Axis::linear(low, high, 8).cut(low, high), y: Axis::linear(0.0, HIGHEST, 6) };
        Self { curves, operating_point, panel }
    }

    /// A line, cut where it leaves the panel at the top.
    fn draw_line<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<DB>,
        (priors, errors): (&[f64], &[f64]),
        stroke: Stroke,
    ) -> Drawn<DB> {
        let points = priors.iter().copied().zip(errors.iter().copied());
        for part in below(points, self.panel.y.ends().1) {
            let line: Vec<_> = part.into_iter().map(|(prior, error)| self.panel.at(prior, error)).collect();
            canvas.line(&line, stroke)?;
        }
        Ok(())
    }

    fn draw_rules<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        let panel = &self.panel;
        let trivial = [(panel.frame.left, panel.y_at(1.0)), (panel.right(), panel.y_at(1.0))];
        canvas.line(&trivial, Stroke::solid(Ink::Text, 1.25).dashed(DOTTED))?;
        let (low, high) = panel.x.ends();
        if !(low..=high).contains(&self.operating_point) {
            return Ok(());
        }
        let (x, top) = (panel.x_at(self.operating_point), panel.frame.top);
        canvas.line(&[(x, top - 24.0), (x, panel.bottom())], Stroke::solid(Ink::Muted, 1.25))?;
        let label = format!("operating point {}", number(self.operating_point, 2));
        let (x, align) = if panel.x.position(self.operating_point) > 0.6 {
            (x - 6.0, Align::Right)
        } else {
            // Not over the name of the axis.
            (x.max(panel.frame.left + 130.0) + 6.0, Align::Left)
        };
        canvas.text(&label, (x, top - 14.0), Type::NOTE.ink(Ink::Text).aligned(align))
    }

    fn draw_legend<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        let entry = |stroke: Stroke, name: &str| legend::Entry { stroke, name: name.into(), numbers: Vec::new() };
        let named = |curve: &NbeCurve| entry(Stroke::solid(Ink::Series(curve.colour), 2.0), &curve.name);
        let systems: Vec<_> = self.curves.iter().map(named).collect();
        let end = legend::draw(canvas, (510.0, 58.0), 258.0, &[], &systems)?;
        let line = Stroke::solid(Ink::Muted, 2.0);
        let lines = [
            entry(line, "actual: Bayes threshold"),
            entry(line.dashed(DASHED), "minimum: best threshold"),
            entry(Stroke::solid(Ink::Text, 1.25).dashed(DOTTED), "decision without scores"),
        ];
        legend::draw(canvas, (510.0, end + 16.0), 258.0, &[], &lines).map(|_| ())
    }
}

impl Drawing for Picture<'_> {
    fn size(&self) -> (u32, u32) {
        // Room for names of two lines.
        (780, 442.max(160 + 37 * self.curves.len() as u32))
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        self.panel.draw_grid(canvas, true)?;
        self.draw_rules(canvas)?;
        for curve in self.curves.iter().rev() {
            let stroke = Stroke::solid(Ink::Series(curve.colour), 2.0);
            self.draw_line(canvas, (&curve.prior_log_odds, &curve.minimum), stroke.dashed(DASHED))?;
            self.draw_line(canvas, (&curve.prior_log_odds, &curve.actual), stroke)?;
        }
        self.panel.draw_axes(canvas, "Prior log odds of bona fide", "Normalised Bayes error")?;
        self.draw_legend(canvas)
    }
}

/// The parts of a line that lie at or below a height, cut where it crosses.
fn below(points: impl Iterator<Item = (f64, f64)>, height: f64) -> Vec<Vec<(f64, f64)>> {
    let (mut parts, mut part) = (Vec::new(), Vec::new());
    let mut before: Option<(f64, f64)> = None;
    for point in points {
        let crossing = before.filter(|before| (before.1 > height) != (point.1 > height)).map(|before| {
            let share = (height - before.1) / (point.1 - before.1);
            (before.0 + share * (point.0 - before.0), height)
        });
        part.extend(crossing.filter(|(x, _)| x.is_finite()));
        if point.1 <= height {
            part.push(point);
        } else if !part.is_empty() {
            parts.push(std::mem::take(&mut part));
        }
        before = Some(point);
    }
    parts.push(part);
    parts.retain(|part| part.len() > 1);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_where_it_leaves() {
        let line = [(0.0, 0.0), (2.0, 2.0), (4.0, 2.0), (6.0, 0.0), (7.0, 0.5)];
        let parts = below(line.into_iter(), 1.0);
        assert_eq!(parts, [vec![(0.0, 0.0), (1.0, 1.0)], vec![(5.0, 1.0), (6.0, 0.0), (7.0, 0.5)]]);
        assert!(below([(0.0, f64::NAN), (1.0, 3.0)].into_iter(), 1.0).is_empty());
    }

    #[test]
    fn columns_must_be_of_one_length() {
        let curve = NbeCurve { name: "A".into(), prior_log_odds: vec![0.0], ..NbeCurve::default() };
        assert!(calibration(&[curve], 0.0).unwrap_err().to_string().contains("(1, 0, 0)"));
        assert!(calibration(&[], f64::NAN).is_ok());
    }

    #[test]
    fn the_table_has_a_row_a_prior() {
        let curve = NbeCurve {
            name: "A".into(),
            colour: 0,
            prior_log_odds: vec![-1.0, 0.0, 1.0],
            actual: vec![0.9, 5.0, 0.8],
            minimum: vec![0.5, 0.4, 0.3],
        };
        let figure = calibration(&[curve], 0.6).unwrap();
        assert_eq!(figure.csv.lines().count(), 4);
        assert!(figure.alt.contains("actual 0.800"), "{}", figure.alt);
    }
}

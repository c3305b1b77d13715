//! Detection error trade-off: misses against false alarms on probit axes, one curve a system and condition.
//!
//! Martin et al., *The DET curve in assessment of detection task performance* (Eurospeech 1997). Rates beyond the axes lie
//! on their ends.

use std::fmt::Write as _;

use plotters::backend::DrawingBackend;

use super::{
    axis::percent_digits,
    canvas::{Align, Canvas, Drawn, SCALE, Stroke, Type},
    figure::{Drawing, Figure},
    legend,
    palette::Ink,
    panel::{Frame, Panel},
    probit_axis::probit_axis,
    stages::DOTTED,
};
use crate::{error::Result, metrics::DetPoint};

/// Where the axes may begin: as low as the curves can tell, but not lower than the first.
const STARTS: [f64; 4] = [0.001, 0.002, 0.005, 0.01];

/// Curves with more points than this are thinned to what can be seen, in the data too.
const KEPT_WHOLE: usize = 5_000;

/// One curve.
#[derive(Clone, Debug, PartialEq)]
pub struct DetCurve {
    /// As `RAT, matched`.
    pub name: String,
    /// The curve.
    pub points: Vec<DetPoint>,
    /// Equal error rate, a fraction.
    pub eer: f64,
    /// Normalised minimum detection cost.
    pub min_dcf: f64,
    /// Its threshold, which says where on the curve it is.
    pub min_dcf_threshold: f64,
    /// Colour, by number.
    pub colour: usize,
    /// Whether the line is dashed.
    pub dashed: bool,
}

impl DetCurve {
    fn stroke(&self) -> Stroke {
        let stroke = Stroke::solid(Ink::Series(self.colour), 2.0);
        if self.dashed { stroke.dashed(&[7.0, 3.5]) } else { stroke }
    }

    /// Where the cost is lowest: the first point at or above that threshold.
    fn cheapest(&self) -> Option<&DetPoint> {
        self.points.iter().find(|point| point.threshold >= self.min_dcf_threshold).or(self.points.last())
    }

    /// The part of the curve within the axes, with one neighbour on either side that is put on the edge.
    fn visible(&self, (low, high): (f64, f64)) -> &[DetPoint] {
        let inside = |rate: f64| (low..=high).contains(&rate);
        let within = |point: &DetPoint| inside(point.far) && inside(point.frr);
        let (first, last) = (self.points.iter().position(within), self.points.iter().rposition(within));
        match (first, last) {
            (Some(first), Some(last)) => &self.points[first.saturating_sub(1)..(last + 2).min(self.points.len())],
            _ => &[],
        }
    }

    /// The lowest rate above zero.
    fn finest(&self) -> f64 {
        let rates = self.points.iter().flat_map(|point| [point.far, point.frr]);
        rates.filter(|&rate| rate > 0.0).fold(1.0, f64::min)
    }

    /// Points that differ to the eye; a million trials draw no more than the axes can show.
    fn thinned(mut self, panel: &Panel) -> Self {
        let place = |point: &DetPoint| {
            let (x, y) = panel.at(point.far, point.frr);
            ((x * SCALE) as i64, (y * SCALE) as i64, point.far > 0.0, point.frr > 0.0)
        };
        if self.points.len() > KEPT_WHOLE {
            self.points.dedup_by_key(|point| place(point));
        }
        self
    }
}

/// Draws the curves with their EER (disc) and minDCF (ring).
///
/// # Errors
/// Where drawing fails.
pub fn det(curves: &[DetCurve]) -> Result<Figure> {
    let high = if curves.iter().any(|curve| curve.eer > 0.38) { 0.8 } else { 0.5 };
    let finest = curves.iter().map(DetCurve::finest).fold(1.0, f64::min);
    let low = STARTS.into_iter().rev().find(|&start| start <= finest).unwrap_or(STARTS[0]);
    let axis = probit_axis(low, high);
    let frame = Frame { left: 64.0, top: 44.0, width: 400.0, height: 400.0 };
    let panel = Panel { frame, x: axis.clone(), y: axis };
    let curves: Vec<_> = curves.iter().map(|curve| curve.clone().thinned(&panel)).collect();
    let curves = curves.as_slice();
    let drawing = Det { curves, panel, ends: (low, high) };
    let named = |curve: &DetCurve| format!("{} {:.1} %", curve.name, 100.0 * curve.eer);
    let alt = format!(
        "Detection error trade-off curves on probit axes. Equal error rates: {}.",
        curves.iter().map(named).collect::<Vec<_>>().join("; ")
    );
    let caption = "Detection error trade-off on probit axes. Discs: equal error rate by the official rule; rings: the \
                   threshold of the lowest detection cost. Closer to the lower left is better.";
    Figure::draw("det", caption.into(), alt, csv(curves), &drawing)
}

fn csv(curves: &[DetCurve]) -> String {
    let mut text = String::from("curve,threshold,false_alarm_rate,miss_rate\n");
    for curve in curves {
        let name = super::figure::csv_field(&curve.name);
        for point in &curve.points {
            let _ = writeln!(text, "{name},{},{},{}", point.threshold, point.far, point.frr);
        }
    }
    text
}

struct Det<'a> {
    curves: &'a [DetCurve],
    panel: Panel,
    ends: (f64, f64),
}

impl Drawing for Det<'_> {
    fn size(&self) -> (u32, u32) {
        (780, 500.max(130 + 22 * self.curves.len() as u32))
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        let panel = &self.panel;
        panel.draw_grid(canvas, true)?;
        let corner = panel.at(1.0, 1.0);
        canvas.line(&[(panel.frame.left, panel.bottom()), corner], Stroke::solid(Ink::Axis, 1.0).dashed(DOTTED))?;
        // The first curve is drawn last, so that it lies on top.
        for curve in self.curves.iter().rev() {
            let line: Vec<_> = curve.visible(self.ends).iter().map(|point| panel.at(point.far, point.frr)).collect();
            canvas.line(&line, curve.stroke())?;
        }
        for curve in self.curves.iter().rev() {
            let inside = |point: &&DetPoint| point.far <= self.ends.1 && point.frr <= self.ends.1;
            if let Some(point) = curve.cheapest().filter(inside) {
                canvas.ring(panel.at(point.far, point.frr), 4.0, Ink::Series(curve.colour))?;
            }
            if curve.eer > self.ends.1 {
                continue;
            }
            canvas.dot(panel.at(curve.eer, curve.eer), 4.0, Ink::Series(curve.colour))?;
        }
        panel.draw_axes(canvas, "False alarms: spoof accepted", "Misses: bona fide rejected")?;
        let entry = |curve: &DetCurve| legend::Entry {
            stroke: curve.stroke(),
            name: curve.name.clone(),
            numbers: vec![
                format!("{:.*} %", percent_digits(curve.eer), 100.0 * curve.eer),
                format!("{:.3}", curve.min_dcf),
            ],
        };
        let entries: Vec<_> = self.curves.iter().map(entry).collect();
        legend::draw(canvas, (486.0, 58.0), 286.0, &["EER", "minDCF"], &entries)?;
        let end = 58.0 + 22.0 * (entries.len() as f64 + 1.0) + 14.0;
        canvas.dot((499.0, end - 4.0), 4.0, Ink::Muted)?;
        canvas.text("EER", (518.0, end), Type::NOTE)?;
        canvas.ring((575.0, end - 4.0), 4.0, Ink::Muted)?;
        canvas.text("minDCF", (588.0, end), Type::NOTE.aligned(Align::Left))
    }
}

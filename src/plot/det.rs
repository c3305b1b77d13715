//! Detection error trade-off: misses against false alarms on probit axes, one curve a system and condition.
//!
//! Martin et al., *The DET curve in assessment of detection task performance* (Eurospeech 1997). Rates beyond the axes lie
//! on their ends.

use std::fmt::Write as _;

use plotters::backend::DrawingBackend;

use super::{
    canvas::{Align, Canvas, Drawn, Stroke, Type},
    figure::{Drawing, Figure},
    legend,
    palette::Ink,
    panel::{Frame, Panel},
    probit_axis::probit_axis,
    stages::DOTTED,
};
use crate::{error::Result, metrics::DetPoint};

/// The axes' ends; the high one is extended where a curve would not be seen.
const LOW: f64 = 0.001;

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

    fn visible_high(&self) -> f64 {
        // On the diagonal the curve passes its EER; some room beyond it.
        self.eer * 1.3
    }
}

/// Draws the curves with their EER (disc) and minDCF (ring).
///
/// # Errors
/// Where drawing fails.
pub fn det(curves: &[DetCurve]) -> Result<Figure> {
    let highest = curves.iter().map(DetCurve::visible_high).fold(0.5, f64::max);
    let high = if highest > 0.5 { 0.8 } else { 0.5 };
    let axis = probit_axis(LOW, high);
    let frame = Frame { left: 64.0, top: 44.0, width: 400.0, height: 400.0 };
    let drawing = Det { curves, panel: Panel { frame, x: axis.clone(), y: axis } };
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
            let line: Vec<_> = curve.points.iter().map(|point| panel.at(point.far, point.frr)).collect();
            canvas.line(&line, curve.stroke())?;
        }
        for curve in self.curves.iter().rev() {
            if let Some(point) = curve.cheapest() {
                canvas.ring(panel.at(point.far, point.frr), 4.0, Ink::Series(curve.colour))?;
            }
            canvas.dot(panel.at(curve.eer, curve.eer), 4.0, Ink::Series(curve.colour))?;
        }
        panel.draw_axes(canvas, "False alarms: spoof accepted", "Misses: bona fide rejected")?;
        let entry = |curve: &DetCurve| legend::Entry {
            stroke: curve.stroke(),
            name: curve.name.clone(),
            numbers: vec![format!("{:.1} %", 100.0 * curve.eer), format!("{:.3}", curve.min_dcf)],
        };
        let entries: Vec<_> = self.curves.iter().map(entry).collect();
        legend::draw(canvas, (488.0, 58.0), 280.0, &["EER", "minDCF"], &entries)?;
        let end = 58.0 + 22.0 * (entries.len() as f64 + 1.0) + 14.0;
        canvas.dot((499.0, end - 4.0), 4.0, Ink::Muted)?;
        canvas.text("EER", (518.0, end), Type::NOTE)?;
        canvas.ring((575.0, end - 4.0), 4.0, Ink::Muted)?;
        canvas.text("minDCF", (588.0, end), Type::NOTE.aligned(Align::Left))
    }
}

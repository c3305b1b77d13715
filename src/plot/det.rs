//! Detection error trade-off: misses against false alarms on probit axes, one curve a system and condition.
//!
//! Martin et al., *The DET curve in assessment of detection task performance* (Eurospeech 1997). Curves are cut
//! where they leave the axes.

use std::{collections::BTreeSet, fmt::Write as _};

use plotters::backend::DrawingBackend;
use serde_json::{Value, json};

use super::{
    axis::percent_digits,
    canvas::{Canvas, Drawn, Stroke, Type},
    det_curve::DetCurve,
    figure::{Drawing, Figure},
    interaction, legend,
    palette::{Ink, SERIES},
    panel::{Frame, Panel},
    probit_axis::probit_axis,
    stages::DOTTED,
};
use crate::{error::Result, metrics::DetPoint};

/// Where the axes may begin: as low as the curves can tell, but not lower than the first.
const STARTS: [f64; 4] = [0.001, 0.002, 0.005, 0.01];

/// Points of a curve for the page's script, and of these how many on either side of the EER and of the lowest cost.
const SCRIPTED: usize = 400;
const AROUND: usize = 12;

/// Draws the curves with their bands, EER (disc) and minDCF (ring).
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
    let interaction = scripted(curves, &panel);
    let curves: Vec<_> = curves.iter().map(|curve| curve.clone().thinned(&panel)).collect();
    let curves = curves.as_slice();
    let named = |curve: &DetCurve| format!("{} {:.1} %", curve.name, 100.0 * curve.eer);
    let alt = format!(
        "Detection error trade-off curves on probit axes. Equal error rates: {}.",
        curves.iter().map(named).collect::<Vec<_>>().join("; ")
    );
    let mut caption = String::from(
        "Detection error trade-off on probit axes. Discs: equal error rate by the official rule; rings: the \
         threshold of the lowest detection cost. Closer to the lower left is better.",
    );
    if curves.iter().any(|curve| !curve.band.is_empty()) {
        caption.push_str(" Bands: pointwise interval of the miss rate.");
    }
    let drawing = Det { curves, panel, ends: (low, high) };
    Ok(Figure::draw("det", caption, alt, csv(curves), &drawing)?.with_interaction(interaction))
}

/// Curves and bands in one table: a point of a band has an interval, a point of the curve a threshold.
fn csv(curves: &[DetCurve]) -> String {
    let banded = curves.iter().any(|curve| !curve.band.is_empty());
    let (head, none) = if banded { (",miss_rate_low,miss_rate_high", ",,") } else { ("", "") };
    let mut text = format!("curve,threshold,false_alarm_rate,miss_rate{head}\n");
    for curve in curves {
        let name = super::figure::csv_field(&curve.name);
        for point in &curve.points {
            let _ = writeln!(text, "{name},{},{},{}{none}", point.threshold, point.far, point.frr);
        }
        for point in &curve.band {
            let _ = writeln!(text, "{name},,{},,{},{}", point.far, point.low, point.high);
        }
    }
    text
}

/// The axes and the curves for the page's script.
fn scripted(curves: &[DetCurve], panel: &Panel) -> Value {
    let (low, high) = panel.x.ends();
    let of = |curve: &DetCurve| {
        let points: Vec<&DetPoint> = kept(curve, panel).into_iter().map(|index| &curve.points[index]).collect();
        let column = |of: fn(&DetPoint) -> f64| -> Vec<f64> {
            points.iter().map(|point| interaction::rounded(of(point), 6)).collect()
        };
        json!({
            "name": curve.name,
            "colour": curve.colour % SERIES,
            "dashed": !curve.stroke(1.0).dashes.is_empty(),
            "dashes": curve.stroke(1.0).dashes,
            "far": column(|point| point.far),
            "frr": column(|point| point.frr),
            "threshold": column(|point| point.threshold),
        })
    };
    json!({
        "kind": "det",
        "box": interaction::frame(panel.frame),
        "axis": { "scale": "probit", "low": low, "high": high },
        "curves": curves.iter().map(of).collect::<Vec<_>>(),
    })
}

/// Points at even steps along the visible curve, and the neighbours of its marks.
fn kept(curve: &DetCurve, panel: &Panel) -> BTreeSet<usize> {
    let places: Vec<_> = curve.points.iter().map(|point| panel.at(point.far, point.frr)).collect();
    let Some(last) = places.len().checked_sub(1) else { return BTreeSet::new() };
    let lengths: Vec<_> = places.windows(2).map(|pair| (pair[1].0 - pair[0].0).hypot(pair[1].1 - pair[0].1)).collect();
    let marks = [curve.equal(), curve.cheapest()].into_iter().flatten();
    let around = marks.flat_map(|mark| mark.saturating_sub(AROUND)..=(mark + AROUND).min(last));
    interaction::spread(&lengths, SCRIPTED - 2 * (2 * AROUND + 1)).into_iter().chain(around).collect()
}

struct Det<'a> {
    curves: &'a [DetCurve],
    panel: Panel,
    ends: (f64, f64),
}

impl Drawing for Det<'_> {
    fn size(&self) -> (u32, u32) {
        // Room for names of two lines.
        (780, 500.max(130 + 37 * self.curves.len() as u32))
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        let panel = &self.panel;
        panel.draw_grid(canvas, true)?;
        let corner = panel.at(1.0, 1.0);
        canvas.line(&[(panel.frame.left, panel.bottom()), corner], Stroke::solid(Ink::Axis, 1.0).dashed(DOTTED))?;
        self.draw_bands(canvas)?;
        // The first curve is drawn last, so that it lies on top.
        for curve in self.curves.iter().rev() {
            canvas.line(&curve.path(panel), curve.stroke(self.width()))?;
        }
        self.draw_marks(canvas)?;
        panel.draw_axes(canvas, "False alarms: spoof accepted", "Misses: bona fide rejected")?;
        self.draw_legend(canvas)
    }
}

impl Det<'_> {
    /// Many curves are drawn thinner.
    fn width(&self) -> f64 {
        if self.curves.len() > 5 { 1.75 } else { 2.0 }
    }

    fn draw_bands<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        let banded = self.curves.iter().filter(|curve| !curve.band.is_empty()).count();
        let alpha = if banded > 3 { 0.11 } else { 0.2 };
        for curve in self.curves.iter().rev() {
            let outline = curve.band_outline(&self.panel);
            if outline.len() > 2 {
                canvas.shape(&outline, curve.ink(), alpha)?;
            }
        }
        Ok(())
    }

    fn draw_marks<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        let radius = if self.curves.len() > 5 { 3.5 } else { 4.0 };
        let inside = |point: &&DetPoint| point.far <= self.ends.1 && point.frr <= self.ends.1;
        for curve in self.curves.iter().rev() {
            let cheapest = curve.cheapest().map(|index| &curve.points[index]);
            if let Some(point) = cheapest.filter(inside) {
                canvas.ring(self.panel.at(point.far, point.frr), radius, curve.ink())?;
            }
            if curve.eer <= self.ends.1 {
                canvas.dot(self.panel.at(curve.eer, curve.eer), radius, curve.ink())?;
            }
        }
        Ok(())
    }

    fn draw_legend<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        // One number of digits, so that they stand below each other.
        let digits = self.curves.iter().map(|curve| percent_digits(curve.eer)).max().unwrap_or(1);
        let entry = |curve: &DetCurve| legend::Entry {
            stroke: curve.stroke(2.0),
            name: curve.name.clone(),
            numbers: vec![format!("{:.digits$} %", 100.0 * curve.eer), format!("{:.3}", curve.min_dcf)],
        };
        let entries: Vec<_> = self.curves.iter().map(entry).collect();
        let end = legend::draw(canvas, (486.0, 58.0), 286.0, &["EER", "minDCF"], &entries)? + 14.0;
        canvas.dot((499.0, end - 4.0), 4.0, Ink::Muted)?;
        canvas.text("EER", (518.0, end), Type::NOTE)?;
        canvas.ring((575.0, end - 4.0), 4.0, Ink::Muted)?;
        canvas.text("minDCF", (588.0, end), Type::NOTE)
    }
}

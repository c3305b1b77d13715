//! Estimates with their intervals, one below the other: which conditions differ is seen at a glance.

use std::fmt::Write as _;

use plotters::backend::DrawingBackend;

use super::{
    axis::{Axis, percent_digits},
    canvas::{Align, Canvas, Drawn, Stroke, Type},
    figure::{Drawing, Figure},
    legend,
    palette::Ink,
    panel::{Frame, Panel},
    stages::DOTTED,
};
use crate::error::Result;

/// One estimate; rates are fractions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IntervalRow {
    /// The system; written once for neighbours of one system.
    pub system: String,
    /// The reference condition.
    pub condition: String,
    /// Equal error rate.
    pub eer: f64,
    /// Lower end of its interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Colour, by number.
    pub colour: usize,
}

const ROW: f64 = 28.0;
const TOP: f64 = 24.0;
/// Between systems.
const GAP: f64 = 8.0;

/// Draws the equal error rates with their intervals; a rule marks the first row.
///
/// # Errors
/// Where drawing fails.
pub fn intervals(rows: &[IntervalRow]) -> Result<Figure> {
    let high = rows.iter().flat_map(|row| [row.eer, row.high]).filter(|rate| rate.is_finite()).fold(0.0, f64::max);
    let frame = Frame { left: 250.0, top: TOP, width: 380.0, height: below(rows, rows.len()) - TOP + 8.0 };
    let panel = Panel { frame, x: Axis::percent(0.0, high.max(0.01), 6), y: Axis::linear(0.0, 1.0, 1) };
    let mut csv = String::from("system,condition,eer,eer_low,eer_high\n");
    for row in rows {
        let (system, condition) = (super::figure::csv_field(&row.system), super::figure::csv_field(&row.condition));
        let _ = writeln!(csv, "{system},{condition},{},{},{}", row.eer, row.low, row.high);
    }
    let alt = rows.iter().map(|row| format!("{} {} {:.1} %", row.system, row.condition, 100.0 * row.eer));
    let alt = format!("Equal error rates with intervals: {}.", alt.collect::<Vec<_>>().join("; "));
    let caption = "Equal error rate (official rule) of every system and reference condition, with its bootstrap interval. \
                   The dotted rule continues the first row: an interval that covers it does not tell that condition \
                   from the first.";
    Figure::draw("intervals", caption.into(), alt, csv, &Picture { rows, panel })
}

/// Where row `index` begins: further down by a gap for each change of system above it.
fn below(rows: &[IntervalRow], index: usize) -> f64 {
    let changes = rows.windows(2).take(index).filter(|pair| pair[0].system != pair[1].system).count();
    TOP + ROW * index as f64 + GAP * changes as f64
}

struct Picture<'a> {
    rows: &'a [IntervalRow],
    panel: Panel,
}

impl Drawing for Picture<'_> {
    fn size(&self) -> (u32, u32) {
        (780, (self.panel.bottom() + 52.0) as u32)
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        let panel = &self.panel;
        panel.draw_rules(canvas)?;
        let middle = panel.frame.left + panel.frame.width / 2.0;
        canvas.text("Equal error rate", (middle, panel.bottom() + 38.0), Type::NOTE.aligned(Align::Centre))?;
        if let Some(first) = self.rows.first() {
            let x = panel.x_at(first.eer);
            let rule = Stroke::solid(Ink::Series(first.colour), 1.25).dashed(DOTTED);
            canvas.line(&[(x, panel.frame.top), (x, panel.bottom())], rule)?;
        }
        let mut before = "";
        for (index, row) in self.rows.iter().enumerate() {
            let y = below(self.rows, index) + 0.5 * ROW + 4.0;
            if row.system != before {
                canvas.text(&legend::fitted(canvas, &row.system, 124.0), (14.0, y + 4.0), Type::HEAD)?;
            }
            before = &row.system;
            self.draw_row(canvas, row, y)?;
        }
        Ok(())
    }
}

impl Picture<'_> {
    fn draw_row<DB: DrawingBackend>(&self, canvas: &Canvas<DB>, row: &IntervalRow, y: f64) -> Drawn<DB> {
        let panel = &self.panel;
        let name = legend::fitted(canvas, &row.condition, 96.0);
        canvas.text(&name, (panel.frame.left - 14.0, y + 4.0), Type::LABEL.aligned(Align::Right))?;
        let known = row.low.is_finite() && row.high.is_finite();
        if known {
            draw_whisker(
                canvas,
                [row.low, row.eer, row.high].map(|rate| panel.x_at(rate)),
                y,
                Ink::Series(row.colour),
            )?;
        } else {
            canvas.dot((panel.x_at(row.eer), y), 4.5, Ink::Series(row.colour))?;
        }
        // One number of digits, so that they stand below each other.
        let digits = self.rows.iter().map(|row| percent_digits(row.eer)).max().unwrap_or(1);
        let [value, low, high] = [row.eer, row.low, row.high].map(|rate| format!("{:.digits$}", 100.0 * rate));
        canvas.text(&format!("{value} %"), (panel.right() + 60.0, y + 4.0), Type::LABEL.aligned(Align::Right))?;
        let interval = if known { format!("{low}\u{2013}{high}") } else { "no interval".into() };
        canvas.text(&interval, (panel.right() + 146.0, y + 4.0), Type::NOTE.aligned(Align::Right))
    }
}

/// An estimate with its interval: places of the lower end, the estimate and the upper end.
pub(super) fn draw_whisker<DB: DrawingBackend>(
    canvas: &Canvas<DB>,
    [low, estimate, high]: [f64; 3],
    y: f64,
    ink: Ink,
) -> Drawn<DB> {
    canvas.line(&[(low, y), (high, y)], Stroke::solid(ink, 2.5))?;
    for end in [low, high] {
        canvas.line(&[(end, y - 5.0), (end, y + 5.0)], Stroke::solid(ink, 1.5))?;
    }
    canvas.dot((estimate, y), 4.5, ink)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_are_set_apart() {
        let row = |system: &str| IntervalRow { system: system.into(), ..IntervalRow::default() };
        let rows = [row("A"), row("A"), row("B")];
        assert_eq!([0, 1, 2, 3].map(|index| below(&rows, index)), [24.0, 52.0, 88.0, 116.0]);
        assert!(intervals(&rows).is_ok() && intervals(&[]).is_ok());
    }
}

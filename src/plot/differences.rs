//! Paired differences of systems with their intervals, one below the other: what does not reach zero is a difference.

use std::fmt::Write as _;

use plotters::backend::DrawingBackend;

use super::{
    axis::{Axis, number},
    canvas::{Align, Canvas, Drawn, Stroke, Type},
    figure::{Drawing, Figure},
    intervals::draw_whisker,
    legend,
    palette::Ink,
    panel::{Frame, Panel},
};
use crate::error::Result;

/// The difference of two systems on the same trials.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DifferenceRow {
    /// The system that is compared.
    pub system: String,
    /// The system it is compared with.
    pub against: String,
    /// The first's measure less the second's; rates are fractions.
    pub difference: f64,
    /// Lower end of its interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// The p-value, corrected where there are several comparisons.
    pub p_value: Option<f64>,
    /// Colour, by number.
    pub colour: usize,
}

/// Paired differences in one measure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Differences {
    /// As `EER %` or `minDCF`, where less is better; what ends in `%` is written in percentage points.
    pub measure: String,
    /// The comparisons.
    pub rows: Vec<DifferenceRow>,
}

const ROW: f64 = 28.0;
const TOP: f64 = 38.0;

/// Draws the differences round a rule at zero.
///
/// # Errors
/// Where drawing fails.
pub fn differences(data: &Differences) -> Result<Figure> {
    let mut csv = String::from("system,against,difference,low,high,p_value\n");
    for row in &data.rows {
        let (system, against) = (super::figure::csv_field(&row.system), super::figure::csv_field(&row.against));
        let p_value = row.p_value.map_or_else(String::new, |p_value| p_value.to_string());
        let _ = writeln!(csv, "{system},{against},{},{},{},{p_value}", row.difference, row.low, row.high);
    }
    let named = |row: &DifferenceRow| {
        let [value, low, high] = [row.difference, row.low, row.high].map(|value| data.written(value));
        format!("{} less {} {value} [{low}, {high}]", row.system, row.against)
    };
    let alt = data.rows.iter().map(named).collect::<Vec<_>>().join("; ");
    let caption = format!(
        "Paired differences in {} on the same trials with the same resamples. Left of zero the first system of the pair is better; \
         an interval that covers zero does not tell both apart.",
        data.quantity()
    );
    let alt = format!("Paired differences in {} with intervals: {alt}.", data.quantity());
    let name = format!("differences-{}", super::figure::slug(&data.measure));
    Figure::draw(&name, caption, alt, csv, &Picture::of(data))
}

impl Differences {
    fn percent(&self) -> bool {
        self.measure.trim_end().ends_with('%')
    }

    /// The measure without its unit.
    fn quantity(&self) -> &str {
        self.measure.trim_end().trim_end_matches('%').trim_end()
    }

    /// With its sign, in percentage points where the measure is in percent.
    fn written(&self, value: f64) -> String {
        let (value, digits) = if self.percent() { (100.0 * value, 2) } else { (value, 3) };
        let text = number(value, digits);
        let zero = !text.contains(|letter: char| ('1'..='9').contains(&letter));
        if zero {
            number(0.0, digits)
        } else if value > 0.0 {
            format!("+{text}")
        } else {
            text
        }
    }
}

struct Picture<'a> {
    data: &'a Differences,
    panel: Panel,
}

impl<'a> Picture<'a> {
    fn of(data: &'a Differences) -> Self {
        let factor = if data.percent() { 100.0 } else { 1.0 };
        let ends =
            || data.rows.iter().flat_map(|row| [row.low, row.high, row.difference]).filter(|end| end.is_finite());
        let (low, high) = (factor * ends().fold(0.0, f64::min), factor * ends().fold(0.0, f64::max));
        let frame = Frame { left: 250.0, top: TOP, width: 300.0, height: ROW * data.rows.len() as f64 + 8.0 };
        let mut x = Axis::linear(low, high, 6);
        for tick in x.ticks.iter_mut().filter(|tick| tick.value > 1e-12) {
            tick.label.insert(0, '+');
        }
        Self { data, panel: Panel { frame, x, y: Axis::linear(0.0, 1.0, 1) } }
    }

    fn draw_row<DB: DrawingBackend>(&self, canvas: &Canvas<DB>, row: &DifferenceRow, y: f64) -> Drawn<DB> {
        let panel = &self.panel;
        let factor = if self.data.percent() { 100.0 } else { 1.0 };
        let pair = format!("{} \u{2212} {}", row.system, row.against);
        let name = legend::fitted(canvas, &pair, panel.frame.left - 34.0);
        canvas.text(&name, (panel.frame.left - 14.0, y + 4.0), Type::LABEL.aligned(Align::Right))?;
        let places = [row.low, row.difference, row.high].map(|value| panel.x_at(factor * value));
        draw_whisker(canvas, places, y, Ink::Series(row.colour))?;
        let [value, low, high] = [row.difference, row.low, row.high].map(|value| self.data.written(value));
        canvas.text(&value, (panel.right() + 62.0, y + 4.0), Type::LABEL.aligned(Align::Right))?;
        let interval = format!("[{low}, {high}]");
        canvas.text(&interval, (panel.right() + 160.0, y + 4.0), Type::NOTE.aligned(Align::Right))?;
        let p_value = row.p_value.map_or_else(String::new, p_text);
        canvas.text(&p_value, (panel.right() + 214.0, y + 4.0), Type::NOTE.aligned(Align::Right))
    }
}

/// Three decimals; below, that it is below.
pub(crate) fn p_text(p_value: f64) -> String {
    if p_value < 0.001 { "<0.001".into() } else { format!("{p_value:.3}") }
}

impl Drawing for Picture<'_> {
    fn size(&self) -> (u32, u32) {
        (780, (self.panel.bottom() + 52.0) as u32)
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        let panel = &self.panel;
        panel.draw_rules(canvas)?;
        let zero = panel.x_at(0.0);
        canvas.line(&[(zero, panel.frame.top), (zero, panel.bottom())], Stroke::solid(Ink::Text, 1.25))?;
        let unit = if self.data.percent() { ", percentage points" } else { "" };
        let name = format!("Difference in {}{unit}", self.data.quantity());
        let middle = panel.frame.left + panel.frame.width / 2.0;
        canvas.text(&name, (middle, panel.bottom() + 38.0), Type::NOTE.aligned(Align::Centre))?;
        let mut heads = vec![("difference", 62.0), ("interval", 160.0)];
        heads.extend(self.data.rows.iter().any(|row| row.p_value.is_some()).then_some(("p", 214.0)));
        for (head, end) in heads {
            canvas.text(head, (panel.right() + end, TOP - 12.0), Type::NOTE.aligned(Align::Right))?;
        }
        for (index, row) in self.data.rows.iter().enumerate() {
            self.draw_row(canvas, row, TOP + ROW * (index as f64 + 0.5) + 4.0)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_bear_their_sign() {
        let data = Differences { measure: "EER %".into(), rows: Vec::new() };
        assert_eq!(data.written(0.0123), "+1.23");
        assert_eq!(data.written(-0.0123), "\u{2212}1.23");
        assert_eq!(data.written(-0.000_001), "0.00");
        assert_eq!(Differences { measure: "minDCF".into(), ..data }.written(0.0123), "+0.012");
    }

    #[test]
    fn the_table_has_a_row_a_pair() {
        let row = DifferenceRow { system: "A".into(), against: "B".into(), low: -0.01, ..DifferenceRow::default() };
        let data = Differences {
            measure: "EER %".into(),
            rows: vec![row.clone(), DifferenceRow { p_value: Some(0.04), ..row }],
        };
        let figure = differences(&data).unwrap();
        assert_eq!(figure.csv.lines().nth(2), Some("A,B,0,-0.01,0,0.04"));
        assert_eq!(figure.name, "differences-eer");
        assert!(differences(&Differences::default()).is_ok());
    }
}

//! A breakdown as a heat map: a measure by attack and codec, or by any other two properties of the trials.
//!
//! Every cell holds its number; the colour is for the eye that looks for what stands out. Rows and columns called `pooled` are set
//! off by a gap.

use std::fmt::Write as _;

use plotters::backend::DrawingBackend;

use super::{
    axis::{Axis, number},
    canvas::{Align, Canvas, Drawn, Type},
    figure::{Drawing, Figure},
    heat_scale, legend,
};
use crate::error::{Error, Result};

/// A cell of the breakdown.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct HeatCell {
    /// The measure; rates are fractions, also where the measure is written in percent.
    pub value: f64,
    /// Whether it rests on too few errors (fewer than 30) to be trusted.
    pub few_errors: bool,
}

/// A measure by two properties of the trials.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeatMap {
    /// As `RAT, matched`.
    pub title: String,
    /// As `EER %` or `minDCF`; what ends in `%` is written in percent.
    pub measure: String,
    /// Names of the rows, as attacks; `pooled` is the margin.
    pub rows: Vec<String>,
    /// Names of the columns, as codecs; `pooled` is the margin.
    pub columns: Vec<String>,
    /// A line of cells for each row; nothing where there are no trials.
    pub cells: Vec<Vec<Option<HeatCell>>>,
}

const CELL: f64 = 25.0;
const TOP: f64 = 72.0;
/// Between the margins and the rest.
const GAP: f64 = 7.0;
/// How wide letters are, about, before there is a canvas to measure them.
const LETTER: f64 = 7.4;

/// Draws the breakdown.
///
/// # Errors
/// For cells that do not fit the names; where drawing fails.
pub fn heat_map(map: &HeatMap) -> Result<Figure> {
    let few = map.cells.iter().flatten().flatten().any(|cell| cell.few_errors);
    let note = if few { " \u{2020}: fewer than 30 errors." } else { "" };
    let caption = format!("{} of {} by row and column; darker is worse.{note}", map.measure, map.title);
    drawn(map, &format!("breakdown-{}", super::figure::slug(&format!("{} {}", map.title, map.measure))), caption)
}

/// Draws any map under its own name and words.
pub(super) fn drawn(map: &HeatMap, name: &str, caption: String) -> Result<Figure> {
    if map.cells.len() != map.rows.len() || map.cells.iter().any(|line| line.len() != map.columns.len()) {
        let (rows, columns) = (map.rows.len(), map.columns.len());
        let message = format!("the cells of the breakdown of {} are not {rows} rows of {columns}", map.title);
        return Err(Error::data(message, "give one line of cells a row, and in it one cell a column"));
    }
    let few = map.cells.iter().flatten().flatten().any(|cell| cell.few_errors);
    let picture = Picture::of(map, few);
    Figure::draw(name, caption, alt(map), csv(map), &picture)
}

fn alt(map: &HeatMap) -> String {
    let named = |row: usize, column: usize| format!("{} and {}", map.rows[row], map.columns[column]);
    let known = map.cells.iter().enumerate().flat_map(|(row, line)| {
        line.iter().enumerate().filter_map(move |(column, cell)| Some((row, column, (*cell)?.value)))
    });
    let worst = known.filter(|cell| cell.2.is_finite()).max_by(|one, other| one.2.total_cmp(&other.2));
    let size = format!("{} rows by {} columns", map.rows.len(), map.columns.len());
    match worst {
        Some((row, column, value)) => format!(
            "Heat map of {} of {}, {size}. Highest: {} at {}.",
            map.measure,
            map.title,
            map.written(value),
            named(row, column)
        ),
        None => format!("Heat map of {} of {}, {size}, all empty.", map.measure, map.title),
    }
}

fn csv(map: &HeatMap) -> String {
    let mut text = String::from("row,column,value,few_errors\n");
    for (row, line) in map.rows.iter().zip(&map.cells) {
        for (column, cell) in map.columns.iter().zip(line) {
            let (row, column) = (super::figure::csv_field(row), super::figure::csv_field(column));
            let _ = match cell {
                Some(cell) => writeln!(text, "{row},{column},{},{}", cell.value, cell.few_errors),
                None => writeln!(text, "{row},{column},,"),
            };
        }
    }
    text
}

impl HeatMap {
    fn percent(&self) -> bool {
        self.measure.trim_end().ends_with('%')
    }

    fn written(&self, value: f64) -> String {
        if self.percent() { number(100.0 * value, 2) } else { number(value, 3) }
    }
}

struct Picture<'a> {
    map: &'a HeatMap,
    few: bool,
    /// The scale of colours, from 0.
    scale: Axis,
    left: f64,
    width: f64,
}

impl<'a> Picture<'a> {
    fn of(map: &'a HeatMap, few: bool) -> Self {
        let longest =
            |names: &[String]| names.iter().map(|name| name.chars().count()).max().unwrap_or(0) as f64 * LETTER;
        let values = map.cells.iter().flatten().flatten().map(|cell| cell.value);
        let highest = values.filter(|value| value.is_finite()).fold(0.0, f64::max);
        let left = (longest(&map.rows) + 32.0).clamp(64.0, 180.0);
        let room = (780.0 - left - 16.0 - 2.0 * GAP) / map.columns.len().max(1) as f64;
        let needed = (longest(&map.columns) + 8.0).clamp(48.0, 110.0);
        let scale = if map.percent() { Axis::percent(0.0, highest, 4) } else { Axis::linear(0.0, highest, 4) };
        Self { map, few, scale, left, width: room.clamp(needed, needed.max(76.0)) }
    }

    /// How far row or column `index` begins from the first, with gaps round the margins.
    fn offset(names: &[String], index: usize, size: f64) -> f64 {
        let pooled = |name: &String| name == "pooled";
        let gaps = names.windows(2).take(index).filter(|pair| pooled(&pair[0]) != pooled(&pair[1])).count();
        size * index as f64 + GAP * gaps as f64
    }

    fn x(&self, column: usize) -> f64 {
        self.left + Self::offset(&self.map.columns, column, self.width)
    }

    fn y(&self, row: usize) -> f64 {
        TOP + Self::offset(&self.map.rows, row, CELL)
    }

    /// Below the last row.
    fn end(&self) -> f64 {
        self.map.rows.len().checked_sub(1).map_or(TOP, |last| self.y(last) + CELL)
    }

    fn draw_names<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        let bold = |name: &String, set: Type| Type { bold: name == "pooled", ..set };
        for (row, name) in self.map.rows.iter().enumerate() {
            let set = bold(name, Type::LABEL.aligned(Align::Right));
            let name = legend::fitted(canvas, name, self.left - 24.0);
            canvas.text(&name, (self.left - 9.0, self.y(row) + 0.5 * CELL + 4.5), set)?;
        }
        for (column, name) in self.map.columns.iter().enumerate() {
            let set = bold(name, Type::LABEL.aligned(Align::Centre));
            let name = legend::fitted(canvas, name, self.width - 2.0);
            canvas.text(&name, (self.x(column) + 0.5 * self.width, TOP - 9.0), set)?;
        }
        Ok(())
    }

    fn draw_cell<DB: DrawingBackend>(&self, canvas: &Canvas<DB>, (x, y): (f64, f64), cell: HeatCell) -> Drawn<DB> {
        let share = self.scale.position(cell.value);
        let edge = 0.75;
        let corners = ((x + edge, y + edge), (x + self.width - edge, y + CELL - edge));
        canvas.bar(corners.0, corners.1, heat_scale::ink(share), 1.0)?;
        let set = Type { size: 12.0, ..Type::LABEL }.ink(heat_scale::ink_on(share)).aligned(Align::Centre);
        let text = self.map.written(cell.value);
        let at = (x + 0.5 * self.width, y + 0.5 * CELL + 4.3);
        canvas.text(&text, at, set)?;
        if cell.few_errors {
            let beside = at.0 + 0.5 * canvas.width_of(&text, set) + 0.5;
            canvas.text("\u{2020}", (beside, at.1 - 3.0), Type { size: 10.0, align: Align::Left, ..set })?;
        }
        Ok(())
    }

    /// The scale of colours, and what the dagger means.
    fn draw_key<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        const LENGTH: f64 = 208.0;
        const HEIGHT: f64 = 10.0;
        let (left, top) = (self.left, self.end() + 20.0);
        for step in 0..104 {
            let share = f64::from(step) / 103.0;
            let from = (left + LENGTH * f64::from(step) / 104.0, top);
            let to = (left + LENGTH * f64::from(step + 1) / 104.0, top + HEIGHT);
            canvas.bar(from, to, heat_scale::ink(share), 1.0)?;
        }
        for tick in &self.scale.ticks {
            let x = left + LENGTH * self.scale.position(tick.value);
            canvas.text(&tick.label, (x, top + HEIGHT + 15.0), Type::NOTE.aligned(Align::Centre))?;
        }
        let note = if self.few { "\u{2020} fewer than 30 errors" } else { "" };
        canvas.text(note, (left + LENGTH + 28.0, top + HEIGHT - 0.5), Type::NOTE)
    }
}

impl Drawing for Picture<'_> {
    fn size(&self) -> (u32, u32) {
        let last = self.map.columns.len().checked_sub(1).map_or(self.left, |last| self.x(last) + self.width);
        ((last + 15.5).max(780.0) as u32, (self.end() + 56.0).ceil() as u32)
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        let title = legend::fitted(canvas, &self.map.title, 560.0);
        canvas.text(&title, (24.0, 26.0), Type::HEAD)?;
        let beside = 24.0 + canvas.width_of(&title, Type::HEAD) + 12.0;
        canvas.text(&self.map.measure, (beside, 26.0), Type::NOTE)?;
        self.draw_names(canvas)?;
        for (row, line) in self.map.cells.iter().enumerate() {
            for (column, cell) in line.iter().enumerate() {
                if let Some(cell) = cell.filter(|cell| cell.value.is_finite()) {
                    self.draw_cell(canvas, (self.x(column), self.y(row)), cell)?;
                }
            }
        }
        self.draw_key(canvas)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> HeatMap {
        let cell = |value, few_errors| Some(HeatCell { value, few_errors });
        HeatMap {
            title: "RAT".into(),
            measure: "EER %".into(),
            rows: vec!["pooled".into(), "A17, new".into()],
            columns: vec!["pooled".into(), "-".into()],
            cells: vec![vec![cell(0.0812, false), cell(0.05, false)], vec![cell(0.3, true), None]],
        }
    }

    #[test]
    fn every_cell_is_in_the_table() {
        let figure = heat_map(&small()).unwrap();
        let expected = "row,column,value,few_errors\npooled,pooled,0.0812,false\npooled,-,0.05,false\n\
                        \"A17, new\",pooled,0.3,true\n\"A17, new\",-,,\n";
        assert_eq!(figure.csv, expected);
        assert!(figure.svg().contains("8.12") && figure.svg().contains('\u{2020}'));
        assert!(figure.alt.contains("Highest: 30.00 at A17, new and pooled"), "{}", figure.alt);
        assert_eq!(figure.name, "breakdown-rat-eer");
    }

    #[test]
    fn cells_must_fit_the_names() {
        let map = HeatMap { columns: vec!["pooled".into()], ..small() };
        assert!(heat_map(&map).unwrap_err().to_string().contains("2 rows of 1"));
        assert!(heat_map(&HeatMap::default()).is_ok());
    }

    #[test]
    fn the_margins_are_set_off() {
        let names = ["pooled", "A17", "A18"].map(String::from);
        assert_eq!([0, 1, 2].map(|index| Picture::offset(&names, index, 10.0)), [0.0, 17.0, 27.0]);
    }
}

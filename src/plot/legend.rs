//! A legend: a sample of the line, its name, and up to two numbers in columns.

use plotters::backend::DrawingBackend;

use super::canvas::{Align, Canvas, Drawn, Stroke, Type};

/// One line of the legend.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) stroke: Stroke,
    pub(super) name: String,
    /// Right-aligned beside the name, under the heads.
    pub(super) numbers: Vec<String>,
}

/// Distance between lines.
const LINE: f64 = 22.0;

/// Draws entries downwards; `width` is where the last number ends.
pub(super) fn draw<DB: DrawingBackend>(
    canvas: &Canvas<DB>,
    (left, top): (f64, f64),
    width: f64,
    heads: &[&str],
    entries: &[Entry],
) -> Drawn<DB> {
    let column = 56.0;
    let end = |index: usize| left + width - column * (heads.len() - 1 - index) as f64;
    for (index, head) in heads.iter().enumerate() {
        canvas.text(head, (end(index), top), Type::NOTE.aligned(Align::Right))?;
    }
    let room = width - 30.0 - column * heads.len() as f64;
    for (index, entry) in entries.iter().enumerate() {
        let y = top + LINE * (index + usize::from(!heads.is_empty())) as f64;
        canvas.line(&[(left, y - 4.0), (left + 22.0, y - 4.0)], entry.stroke)?;
        canvas.text(&fitted(canvas, &entry.name, room), (left + 30.0, y), Type::LABEL)?;
        for (index, number) in entry.numbers.iter().enumerate() {
            canvas.text(number, (end(index), y), Type::LABEL.aligned(Align::Right))?;
        }
    }
    Ok(())
}

/// Samples and names in a row.
pub(super) fn draw_row<DB: DrawingBackend>(
    canvas: &Canvas<DB>,
    at: (f64, f64),
    entries: &[(Stroke, &str)],
) -> Drawn<DB> {
    let (mut x, y) = at;
    for (stroke, name) in entries {
        canvas.line(&[(x, y - 4.0), (x + 22.0, y - 4.0)], *stroke)?;
        canvas.text(name, (x + 28.0, y), Type::LABEL)?;
        x += 28.0 + canvas.width_of(name, Type::LABEL) + 22.0;
    }
    Ok(())
}

/// The name, cut with an ellipsis where it is too long.
pub(super) fn fitted<DB: DrawingBackend>(canvas: &Canvas<DB>, name: &str, room: f64) -> String {
    if canvas.width_of(name, Type::LABEL) <= room {
        return name.into();
    }
    let mut cut: String = name.chars().take(120).collect();
    while !cut.is_empty() && canvas.width_of(&cut, Type::LABEL) > room - 10.0 {
        cut.pop();
    }
    cut + "\u{2026}"
}

//! A legend: a sample of the line, its name, and up to two numbers in columns.

use plotters::{backend::DrawingBackend, drawing::DrawingAreaErrorKind};

use super::canvas::{Align, Canvas, Drawn, Stroke, Type};

/// One line of the legend.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) stroke: Stroke,
    pub(super) name: String,
    /// Right-aligned beside the name, under the heads.
    pub(super) numbers: Vec<String>,
}

/// Distance between entries, and between both lines of a long name.
const LINE: f64 = 22.0;
const WITHIN: f64 = 15.0;

/// Draws entries downwards; `width` is where the last number ends. Gives the height at which a further entry would stand.
pub(super) fn draw<DB: DrawingBackend>(
    canvas: &Canvas<DB>,
    (left, top): (f64, f64),
    width: f64,
    heads: &[&str],
    entries: &[Entry],
) -> Result<f64, DrawingAreaErrorKind<DB::ErrorType>> {
    let column = 56.0;
    let end = |index: usize| left + width - column * (heads.len() - 1 - index) as f64;
    for (index, head) in heads.iter().enumerate() {
        canvas.text(head, (end(index), top), Type::NOTE.aligned(Align::Right))?;
    }
    let room = width - 30.0 - column * heads.len() as f64;
    let mut y = if heads.is_empty() { top } else { top + LINE };
    for entry in entries {
        canvas.line(&[(left, y - 4.0), (left + 22.0, y - 4.0)], entry.stroke)?;
        for (index, number) in entry.numbers.iter().enumerate() {
            canvas.text(number, (end(index), y), Type::LABEL.aligned(Align::Right))?;
        }
        let (first, second) = folded(canvas, &entry.name, room);
        canvas.text(&first, (left + 30.0, y), Type::LABEL)?;
        if let Some(second) = second {
            y += WITHIN;
            canvas.text(&second, (left + 30.0, y), Type::LABEL)?;
        }
        y += LINE;
    }
    Ok(y)
}

/// A name in one line, or in two where it is too long.
fn folded<DB: DrawingBackend>(canvas: &Canvas<DB>, name: &str, room: f64) -> (String, Option<String>) {
    let fits = |part: &str| canvas.width_of(part, Type::LABEL) <= room;
    let fold = name.rmatch_indices(' ').map(|(at, _)| at).find(|&at| fits(name[..at].trim_end()));
    match fold.filter(|_| !fits(name)) {
        Some(at) => (name[..at].trim_end().into(), Some(fitted(canvas, name[at..].trim(), room))),
        None => (fitted(canvas, name, room), None),
    }
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

//! A surface in display pixels over plotters' integer pixels, the same for SVG and bitmap.

use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
    element::{Circle, PathElement, Polygon, Rectangle, Text},
    style::{
        Color, FontDesc, FontFamily, FontStyle, ShapeStyle, TextStyle,
        text_anchor::{HPos, Pos, VPos},
    },
};

use super::{font::FAMILY, palette::Ink};

/// Device pixels in a display pixel. plotters draws on whole pixels even in SVG; four of them are fine enough.
pub(super) const SCALE: f64 = 4.0;

/// The outcome of drawing on a backend.
pub(super) type Drawn<DB> = Result<(), DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>>;

/// Where a text stands relative to its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Centre,
    Right,
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stroke {
    pub(super) ink: Ink,
    pub(super) width: f64,
    /// Lengths of dashes and gaps in turn; nothing for a solid line.
    pub(super) dashes: &'static [f64],
    pub(super) alpha: f64,
}

impl Stroke {
    pub(super) fn solid(ink: Ink, width: f64) -> Self {
        Self { ink, width, dashes: &[], alpha: 1.0 }
    }

    pub(super) fn dashed(self, dashes: &'static [f64]) -> Self {
        Self { dashes, ..self }
    }

    fn style(self) -> ShapeStyle {
        self.ink.colour().mix(self.alpha).stroke_width((self.width * SCALE).round().max(1.0) as u32)
    }
}

/// How a text is set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Type {
    pub(super) ink: Ink,
    pub(super) size: f64,
    pub(super) bold: bool,
    pub(super) align: Align,
}

impl Type {
    /// Axis labels and notes.
    pub(super) const NOTE: Self = Self { ink: Ink::Muted, size: 12.0, bold: false, align: Align::Left };
    /// What names the data.
    pub(super) const LABEL: Self = Self { ink: Ink::Text, size: 12.5, bold: false, align: Align::Left };
    /// The head of a panel.
    pub(super) const HEAD: Self = Self { ink: Ink::Text, size: 13.0, bold: true, align: Align::Left };

    pub(super) const fn aligned(self, align: Align) -> Self {
        Self { align, ..self }
    }

    pub(super) const fn ink(self, ink: Ink) -> Self {
        Self { ink, ..self }
    }

    fn style(self) -> TextStyle<'static> {
        let weight = if self.bold { FontStyle::Bold } else { FontStyle::Normal };
        // plotters' size is the line's height, 1.24 em.
        let font = FontDesc::new(FontFamily::Name(FAMILY), self.size * SCALE * 1.24, weight);
        let side = match self.align {
            Align::Left => HPos::Left,
            Align::Centre => HPos::Center,
            Align::Right => HPos::Right,
        };
        TextStyle { font, color: self.ink.colour().to_backend_color(), pos: Pos::new(side, VPos::Top) }
    }
}

/// What figures are drawn on; lengths and places are display pixels from the upper left.
pub(super) struct Canvas<DB: DrawingBackend> {
    area: DrawingArea<DB, Shift>,
    /// How far below the top of a text plotters puts its baseline, in em; SVG and bitmap differ.
    baseline: f64,
}

impl<DB: DrawingBackend> Canvas<DB> {
    pub(super) fn new(area: DrawingArea<DB, Shift>, baseline: f64) -> Self {
        Self { area, baseline }
    }

    /// Covers everything.
    pub(super) fn fill(&self, ink: Ink) -> Drawn<DB> {
        self.area.fill(&ink.colour())
    }

    /// A line through points, dashed if the stroke says so.
    pub(super) fn line(&self, points: &[(f64, f64)], stroke: Stroke) -> Drawn<DB> {
        if stroke.dashes.is_empty() {
            return self.polyline(points, stroke);
        }
        dashes(points, stroke.dashes).iter().try_for_each(|dash| self.polyline(dash, stroke))
    }

    fn polyline(&self, points: &[(f64, f64)], stroke: Stroke) -> Drawn<DB> {
        let mut pixels: Vec<_> = points.iter().map(|&point| pixel(point)).collect();
        pixels.dedup();
        match pixels.len() {
            0 | 1 => Ok(()),
            _ => self.area.draw(&PathElement::new(pixels, stroke.style())),
        }
    }

    /// A filled shape.
    pub(super) fn shape(&self, points: &[(f64, f64)], ink: Ink, alpha: f64) -> Drawn<DB> {
        let pixels: Vec<_> = points.iter().map(|&point| pixel(point)).collect();
        self.area.draw(&Polygon::new(pixels, ink.colour().mix(alpha).filled()))
    }

    /// A filled rectangle between two corners.
    pub(super) fn bar(&self, from: (f64, f64), to: (f64, f64), ink: Ink, alpha: f64) -> Drawn<DB> {
        self.area.draw(&Rectangle::new([pixel(from), pixel(to)], ink.colour().mix(alpha).filled()))
    }

    /// A disc with a rim of paper, so that it stands off the lines below.
    pub(super) fn dot(&self, at: (f64, f64), radius: f64, ink: Ink) -> Drawn<DB> {
        let disc = |radius: f64, ink: Ink| {
            self.area.draw(&Circle::new(pixel(at), (radius * SCALE).round() as i32, ink.colour().filled()))
        };
        disc(radius + 1.5, Ink::Paper)?;
        disc(radius, ink)
    }

    /// A disc with a hollow middle.
    pub(super) fn ring(&self, at: (f64, f64), radius: f64, ink: Ink) -> Drawn<DB> {
        self.dot(at, radius, ink)?;
        let inner = ((radius - 1.75) * SCALE).round() as i32;
        self.area.draw(&Circle::new(pixel(at), inner, Ink::Paper.colour().filled()))
    }

    /// A text whose baseline is at the point's height.
    pub(super) fn text(&self, text: &str, (x, y): (f64, f64), set: Type) -> Drawn<DB> {
        let at = pixel((x, y - self.baseline * set.size));
        self.area.draw(&Text::new(text.to_owned(), at, set.style()))
    }

    /// How wide a text is.
    pub(super) fn width_of(&self, text: &str, set: Type) -> f64 {
        self.area.estimate_text_size(text, &set.style()).map_or(0.0, |(width, _)| f64::from(width) / SCALE)
    }

    /// Finishes the picture.
    pub(super) fn present(&self) -> Drawn<DB> {
        self.area.present()
    }
}

fn pixel((x, y): (f64, f64)) -> (i32, i32) {
    ((x * SCALE).round() as i32, (y * SCALE).round() as i32)
}

/// Cuts a line into the dashes of a pattern, which goes on round corners.
fn dashes(points: &[(f64, f64)], pattern: &[f64]) -> Vec<Vec<(f64, f64)>> {
    let mut all = Vec::new();
    let mut current: Vec<_> = points.first().copied().into_iter().collect();
    let (mut step, mut left) = (0, pattern[0]);
    for pair in points.windows(2) {
        let ((mut x, mut y), (to_x, to_y)) = (pair[0], pair[1]);
        let mut rest = (to_x - x).hypot(to_y - y);
        while rest > left {
            (x, y) = (x + (to_x - x) * left / rest, y + (to_y - y) * left / rest);
            rest -= left;
            if step % 2 == 0 {
                current.push((x, y));
                all.push(std::mem::take(&mut current));
            } else {
                current = vec![(x, y)];
            }
            step = (step + 1) % pattern.len();
            left = pattern[step];
        }
        left -= rest;
        if step % 2 == 0 {
            current.push((to_x, to_y));
        }
    }
    all.extend((current.len() > 1).then_some(current));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_go_on_round_a_corner() {
        let cut = dashes(&[(0.0, 0.0), (5.0, 0.0), (5.0, 5.0)], &[4.0, 2.0]);
        assert_eq!(cut[0], [(0.0, 0.0), (4.0, 0.0)]);
        assert_eq!(cut[1], [(5.0, 1.0), (5.0, 5.0)]);
        assert_eq!(cut.len(), 2);
    }
}

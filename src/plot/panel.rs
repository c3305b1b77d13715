//! A panel: two axes, a thin grid, and the way from values to places on the canvas.

use plotters::backend::DrawingBackend;

use super::{
    axis::{Axis, Tick},
    canvas::{Align, Canvas, Drawn, Stroke, Type},
    palette::Ink,
};

/// Where a panel lies, in display pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// Two axes in a frame.
#[derive(Clone, Debug)]
pub(super) struct Panel {
    pub(super) frame: Frame,
    pub(super) x: Axis,
    pub(super) y: Axis,
}

impl Panel {
    /// The place of a pair of values.
    pub(super) fn at(&self, x: f64, y: f64) -> (f64, f64) {
        (self.x_at(x), self.y_at(y))
    }

    pub(super) fn x_at(&self, x: f64) -> f64 {
        self.frame.left + self.frame.width * self.x.position(x)
    }

    pub(super) fn y_at(&self, y: f64) -> f64 {
        self.frame.top + self.frame.height * (1.0 - self.y.position(y))
    }

    /// The lowest edge.
    pub(super) fn bottom(&self) -> f64 {
        self.frame.top + self.frame.height
    }

    /// The right edge.
    pub(super) fn right(&self) -> f64 {
        self.frame.left + self.frame.width
    }

    /// Grid lines at the ticks of both axes.
    pub(super) fn draw_grid<DB: DrawingBackend>(&self, canvas: &Canvas<DB>, upright: bool) -> Drawn<DB> {
        let stroke = Stroke::solid(Ink::Grid, 1.0);
        for tick in &self.y.ticks {
            let y = self.y_at(tick.value);
            canvas.line(&[(self.frame.left, y), (self.right(), y)], stroke)?;
        }
        for tick in self.x.ticks.iter().filter(|_| upright) {
            let x = self.x_at(tick.value);
            canvas.line(&[(x, self.frame.top), (x, self.bottom())], stroke)?;
        }
        Ok(())
    }

    /// Upright rules at the ticks of x with their labels below: all the axes that rows of estimates need.
    pub(super) fn draw_rules<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        for tick in &self.x.ticks {
            let x = self.x_at(tick.value);
            canvas.line(&[(x, self.frame.top), (x, self.bottom())], Stroke::solid(Ink::Grid, 1.0))?;
            canvas.text(&tick.label, (x, self.bottom() + 18.0), Type::NOTE.aligned(Align::Centre))?;
        }
        Ok(())
    }

    /// Tick labels, the foot line, and the names of both axes: y above the panel, x below.
    pub(super) fn draw_axes<DB: DrawingBackend>(&self, canvas: &Canvas<DB>, x_name: &str, y_name: &str) -> Drawn<DB> {
        let (left, bottom) = (self.frame.left, self.bottom());
        canvas.line(&[(left, bottom), (self.right(), bottom)], Stroke::solid(Ink::Axis, 1.0))?;
        let reach = |tick: &Tick| {
            let (x, half) = (self.x_at(tick.value), canvas.width_of(&tick.label, Type::NOTE) / 2.0);
            (x - half, x + half + 5.0)
        };
        let mut free = f64::NEG_INFINITY;
        for (index, tick) in self.x.ticks.iter().enumerate() {
            let x = self.x_at(tick.value);
            canvas.line(&[(x, bottom), (x, bottom + 4.0)], Stroke::solid(Ink::Axis, 1.0))?;
            let (from, to) = reach(tick);
            // A label that would touch its neighbour is left out; the last stays.
            let last = self.x.ticks[index + 1..].last().map_or(f64::INFINITY, |last| reach(last).0);
            if from > free && to <= last {
                canvas.text(&tick.label, (x, bottom + 18.0), Type::NOTE.aligned(Align::Centre))?;
                free = to;
            }
        }
        for tick in &self.y.ticks {
            canvas.text(&tick.label, (left - 8.0, self.y_at(tick.value) + 4.0), Type::NOTE.aligned(Align::Right))?;
        }
        canvas.text(x_name, (left + self.frame.width / 2.0, bottom + 38.0), Type::NOTE.aligned(Align::Centre))?;
        canvas.text(y_name, (left - 40.0, self.frame.top - 14.0), Type::NOTE)
    }
}

//! The course of training: the loss on train and the EER on dev, epoch by epoch, for several systems.

use std::fmt::Write as _;

use plotters::backend::DrawingBackend;

use super::{
    axis::Axis,
    canvas::{Canvas, Drawn, Stroke, Type},
    figure::{Drawing, Figure},
    legend,
    palette::Ink,
    panel::{Frame, Panel},
    stages,
};
use crate::{
    error::Result,
    tables::{HistoryRow, TrainingHistory},
};

/// One system's training.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// The system.
    pub system: String,
    /// What it reported.
    pub history: TrainingHistory,
    /// The epoch that was scored.
    pub selected_epoch: usize,
    /// Colour, by number.
    pub colour: usize,
}

/// Draws the training of several systems.
///
/// # Errors
/// Where drawing fails.
pub fn training(courses: &[Course]) -> Result<Figure> {
    let caption = "Training. Left: mean cross-entropy on the training draws, in nats. Right: equal error rate on dev by the \
                   official rule; the ring marks the epoch that was kept and scored.";
    let course = |course: &Course| {
        let best = course.history.best().map_or(f64::NAN, |row| 100.0 * row.dev_eer);
        format!("{}: lowest dev EER {best:.1} %", course.system)
    };
    let alt = format!(
        "Training loss and dev EER over epochs. {}.",
        courses.iter().map(course).collect::<Vec<_>>().join("; ")
    );
    Figure::draw("training", caption.into(), alt, csv(courses), &Picture::of(courses))
}

fn csv(courses: &[Course]) -> String {
    let mut text = String::from("system,epoch,stage,train_loss,dev_eer,dev_min_dcf,learning_rate\n");
    for course in courses {
        let system = super::figure::csv_field(&course.system);
        for row in &course.history.rows {
            let stage = super::figure::csv_field(&row.stage);
            let (loss, eer, dcf) = (row.train_loss, row.dev_eer, row.dev_min_dcf);
            let _ = writeln!(text, "{system},{},{stage},{loss},{eer},{dcf},{}", row.epoch, row.learning_rate);
        }
    }
    text
}

struct Picture<'a> {
    courses: &'a [Course],
    loss: Panel,
    eer: Panel,
    boundary: Option<f64>,
}

impl<'a> Picture<'a> {
    fn of(courses: &'a [Course]) -> Self {
        let rows = || courses.iter().flat_map(|course| &course.history.rows);
        let epochs = || rows().map(|row| row.epoch);
        let x = Axis::epochs(epochs().min().unwrap_or(1), epochs().max().unwrap_or(1));
        let highest =
            |of: fn(&HistoryRow) -> f64| rows().map(of).filter(|value| value.is_finite()).fold(0.01, f64::max);
        let frame = |left| Frame { left, top: 92.0, width: 310.0, height: 220.0 };
        Self {
            courses,
            loss: Panel { frame: frame(58.0), x: x.clone(), y: Axis::linear(0.0, highest(|row| row.train_loss), 5) },
            eer: Panel { frame: frame(456.0), x, y: Axis::percent(0.0, highest(|row| row.dev_eer), 5) },
            boundary: stages::boundary(rows().map(|row| (row.epoch, row.stage.as_str()))),
        }
    }

    fn draw_panel<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<DB>,
        panel: &Panel,
        (head, y_name): (&str, &str),
        of: fn(&HistoryRow) -> f64,
    ) -> Drawn<DB> {
        canvas.text(head, (panel.frame.left - 40.0, 58.0), Type::HEAD)?;
        panel.draw_grid(canvas, false)?;
        stages::mark(canvas, panel, self.boundary)?;
        panel.draw_axes(canvas, "Epoch", y_name)?;
        for course in self.courses.iter().rev() {
            let finite = course.history.rows.iter().filter(|row| of(row).is_finite());
            let line: Vec<_> = finite.map(|row| panel.at(row.epoch as f64, of(row))).collect();
            let ink = Ink::Series(course.colour);
            canvas.line(&line, Stroke::solid(ink, 2.25))?;
            for &point in &line {
                canvas.dot(point, 3.0, ink)?;
            }
        }
        Ok(())
    }
}

impl Drawing for Picture<'_> {
    fn size(&self) -> (u32, u32) {
        (780, 364)
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        let stroke = |course: &Course| Stroke::solid(Ink::Series(course.colour), 2.25);
        let entries: Vec<_> = self.courses.iter().map(|course| (stroke(course), course.system.as_str())).collect();
        legend::draw_row(canvas, (18.0, 24.0), &entries)?;
        self.draw_panel(canvas, &self.loss, ("Loss on train", "Cross-entropy, nats"), |row| row.train_loss)?;
        self.draw_panel(canvas, &self.eer, ("Error on dev", "Equal error rate"), |row| row.dev_eer)?;
        for course in self.courses {
            let kept = course.history.rows.iter().find(|row| row.epoch == course.selected_epoch);
            if let Some(row) = kept.filter(|row| row.dev_eer.is_finite()) {
                canvas.ring(self.eer.at(row.epoch as f64, row.dev_eer), 6.0, Ink::Series(course.colour))?;
            }
        }
        Ok(())
    }
}

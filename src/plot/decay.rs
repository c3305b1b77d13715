//! The figure of the RAT paper: how the reference's contribution decays over the epochs.
//!
//! Left, the normalised change of the margin when the reference is replaced (silence solid, noise dashed), with the branch
//! ratio on a second axis; right, the relative changes of output and embedding, stacked.

use std::fmt::Write as _;

use plotters::backend::DrawingBackend;

use super::{
    axis::Axis,
    canvas::{Align, Canvas, Drawn, Stroke, Type},
    figure::{Drawing, Figure},
    follow::{self, Stop},
    legend,
    palette::Ink,
    panel::{Frame, Panel},
    stages::{self, DASHED},
};
use crate::{
    error::Result,
    tables::{ContributionRow, ContributionTable},
};

const MARGIN: Ink = Ink::Series(0);
const BRANCH: Ink = Ink::Series(1);
const OUTPUT: Ink = Ink::Series(2);
const EMBEDDING: Ink = Ink::Series(4);

/// Draws the decay of one system.
///
/// # Errors
/// Where drawing fails.
pub fn decay(system: &str, table: &ContributionTable) -> Result<Figure> {
    let caption = format!(
        "Contribution of the reference over training ({system}). Left: normalised change of the logit margin when the \
         reference becomes silence (solid) or noise (dashed), and the RMS of the attention branch over that of the MLP branch \
         (right axis). Right: relative change of the block's output and of the pooled embedding, stacked; full bars \
         silence, pale bars noise."
    );
    let last = table.rows.iter().rfind(|row| row.degradation == "silence").or(table.rows.last());
    let alt = format!(
        "Two panels over epochs for {system}. At the last epoch the normalised margin change is {:.4} with {} and the branch ratio {:.3}.",
        last.map_or(f64::NAN, |row| row.delta_margin_normalised),
        last.map_or("-", |row| row.degradation.as_str()),
        last.map_or(f64::NAN, |row| row.branch_ratio)
    );
    let name = format!("decay-{}", super::figure::slug(system));
    let picture = Picture::of(table);
    Ok(Figure::draw(&name, caption, alt, csv(table), &picture)?.with_interaction(picture.followed()))
}

fn csv(table: &ContributionTable) -> String {
    let mut text = String::from(
        "epoch,stage,degradation,trials,delta_margin_normalised,branch_ratio,branch_ratio_std,delta_output,delta_embedding\n",
    );
    for row in &table.rows {
        let (stage, degradation) = (super::figure::csv_field(&row.stage), super::figure::csv_field(&row.degradation));
        let _ = writeln!(
            text,
            "{},{stage},{degradation},{},{},{},{},{},{}",
            row.epoch,
            row.trials,
            row.delta_margin_normalised,
            row.branch_ratio,
            row.branch_ratio_std,
            row.delta_output,
            row.delta_embedding
        );
    }
    text
}

struct Picture<'a> {
    table: &'a ContributionTable,
    margins: Panel,
    branch: Panel,
    stacks: Panel,
    boundary: Option<f64>,
}

impl<'a> Picture<'a> {
    fn of(table: &'a ContributionTable) -> Self {
        let rows = &table.rows;
        let epochs = || rows.iter().map(|row| row.epoch);
        let x = Axis::epochs(epochs().min().unwrap_or(1), epochs().max().unwrap_or(1));
        let highest = |of: fn(&ContributionRow) -> f64| 1.08 * rows.iter().map(of).fold(1e-9, f64::max);
        let frame = |left, width| Frame { left, top: 92.0, width, height: 240.0 };
        let panel = |frame, high| Panel { frame, x: x.clone(), y: Axis::linear(0.0, high, 5) };
        Self {
            table,
            margins: panel(frame(58.0, 292.0), highest(|row| row.delta_margin_normalised)),
            branch: panel(frame(58.0, 292.0), highest(|row| row.branch_ratio)),
            stacks: panel(frame(474.0, 292.0), highest(|row| row.delta_output + row.delta_embedding)),
            boundary: stages::boundary(rows.iter().map(|row| (row.epoch, row.stage.as_str()))),
        }
    }

    fn rows(&self, degradation: &str) -> impl Iterator<Item = &ContributionRow> {
        let numbers = |row: &ContributionRow| {
            let all = [row.delta_margin_normalised, row.branch_ratio, row.delta_output, row.delta_embedding];
            all.into_iter().all(f64::is_finite)
        };
        self.table.rows.iter().filter(move |row| row.degradation == degradation && numbers(row))
    }

    /// What stands at each epoch, for both panels.
    fn followed(&self) -> serde_json::Value {
        let mut epochs: Vec<(usize, &str)> =
            self.table.rows.iter().map(|row| (row.epoch, row.stage.as_str())).collect();
        epochs.dedup();
        let of = |epoch: usize, written: fn(&ContributionRow) -> String| {
            let own = ["silence", "noise"].into_iter().flat_map(move |name| self.rows(name));
            own.filter(move |row| row.epoch == epoch).map(move |row| format!("{}: {}", row.degradation, written(row)))
        };
        let stop = |(epoch, stage): (usize, &str), mut rest: Vec<String>| {
            rest.insert(0, format!("Epoch {epoch}, {}", stages::name(stage)));
            Stop { x: epoch as f64, lines: rest }
        };
        let margins = epochs.iter().map(|&(epoch, stage)| {
            let mut lines: Vec<String> = of(epoch, |row| follow::share(row.delta_margin_normalised)).collect();
            let branch = self.rows("silence").find(|row| row.epoch == epoch);
            lines.extend(
                branch.map(|row| format!("branch ratio {:.3} \u{b1} {:.3}", row.branch_ratio, row.branch_ratio_std)),
            );
            stop((epoch, stage), lines)
        });
        let activations = epochs.iter().map(|&(epoch, stage)| {
            let both = |row: &ContributionRow| {
                format!("output {}, embedding {}", follow::share(row.delta_output), follow::share(row.delta_embedding))
            };
            stop((epoch, stage), of(epoch, both).collect())
        });
        follow::figure(vec![
            follow::panel("Margin and branch ratio", &self.margins, margins),
            follow::panel("Activations", &self.stacks, activations),
        ])
    }

    fn draw_margins<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        let panel = &self.margins;
        canvas.text("Margin and branch ratio", (panel.frame.left - 40.0, 22.0), Type::HEAD)?;
        let margin = Stroke::solid(MARGIN, 2.25);
        let branch = Stroke::solid(BRANCH, 1.75);
        let entries = [(margin, "silence"), (margin.dashed(DASHED), "noise"), (branch, "branch ratio")];
        legend::draw_row(canvas, (panel.frame.left - 40.0, 46.0), &entries)?;
        panel.draw_grid(canvas, false)?;
        stages::mark(canvas, panel, self.boundary)?;
        panel.draw_axes(canvas, "Epoch", "Normalised \u{0394} margin")?;
        self.draw_branch_axis(canvas)?;
        let ratios: Vec<_> =
            self.rows("silence").map(|row| self.branch.at(row.epoch as f64, row.branch_ratio)).collect();
        canvas.line(&ratios, branch)?;
        for &ratio in &ratios {
            canvas.ring(ratio, 3.5, BRANCH)?;
        }
        for (degradation, stroke) in [("noise", margin.dashed(DASHED)), ("silence", margin)] {
            let line: Vec<_> =
                self.rows(degradation).map(|row| panel.at(row.epoch as f64, row.delta_margin_normalised)).collect();
            canvas.line(&line, stroke)?;
            for &point in &line {
                canvas.dot(point, 3.0, MARGIN)?;
            }
        }
        Ok(())
    }

    fn draw_branch_axis<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        let right = self.branch.right();
        for tick in &self.branch.y.ticks {
            canvas.text(&tick.label, (right + 8.0, self.branch.y_at(tick.value) + 4.0), Type::NOTE.ink(BRANCH))?;
        }
        let set = Type::NOTE.ink(BRANCH).aligned(Align::Right);
        canvas.text("Attention / MLP", (right + 40.0, self.branch.frame.top - 14.0), set)
    }

    fn draw_stacks<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        let panel = &self.stacks;
        canvas.text("Activations", (panel.frame.left - 40.0, 22.0), Type::HEAD)?;
        let sample = |ink| Stroke::solid(ink, 8.0);
        let entries = [(sample(OUTPUT), "block output"), (sample(EMBEDDING), "embedding")];
        legend::draw_row(canvas, (panel.frame.left - 40.0, 46.0), &entries)?;
        panel.draw_grid(canvas, false)?;
        let step = panel.x_at(1.0) - panel.x_at(0.0);
        let step = if step > 0.0 { step } else { panel.frame.width / panel.x.ticks.len().max(1) as f64 };
        for (degradation, side, alpha) in [("silence", -1.0, 1.0), ("noise", 1.0, 0.5)] {
            for row in self.rows(degradation) {
                let middle = panel.x_at(row.epoch as f64) + side * 0.2 * step;
                let (from, to) = (middle - 0.18 * step, middle + 0.18 * step);
                let (low, high) = (row.delta_output, row.delta_output + row.delta_embedding);
                canvas.bar((from, panel.y_at(low)), (to, panel.y_at(0.0)), OUTPUT, alpha)?;
                canvas.bar((from, panel.y_at(high)), (to, panel.y_at(low)), EMBEDDING, alpha)?;
            }
        }
        stages::mark(canvas, panel, self.boundary)?;
        panel.draw_axes(canvas, "Epoch", "Relative change (silence | noise)")
    }
}

impl Drawing for Picture<'_> {
    fn size(&self) -> (u32, u32) {
        (780, 384)
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        self.draw_margins(canvas)?;
        self.draw_stacks(canvas)
    }
}

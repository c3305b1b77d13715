//! The contribution of the reference layer by layer: a map of epochs by layers, and lines over the layers for a few epochs.
//!
//! Where the reference goes quiet first is seen in the map as the column that pales first.

use std::fmt::Write as _;

use plotters::backend::DrawingBackend;

use super::{
    axis::Axis,
    canvas::{Canvas, Drawn, Stroke, Type},
    figure::{Drawing, Figure, csv_field, slug},
    follow::{self, Stop},
    heat_map::{self, HeatCell, HeatMap},
    legend,
    palette::Ink,
    panel::{Frame, Panel},
};
use crate::{
    error::Result,
    tables::{LayerContributionRow, LayerContributionTable},
};

/// The degradation that is drawn where there are two: the paper's solid line.
const SHOWN: &str = "silence";
/// The most lines, at evenly spread epochs; more cannot be told apart.
const LINES: usize = 5;

/// Draws how much the block's output changes in each layer after each epoch, when the reference becomes silence.
///
/// # Errors
/// Where drawing fails.
pub fn layer_map(system: &str, table: &LayerContributionTable) -> Result<Figure> {
    let epochs = epochs(table);
    let cell = |layer: usize, epoch: usize| {
        let row = rows(table).find(|row| (row.layer, row.epoch) == (layer, epoch));
        row.map(|row| HeatCell { value: row.delta_output, few_errors: false })
    };
    let layers = 1..=table.layers();
    let map = HeatMap {
        title: system.into(),
        measure: "change of the block's output by layer (rows) and epoch (columns), %".into(),
        rows: layers.clone().map(|layer| layer.to_string()).collect(),
        columns: epochs.iter().map(|epoch| epoch.to_string()).collect(),
        cells: layers.map(|layer| epochs.iter().map(|&epoch| cell(layer, epoch)).collect()).collect(),
    };
    let caption = format!(
        "Relative change of the reference block's output in each layer of the encoder (rows) after each epoch (columns), when \
         the reference of {system} becomes silence. Darker is more: a layer that pales has stopped using the reference."
    );
    heat_map::drawn(&map, &format!("layers-{}", slug(system)), caption)
}

/// Draws change and gradient over the layers, a line for each of a few epochs.
///
/// # Errors
/// Where drawing fails.
pub fn layer_lines(system: &str, table: &LayerContributionTable) -> Result<Figure> {
    let picture = Picture::of(table);
    let shown = picture.epochs.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    let caption = format!(
        "The reference in each layer of the encoder ({system}), after epochs {shown}. Left: relative change of the block's \
         output when the reference becomes silence. Right: gradient of the loss at the reference embedding over that at the \
         test embedding."
    );
    let alt = format!("Two panels over {} layers for {system}, lines for epochs {shown}.", table.layers());
    let name = format!("layer-lines-{}", slug(system));
    Ok(Figure::draw(&name, caption, alt, csv(table), &picture)?.with_interaction(picture.followed()))
}

fn rows(table: &LayerContributionTable) -> impl Iterator<Item = &LayerContributionRow> {
    table.rows.iter().filter(|row| row.degradation == SHOWN)
}

fn epochs(table: &LayerContributionTable) -> Vec<usize> {
    let mut epochs: Vec<usize> = rows(table).map(|row| row.epoch).collect();
    epochs.sort_unstable();
    epochs.dedup();
    epochs
}

/// The first, the last, and some evenly between.
fn spread(epochs: &[usize], most: usize) -> Vec<usize> {
    if epochs.len() <= most {
        return epochs.to_vec();
    }
    (0..most).map(|at| epochs[(at * (epochs.len() - 1) + (most - 1) / 2) / (most - 1)]).collect()
}

fn csv(table: &LayerContributionTable) -> String {
    let mut text = String::from("epoch,stage,degradation,layer,delta_output,gradient_ratio,branch_ratio\n");
    for row in &table.rows {
        let (stage, degradation) = (csv_field(&row.stage), csv_field(&row.degradation));
        let (delta, gradient, branch) = (row.delta_output, row.gradient_ratio, row.branch_ratio);
        let _ = writeln!(text, "{},{stage},{degradation},{},{delta},{gradient},{branch}", row.epoch, row.layer);
    }
    text
}

struct Picture<'a> {
    table: &'a LayerContributionTable,
    epochs: Vec<usize>,
    change: Panel,
    gradient: Panel,
}

impl<'a> Picture<'a> {
    fn of(table: &'a LayerContributionTable) -> Self {
        let x = Axis::epochs(1, table.layers().max(1));
        let highest = |of: fn(&LayerContributionRow) -> f64| {
            rows(table).map(of).filter(|value| value.is_finite()).fold(1e-9, f64::max)
        };
        let frame = |left| Frame { left, top: 92.0, width: 310.0, height: 220.0 };
        let (change, gradient) = (highest(|row| row.delta_output), highest(|row| row.gradient_ratio));
        Self {
            table,
            epochs: spread(&epochs(table), LINES),
            change: Panel { frame: frame(58.0), x: x.clone(), y: Axis::percent(0.0, change, 5) },
            gradient: Panel { frame: frame(456.0), x, y: Axis::linear(0.0, gradient, 5) },
        }
    }

    fn draw_panel<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<DB>,
        panel: &Panel,
        (head, y_name): (&str, &str),
        of: fn(&LayerContributionRow) -> f64,
    ) -> Drawn<DB> {
        canvas.text(head, (panel.frame.left - 40.0, 58.0), Type::HEAD)?;
        panel.draw_grid(canvas, false)?;
        panel.draw_axes(canvas, "Layer", y_name)?;
        for (index, &epoch) in self.epochs.iter().enumerate() {
            let own = rows(self.table).filter(|row| row.epoch == epoch && of(row).is_finite());
            let line: Vec<_> = own.map(|row| panel.at(row.layer as f64, of(row))).collect();
            canvas.line(&line, Stroke::solid(Ink::Series(index), 2.0))?;
            for &point in &line {
                canvas.dot(point, 2.5, Ink::Series(index))?;
            }
        }
        Ok(())
    }

    fn followed(&self) -> serde_json::Value {
        let stops = |written: fn(&LayerContributionRow) -> String| {
            let stop = move |layer: usize| {
                let own = |&epoch: &usize| rows(self.table).find(|row| (row.layer, row.epoch) == (layer, epoch));
                let lines =
                    self.epochs.iter().filter_map(own).map(|row| format!("epoch {}: {}", row.epoch, written(row)));
                Stop { x: layer as f64, lines: std::iter::once(format!("Layer {layer}")).chain(lines).collect() }
            };
            (1..=self.table.layers()).map(stop)
        };
        follow::figure(vec![
            follow::panel("Change of the output", &self.change, stops(|row| follow::share(row.delta_output))),
            follow::panel("Gradient ratio", &self.gradient, stops(|row| format!("{:.4}", row.gradient_ratio))),
        ])
    }
}

impl Drawing for Picture<'_> {
    fn size(&self) -> (u32, u32) {
        (780, 364)
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        let names: Vec<String> = self.epochs.iter().map(|epoch| format!("epoch {epoch}")).collect();
        let stroke = |index: usize| Stroke::solid(Ink::Series(index), 2.25);
        let entries: Vec<_> = names.iter().enumerate().map(|(index, name)| (stroke(index), name.as_str())).collect();
        legend::draw_row(canvas, (18.0, 24.0), &entries)?;
        let change = ("Change of the block's output", "Relative change");
        self.draw_panel(canvas, &self.change, change, |row| row.delta_output)?;
        let gradient = ("Gradient at the reference", "Over that at the test");
        self.draw_panel(canvas, &self.gradient, gradient, |row| row.gradient_ratio)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> LayerContributionTable {
        let row = |epoch: usize, layer: usize| LayerContributionRow {
            epoch,
            stage: "train".into(),
            degradation: SHOWN.into(),
            layer,
            delta_output: 0.5 / (epoch * layer) as f64,
            gradient_ratio: 0.1,
            ..LayerContributionRow::default()
        };
        LayerContributionTable { rows: (1..=7).flat_map(|epoch| (1..=3).map(move |layer| row(epoch, layer))).collect() }
    }

    #[test]
    fn epochs_are_spread_with_both_ends() {
        assert_eq!(spread(&[1, 2, 3], 5), [1, 2, 3]);
        let spread = spread(&(1..=11).collect::<Vec<_>>(), 5);
        assert_eq!((spread.len(), spread[0], spread[4]), (5, 1, 11));
        assert!(spread.windows(2).all(|pair| pair[0] < pair[1]), "{spread:?}");
    }

    #[test]
    fn both_figures_hold_every_layer() {
        let map = layer_map("RAT", &table()).unwrap();
        assert_eq!(map.csv.lines().count(), 1 + 3 * 7);
        assert!(map.csv.contains("\n3,7,0.0238"), "{}", map.csv);
        let lines = layer_lines("RAT", &table()).unwrap();
        assert_eq!(lines.csv.lines().count(), 1 + 3 * 7);
        let followed = lines.interaction.unwrap();
        assert_eq!(followed["panels"][0]["stops"][1]["lines"][1], "epoch 1: 25.0 %");
        assert!(layer_map("RAT", &LayerContributionTable::default()).is_ok());
        assert!(layer_lines("RAT", &LayerContributionTable::default()).is_ok());
    }
}

//! What a page's script needs to follow a figure from stop to stop: the panels, and what stands at each epoch or layer.
//!
//! Texts are written here, so that the script shows what the figure shows.

use serde_json::{Value, json};

use super::{axis::number, canvas::SCALE, interaction, panel::Panel};

/// A place along the axis with what stands there, the first line its name.
pub(super) struct Stop {
    pub(super) x: f64,
    pub(super) lines: Vec<String>,
}

/// A panel's part of the data.
pub(super) fn panel(name: &str, panel: &Panel, stops: impl IntoIterator<Item = Stop>) -> Value {
    let stops = stops.into_iter().map(|stop| json!({ "x": panel.x_at(stop.x) * SCALE, "lines": stop.lines }));
    json!({ "name": name, "box": interaction::frame(panel.frame), "stops": stops.collect::<Vec<_>>() })
}

/// The data of the whole figure.
pub(super) fn figure(panels: Vec<Value>) -> Value {
    json!({ "kind": "follow", "panels": panels })
}

/// A share in percent with as many digits as tell it from 0.
pub(super) fn share(value: f64) -> String {
    let percent = 100.0 * value;
    let digits = if percent.abs() >= 10.0 {
        1
    } else if percent.abs() >= 0.1 {
        2
    } else {
        4
    };
    format!("{} %", number(percent, digits))
}

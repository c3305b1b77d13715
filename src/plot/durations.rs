//! How long recordings are: a histogram of bona fide and spoof, in counts.

use std::fmt::Write as _;

use plotters::backend::DrawingBackend;

use super::{
    axis::{Axis, number},
    canvas::{Canvas, Drawn, Stroke},
    figure::{Drawing, Figure, slug},
    legend,
    palette::Ink,
    panel::{Frame, Panel},
};
use crate::{data::check::DurationHistogram, error::Result};

/// What the classes are called, in the order of their colours.
const CLASSES: [&str; 3] = ["bona fide", "spoof", "unlabelled"];
const INKS: [Ink; 3] = [Ink::Series(0), Ink::Series(1), Ink::Series(2)];

/// Draws the lengths of a split's recordings; `title` is the split's name.
///
/// # Errors
/// Where drawing fails.
pub fn durations(title: &str, histogram: &DurationHistogram) -> Result<Figure> {
    let classes = [&histogram.bonafide, &histogram.spoof, &histogram.unlabelled];
    let tallest = classes.iter().flat_map(|bins| bins.iter()).copied().max().unwrap_or(0).max(1);
    let end = histogram.width_secs * histogram.bonafide.len() as f64;
    let x = Axis::linear(0.0, end, 8).cut(0.0, end);
    let y = Axis::linear(0.0, tallest as f64, if tallest < 4 { tallest } else { 4 });
    let panel = Panel { frame: Frame { left: 64.0, top: 70.0, width: 690.0, height: 220.0 }, x, y };
    let counts: Vec<(&str, usize)> = CLASSES.into_iter().zip(classes.map(|bins| bins.iter().sum())).collect();
    let spoken: Vec<String> = counts.iter().map(|(class, count)| format!("{count} {class}")).collect();
    let alt = format!("Histogram of the lengths of {title}'s recordings: {}.", spoken.join(", "));
    let width = number(
        histogram.width_secs,
        if histogram.width_secs < 0.1 { 2 } else { usize::from(histogram.width_secs < 1.0) },
    );
    let mut caption = format!("Lengths of the recordings of {title} that could be decoded, in bins of {width} s.");
    if histogram.open {
        caption.push_str(" The last bin holds everything longer, too.");
    }
    let name = format!("durations-{}", slug(title));
    Figure::draw(&name, caption, alt, csv(histogram), &Picture { histogram, counts, panel })
}

fn csv(histogram: &DurationHistogram) -> String {
    let mut text = String::from("from_secs,to_secs,bonafide,spoof,unlabelled\n");
    let DurationHistogram { width_secs, bonafide, spoof, unlabelled, .. } = histogram;
    for (bin, ((bonafide, spoof), unlabelled)) in bonafide.iter().zip(spoof).zip(unlabelled).enumerate() {
        let (from, to) = (width_secs * bin as f64, width_secs * (bin + 1) as f64);
        let _ = writeln!(text, "{from},{to},{bonafide},{spoof},{unlabelled}");
    }
    text
}

struct Picture<'a> {
    histogram: &'a DurationHistogram,
    counts: Vec<(&'static str, usize)>,
    panel: Panel,
}

impl Drawing for Picture<'_> {
    fn size(&self) -> (u32, u32) {
        (780, self.panel.bottom() as u32 + 52)
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        self.panel.draw_grid(canvas, false)?;
        let classes = [&self.histogram.bonafide, &self.histogram.spoof, &self.histogram.unlabelled];
        let shown = |class: usize| self.counts[class].1 > 0;
        // The larger class first, so that the smaller is seen before it.
        let mut order: Vec<usize> = (0..3).filter(|&class| shown(class)).collect();
        order.sort_by_key(|&class| std::cmp::Reverse(self.counts[class].1));
        for class in order {
            let outline = self.outline(classes[class]);
            canvas.shape(&outline, INKS[class], 0.22)?;
            canvas.line(&outline, Stroke::solid(INKS[class], 1.75))?;
        }
        self.panel.draw_axes(canvas, "Length in seconds", "Recordings")?;
        let names: Vec<String> = self.counts.iter().map(|(class, count)| format!("{class} ({count})")).collect();
        let entries: Vec<_> = (0..3)
            .filter(|&class| shown(class))
            .map(|class| (Stroke::solid(INKS[class], 3.0), names[class].as_str()))
            .collect();
        legend::draw_row(canvas, (24.0, 26.0), &entries)
    }
}

impl Picture<'_> {
    /// Up, along and down each bin.
    fn outline(&self, bins: &[usize]) -> Vec<(f64, f64)> {
        let width = self.histogram.width_secs;
        let step = |(bin, count): (usize, &usize)| {
            let (from, to) = (width * bin as f64, width * (bin + 1) as f64);
            [(from, *count as f64), (to, *count as f64)]
        };
        let inner = bins.iter().enumerate().flat_map(step);
        let ends = [(0.0, 0.0), (width * bins.len() as f64, 0.0)];
        let values = [ends[0]].into_iter().chain(inner).chain([ends[1]]);
        values.map(|(x, y)| self.panel.at(x, y)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_without_recordings_are_not_named() {
        let histogram = DurationHistogram {
            width_secs: 0.5,
            open: true,
            bonafide: vec![0, 3, 1],
            spoof: vec![1, 0, 2],
            unlabelled: vec![0; 3],
        };
        let figure = durations("train", &histogram).expect("draws");
        assert!(figure.svg().contains("bona fide (4)") && !figure.svg().contains("unlabelled ("));
        assert!(figure.csv.contains("1,1.5,1,2,0\n"), "{}", figure.csv);
        assert!(figure.caption.contains("bins of 0.5 s") && figure.caption.contains("last bin"));
        assert!(durations("empty", &DurationHistogram { width_secs: 1.0, bonafide: vec![0], ..histogram }).is_ok());
    }
}

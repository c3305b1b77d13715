//! Figures: one drawing function each, out of which come a scalable SVG, a PNG and the data as CSV.
//!
//! Every figure draws on a `Canvas` in display pixels; plotters does the drawing. Colours are those of
//! Okabe and Ito (2008), which colour-blind readers tell apart, in the order of `palette`. Nothing here computes a measure.

mod axis;
mod bins;
mod calibration;
mod canvas;
mod decay;
mod det;
mod det_curve;
mod differences;
mod durations;
mod figure;
mod follow;
mod font;
#[cfg(test)]
mod gallery;
mod heat_map;
mod heat_scale;
mod histogram;
mod interaction;
mod intervals;
mod layers;
mod legend;
mod logit_axis;
mod palette;
mod panel;
mod probit_axis;
mod raster;
mod save;
mod spectrogram;
mod stages;
mod training;
mod waveform;

pub(crate) use axis::percent_digits;
pub use calibration::{NbeCurve, calibration};
pub use decay::decay;
pub use det::det;
pub use det_curve::{DetBandPoint, DetCurve};
pub(crate) use differences::p_text;
pub use differences::{DifferenceRow, Differences, differences};
pub use durations::durations;
pub use figure::Figure;
pub use heat_map::{HeatCell, HeatMap, heat_map};
pub use histogram::{Histogram, HistogramScale, histogram};
pub use intervals::{IntervalRow, intervals};
pub use layers::{layer_lines, layer_map};
pub use training::{Course, training};
pub use waveform::{before_and_after, recording};

//! Figures: one drawing function each, out of which come a scalable SVG, a PNG and the data as CSV.
//!
//! Every figure draws on a `Canvas` in display pixels; plotters does the drawing. Colours are those of
//! Okabe and Ito (2008), which colour-blind readers tell apart, in the order of `palette`. Nothing here computes a measure.

mod axis;
mod canvas;
mod decay;
mod det;
mod figure;
mod font;
mod histogram;
mod intervals;
mod legend;
mod palette;
mod panel;
mod probit_axis;
mod raster;
mod stages;
mod training;

pub(crate) use axis::percent_digits;
pub use decay::decay;
pub use det::{DetCurve, det};
pub use figure::Figure;
pub use histogram::{Histogram, histogram};
pub use intervals::{IntervalRow, intervals};
pub use training::{Course, training};

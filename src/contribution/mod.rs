//! How much the reference contributes, per checkpoint and hence per epoch (RAT paper, section 4.3), and per layer.

mod effect;
mod gradient;
mod measure;
mod squares;
mod tally;

pub use effect::{LayerEffect, ReferenceEffect, reference_effect};
pub use gradient::{GradientRms, gradient_rms};
pub use measure::{Degradation, TraceTask, trace};
pub use tally::{Contribution, Tally};

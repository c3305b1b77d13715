//! How much the reference contributes, per checkpoint and hence per epoch (RAT paper, section 4.3).

mod gradient;
mod measure;

pub use gradient::{GradientRms, gradient_rms};
pub use measure::{Degradation, ReferenceEffect, TraceTask, measure, reference_effect};

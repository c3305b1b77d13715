//! From trials to batches: which trials, which references, decoded, augmented and padded ahead of the device.

mod prefetch;
mod sampler;
mod training_set;

pub use prefetch::prefetch;
pub use sampler::balanced_draws;
pub use training_set::{TrainingSet, WaveformBatch};

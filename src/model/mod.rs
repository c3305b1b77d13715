//! The countermeasure: one network for RAT and its variants (RAT paper, section 2).

mod block;
mod checkpoint;
mod detector;
mod features;
mod head;

pub use block::{BlockTrace, ReferenceBlock, ReferenceInput};
pub use detector::{Conditioning, Detector, Trace};
pub use features::FeatureStore;
pub use head::Head;

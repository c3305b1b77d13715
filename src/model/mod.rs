//! The countermeasure: one network for RAT and its variants (RAT paper, section 2).

mod block;
pub mod checkpoint;
mod detector;
mod features;
mod head;
mod identify;
mod recording;

pub use block::{BlockTrace, ReferenceBlock, ReferenceInput};
pub use detector::{Conditioning, Detector, Trace};
pub use features::{FeatureStore, encode};
pub use head::Head;
pub use identify::{IdentifiedDetector, identify};
pub use recording::{Recording, RecordingSource};

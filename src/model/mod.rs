//! The countermeasure: one network for RAT and its variants (RAT paper, section 2).

mod block;
mod checkpoint;
mod detector;
mod features;
mod head;
mod layerwise;
mod recording;

pub use block::{BlockTrace, ReferenceBlock, ReferenceInput};
pub use detector::{Conditioning, Detector, Trace};
pub use features::{Batching, FeatureStore, encode};
pub use head::Head;
pub use layerwise::{Heard, LayerSource, Layers};
pub use recording::{Recording, RecordingSource};

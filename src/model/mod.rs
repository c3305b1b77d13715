//! The countermeasure: one network for RAT and its variants (RAT paper, section 2).

mod block;
pub mod checkpoint;
mod convert;
mod detector;
mod features;
mod head;
mod identify;
mod inspection;
mod layerwise;
mod recording;
mod trial_score;

pub use block::{BlockTrace, ReferenceBlock, ReferenceInput};
pub use convert::{Conversion, Converted, convert};
pub use detector::{Conditioning, Detector, Trace};
pub use features::{Batching, FeatureStore, KeptNames, encode};
pub use head::Head;
pub use identify::{IdentifiedDetector, Network, identify};
pub use inspection::{Inspection, Parameters, TensorGroup, TensorNote};
pub use layerwise::{Heard, LayerSource, Layers};
pub use recording::{Recording, RecordingSource};
pub use trial_score::TrialScore;

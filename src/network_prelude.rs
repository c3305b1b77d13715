//! The network's part of the [`prelude`](crate::prelude).

use std::path::Path;

pub use crate::model::{Conditioning, Detector, TrialScore};

use crate::{device, error::Result};

/// A whole network from a checkpoint of any known form, on the CPU.
///
/// # Errors
/// Where the file is missing, broken, or lacks a tensor.
pub fn load_detector(path: impl AsRef<Path>) -> Result<Detector> {
    Detector::load(path, &device::open("cpu")?.device)
}

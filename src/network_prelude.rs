//! The network's part of the [`prelude`](crate::prelude).
//!
//! ```no_run
//! use rat::prelude::*;
//!
//! let detector: Detector = load_detector("RAT_XLSR_300M.pt")?;
//! let alone: TrialScore = score_file(&detector, "call.flac")?;
//! let referred: TrialScore = score_file_with(&detector, "call.flac", "enrolment.flac")?;
//! # Ok::<(), rat::Error>(())
//! ```

use std::path::Path;

pub use crate::{
    checkpoint::Checkpoint,
    model::{Conditioning, Detector, Inspection, TrialScore},
};

use crate::{audio::Waveform, device, error::Result};

/// A whole network from a checkpoint of any known form, on the CPU.
///
/// # Errors
/// Where the file is missing, broken, or lacks a tensor.
pub fn load_detector(path: impl AsRef<Path>) -> Result<Detector> {
    Detector::load(path, &device::open("cpu")?.device)
}

/// The score of a recording without a reference: a network that wants one hears zeros.
///
/// # Errors
/// Where the recording cannot be read, or is shorter than a frame (25 ms).
pub fn score_file(detector: &Detector, test: impl AsRef<Path>) -> Result<TrialScore> {
    detector.score(&Waveform::read(test)?, None)
}

/// The score of a recording with a recording of the claimed speaker as reference.
///
/// # Errors
/// As [`score_file`].
pub fn score_file_with(detector: &Detector, test: impl AsRef<Path>, reference: impl AsRef<Path>) -> Result<TrialScore> {
    detector.score(&Waveform::read(test)?, Some(&Waveform::read(reference)?))
}

//! Stands in for a backend that this build leaves out.

use burn::tensor::Device;

use crate::error::{Error, Result};

/// Whether this build has the backend.
pub(super) const BUILT: bool = false;

/// Says how to get it.
pub(super) fn device(backend: &str, _index: usize) -> Result<Device> {
    let remedy = format!("build with `cargo build --release --features {backend}`, or use --device cpu");
    Err(Error::unavailable(format!("this build has no {backend} backend"), remedy))
}

//! GPUs through Vulkan, Metal or DirectX 12: left out of this build.

use burn::tensor::Device;

use super::not_built;
use crate::error::Result;

/// Whether this build has the backend.
pub(super) const BUILT: bool = false;

/// Says how to get it.
pub(super) fn device(backend: &str, _index: usize) -> Result<Device> {
    Err(not_built(backend))
}

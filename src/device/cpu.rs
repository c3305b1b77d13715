//! burn's CPU backend, always there.

use burn::tensor::Device;

use crate::error::Result;

/// The CPU; there is only one.
pub(super) fn device(_index: usize) -> Result<Device> {
    Ok(Device::flex())
}

//! NVIDIA GPUs.

use burn::tensor::{Device, DeviceType};

use super::failed;
use crate::error::Result;

/// Whether this build has the backend.
pub(super) const BUILT: bool = true;

/// The GPU of that index; opening one that is not there would panic, so it is looked up first.
pub(super) fn device(backend: &str, index: usize) -> Result<Device> {
    let found = Device::enumerate(DeviceType::Cuda).into_vec();
    if index < found.len() { Ok(Device::cuda(index)) } else { Err(failed(&format!("{backend}:{index}"))) }
}

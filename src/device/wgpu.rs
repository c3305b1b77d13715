//! GPUs through Vulkan, Metal or DirectX 12.

use burn::tensor::{Device, DeviceKind};

use super::unknown;
use crate::error::Result;

/// Whether this build has the backend.
pub(super) const BUILT: bool = true;

/// The best adapter for index 0, else the discrete GPU of that index.
pub(super) fn device(backend: &str, index: usize) -> Result<Device> {
    match index {
        0 => Ok(Device::wgpu(DeviceKind::default())),
        1..16 => Ok(Device::wgpu(DeviceKind::DiscreteGpu(index))),
        _ => Err(unknown(&format!("{backend}:{index}"))),
    }
}

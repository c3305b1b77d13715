//! Where the network runs, chosen at run time: `cpu`, `wgpu[:N]`, `cuda[:N]`, several of one kind, or `auto`.
//!
//! A device is probed with a small sum before work starts; a missing driver is an error here, not a panic later.

mod cpu;
#[cfg(feature = "cuda")]
mod cuda;
#[cfg(not(feature = "cuda"))]
#[path = "cuda_absent.rs"]
mod cuda;
mod precision;
#[cfg(feature = "wgpu")]
mod wgpu;
#[cfg(not(feature = "wgpu"))]
#[path = "wgpu_absent.rs"]
mod wgpu;

use std::panic::{AssertUnwindSafe, catch_unwind};

use burn::tensor::{Device, Tensor};

pub use precision::Precision;

use crate::error::{Error, Result};

/// A device that has been seen to work.
#[derive(Clone, Debug)]
pub struct ComputeDevice {
    /// As it is written on the command line, `wgpu:0`.
    pub name: String,
    /// burn's handle.
    pub device: Device,
}

/// The device of that name.
///
/// # Errors
/// Where the name is unknown, the backend is not compiled in, or the machine lacks the hardware or its driver.
pub fn open(name: &str) -> Result<ComputeDevice> {
    if name == "auto" {
        let gpu = ["cuda:0", "wgpu:0"].into_iter().find_map(|name| open(name).ok());
        return gpu.map_or_else(|| open("cpu"), Ok);
    }
    let (backend, index) = name.split_once(':').unwrap_or((name, "0"));
    let index: usize = index.parse().map_err(|_| unknown(name))?;
    let device = match backend {
        "cpu" if !name.contains(':') => cpu::device(index)?,
        "wgpu" => silently(|| wgpu::device("wgpu", index)).unwrap_or_else(|| Err(failed(name)))?,
        "cuda" => silently(|| cuda::device("cuda", index)).unwrap_or_else(|| Err(failed(name)))?,
        _ => return Err(unknown(name)),
    };
    let found = silently(|| Tensor::<1>::ones([4], &device).sum().into_scalar::<f32>());
    if found != Some(4.0) {
        return Err(failed(name));
    }
    let name = if backend == "cpu" { "cpu".into() } else { format!("{backend}:{index}") };
    Ok(ComputeDevice { name, device })
}

/// Several devices by their names, separated by commas: `cuda:0,cuda:1`. All are of one kind, and a GPU stands there once;
/// `cpu,cpu` is the same processor twice, for trying out what works on several GPUs.
///
/// # Errors
/// As [`open`]; and where kinds are mixed, a GPU is named twice, or `auto` is one of several.
pub fn open_all(names: &str) -> Result<Vec<ComputeDevice>> {
    let refuse =
        |message: String| Err(Error::config("device", message, "name GPUs of one kind once, as cuda:0,cuda:1"));
    let devices: Vec<ComputeDevice> = names.split(',').map(|name| open(name.trim())).collect::<Result<_>>()?;
    let several = devices.len() > 1;
    if several && names.split(',').any(|name| name.trim() == "auto") {
        return refuse("auto chooses one device".into());
    }
    let kind = |device: &ComputeDevice| device.name.split(':').next().map(str::to_owned);
    for (at, device) in devices.iter().enumerate() {
        if kind(device) != kind(&devices[0]) {
            return refuse(format!("{} and {} are of different kinds", devices[0].name, device.name));
        }
        if device.name != "cpu" && devices[..at].iter().any(|other| other.name == device.name) {
            return refuse(format!("{} is named twice", device.name));
        }
    }
    Ok(devices)
}

/// The names of all backends compiled in, whether or not this machine has the hardware.
pub fn backends() -> Vec<&'static str> {
    [("cpu", true), ("wgpu", wgpu::BUILT), ("cuda", cuda::BUILT)]
        .into_iter()
        .filter_map(|(name, built)| built.then_some(name))
        .collect()
}

fn unknown(name: &str) -> Error {
    Error::config("device", format!("`{name}` is not a device"), "use cpu, wgpu, wgpu:N, cuda, cuda:N or auto")
}

#[allow(dead_code)] // A build with every backend has nothing to say.
fn not_built(backend: &str) -> Error {
    let remedy = format!("build with `cargo build --release --features {backend}`, or use --device cpu");
    Error::unavailable(format!("this build has no {backend} backend"), remedy)
}

fn failed(name: &str) -> Error {
    let remedy = "install the driver (for wgpu: Vulkan, Metal or DirectX 12; for cuda: NVIDIA's), or use --device cpu";
    Error::unavailable(format!("device {name} does not work on this machine"), remedy)
}

/// Runs what may panic inside a driver library, without the panic's message.
fn silently<T>(probe: impl FnOnce() -> T) -> Option<T> {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let outcome = catch_unwind(AssertUnwindSafe(probe)).ok();
    std::panic::set_hook(hook);
    outcome
}

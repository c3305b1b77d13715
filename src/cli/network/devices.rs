//! `devices`: what this build can compute on, and whether this machine has it.

use std::fmt::Write;

use crate::{
    cli::print,
    device::{self, ComputeDevice},
    error::Result,
};

/// Opens the device of the command line, and makes it burn's default, where burn restores an optimiser: its own default is
/// the first backend compiled in, whether or not this machine has the hardware.
pub(super) fn open(name: &str) -> Result<ComputeDevice> {
    let backend = match name.split(':').next() {
        Some("cpu") => Some("flex"),
        Some(backend @ ("wgpu" | "cuda")) if device::backends().contains(&backend) => Some(backend),
        _ => None,
    };
    if let Some(backend) = backend {
        make_default(backend);
    }
    device::open(name)
}

#[allow(unsafe_code)]
fn make_default(backend: &str) {
    // SAFETY: commands open their device first, while this is the process's only thread.
    unsafe { std::env::set_var("BURN_DEVICE", backend) }
}

pub(super) fn run() -> Result<()> {
    let mut text = String::new();
    for backend in ["cpu", "wgpu", "cuda"] {
        let state = match device::open(backend) {
            Ok(found) => format!("works as --device {}", found.name),
            Err(error) => format!("{error}; {}", error.remedy()),
        };
        writeln!(text, "{backend:<5} {state}").expect("a string takes all");
    }
    print(&text)
}

//! `devices`: what this build can compute on, and whether this machine has it.

use std::fmt::Write;

use super::console;
use crate::{
    cli::print,
    device::{self, ComputeDevice},
    error::Result,
};

/// Opens the device of the command line, and makes it burn's default, where burn restores an optimiser: its own default is
/// the first backend compiled in, whether or not this machine has the hardware.
pub(super) fn open(name: &str) -> Result<ComputeDevice> {
    choose_default(name);
    let device = device::open(name)?;
    if name == "auto" {
        console::say(why(&device));
    }
    Ok(device)
}

/// The same for several, as `cuda:0,cuda:1`.
pub(super) fn open_all(names: &str) -> Result<Vec<ComputeDevice>> {
    if names.contains(',') {
        choose_default(names);
        return device::open_all(names);
    }
    Ok(vec![open(names)?])
}

/// What `auto` took, and what it tried before.
fn why(chosen: &ComputeDevice) -> String {
    let kind = chosen.name.split(':').next().unwrap_or_default();
    let built = device::backends();
    let better = ["cuda", "wgpu"].into_iter().take_while(|&backend| backend != kind);
    let missing: Vec<String> = better
        .map(|backend| match built.contains(&backend) {
            true => format!("{backend} finds no GPU here"),
            false => format!("this build has no {backend}"),
        })
        .collect();
    if missing.is_empty() {
        return format!("--device auto takes {}: the first choice works", chosen.name);
    }
    format!("--device auto takes {}: {}", chosen.name, missing.join(", "))
}

fn choose_default(name: &str) {
    let backend = match name.split([':', ',']).next() {
        Some("cpu") => Some("flex"),
        Some(backend @ ("wgpu" | "cuda")) if device::backends().contains(&backend) => Some(backend),
        _ => None,
    };
    if let Some(backend) = backend {
        make_default(backend);
    }
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

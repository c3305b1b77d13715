//! `devices`: what this build can compute on, and whether this machine has it.

use std::fmt::Write;

use crate::{cli::print, device, error::Result};

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

//! The kernel in a build without it: says how to build it.

use std::process::Command;

use crate::error::{Error, Result};

/// What a cell gave; in this build never made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CellOutput {
    /// What it printed to standard output.
    pub stdout: String,
    /// What it displayed: media type and content, in the order of the media types.
    pub displays: Vec<(String, String)>,
    /// Its last expression as plain text; none of `()`.
    pub value: Option<String>,
}

/// Cells that share variables; in this build none can be started.
#[derive(Debug)]
pub struct Session(std::convert::Infallible);

impl Session {
    /// Says how to build the kernel.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn start(_command: Command) -> Result<Self> {
        Err(Error::unavailable(
            "this build has no kernel for Rust cells",
            "build with it: cargo build --release --features kernel",
        ))
    }

    /// Never called: there is no session.
    ///
    /// # Errors
    ///
    /// None.
    pub fn run(&mut self, _code: &str) -> Result<CellOutput> {
        match self.0 {}
    }
}

/// Does nothing in this build.
pub fn runtime_hook() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_how_to_build_the_kernel() {
        let error = Session::start(Command::new("true")).expect_err("there is none");
        assert!(error.remedy().contains("--features kernel"));
    }
}

//! The kernel in a build without it: says how to build it.

use std::{path::PathBuf, process::Command, time::Duration};

use crate::{
    error::{Error, Result},
    report::{Cell, CellOutcome, CellRunner},
};

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
        Err(absent())
    }

    /// Never called: there is no session.
    ///
    /// # Errors
    ///
    /// None.
    pub fn run(&mut self, _code: &str) -> Result<CellOutcome> {
        match self.0 {}
    }

    /// Never called: there is no session.
    ///
    /// # Errors
    ///
    /// None.
    pub fn outcome(&mut self, _code: &str, _limit: Option<Duration>) -> Result<CellOutcome> {
        match self.0 {}
    }
}

/// A session for a document's cells; in this build none can be started.
#[derive(Debug, Default)]
pub struct DocumentSession(());

impl DocumentSession {
    /// No session.
    pub fn new() -> Self {
        Self::default()
    }

    /// No session, of whatever program.
    pub fn of_program(_program: impl Into<std::path::PathBuf>) -> Self {
        Self::default()
    }

    /// None were run.
    pub fn executed(&self) -> &[usize] {
        &[]
    }
}

impl CellRunner for DocumentSession {
    fn begin(&mut self, _page: &serde_json::Value) -> Result<()> {
        Err(absent())
    }

    fn run(&mut self, _cell: &Cell) -> Result<CellOutcome> {
        Err(absent())
    }
}

fn absent() -> Error {
    Error::unavailable(
        "this build has no kernel for Rust cells",
        "build with it: cargo build --release --features kernel",
    )
}

/// Says how to build the kernel.
///
/// # Errors
///
/// Always.
pub fn repl() -> Result<Command> {
    Err(absent())
}

/// Says how to build the kernel.
///
/// # Errors
///
/// Always.
pub fn install_jupyter() -> Result<PathBuf> {
    Err(absent())
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

//! What the caller and the host tell each other, a line of JSON each.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    error::Error,
    report::{CellFailure, CellOutcome},
};

/// A cell to run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Request {
    pub code: String,
    /// How long it may run, compiling not counted; for ever where there is none.
    pub limit: Option<Duration>,
}

/// The answer to a cell.
pub(super) type Reply = CellOutcome;

impl CellFailure {
    pub(super) fn new(by: &str, line: Option<u64>, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { line, by: by.into(), message: message.into(), remedy: remedy.into() }
    }

    /// The failure as the error of cell `number`.
    pub(super) fn into_error(self, number: usize) -> Error {
        match self.line {
            Some(line) => Error::parse(format!("cell {number}"), line, self.by, self.message, self.remedy),
            None => Error::data(format!("cell {number}, {}: {}", self.by, self.message), self.remedy),
        }
    }
}

impl CellOutcome {
    /// An outcome that is a failure and no more.
    pub(super) fn refused(failure: CellFailure) -> Self {
        Self { failure: Some(failure), ..Self::default() }
    }
}

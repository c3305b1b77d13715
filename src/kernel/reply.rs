//! What the host answers to a cell: an output, or a failure with its line.

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// What a cell gave.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellOutput {
    /// What it printed to standard output.
    pub stdout: String,
    /// What it displayed: media type and content, in the order of the media types.
    pub displays: Vec<(String, String)>,
    /// Its last expression as plain text; none of `()`.
    pub value: Option<String>,
}

/// Why a cell failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Failure {
    /// Counted from 1 within the cell, where it is known.
    pub line: Option<u64>,
    /// Who refused: "rustc", "panic", "error", "exit" or "kernel".
    pub by: String,
    pub message: String,
    pub remedy: String,
}

/// The answer to a cell.
pub(super) type Reply = Result<CellOutput, Failure>;

impl Failure {
    pub fn new(by: &str, line: Option<u64>, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { line, by: by.into(), message: message.into(), remedy: remedy.into() }
    }

    /// The failure as the error of cell `number`.
    pub fn into_error(self, number: usize) -> Error {
        match self.line {
            Some(line) => Error::parse(format!("cell {number}"), line, self.by, self.message, self.remedy),
            None => Error::data(format!("cell {number}, {}: {}", self.by, self.message), self.remedy),
        }
    }
}

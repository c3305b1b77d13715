//! What a cell gave: what it printed and showed, in order, and how it failed if it did.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Cell;
use crate::error::Result;

/// Set in the processes of the library's own sessions.
pub(crate) const SESSION: &str = "RAT_CELLS";

/// Begins a line that shows a value, in those processes: after it stand media types and contents as JSON.
pub(crate) const DISPLAY_MARK: &str = "\u{2}rat-display\u{3}";

/// One thing that a cell gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Shown {
    /// Text on standard output.
    Stdout {
        /// The text.
        text: String,
    },
    /// Text on standard error.
    Stderr {
        /// The text.
        text: String,
    },
    /// What rustc warned of.
    Warning {
        /// The line within the code, counted from 1, where it is known.
        line: Option<u64>,
        /// The message.
        message: String,
    },
    /// What a value shows of itself: its forms, the richest first.
    Display {
        /// Media type and content; pictures and sound in base64, SVG as text.
        forms: Vec<(String, String)>,
    },
}

/// How a cell failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellFailure {
    /// Who refused: `rustc`, `panic`, `error`, `exit`, `timeout` or `kernel`.
    pub by: String,
    /// The line within the code, counted from 1, where it is known.
    pub line: Option<u64>,
    /// The message, with several lines where there are.
    pub message: String,
    /// What can be done.
    pub remedy: String,
}

/// What a cell gave.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellOutcome {
    /// In the order in which it came.
    pub shown: Vec<Shown>,
    /// Why it did not come to its end.
    pub failure: Option<CellFailure>,
    /// How long it took.
    pub took: Duration,
}

impl CellOutcome {
    /// What was printed to standard output, all of it in one.
    pub fn stdout(&self) -> String {
        let texts = self.shown.iter().filter_map(|shown| match shown {
            Shown::Stdout { text } => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }

    /// The last value as plain text, where it has such a form.
    pub fn value(&self) -> Option<&str> {
        self.shown.iter().rev().find_map(|shown| match shown {
            Shown::Display { forms } => {
                forms.iter().find(|(name, _)| name == "text/plain").map(|(_, text)| text.as_str())
            }
            _ => None,
        })
    }
}

/// Runs the cells of a document, one after another, in one session.
pub trait CellRunner {
    /// Told before the first cell: the page's data, which the cells are to see.
    ///
    /// # Errors
    /// Where no session can be started.
    fn begin(&mut self, page: &serde_json::Value) -> Result<()>;

    /// Runs a cell. A failure of the cell is part of its outcome.
    ///
    /// # Errors
    /// Where the session has ended for good.
    fn run(&mut self, cell: &Cell) -> Result<CellOutcome>;

    /// Whether all outcomes since the begin come from a session that ran nothing else before: then they may be kept.
    fn is_whole(&self) -> bool {
        true
    }
}

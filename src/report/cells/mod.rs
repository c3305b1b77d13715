//! Cells: Rust code of a document that is run, and what it gave, as data.
//!
//! This room knows nothing of how a cell is run: whoever renders hands in a [`CellRunner`]. Without one a cell is shown with a
//! note that it was not run.

mod extract;
pub(super) mod freeze;
pub(super) mod html;
pub(super) mod latex;
pub(super) mod markdown;
mod options;
mod outcome;
mod page;
mod run;
mod shown;

pub(super) use extract::extract;
pub use options::CellOptions;
pub use outcome::{CellFailure, CellOutcome, CellRunner, Shown};
pub(crate) use outcome::{DISPLAY_MARK, SESSION};
pub use page::Page;
pub(super) use run::{Outcomes, place, run_cells};
pub(super) use shown::{CellShown, CellState};

/// A piece of Rust code to be run.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Counted from 1.
    pub number: usize,
    /// The line of its first line of code; in a [`Document`](super::Document) as in the file.
    pub line: usize,
    /// How it is run and shown.
    pub options: CellOptions,
    /// The code, without the options.
    pub code: String,
}

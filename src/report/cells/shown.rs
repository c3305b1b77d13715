//! A cell on the page: its code, and what came of it.

use super::{Cell, CellFailure, CellOutcome, Shown};

/// What came of a cell.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::report) enum CellState {
    /// Why it was not run, as a sentence.
    NotRun(&'static str),
    /// What it gave.
    Ran(CellOutcome),
}

/// A cell with what came of it.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::report) struct CellShown {
    pub(in crate::report) cell: Cell,
    pub(in crate::report) state: CellState,
}

/// Why cells of a page that was not asked to run them are not run.
const NOT_ASKED: &str = "This cell was not run: documents run code only when asked, by `rat-report render --run` of a build with \
                         the feature `kernel`.";

/// Text that a page shows of one output; what is longer is cut, and said.
const MOST_LETTERS: usize = 20_000;

impl CellShown {
    /// A cell that nobody has run.
    pub(in crate::report) fn waiting(cell: &Cell) -> Self {
        let why = if cell.options.eval { NOT_ASKED } else { "" };
        Self { cell: cell.clone(), state: CellState::NotRun(why) }
    }

    /// The code to show, where it is wanted.
    pub(super) fn code(&self) -> Option<&str> {
        let options = &self.cell.options;
        (options.include && options.echo && !self.cell.code.trim().is_empty()).then_some(self.cell.code.as_str())
    }

    /// A sentence where the cell was not run.
    pub(super) fn note(&self) -> Option<&'static str> {
        match self.state {
            CellState::NotRun(why) if !why.is_empty() && self.cell.options.include => Some(why),
            _ => None,
        }
    }

    /// What it gave, where that is wanted.
    pub(super) fn outputs(&self) -> Vec<&Shown> {
        let options = &self.cell.options;
        let wanted = |shown: &&Shown| options.warning || !matches!(shown, Shown::Stderr { .. } | Shown::Warning { .. });
        match &self.state {
            CellState::Ran(outcome) if options.include && options.output => {
                outcome.shown.iter().filter(wanted).collect()
            }
            _ => Vec::new(),
        }
    }

    /// A warning with the line of the document.
    pub(super) fn warned(&self, line: Option<u64>, message: &str) -> String {
        match line {
            Some(line) => format!("line {}, warning: {message}", self.cell.line as u64 + line - 1),
            None => format!("warning: {message}"),
        }
    }

    /// How it failed; a failure is shown whatever the options say.
    pub(super) fn failure(&self) -> Option<&CellFailure> {
        match &self.state {
            CellState::Ran(outcome) => outcome.failure.as_ref(),
            CellState::NotRun(_) => None,
        }
    }

    /// The failure's head, as `line 31, panic`, with the line of the document.
    pub(super) fn place(&self, failure: &CellFailure) -> String {
        match failure.line {
            Some(line) => format!("line {}, {}", self.cell.line as u64 + line - 1, failure.by),
            None => format!("cell {} at line {}, {}", self.cell.number, self.cell.line, failure.by),
        }
    }
}

/// Text without control letters (terminal colours among them), and no longer than a page can bear.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len().min(MOST_LETTERS));
    let mut letters = text.chars();
    let mut count = 0_usize;
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            // A terminal's sequence, as `ESC [ 3 1 m`.
            letters.by_ref().find(|letter| letter.is_ascii_alphabetic());
        } else if !letter.is_control() || matches!(letter, '\n' | '\t') {
            plain.push(letter);
            count += 1;
        }
        if count == MOST_LETTERS {
            let rest = letters.as_str().len();
            if rest > 0 {
                plain.push_str(&format!("\n[{rest} bytes more are not shown here]"));
            }
            break;
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_plain_and_bounded() {
        assert_eq!(plain("\u{1b}[31mred\u{1b}[0m\r\n\tb\u{7}"), "red\n\tb");
        let long = plain(&"x".repeat(50_000));
        assert!(long.ends_with("[30000 bytes more are not shown here]") && long.len() < 21_000);
    }
}

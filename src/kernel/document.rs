//! Runs a document's cells in one session, and when they come again runs only the first that changed and those after it.

use std::{path::Path, process::Command};

use super::{Library, Session};
use crate::{
    error::{Error, Result},
    report::{Cell, CellOptions, CellOutcome, CellRunner},
};

/// What every document may use, and where it finds its page.
const PRELUDE: &str = "use rat::prelude::*;\nlet page: rat::report::Page = rat::report::Page::read(PATH).expect(\"the page's data were just written\");";

/// A session for the cells of one document.
///
/// It is opened when the first cell is to run. When the page's data change (parameters, tables) it begins anew.
#[derive(Debug, Default)]
pub struct DocumentSession {
    open: Option<Open>,
    /// Cells that ran, in order, with what they gave.
    ran: Vec<(Code, CellOutcome)>,
    /// How many cells came since the last begin.
    asked: usize,
    /// How many of them were run, and not answered from before.
    executed: usize,
}

/// What a cell's outcome depends on.
#[derive(Clone, Debug, PartialEq)]
struct Code {
    code: String,
    options: CellOptions,
}

#[derive(Debug)]
struct Open {
    session: Session,
    prelude: String,
    page: serde_json::Value,
    _folder: tempfile::TempDir,
}

impl DocumentSession {
    /// No session as yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many cells were run since the document began last, and not answered from before.
    pub fn executed(&self) -> usize {
        self.executed
    }

    fn open(page: &serde_json::Value) -> Result<Open> {
        let library = Library::build()?;
        let program = std::env::current_exe().map_err(|source| Error::io("looking for", "this program", source))?;
        let folder =
            tempfile::tempdir().map_err(|source| Error::io("making a folder in", std::env::temp_dir(), source))?;
        let path = folder.path().join("page.json");
        write(&path, page)?;
        let mut session = Session::linking(Command::new(program), &library)?;
        let prelude = PRELUDE.replace("PATH", &format!("{:?}", path.display().to_string()));
        session.run(&prelude)?;
        Ok(Open { session, prelude, page: page.clone(), _folder: folder })
    }
}

fn write(path: &Path, page: &serde_json::Value) -> Result<()> {
    std::fs::write(path, page.to_string()).map_err(|source| Error::io("writing", path, source))
}

impl CellRunner for DocumentSession {
    fn begin(&mut self, page: &serde_json::Value) -> Result<()> {
        (self.asked, self.executed) = (0, 0);
        if self.open.as_ref().is_none_or(|open| open.page != *page) {
            self.ran.clear();
            self.open = None;
            self.open = Some(Self::open(page)?);
        }
        Ok(())
    }

    fn run(&mut self, cell: &Cell) -> Result<CellOutcome> {
        let code = Code { code: cell.code.clone(), options: cell.options.clone() };
        let at = self.asked;
        self.asked += 1;
        if let Some((known, outcome)) = self.ran.get(at) {
            if *known == code {
                return Ok(outcome.clone());
            }
            self.ran.truncate(at);
        }
        let remedy = "begin the document first";
        let open = self.open.as_mut().ok_or_else(|| Error::unavailable("there is no session", remedy))?;
        let outcome = open.session.outcome(&cell.code, Some(cell.options.timeout))?;
        let variables_lost = |by: &str| by == "exit" || by == "timeout";
        if outcome.failure.as_ref().is_some_and(|failure| variables_lost(&failure.by)) {
            open.session.run(&open.prelude)?;
        }
        self.executed += 1;
        self.ran.push((code, outcome.clone()));
        Ok(outcome)
    }
}

//! Runs a document's cells in one session, and when they come again runs only the first that changed and those after it.

use std::{path::PathBuf, process::Command, time::Duration};

use super::{Library, Session};
use crate::{
    error::{Error, Result},
    output::OutputFile,
    report::{Cell, CellFailure, CellOutcome, CellRunner},
};

/// What every document may use, and where it finds its page; evcxr takes the first `?` of a session for a mistake, so it is here.
const PRELUDE: &str = "use rat::prelude::*;\nlet page: rat::report::Page = rat::report::Page::read(PATH).expect(\"the page's data were just written\");\nOk::<(), rat::Error>(())?;";

/// A session for the cells of one document.
///
/// It is opened when the first cell is to run. When the page's data change (parameters, tables), or variables were lost with
/// their process, it begins anew.
#[derive(Debug, Default)]
pub struct DocumentSession {
    program: Option<PathBuf>,
    open: Option<Open>,
    /// The code of cells that ran, in order, with what they gave.
    ran: Vec<(String, CellOutcome)>,
    /// The numbers of cells that were run since the last begin, and not answered from before.
    executed: Vec<usize>,
    /// How many cells came since the last begin.
    asked: usize,
    /// Whether the session ran cells before the last begin.
    used: bool,
}

#[derive(Debug)]
struct Open {
    session: Session,
    prelude: String,
    page: serde_json::Value,
    /// Whether a cell ended its process, so that earlier variables are gone.
    is_lossy: bool,
}

impl DocumentSession {
    /// No session as yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// As [`new`](Self::new), in processes of another program than the running one: its `main` calls
    /// [`runtime_hook`](super::runtime_hook) first.
    pub fn of_program(program: impl Into<PathBuf>) -> Self {
        Self { program: Some(program.into()), ..Self::default() }
    }

    /// The numbers of the cells that were run since the document began last, and not answered from before.
    pub fn executed(&self) -> &[usize] {
        &self.executed
    }

    fn open(&self, page: &serde_json::Value) -> Result<Open> {
        let program = match &self.program {
            Some(program) => program.clone(),
            None => std::env::current_exe().map_err(|source| Error::io("looking for", "this program", source))?,
        };
        let library = Library::build(&program)?;
        let mut session = Session::linking(Command::new(program), &library)?;
        let path = OutputFile::write_all_to(session.folder().join("page.json"), page.to_string())?;
        let prelude = PRELUDE.replace("PATH", &format!("{:?}", path.display().to_string()));
        session.run(&prelude)?;
        Ok(Open { session, prelude, page: page.clone(), is_lossy: false })
    }
}

/// A page's data without the hash of the document itself: other words around cells change nothing for them.
fn without_document(page: &serde_json::Value) -> serde_json::Value {
    let mut page = page.clone();
    let document = page["provenance"]["document"].clone();
    if let Some(inputs) = page.pointer_mut("/provenance/inputs").and_then(serde_json::Value::as_array_mut) {
        inputs.retain(|input| input["path"] != document);
    }
    page
}

impl Open {
    /// Runs a cell. Where the session itself has ended, none.
    fn run(&mut self, code: &str, limit: Duration) -> Option<CellOutcome> {
        let outcome = self.session.outcome(code, Some(limit)).ok()?;
        if outcome.failure.as_ref().is_some_and(CellFailure::loses_variables) {
            self.is_lossy = true;
            self.session.run(&self.prelude).ok()?;
        }
        Some(outcome)
    }
}

impl CellRunner for DocumentSession {
    fn begin(&mut self, page: &serde_json::Value) -> Result<()> {
        (self.asked, self.used) = (0, true);
        self.executed.clear();
        let page = without_document(page);
        if self.open.as_ref().is_none_or(|open| open.is_lossy || open.page != page) {
            self.ran.clear();
            self.open = None;
            self.open = Some(self.open(&page)?);
            self.used = false;
        }
        Ok(())
    }

    fn run(&mut self, cell: &Cell) -> Result<CellOutcome> {
        let at = self.asked;
        self.asked += 1;
        if let Some((known, outcome)) = self.ran.get(at) {
            if *known == cell.code {
                return Ok(outcome.clone());
            }
            self.ran.truncate(at);
        }
        if self.open.is_none() {
            return Err(Error::unavailable("there is no session", "begin the document first"));
        }
        self.executed.push(cell.number);
        let outcome = match self.open.as_mut().and_then(|open| open.run(&cell.code, cell.options.timeout)) {
            Some(outcome) => outcome,
            None => self.again(),
        };
        self.ran.push((cell.code.clone(), outcome.clone()));
        Ok(outcome)
    }

    fn is_whole(&self) -> bool {
        !self.used
    }
}

impl DocumentSession {
    /// Opens a session in place of one that a cell ended; the cell's outcome.
    fn again(&mut self) -> CellOutcome {
        if let Some(open) = self.open.take() {
            let page = open.page.clone();
            drop(open);
            self.open = self.open(&page).ok().map(|open| Open { is_lossy: true, ..open });
        }
        CellOutcome::refused(CellFailure::session_ended())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_document_itself_is_no_data_of_its_page() {
        let page = |hash: &str| {
            let inputs = [json!({"path": "d.md", "sha256": hash}), json!({"path": "s.csv", "sha256": "1"})];
            json!({"params": {}, "provenance": {"document": "d.md", "inputs": inputs}})
        };
        assert_eq!(without_document(&page("1")), without_document(&page("2")));
        assert_eq!(without_document(&page("1"))["provenance"]["inputs"][0]["path"], "s.csv");
        assert_eq!(without_document(&json!({"params": {}})), json!({"params": {}}));
    }
}

//! A document, a rendered page and a page's data show what they hold.

use super::{Grid, grouped, shows_a_grid, shows_itself};
use crate::report::{Document, Page, Rendered};

shows_itself!(Document, Page, Rendered);
shows_a_grid!(Rendered => Rendered::grid, Document => Document::grid, Page => Page::grid);

impl Rendered {
    fn grid(&self) -> Grid {
        let bytes = |path: &std::path::PathBuf| std::fs::metadata(path).map_or(0, |data| data.len() as usize);
        let files = self.files.iter().map(|path| vec![path.display().to_string(), grouped(bytes(path))]);
        let grid = Grid::new("The page's files").columns(&["file"], &["bytes"]).rows(files);
        self.failures.iter().fold(grid, |grid, failure| grid.note(format!("failed: {failure}")))
    }
}

impl Document {
    fn grid(&self) -> Grid {
        let params = self.params().iter().map(|(name, value)| vec![name.clone(), value.to_string()]);
        let title = format!("{}: {}, {} cells", self.path().display(), self.title(), self.cells().len());
        Grid::new(title).columns(&["parameter", "value"], &[]).rows(params)
    }
}

impl Page {
    fn grid(&self) -> Grid {
        let kinds = [("parameters", self.parameters()), ("tables", self.tables()), ("figures", self.figures())];
        let kinds = kinds.into_iter().filter(|(_, names)| !names.is_empty());
        let rows = kinds.map(|(kind, names)| vec![kind.to_owned(), names.join(", ")]);
        Grid::new("What is on the page").columns(&["", "names"], &[]).rows(rows)
    }
}

//! From a document to its files: the page in the formats asked for, its data as JSON and CSV, its figures.

use std::{
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
};

use super::{
    block::{Block, Numbered, numbered},
    cells::{self, CellRunner, Outcomes, freeze, place, run_cells},
    context::Context,
    data::page_data,
    document::Document,
    functions, html, latex, markdown,
};
use crate::{
    error::{Error, Result},
    output::OutputFile,
};

/// What a page is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// One file with everything in it.
    Html,
    /// GitHub's Markdown, with figures as files in `figures/`.
    Markdown,
    /// An article for pdfLaTeX, with figures in `figures/` and each table also by itself in `tables/`.
    Latex,
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "html" => Ok(Self::Html),
            "markdown" => Ok(Self::Markdown),
            "latex" => Ok(Self::Latex),
            _ => Err(Error::config("format", format!("`{text}` is not a page format"), "use html, markdown or latex")),
        }
    }
}

/// How a document is rendered.
#[derive(Clone, Debug, PartialEq)]
pub struct RenderOptions {
    /// Parameters that are not left at the document's defaults.
    pub params: Vec<(String, String)>,
    /// What to write; the data are written with each.
    pub formats: Vec<Format>,
    /// The folder for it all, made if need be.
    pub output: PathBuf,
    /// The command line, for the page's provenance.
    pub command: Vec<String>,
    /// Whether results of cells that were kept from an earlier rendering are left aside.
    pub fresh: bool,
}

/// What rendering made.
#[derive(Debug, Default)]
pub struct Rendered {
    /// The files, in the order of the formats, then the data.
    pub files: Vec<PathBuf>,
    /// Failures of cells that may not fail; each is shown on the page too.
    pub failures: Vec<Error>,
    /// What the records of runs speak of and is gone, a sentence for each such run; it is said on the page too.
    pub missing: Vec<String>,
}

impl Default for RenderOptions {
    fn default() -> Self {
        Self {
            params: Vec::new(),
            formats: vec![Format::Html, Format::Markdown],
            output: PathBuf::from("reports/build"),
            command: Vec::new(),
            fresh: false,
        }
    }
}

/// Renders a document; gives the files in the order of the formats, then the data.
///
/// Written are `NAME.html`, `NAME.md` and `NAME.tex` with `figures/` and `tables/`, `NAME.json` (the whole [`Context`],
/// unrounded), `results.csv` and `attacks.csv`.
///
/// # Errors
/// Where a parameter is unknown, a table is missing or broken, the text calls what is not there, or the folder is not
/// writable. Pages are made before the first file is written.
///
/// Cells are not run: results that an earlier [`render_running`] kept are shown, else a note.
pub fn render(document: &Document, options: &RenderOptions) -> Result<Vec<PathBuf>> {
    render_running(document, options, None).map(|rendered| rendered.files)
}

/// As [`render`], and runs the document's cells, unless the results of the same cells are kept.
///
/// # Errors
/// As [`render`], and where the runner has no session. Failures of cells are in [`Rendered`].
pub fn render_running(
    document: &Document,
    options: &RenderOptions,
    runner: Option<&mut dyn CellRunner>,
) -> Result<Rendered> {
    let mut document = document.clone();
    for (key, value) in &options.params {
        document.set(key, value)?;
    }
    let context = Arc::new(Context::gather(&document, &options.command)?);
    let functions::Text { markdown, mut blocks } = functions::answer(&document, &context)?;
    let failures = answer_cells(&document, options, &context, &mut blocks, runner)?;
    let blocks = numbered(blocks);
    let files = page_files(&document, options, &markdown, &blocks, &context)?;
    let files = write_files(options, files, &context)?;
    Ok(Rendered { files, failures, missing: context.missing.clone() })
}

/// The pages, and what stands beside them.
fn page_files(
    document: &Document,
    options: &RenderOptions,
    markdown: &str,
    blocks: &[Numbered],
    context: &Context,
) -> Result<Vec<(PathBuf, Vec<u8>)>> {
    let mut files = Vec::new();
    for format in &options.formats {
        let (ending, page) = match format {
            Format::Html => ("html", html::page(markdown, blocks, context)?),
            Format::Markdown => ("md", markdown::page(markdown, blocks, context)),
            Format::Latex => ("tex", latex::page(markdown, blocks, context)),
        };
        files.push((options.output.join(format!("{}.{ending}", document.name())), page.into_bytes()));
    }
    if options.formats.iter().any(|format| *format != Format::Html) {
        files.extend(figure_files(blocks, &options.output.join("figures")));
        files.extend(table_files(blocks, &options.output.join("tables")));
    }
    if options.formats.contains(&Format::Latex) {
        let path = |name: &str| options.output.join("tables").join(format!("{name}.tex"));
        files.extend(latex::tables(blocks).into_iter().map(|(name, table)| (path(&name), table.into_bytes())));
    }
    let json = serde_json::to_string_pretty(&page_data(context, blocks)).expect("plain data serialises") + "\n";
    files.push((options.output.join(format!("{}.json", document.name())), json.into_bytes()));
    Ok(files)
}

/// Writes the files and the tables of all numbers, over no input; gives their paths.
fn write_files(options: &RenderOptions, files: Vec<(PathBuf, Vec<u8>)>, context: &Context) -> Result<Vec<PathBuf>> {
    let tables = [("results.csv", &context.results), ("attacks.csv", &context.attacks)];
    let tables = tables.into_iter().filter(|(_, table)| !table.rows.is_empty());
    let tables: Vec<_> = tables.map(|(name, table)| (options.output.join(name), table)).collect();
    let planned = files.iter().map(|(path, _)| path).chain(tables.iter().map(|(path, _)| path));
    refuse_inputs(planned, context)?;
    let mut written = Vec::new();
    for (path, content) in files {
        written.push(OutputFile::write_all_to(path, content)?);
    }
    for (path, table) in tables {
        table.write(&path)?;
        written.push(path);
    }
    Ok(written)
}

/// Gives each cell's block what the cell gives, or gave; gives the failures.
fn answer_cells(
    document: &Document,
    options: &RenderOptions,
    context: &Context,
    blocks: &mut [Block],
    runner: Option<&mut dyn CellRunner>,
) -> Result<Vec<Error>> {
    let cells = document.cells();
    if cells.is_empty() {
        return Ok(Vec::new());
    }
    let key = freeze::key(cells, document.params(), context.provenance.as_ref());
    let kept = if options.fresh { None } else { freeze::read(&options.output, document.name(), &key) };
    let outcomes = match (kept, runner) {
        (Some(outcomes), _) => Outcomes { outcomes, failures: Vec::new() },
        (None, None) => return Ok(Vec::new()),
        (None, Some(runner)) => {
            runner.begin(&page_data(context, &numbered(blocks.to_vec())))?;
            let found = run_cells(document.path(), cells, runner)?;
            if found.failures.is_empty() && runner.is_whole() {
                freeze::write(&options.output, document.name(), key, found.outcomes.clone())?;
            }
            found
        }
    };
    place(blocks, &outcomes.outcomes);
    Ok(outcomes.failures)
}

/// Refuses to write over what the page was made from.
fn refuse_inputs<'a>(planned: impl Iterator<Item = &'a PathBuf>, context: &Context) -> Result<()> {
    let read = context.provenance.iter().flat_map(|provenance| &provenance.inputs);
    let read: Vec<PathBuf> = read.filter_map(|input| Path::new(&input.path).canonicalize().ok()).collect();
    for path in planned {
        if path.canonicalize().is_ok_and(|path| read.contains(&path)) {
            let message = format!("{} is one of the inputs", path.display());
            return Err(Error::config("output", message, "write to another folder"));
        }
    }
    Ok(())
}

/// The data of a page, made anew.
///
/// # Errors
/// As [`render`].
pub(super) fn derived(document: &Document, command: &[String]) -> Result<serde_json::Value> {
    let (context, _, blocks) = answered(document, command)?;
    Ok(page_data(&context, &blocks))
}

/// The document's text with its calls answered, and all that goes into it.
fn answered(document: &Document, command: &[String]) -> Result<(Arc<Context>, String, Vec<Numbered>)> {
    let context = Arc::new(Context::gather(document, command)?);
    let text = functions::answer(document, &context)?;
    Ok((context, text.markdown, numbered(text.blocks)))
}

fn table_files(blocks: &[Numbered], folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let sheets = blocks.iter().filter_map(|numbered| match &numbered.block {
        Block::Table(sheet) => Some(sheet),
        _ => None,
    });
    let files = sheets.flat_map(|sheet| {
        [
            (folder.join(format!("{}.csv", sheet.name)), sheet.csv_twin().into_bytes()),
            (folder.join(format!("{}.json", sheet.name)), sheet.json_twin().into_bytes()),
        ]
    });
    files.collect()
}

fn figure_files(blocks: &[Numbered], folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let files = blocks.iter().flat_map(|numbered| match &numbered.block {
        Block::Figure(figure) => vec![
            (format!("{}.svg", figure.name), figure.svg().as_bytes().to_vec()),
            (format!("{}.png", figure.name), figure.png().to_vec()),
            (format!("{}.csv", figure.name), figure.csv.clone().into_bytes()),
        ],
        Block::Cell(shown) => cells::markdown::pictures(shown),
        _ => Vec::new(),
    });
    files.map(|(name, content)| (folder.join(name), content)).collect()
}

//! `render`: a document becomes a page.

use std::path::PathBuf;

use super::{scores::one_of, trusted};
use crate::{
    error::{Error, Result},
    kernel::DocumentSession,
    report::{CellRunner, Document, Format, RenderOptions, Rendered, render_running},
};

/// Render a document to one HTML file, Markdown and LaTeX, with its figures, tables and data.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  rat-report render scores --param scores=a.csv,b.csv --param protocol=key.tsv
  rat-report render paper --param scores=runs --format latex,html
  rat-report render scores --param scores=llr.csv --param scale=llr --param bootstrap=speaker
  rat-report render demo --param demo=runs/demo
  rat-report render reports/mine.md --output page
  rat-report render reports/explore.md --run

`scores` takes score files, run directories, and folders of either, separated by commas. The documents are Markdown in reports/: copy one and \
change it. Their text may call, for tables: results, attacks, breakdown, comparison, conditions, files, audit, corpus, recipe, provenance; for figures: intervals, \
det, differences, histogram, heat_map, calibration, condition_differences, decay, training; for words and numbers: headline, summary, caveats, \
eer(SYSTEM, CONDITION), min_dcf(SYSTEM, CONDITION), number(SYSTEM, CONDITION, NAME), params.NAME. CONDITION may be left out.")]
pub(super) struct Args {
    /// A Markdown file with front matter; or scores, paper, demo, ablation, contribution or run.
    document: PathBuf,
    /// Parameters that replace the document's defaults.
    #[arg(long = "param", value_name = "KEY=VALUE", value_parser = key_value)]
    params: Vec<(String, String)>,
    /// What to write, separated by commas.
    #[arg(long, default_value = "html,markdown", value_delimiter = ',', value_parser = one_of::<Format, _>(["html", "markdown", "latex"]))]
    format: Vec<Format>,
    /// The folder for the page.
    #[arg(long, default_value = "reports/build")]
    output: PathBuf,
    /// Run the document's Rust cells, with your rights; without it they are shown and not run.
    #[arg(long)]
    run: bool,
    /// Let documents of this folder run their cells too; those below the working directory may.
    #[arg(long, value_name = "DIR", requires = "run")]
    trust: Vec<PathBuf>,
    /// Run all cells, also where the results of the same cells are kept.
    #[arg(long, requires = "run")]
    fresh: bool,
}

pub(super) fn key_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("expected KEY=VALUE")?;
    Ok((key.trim().to_owned(), value.to_owned()))
}

fn refuse_twice(params: &[(String, String)]) -> Result<()> {
    let mut named = std::collections::HashSet::new();
    match params.iter().find(|(key, _)| !named.insert(key)) {
        None => Ok(()),
        Some((key, _)) => {
            let remedy = "give it once; scores are parted by commas";
            Err(Error::config(format!("param {key}"), "it is given twice", remedy))
        }
    }
}

/// Says what is gone of the runs on the page.
pub(super) fn say_missing(rendered: &Rendered) {
    rendered.missing.iter().for_each(|said| eprintln!("warning: {said}"));
}

pub(super) fn run(args: &Args) -> Result<()> {
    let built_in = args.document.to_str().filter(|name| !name.contains(['/', '.']) && !args.document.is_file());
    let document = match built_in {
        Some(name) => Document::built_in(name)?,
        None => Document::read(&args.document)?,
    };
    refuse_twice(&args.params)?;
    let options = RenderOptions {
        params: args.params.clone(),
        formats: args.format.clone(),
        output: args.output.clone(),
        command: super::command_line(),
        fresh: args.fresh,
    };
    if args.run && !document.is_built_in() {
        trusted::check(document.path(), &args.trust)?;
    }
    let mut session = DocumentSession::new();
    let runner: Option<&mut dyn CellRunner> = if args.run { Some(&mut session) } else { None };
    let working = super::scores::Working::on(format!("rendering {}", document.name()));
    let rendered = render_running(&document, &options, runner)?;
    drop(working);
    say_missing(&rendered);
    let first = rendered
        .files
        .first()
        .ok_or_else(|| Error::config("format", "none is named", "use html, markdown or latex"))?;
    super::print(&format!("{}\n", first.display()))?;
    rendered.failures.into_iter().next().map_or(Ok(()), Err)
}

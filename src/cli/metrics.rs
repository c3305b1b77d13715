//! `metrics`: the measures of score files.

use std::path::{Path, PathBuf};

use crate::{
    error::{Error, Result},
    output::OutputFile,
    report::{MeasureSettings, TableFormat, format_results, measure},
    tables::{ResultsTable, RunRecord, ScoreTable},
};

/// Measure score files: EER by both rules and minDCF, with intervals.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A score file is CSV: file,score,label with label 0 (bona fide), 1 (spoof) or nan; higher scores are more bona fide.
Tables that `score` wrote are read too.

Examples:
  rat-report metrics runs/demo/RAT/scores/matched.csv runs/demo/RAT/scores/zeroed.csv
  rat-report metrics scores.csv --by attack --format markdown
  rat-report metrics scores.csv --format json --output measures.json")]
pub(super) struct Args {
    /// Score files.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// table, csv, json, markdown or latex.
    #[arg(long, default_value = "table")]
    format: TableFormat,
    /// Resamples of the bootstrap; 0 for no intervals.
    #[arg(long, default_value_t = 1_000)]
    resamples: usize,
    /// Seed of the resamples.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// A row for each group, besides the pooled one.
    #[arg(long, value_parser = ["attack"])]
    by: Option<String>,
    /// Where to write; - for standard output.
    #[arg(long, default_value = "-")]
    output: PathBuf,
}

pub(super) fn run(args: &Args) -> Result<()> {
    let to_stdout = args.output.as_os_str() == "-";
    let same = |path: &PathBuf| match (path.canonicalize(), args.output.canonicalize()) {
        (Ok(input), Ok(output)) => input == output,
        _ => false,
    };
    if let Some(path) = args.files.iter().find(|path| same(path)) {
        let message = format!("{} is one of the score files", path.display());
        return Err(Error::config("output", message, "write the measures to another file"));
    }
    let output = if to_stdout { None } else { Some(OutputFile::create(&args.output)?) };
    let settings = MeasureSettings {
        resamples: args.resamples,
        seed: args.seed,
        by: args.by.iter().cloned().collect(),
        ..MeasureSettings::default()
    };
    let mut results = ResultsTable::default();
    for path in &args.files {
        let table = ScoreTable::read(path)?;
        let (system, condition) = names(path);
        let measured = measure(&system, &condition, &table, &settings).map_err(|error| in_file(error, path))?;
        results.rows.extend(measured.rows);
    }
    let text = format_results(&results, args.format);
    match output {
        None => super::print(&text),
        Some(mut output) => {
            use std::io::Write;
            output.write_all(text.as_bytes()).map_err(|source| Error::io("writing", &args.output, source))?;
            output.finish().map(drop)
        }
    }
}

/// System and condition of a table in a run directory, as its record says; else the file's name.
fn names(path: &Path) -> (String, String) {
    let stem = path.file_stem().map_or_else(|| "-".into(), |stem| stem.to_string_lossy().into_owned());
    let run = path.parent().filter(|folder| folder.ends_with("scores")).and_then(Path::parent);
    match run.map(|run| RunRecord::read(run.join("run.json"))) {
        Some(Ok(record)) => (record.system, if stem == "single" { "-".into() } else { stem }),
        _ => (stem, "-".into()),
    }
}

fn in_file(error: Error, path: &Path) -> Error {
    match error {
        Error::Data { message, remedy } => Error::data(format!("{}: {message}", path.display()), remedy),
        other => other,
    }
}

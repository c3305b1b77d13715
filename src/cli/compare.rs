//! `compare`: systems against each other on the same trials.

use std::path::PathBuf;

use super::scores::{MeasureArgs, ReadArgs, TableArgs, Working, read, systems};
use crate::{
    error::Result,
    report::{Pairs, Source, TableFormat, compare, compare_seeds, format_comparison, format_seeds},
};

/// Compare systems on the same trials: paired differences with intervals and corrected p values.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Both systems of a pair are measured on the same resamples, so that what is hard for both cancels. p values are corrected over all pairs (Holm). \
The trials may stand in any order; they must be the same.

Examples:
  rat-report compare a.csv b.csv
  rat-report compare a.csv b.csv c.csv --protocol key.tsv --bootstrap speaker --format latex
  rat-report compare baseline.csv new1.csv new2.csv --with-first
  rat-report compare seed1.csv seed2.csv seed3.csv --seeds   # mean and standard deviation")]
pub(super) struct Args {
    /// Score files of the same trials.
    #[arg(required = true, num_args = 2..)]
    files: Vec<PathBuf>,
    /// Compare the first with each other only, not each with each.
    #[arg(long, conflicts_with = "seeds")]
    with_first: bool,
    /// The files are seeds of one system: give their mean, its interval, and the standard deviation.
    #[arg(long)]
    seeds: bool,
    #[command(flatten)]
    read: ReadArgs,
    #[command(flatten)]
    measure: MeasureArgs,
    #[command(flatten)]
    table: TableArgs,
}

pub(super) fn run(args: &Args) -> Result<()> {
    let settings = args.measure.settings()?;
    let destination = args.table.open(args.read.inputs(&args.files))?;
    let reader = args.read.reader()?;
    let sources = args.files.iter().map(|path| read(&reader, path)).collect::<Result<Vec<_>>>()?;
    let named: Vec<_> =
        names(&args.files, &sources).into_iter().zip(sources.iter().map(|source| &source.table)).collect();
    let working = Working::on(format!("comparing {} systems", named.len()));
    if args.seeds {
        let table = compare_seeds(&named, &settings)?;
        drop(working);
        return destination.write(format_seeds(&table, args.table.format));
    }
    let pairs = if args.with_first { Pairs::WithFirst } else { Pairs::All };
    let table = compare(&named, pairs, &settings)?;
    drop(working);
    if args.table.format == TableFormat::Table {
        for row in &table.rows {
            eprintln!("note: {}", crate::report::verdict(row));
        }
    }
    destination.write(format_comparison(&table, args.table.format))
}

/// Systems with their conditions.
fn names(files: &[PathBuf], sources: &[Source]) -> Vec<String> {
    let named = systems(files).into_iter().zip(sources);
    let name = |(system, source): (String, &Source)| match source.condition.as_str() {
        "-" => system,
        condition => format!("{system}, {condition}"),
    };
    named.map(name).collect()
}

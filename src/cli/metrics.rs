//! `metrics`: the measures of score files.

use std::path::PathBuf;

use super::scores::{MeasureArgs, ReadArgs, TableArgs, Working, read, remark_on_llr, remark_on_scale, systems};
use crate::{
    error::{Error, Result},
    report::{format_results, measure},
    tables::ResultsTable,
};

/// Measure score files: EER by three rules, minDCF and, of log-likelihood ratios, actDCF and Cllr, with intervals.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The form of a score file is found out and said: ours, file,score,label, ASVspoof 5, 2019 and 2021, AASIST, project-NN, AntiDeepfake, DeepFense, \
ASD-SUPERB, Parquet, or any table whose columns you name. Higher scores are more bona fide.

Examples:
  rat-report metrics scores.csv other.csv                    # EERs and minDCF, with intervals
  rat-report metrics cm.tsv --protocol ASVspoof5.eval.tsv --by attack,codec --format csv
  rat-report metrics scores.csv --bootstrap numpy --seed 0   # the Python package's, to the digit
  rat-report metrics scores.csv --scale probability --training-prior 0.5
  rat-report metrics scores.csv --file-column utt --score-column 3 --polarity higher-is-spoof
  rat-report metrics runs/demo/RAT/scores/*.csv --format json --output measures.json")]
pub(super) struct Args {
    /// Score files.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// A row for each value of a column after the pooled one; two columns make a row for each pair.
    #[arg(long, value_name = "COLUMN[,COLUMN]", value_delimiter = ',')]
    by: Vec<String>,
    #[command(flatten)]
    read: ReadArgs,
    #[command(flatten)]
    measure: MeasureArgs,
    #[command(flatten)]
    table: TableArgs,
}

pub(super) fn run(args: &Args) -> Result<()> {
    if args.by.len() > 2 {
        return Err(Error::config("by", format!("{} columns are named", args.by.len()), "name one column, or two"));
    }
    let settings = args.measure.settings()?;
    let settings = crate::report::MeasureSettings { by: args.by.clone(), ..settings };
    let destination = args.table.open(args.read.inputs(&args.files))?;
    let reader = args.read.reader()?;
    remark_on_scale(&args.measure, &settings);
    let mut results = ResultsTable::default();
    for (system, path) in systems(&args.files).iter().zip(&args.files) {
        let source = read(&reader, path)?;
        remark_on_llr(&source, &settings);
        let _working = Working::on(format!("measuring {}", path.display()));
        let measured = measure(system, &source.condition, &source.table, &settings);
        results.rows.extend(measured.map_err(|error| super::in_file(error, path))?.rows);
    }
    destination.write(format_results(&results, args.table.format))
}

//! `audit`: what is wrong with a score file, or worth knowing of it.

use std::path::PathBuf;

use super::scores::{ReadArgs, TableArgs};
use crate::{
    error::{Error, Result},
    report::{audit_file, format_audits},
    tables::Severity,
};

/// Look for duplicates, missing and unknown trials, contradicting labels, NaN, ties, and scores that are no log-likelihood ratios.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit code 1 where an error was found, 0 with warnings and notes only. Nothing is mended.

Examples:
  rat-report audit scores.csv
  rat-report audit scores.csv --protocol ASVspoof5.eval.track_1.tsv
  rat-report audit *.csv --format json --output audit.json")]
pub(super) struct Args {
    /// Score files.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    read: ReadArgs,
    #[command(flatten)]
    table: TableArgs,
}

pub(super) fn run(args: &Args) -> Result<()> {
    let destination = args.table.open(args.read.inputs(&args.files))?;
    let reader = args.read.reader()?;
    let audits = args.files.iter().map(|path| audit_file(path, &args.read.options(), reader.protocol()));
    let audits = audits.collect::<Result<Vec<_>>>()?;
    destination.write(format_audits(&audits, args.table.format))?;
    let broken = audits.iter().filter(|audit| audit.audit.worst() == Some(Severity::Error)).count();
    if broken > 0 {
        let message = format!("{broken} of {} score files have errors", audits.len());
        return Err(Error::data(message, "mend what the findings name, then audit again"));
    }
    Ok(())
}

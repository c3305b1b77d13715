//! `fuse`: several systems become one.

use std::path::PathBuf;

use super::{
    fitting::{self, FitArgs},
    scores::ReadArgs,
};
use crate::error::Result;

/// Fuse systems into log-likelihood ratios: a weighted sum, trained on other trials by prior-weighted logistic regression.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Training files and score files name the systems in the same order. Trials are found by their names and may stand in any order, but each \
system must have scored all of them. The result has the columns of the first file, without margins. Measure it with --scale llr.

Examples:
  rat-report fuse --train dev_a.csv,dev_b.csv eval_a.csv eval_b.csv --output fused.csv
  rat-report fuse --train dev_a.csv,dev_b.csv,dev_c.csv eval_a.csv eval_b.csv eval_c.csv \\
      --output fused.csv --save fusion.json
  rat-report fuse --load fusion.json other_a.csv other_b.csv --output other.csv
  rat-report compare eval_a.csv eval_b.csv fused.csv")]
pub(super) struct Args {
    /// The scores to fuse, one file a system.
    #[arg(required = true, num_args = 2..)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    fit: FitArgs,
    #[command(flatten)]
    read: ReadArgs,
}

pub(super) fn run(args: &Args) -> Result<()> {
    fitting::run(&args.files, &args.fit, &args.read)
}

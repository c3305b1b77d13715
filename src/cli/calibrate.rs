//! `calibrate`: scores become log-likelihood ratios.

use std::path::PathBuf;

use super::{
    fitting::{self, FitArgs},
    scores::ReadArgs,
};
use crate::error::Result;

/// Make scores into log-likelihood ratios by prior-weighted logistic regression, trained on other trials.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The result is the score table with log-likelihood ratios (natural logarithm) for scores and all other columns as they were. Measure it with \
--scale llr. What was learned is said, and with --save kept: scale, offset, costs, prior, and the SHA-256 of the files. Training on \
the trials that it is then applied to is refused.

Examples:
  rat-report calibrate --train dev.csv eval.csv --output llr.csv
  rat-report calibrate --train dev.tsv --train-protocol dev.key eval.tsv --protocol eval.key \\
      --output llr.parquet --save calibration.json
  rat-report calibrate --load calibration.json other.csv --output other-llr.csv
  rat-report calibrate --train dev.csv eval.csv --scale probability --output llr.csv   # of a softmax
  rat-report calibrate --train all.csv --train-only subset=progress all.csv --only subset=eval \\
      --protocol trial_metadata.txt --train-protocol trial_metadata.txt --output llr.csv
  rat-report metrics llr.csv --scale llr")]
pub(super) struct Args {
    /// The scores to calibrate.
    file: PathBuf,
    #[command(flatten)]
    fit: FitArgs,
    #[command(flatten)]
    read: ReadArgs,
}

pub(super) fn run(args: &Args) -> Result<()> {
    fitting::run(std::slice::from_ref(&args.file), &args.fit, &args.read)
}

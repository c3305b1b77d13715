//! `plot`: one figure of score files, as SVG or PNG, or its data.

use std::path::PathBuf;

use clap::ValueEnum;

use super::scores::{Destination, MeasureArgs, ReadArgs, read};
use crate::{
    error::{Error, Result},
    report::{FigureKind, FigureSettings, figure},
};

/// Draw a figure of score files.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  rat-report plot det a.csv b.csv --output det.svg
  rat-report plot histogram scores.csv --output scores.png
  rat-report plot heat-map scores.csv --protocol key.tsv --output cells.svg    # attack by codec
  rat-report plot intervals *.csv > intervals.svg
  rat-report plot differences a.csv b.csv c.csv --output differences.csv       # its data
  rat-report plot calibration llr.csv --scale llr --output calibration.svg")]
pub(super) struct Args {
    /// Which figure.
    kind: FigureKind,
    /// Score files.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The column behind the rows of a heat map.
    #[arg(long, default_value = "attack", value_name = "COLUMN")]
    rows: String,
    /// The column behind the columns of a heat map.
    #[arg(long, default_value = "codec", value_name = "COLUMN")]
    columns: String,
    /// What a heat map shows: eer or min_dcf.
    #[arg(long, default_value = "eer", value_parser = ["eer", "min_dcf"])]
    measure: String,
    #[command(flatten)]
    read: ReadArgs,
    #[command(flatten)]
    measuring: MeasureArgs,
    /// Where to write: a name ending in .svg, .png or .csv; - for SVG on standard output.
    #[arg(long, default_value = "-", value_name = "FILE")]
    output: PathBuf,
}

pub(super) fn run(args: &Args) -> Result<()> {
    let ending = args.output.extension().map_or_else(String::new, |ending| ending.to_string_lossy().to_lowercase());
    if args.output.as_os_str() != "-" && !["svg", "png", "csv"].contains(&ending.as_str()) {
        let message = format!("{} ends in neither .svg, .png nor .csv", args.output.display());
        return Err(Error::config("output", message, "name the file so that its ending tells the form"));
    }
    if args.files.len() > 1 && matches!(args.kind, FigureKind::Histogram | FigureKind::HeatMap) {
        let message = format!("a {} shows one score file, and {} are named", args.kind.name(), args.files.len());
        return Err(Error::config("files", message, "draw them one by one, or render the document `scores`"));
    }
    let settings = FigureSettings {
        measure: args.measuring.settings()?,
        rows: args.rows.clone(),
        columns: args.columns.clone(),
        cell: args.measure.clone(),
    };
    let destination = Destination::open(&args.output, args.read.inputs(&args.files))?;
    let reader = args.read.reader()?;
    let sources = args.files.iter().map(|path| read(&reader, path)).collect::<Result<Vec<_>>>()?;
    let drawn = figure(args.kind, sources, &settings)?;
    match ending.as_str() {
        "png" => destination.write(drawn.png()),
        "csv" => destination.write(&drawn.csv),
        _ => destination.write(drawn.svg()),
    }
}

impl ValueEnum for FigureKind {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.name()))
    }
}

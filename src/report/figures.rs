//! One figure of score files, without a page.

use super::{
    block::Block,
    context::Context,
    measure::MeasureSettings,
    pictures::{self, Asked},
    run::Run,
    source::{Source, gather, tell_apart},
};
use crate::{
    error::{Error, Result},
    plot::Figure,
};

/// A figure of score files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FigureKind {
    /// Misses against false alarms on probit axes, with interval bands.
    Det,
    /// Both classes' scores with the thresholds; of the first file.
    Histogram,
    /// Equal error rates with their intervals.
    Intervals,
    /// Paired differences of all pairs.
    Differences,
    /// A measure by two columns of the protocol; of the first file.
    HeatMap,
    /// Normalised Bayes error over prior log-odds; of log-likelihood ratios.
    Calibration,
}

impl FigureKind {
    /// All of them, in the order of the help.
    pub const ALL: [Self; 6] =
        [Self::Det, Self::Histogram, Self::Intervals, Self::Differences, Self::HeatMap, Self::Calibration];

    /// As it is called on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Det => "det",
            Self::Histogram => "histogram",
            Self::Intervals => "intervals",
            Self::Differences => "differences",
            Self::HeatMap => "heat-map",
            Self::Calibration => "calibration",
        }
    }
}

/// How a figure is made.
#[derive(Clone, Debug, PartialEq)]
pub struct FigureSettings {
    /// How measures and intervals are made.
    pub measure: MeasureSettings,
    /// The column behind a heat map's rows.
    pub rows: String,
    /// The column behind its columns.
    pub columns: String,
    /// What its cells show: `eer` or `min_dcf`.
    pub cell: String,
}

/// Draws a figure of score files.
///
/// # Errors
/// Where a file lacks a class, the figure needs what the files do not know, or fewer than two files are compared.
pub fn figure(kind: FigureKind, sources: Vec<Source>, settings: &FigureSettings) -> Result<Figure> {
    let mut runs = Vec::new();
    for source in sources {
        gather(&mut runs, Run::of_source(source, None)?)?;
    }
    tell_apart(&mut runs);
    let context = Context::of_runs(runs, kind == FigureKind::Differences, &settings.measure)?;
    let asked = Asked {
        system: None,
        condition: None,
        rows: &settings.rows,
        columns: &settings.columns,
        measure: &settings.cell,
    };
    let block = match kind {
        FigureKind::Det => pictures::det(&context),
        FigureKind::Histogram => pictures::histogram(&context, None, None),
        FigureKind::Intervals => pictures::intervals(&context),
        FigureKind::Differences => pictures::differences(&context),
        FigureKind::HeatMap => pictures::heat_map(&context, &asked),
        FigureKind::Calibration => pictures::calibration(&context),
    }?;
    match block {
        Block::Figure(figure) => Ok(*figure),
        Block::Remark(why) => Err(Error::data(format!("there is no such figure of these files: {why}"), REMEDY)),
        Block::Table(_) | Block::Cards(_) | Block::Cell(_) => unreachable!("these functions give figures or remarks"),
    }
}

const REMEDY: &str =
    "give what is missing: --protocol FILE for columns, --scale llr for calibration, two files for differences";

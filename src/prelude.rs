//! What a first session in evcxr, Jupyter or a document's cell wants at hand: `use rat::prelude::*;`.
//!
//! Scores, their measures with intervals, figures, and two systems against each other; the last expression of a cell shows itself:
//!
//! ```
//! use rat::prelude::*;
//!
//! # let folder = std::env::temp_dir().join("rat-doc-prelude");
//! # std::fs::create_dir_all(&folder)?;
//! # let files = ["one", "two"].map(|name| folder.join(format!("{name}.csv")));
//! # std::fs::write(&files[0], "a,0.9,0\nb,0.8,0\nc,0.3,0\nd,0.7,1\ne,0.2,1\nf,0.1,1\n")?;
//! # std::fs::write(&files[1], "a,0.9,0\nb,0.2,0\nc,0.3,0\nd,0.7,1\ne,0.1,1\nf,0.1,1\n")?;
//! # let (a, b) = (&files[0], &files[1]);
//! let scores: ScoreTable = load_scores(a)?;            // "a.csv": anybody's score file
//! let eer: Estimate = eer_of(a)?;
//! let results: ResultsTable = results_of([a, b])?;
//! let det: Figure = det_of([a, b])?;                   // det.save("det.svg")?
//! let difference: ComparisonTable = compare_files(a, b)?;
//! # assert_eq!((scores.len(), results.rows.len(), difference.rows.len()), (6, 2, 1));
//! # assert!(eer.low <= eer.value && eer.value == results.rows[0].eer);
//! # assert!(det.svg().starts_with("<svg"));
//! # assert!(scores.to_text().starts_with("6 trials: 3 bona fide, 3 spoof, 0 unlabelled\n"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Recordings, and what an augmentation makes of them:
//!
//! ```
//! use rat::prelude::*;
//!
//! let plain: Waveform = tone(440.0, 1.0);              // or Waveform::read("call.flac")?
//! let augmented: Waveform = augmented(&plain, 14)?;    // the paper's recipe; 14 is the draw
//! let figure: Figure = before_and_after("a tone", &plain, &augmented)?;
//! # assert!(augmented != plain && augmented.len() <= plain.len());
//! # assert!(figure.svg().starts_with("<svg"));
//! # Ok::<(), rat::Error>(())
//! ```
//!
//! With feature `network`, a detector and a score are a call each: `load_detector`, `score_file`, `score_file_with`.

use std::{f64::consts::TAU, path::Path};

pub use crate::{
    audio::Waveform,
    augment::{AugmentConfig, Augmentor, Side},
    condition::ReferenceCondition,
    data::{Corpus, CorpusInfo, Split},
    display::{Rich, ShowFrame},
    error::{Error, Result},
    metrics::{CostModel, DetectionScores, EerRule, Estimate},
    plot::{Figure, IntervalRow, before_and_after, decay, intervals, recording},
    report::{FigureKind, MeasureSettings, Page, measure},
    tables::{ComparisonTable, ContributionTable, ResultsTable, ScoreTable, TrainingHistory},
    trial::{Label, Trial},
};

pub use polars::prelude::DataFrame;

#[allow(unused_imports)]
pub use crate::network_prelude::*;

use crate::{
    audio::SAMPLE_RATE_HZ,
    report::{FigureSettings, Pairs, ReadSettings, Reader, Source, compare, figure},
    tables::ResultsRow,
};

fn read(path: &Path) -> Result<Source> {
    Reader::new(&ReadSettings::default())?.read(path)
}

/// Reads a score file of any known form: ours, a challenge's, a peer's.
///
/// # Errors
/// Where the file is missing or of no known form, or a line does not fit.
pub fn load_scores(path: impl AsRef<Path>) -> Result<ScoreTable> {
    Ok(read(path.as_ref())?.table)
}

/// All measures of score files, with 95 % intervals: a row for each file.
///
/// # Errors
/// As [`load_scores`], and where a file lacks a class.
pub fn results_of(paths: impl IntoIterator<Item = impl AsRef<Path>>) -> Result<ResultsTable> {
    measured(paths, &[])
}

/// The same for all trials, then for each group of a column, as `attack` or `codec`.
///
/// # Errors
/// As [`results_of`], and where a file lacks the column.
pub fn results_by(column: &str, paths: impl IntoIterator<Item = impl AsRef<Path>>) -> Result<ResultsTable> {
    measured(paths, &[column])
}

fn measured(paths: impl IntoIterator<Item = impl AsRef<Path>>, by: &[&str]) -> Result<ResultsTable> {
    let settings = MeasureSettings { by: by.iter().map(|&column| column.into()).collect(), ..Default::default() };
    let mut all = ResultsTable::default();
    for path in paths {
        let source = read(path.as_ref())?;
        all.rows.extend(measure(&source.system, &source.condition, &source.table, &settings)?.rows);
    }
    Ok(all)
}

/// The row of all trials.
fn pooled(path: &Path) -> Result<ResultsRow> {
    let missing = || Error::data(format!("{} has no trials", path.display()), "give a file of scores");
    results_of([path])?.rows.into_iter().next().ok_or_else(missing)
}

/// The equal error rate of a score file by the official rule, with its 95 % interval; a fraction.
///
/// # Errors
/// As [`results_of`].
pub fn eer_of(path: impl AsRef<Path>) -> Result<Estimate> {
    let row = pooled(path.as_ref())?;
    Ok(Estimate { value: row.eer, low: row.eer_low, high: row.eer_high, level: row.level, method: row.method })
}

/// The normalised minimum detection cost of a score file, with its 95 % interval.
///
/// # Errors
/// As [`results_of`].
pub fn min_dcf_of(path: impl AsRef<Path>) -> Result<Estimate> {
    let row = pooled(path.as_ref())?;
    let (value, low, high) = (row.min_dcf, row.min_dcf_low, row.min_dcf_high);
    Ok(Estimate { value, low, high, level: row.level, method: row.method })
}

/// The DET curves of score files, with interval bands.
///
/// # Errors
/// As [`results_of`].
pub fn det_of(paths: impl IntoIterator<Item = impl AsRef<Path>>) -> Result<Figure> {
    figure_of(FigureKind::Det, paths)
}

/// Both classes' scores in a file, with the threshold of the equal error rate.
///
/// # Errors
/// As [`results_of`].
pub fn histogram_of(path: impl AsRef<Path>) -> Result<Figure> {
    figure_of(FigureKind::Histogram, [path])
}

/// A figure of score files.
///
/// # Errors
/// As [`results_of`], and where the figure needs what the files do not know.
pub fn figure_of(kind: FigureKind, paths: impl IntoIterator<Item = impl AsRef<Path>>) -> Result<Figure> {
    let sources = paths.into_iter().map(|path| read(path.as_ref())).collect::<Result<Vec<_>>>()?;
    let settings = FigureSettings {
        measure: MeasureSettings::default(),
        rows: "attack".into(),
        columns: "codec".into(),
        cell: "eer".into(),
    };
    figure(kind, sources, &settings)
}

/// The paired difference of two systems on the same trials, first minus second, with its interval.
///
/// # Errors
/// As [`load_scores`], and where the files hold different trials.
pub fn compare_files(first: impl AsRef<Path>, second: impl AsRef<Path>) -> Result<ComparisonTable> {
    let (first, second) = (read(first.as_ref())?, read(second.as_ref())?);
    let systems = [(named(&first), &first.table), (named(&second), &second.table)];
    compare(&systems, Pairs::All, &MeasureSettings::default())
}

/// The system, with its condition where there is one.
fn named(source: &Source) -> String {
    match source.condition.as_str() {
        "-" | "" => source.system.clone(),
        condition => format!("{}, {condition}", source.system),
    }
}

/// What the paper's augmentation makes of a recording: each step with its own probability, other random choices for each `draw`.
///
/// # Errors
/// Never with the paper's settings, which need no files.
pub fn augmented(waveform: &Waveform, draw: u64) -> Result<Waveform> {
    Augmentor::new(AugmentConfig::default())?.try_apply(waveform, 1, 0, draw, Side::Test)
}

/// A signal to try things on: a tone of `hertz` with overtones, swelling four times a second, `secs` long.
pub fn tone(hertz: f64, secs: f64) -> Waveform {
    let rate = f64::from(SAMPLE_RATE_HZ);
    let sample = |at: usize| {
        let time = at as f64 / rate;
        let overtones: f64 = (1..=5).map(|k| (TAU * hertz * f64::from(k) * time).sin() / f64::from(k)).sum();
        (0.2 * overtones * (0.55 - 0.45 * (TAU * 4.0 * time).cos())) as f32
    };
    Waveform::new((0..(secs.max(0.0) * rate) as usize).map(sample).collect())
}

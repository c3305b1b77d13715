//! What a first session in evcxr, Jupyter or a document's cell wants at hand: `use rat::prelude::*;`.
//!
//! ```
//! use rat::prelude::*;
//!
//! let folder = std::env::temp_dir().join("rat-doc-prelude");
//! std::fs::create_dir_all(&folder)?;
//! let files = ["one", "two"].map(|name| folder.join(format!("{name}.csv")));
//! std::fs::write(&files[0], "a,0.9,0\nb,0.8,0\nc,0.3,0\nd,0.7,1\ne,0.2,1\nf,0.1,1\n")?;
//! std::fs::write(&files[1], "a,0.9,0\nb,0.2,0\nc,0.3,0\nd,0.7,1\ne,0.1,1\nf,0.1,1\n")?;
//!
//! let one: ScoreTable = load_scores(&files[0])?;
//! let results: ResultsTable = results_of(&files)?;
//! let det: Figure = det_of(&files)?;
//! let difference: ComparisonTable = compare_files(&files[0], &files[1])?;
//! assert_eq!((one.len(), results.rows.len(), difference.rows.len()), (6, 2, 1));
//! # assert!(det.svg().starts_with("<svg"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::path::Path;

pub use crate::{
    audio::Waveform,
    augment::{AugmentConfig, Augmentor, Side},
    condition::ReferenceCondition,
    data::{Corpus, Split},
    error::{Error, Result},
    metrics::{CostModel, DetectionScores, EerRule},
    plot::Figure,
    report::{FigureKind, MeasureSettings, Page},
    tables::{ComparisonTable, ContributionTable, ResultsTable, ScoreTable},
    trial::{Label, Trial},
};

#[allow(unused_imports)]
pub use crate::network_prelude::*;

use crate::report::{FigureSettings, Pairs, ReadSettings, Reader, Source, compare, figure, measure};

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
    let mut all = ResultsTable::default();
    for path in paths {
        let source = read(path.as_ref())?;
        all.rows.extend(measure(&source.system, &source.condition, &source.table, &MeasureSettings::default())?.rows);
    }
    Ok(all)
}

/// The DET curves of score files, with interval bands.
///
/// # Errors
/// As [`results_of`].
pub fn det_of(paths: impl IntoIterator<Item = impl AsRef<Path>>) -> Result<Figure> {
    figure_of(FigureKind::Det, paths)
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
    let systems = [(first.system, &first.table), (second.system, &second.table)];
    compare(&systems, Pairs::All, &MeasureSettings::default())
}

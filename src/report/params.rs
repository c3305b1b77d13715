//! A document's parameters as settings: which files, how they are read, how they are measured.
//!
//! | parameter | meaning | default |
//! |---|---|---|
//! | `scores` | score files, run directories, or folders of either, separated by commas | |
//! | `demo` | a folder of run directories (older name) | |
//! | `runs` | run directories, or folders of such, separated by commas | |
//! | `run` | one run directory, which may still be training | |
//! | `protocol` | protocol or key file | none |
//! | `labels`, `polarity`, `only` | how score files are understood; `only` keeps trials, as `subset=eval` | auto, auto, all |
//! | `scale` | `none`, `llr`, or `probability` (made into log-likelihood ratios by `training_prior`) | `none` |
//! | `costs` | `asvspoof5`, `asvspoof2021` or `P_SPOOF,C_MISS,C_FA` | `asvspoof5` |
//! | `bootstrap` | `exact`, `numpy`, `speaker`, `speaker-attack`, `none` | `exact` |
//! | `resamples`, `seed`, `level` | of the intervals | 1000, 0, 0.95 |

use std::path::{Path, PathBuf};

use super::{
    document::Document,
    measure::{Llr, MeasureSettings},
    source::ReadSettings,
};
use crate::{
    error::{Error, Result},
    metrics::{CostModel, Resampling},
    tables::formats::{LabelConvention, Polarity, ScoreFileOptions},
};

/// The parameters that name files.
const SOURCES: [&str; 4] = ["scores", "demo", "runs", "run"];

/// The files that a document reads; a document with cells may do without, and read in them.
///
/// # Errors
/// Where it names none.
pub(super) fn paths(document: &Document) -> Result<Vec<PathBuf>> {
    let named = SOURCES.into_iter().filter_map(|key| document.text_param(key));
    let paths: Vec<PathBuf> =
        named.flat_map(listed).map(str::trim).filter(|path| !path.is_empty()).map(PathBuf::from).collect();
    let named = SOURCES.into_iter().any(|key| document.params().contains_key(key));
    if paths.is_empty() && (named || document.cells().is_empty()) {
        if let Some(key) = ["runs", "run"].into_iter().find(|key| document.text_param(key).is_some()) {
            let message = format!("{} names no run directory", document.path().display());
            return Err(Error::config(format!("param {key}"), message, format!("give --param {key}=DIR")));
        }
        let message = format!("{} does not name the scores", document.path().display());
        let remedy = "give --param scores=FILE[,FILE...], or add scores = \"...\" to [params] in its front matter";
        return Err(Error::config("param scores", message, remedy));
    }
    Ok(paths)
}

/// Parts between commas; a path that is there may hold commas itself.
fn listed(list: &str) -> Vec<&str> {
    if Path::new(list).exists() { vec![list] } else { list.split(',').collect() }
}

/// How the files are read.
///
/// # Errors
/// Where a parameter is not understood.
pub(super) fn read_settings(document: &Document) -> Result<ReadSettings> {
    let file = ScoreFileOptions {
        labels: parsed::<LabelConvention>(document, "labels")?.unwrap_or_default(),
        polarity: parsed::<Polarity>(document, "polarity")?.unwrap_or_default(),
        ..ScoreFileOptions::default()
    };
    let only = filled(document, "only").map_or(Ok(Vec::new()), |list| list.split(',').map(assignment).collect())?;
    Ok(ReadSettings { file, protocol: filled(document, "protocol").map(PathBuf::from), only })
}

/// `COLUMN=VALUE`.
///
/// # Errors
/// Where there is no equals sign.
pub fn assignment(text: &str) -> Result<(String, String)> {
    let missing = || Error::config("only", format!("`{text}` is not COLUMN=VALUE"), "write it as subset=eval");
    let (column, value) = text.split_once('=').ok_or_else(missing)?;
    Ok((column.trim().to_owned(), value.trim().to_owned()))
}

/// How they are measured.
///
/// # Errors
/// Where a parameter is not understood.
pub(super) fn measure_settings(document: &Document) -> Result<MeasureSettings> {
    let bootstrap = filled(document, "bootstrap").unwrap_or("exact");
    let none = bootstrap == "none";
    let resamples =
        if none { 0 } else { usize::try_from(document.count_param("resamples", 1_000)?).unwrap_or(usize::MAX) };
    let level = document.number_param("level", 0.95)?;
    if !(level > 0.0 && level < 1.0) {
        return Err(Error::config("param level", format!("{level} is not between 0 and 1"), "give it as 0.95"));
    }
    Ok(MeasureSettings {
        cost: parsed::<CostModel>(document, "costs")?.unwrap_or_default(),
        resampling: if none { Resampling::default() } else { bootstrap.parse()? },
        resamples,
        level,
        seed: document.count_param("seed", 0)?,
        by: Vec::new(),
        llr: llr(filled(document, "scale").unwrap_or("none"), document.number_param("training_prior", f64::NAN)?)?,
    })
}

/// What a scale's name and a training prior (NaN where none was given) ask for.
///
/// # Errors
/// Where the name is unknown.
pub fn llr(scale: &str, training_prior: f64) -> Result<Llr> {
    match scale {
        "none" | "unknown" => Ok(Llr::None),
        "llr" => Ok(Llr::AsGiven),
        "probability" if training_prior.is_nan() => Ok(Llr::None),
        "probability" => Ok(Llr::FromProbability { training_prior }),
        _ => Err(Error::config("scale", format!("`{scale}` is not a scale"), "use none, probability or llr")),
    }
}

/// A parameter that is not empty.
fn filled<'a>(document: &'a Document, key: &str) -> Option<&'a str> {
    document.text_param(key).map(str::trim).filter(|text| !text.is_empty())
}

fn parsed<T: std::str::FromStr<Err = Error>>(document: &Document, key: &str) -> Result<Option<T>> {
    filled(document, key).map(str::parse).transpose()
}

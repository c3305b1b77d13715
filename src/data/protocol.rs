//! Reading a protocol: a trial a line, columns separated by spaces or tabs, no header; every complaint names its line.

use std::{collections::HashMap, path::Path};

use super::corpus::Layout;
use crate::{
    error::{Error, Result},
    trial::Trial,
};

const REMEDY: &str = "mend that line, or take the protocol from the published corpus again";

/// Reads all trials; blank lines are passed over.
pub(super) fn read(path: &Path, layout: &dyn Layout) -> Result<Vec<Trial>> {
    let bytes = std::fs::read(path).map_err(|source| Error::io("reading the protocol", path, source))?;
    let mut trials = Vec::new();
    let mut lines = Vec::new();
    for (number, line) in (1..).zip(bytes.split(|&byte| byte == b'\n')) {
        let text = std::str::from_utf8(line)
            .map_err(|source| Error::parse(path, number, "text", format!("not UTF-8: {source}"), REMEDY))?;
        let text = if number == 1 { text.trim_start_matches('\u{feff}') } else { text };
        if !text.trim().is_empty() {
            trials.push(row(path, number, text, layout)?);
            lines.push(number);
        }
    }
    if trials.is_empty() {
        let message = format!("the protocol {} holds no trial", path.display());
        return Err(Error::data(message, "take the protocol from the published corpus again"));
    }
    refuse_repeats(path, &trials, &lines)?;
    Ok(trials)
}

fn row(path: &Path, number: u64, text: &str, layout: &dyn Layout) -> Result<Trial> {
    let columns: Vec<&str> = text.split_ascii_whitespace().collect();
    let names = layout.columns();
    if columns.len() != names.len() {
        let message = format!("expected {} columns ({}), found {}", names.len(), names.join(" "), columns.len());
        return Err(Error::parse(path, number, "columns", message, REMEDY));
    }
    layout.trial(&columns).map_err(|(field, message)| Error::parse(path, number, field, message, REMEDY))
}

fn refuse_repeats(path: &Path, trials: &[Trial], lines: &[u64]) -> Result<()> {
    let mut first = HashMap::with_capacity(trials.len());
    for (trial, &line) in trials.iter().zip(lines) {
        if let Some(earlier) = first.insert(trial.file.as_str(), line) {
            let message = format!("`{}` stands on line {earlier} already", trial.file);
            return Err(Error::parse(path, line, "file", message, REMEDY));
        }
    }
    Ok(())
}

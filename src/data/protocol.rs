//! A corpus's protocol as trials: read by the [`protocol`](crate::protocol) room, a recording named once; every complaint
//! names its line.

use std::{collections::HashMap, path::Path};

use super::corpus::Layout;
use crate::{
    error::{Error, Result},
    protocol::Protocol,
    trial::Trial,
};

const REMEDY: &str = "mend that line, or take the protocol from the published corpus again";

/// Reads all trials; blank lines are passed over.
pub(super) fn read(path: &Path, layout: &dyn Layout) -> Result<Vec<Trial>> {
    let protocol = Protocol::read_as(path, layout.protocol_format())?;
    let trials = protocol.trials();
    refuse_repeats(path, &trials, protocol.lines())?;
    Ok(trials)
}

fn refuse_repeats(path: &Path, trials: &[Trial], lines: &[u32]) -> Result<()> {
    let mut first = HashMap::with_capacity(trials.len());
    for (trial, &line) in trials.iter().zip(lines) {
        if let Some(earlier) = first.insert(trial.file.as_str(), line) {
            let message = format!("`{}` stands on line {earlier} already", trial.file);
            return Err(Error::parse(path, line.into(), "file", message, REMEDY));
        }
    }
    Ok(())
}

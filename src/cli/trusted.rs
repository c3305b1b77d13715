//! Which documents may run their cells: those below the working directory, and those of folders that the user names, by an option
//! or in `$XDG_CONFIG_HOME/rat/trusted` (else `~/.config/rat/trusted`), a folder a line.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Refuses a document that lies in no trusted folder.
pub(super) fn check(document: &Path, named: &[PathBuf]) -> Result<()> {
    let document = document.canonicalize().map_err(|source| Error::io("looking for", document, source))?;
    let working = std::env::current_dir().ok();
    let listed = listed();
    let folders = working.iter().chain(named).chain(&listed).filter_map(|folder| folder.canonicalize().ok());
    if folders.into_iter().any(|folder| document.starts_with(folder)) {
        return Ok(());
    }
    let folder = document.parent().unwrap_or(&document).display().to_string();
    let message = format!("{} lies in no trusted folder, and its cells would run with your rights", document.display());
    Err(Error::config(
        "run",
        message,
        format!("read it, then say --trust {folder}, or add that line to {}", list().display()),
    ))
}

fn list() -> PathBuf {
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = absolute("XDG_CONFIG_HOME").or_else(|| absolute("HOME").map(|home| home.join(".config")));
    home.unwrap_or_default().join("rat/trusted")
}

fn listed() -> Vec<PathBuf> {
    let text = std::fs::read_to_string(list()).unwrap_or_default();
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).map(PathBuf::from).collect()
}

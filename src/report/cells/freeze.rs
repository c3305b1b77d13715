//! Results that are kept: a document whose cells, parameters, inputs and program are the same is not run again (Quarto's freeze).
//!
//! They lie beside the page, in `.cells/NAME.json`. Only whole results are kept: where a cell failed that may not, none are.
//! Inputs are the files that the page was made from, those that a parameter names, and those that a cell's `inputs` name.

use std::{
    fmt::Write,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Cell, CellOutcome};
use crate::{error::Result, output::OutputFile, report::provenance::Provenance};

/// The results of all cells, and what they depend on.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    key: String,
    outcomes: Vec<Option<CellOutcome>>,
}

/// What the results of a document's cells depend on, as one hash.
pub(in crate::report) fn key(cells: &[Cell], params: &toml::Table, provenance: Option<&Provenance>) -> String {
    let mut hash = Sha256::new();
    let mut add = |part: &[u8]| {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    };
    add(program().as_bytes());
    add(params.to_string().as_bytes());
    for input in provenance.into_iter().flat_map(|provenance| &provenance.inputs) {
        // The document itself counts by its cells only.
        if provenance.is_none_or(|provenance| provenance.document != input.path) {
            add(input.path.as_bytes());
            add(input.sha256.as_bytes());
        }
    }
    let read =
        |path: &Path| provenance.is_some_and(|known| known.inputs.iter().any(|input| Path::new(&input.path) == path));
    for path in params.values().filter_map(|value| value.as_str().map(Path::new)).filter(|path| !read(path)) {
        if path.is_file() {
            add(&content(path));
        }
    }
    for cell in cells {
        add(cell.code.as_bytes());
        add(&[u8::from(cell.options.eval), u8::from(cell.options.error)]);
        add(cell.options.label.as_bytes());
        for input in &cell.options.inputs {
            add(input.as_os_str().as_encoded_bytes());
            add(&content(input));
        }
    }
    hash.finalize().iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes all text");
        text
    })
}

/// A file's content as a hash; of one that cannot be read, that.
fn content(path: &Path) -> Vec<u8> {
    let mut hash = Sha256::new();
    let copied = std::fs::File::open(path).and_then(|mut file| std::io::copy(&mut file, &mut hash));
    copied.map_or_else(|_| vec![0], |_| hash.finalize().to_vec())
}

/// The running program: another build may give other results.
fn program() -> String {
    let data = std::env::current_exe().and_then(std::fs::metadata);
    let built = data.as_ref().ok().and_then(|data| data.modified().ok()?.duration_since(UNIX_EPOCH).ok());
    let length = data.map_or(0, |data| data.len());
    format!("{} {} {length} {built:?}", env!("CARGO_PKG_VERSION"), option_env!("RAT_REVISION").unwrap_or(""))
}

fn place(output: &Path, name: &str) -> PathBuf {
    output.join(".cells").join(format!("{name}.json"))
}

/// The kept results; none where there are none, or of something else.
pub(in crate::report) fn read(output: &Path, name: &str, key: &str) -> Option<Vec<Option<CellOutcome>>> {
    let text = std::fs::read_to_string(place(output, name)).ok()?;
    let kept: Kept = serde_json::from_str(&text).ok()?;
    (kept.key == key).then_some(kept.outcomes)
}

/// Keeps results.
///
/// # Errors
/// Where the folder is not writable.
pub(in crate::report) fn write(
    output: &Path,
    name: &str,
    key: String,
    outcomes: Vec<Option<CellOutcome>>,
) -> Result<()> {
    let text = serde_json::to_string(&Kept { key, outcomes }).expect("plain data serialises");
    OutputFile::write_all_to(place(output, name), text.into_bytes()).map(drop)
}

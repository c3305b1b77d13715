//! Enrolment lists, as of ASVspoof 5 track 2: a speaker and the recordings by which he is known, separated by commas.

use std::{collections::BTreeMap, path::Path};

use crate::{
    error::{Error, Result},
    protocol::{normalised, standard_name, text},
    trial::Speaker,
};

const REMEDY: &str = "mend that line, or take the list from the published corpus again";

/// Copies were given a header.
fn is_header(speaker: &str) -> bool {
    standard_name(&normalised(speaker)) == Some("speaker")
}

/// Reads a list: the recordings of each speaker, in the list's order.
pub(super) fn read(path: &Path) -> Result<BTreeMap<Speaker, Vec<String>>> {
    let text = text::read(path, "reading the enrolment list")?;
    let mut speakers = BTreeMap::new();
    for (line, content) in text::lines(&text) {
        let bad = |field: &str, message: String| Error::parse(path, line.into(), field, message, REMEDY);
        let (speaker, list) = content
            .trim()
            .split_once(|c: char| c.is_ascii_whitespace())
            .ok_or_else(|| bad("columns", "expected a speaker and a list of files, found one column".into()))?;
        if speakers.is_empty() && is_header(speaker) {
            continue;
        }
        let files: Vec<String> = list.split(',').map(|file| file.trim().to_owned()).collect();
        if files.iter().any(|file| file.is_empty() || file.contains(char::is_whitespace)) {
            return Err(bad("files", format!("`{}` is no list of files separated by commas", list.trim())));
        }
        if speakers.insert(Speaker::from(speaker), files).is_some() {
            return Err(bad("speaker", format!("{speaker} is enrolled on an earlier line already")));
        }
    }
    if speakers.is_empty() {
        let message = format!("the enrolment list {} holds no speaker", path.display());
        return Err(Error::data(message, "take the list from the published corpus again"));
    }
    Ok(speakers)
}

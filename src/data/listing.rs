//! A split read: its protocol's rows arranged as trials, a trial named once, subset and present recordings chosen. Every
//! complaint names its line.

use std::{
    collections::{HashMap, hash_map::Entry},
    path::Path,
};

use rayon::prelude::*;

use super::{corpus::Corpus, split::Split, whereabouts};
use crate::{
    error::{Error, Result},
    protocol::Protocol,
    trial::Trial,
};

const REMEDY: &str = "mend that line, or take the protocol from the published corpus again";

/// The trials of a split, with all that the protocol tells of them.
#[derive(Clone, Debug)]
pub struct Listing {
    /// The protocol by column, a row for each trial in their order.
    pub columns: Protocol,
    /// Trials left out since their recordings are not there; 0 unless only present ones were asked for.
    pub left_out: usize,
}

impl Listing {
    /// The trials, in the protocol's order.
    pub fn trials(&self) -> Vec<Trial> {
        self.columns.trials()
    }
}

/// Reads a split's protocols.
pub(super) fn read(corpus: &Corpus, split: Split) -> Result<Listing> {
    let layout = corpus.layout();
    let mut parts = Vec::new();
    for path in corpus.protocol_paths(split) {
        let protocol = whereabouts::read(corpus, split, &path)?;
        parts.push(layout.arrange(protocol, split)?);
    }
    refuse_repeats(&parts, layout.repeats_files())?;
    let whole = parts.into_iter().map(Ok).reduce(|whole, part| whole?.followed_by(part?));
    let whole = whole.unwrap_or_else(|| Err(empty(corpus, split, "has no protocol")))?;
    let chosen = of_subset(corpus, whole)?;
    if chosen.is_empty() {
        return Err(empty(corpus, split, "holds no trial"));
    }
    if corpus.present_only() { present(corpus, split, chosen) } else { Ok(Listing { columns: chosen, left_out: 0 }) }
}

fn of_subset(corpus: &Corpus, whole: Protocol) -> Result<Protocol> {
    let Some(wanted) = corpus.subset().filter(|subset| *subset != "all") else { return Ok(whole) };
    let Some(subsets) = whole.column("subset") else { return Ok(whole) };
    // The first release of the keys has `hidden_track` for what is `hidden` in the full one.
    let is_wanted = |subset: &str| subset.strip_suffix("_track").unwrap_or(subset) == wanted;
    let rows: Vec<usize> = (0..).zip(subsets).filter(|(_, subset)| is_wanted(subset)).map(|(at, _)| at).collect();
    Ok(whole.select(&rows))
}

fn present(corpus: &Corpus, split: Split, all: Protocol) -> Result<Listing> {
    let files: Vec<&str> = all.column("file").into_iter().flatten().collect();
    let there = |at: &usize| corpus.find_audio(split, files[*at]).is_some();
    let rows: Vec<usize> = (0..files.len()).into_par_iter().filter(there).collect();
    if rows.is_empty() {
        let folders: Vec<_> = corpus.audio_folders(split).iter().map(|folder| folder.display().to_string()).collect();
        let message = format!("none of the {} recordings of {split} is in {}", all.len(), folders.join(" or "));
        return Err(Error::data(message, "check the corpus's root, or unpack the recordings"));
    }
    let left_out = all.len() - rows.len();
    Ok(Listing { columns: all.select(&rows), left_out })
}

fn empty(corpus: &Corpus, split: Split, what: &str) -> Error {
    let subset = corpus.subset().map_or_else(String::new, |subset| format!(" in subset {subset}"));
    let message = format!("{split} of {} in {} {what}{subset}", corpus.name(), corpus.root().display());
    Error::data(message, "take the protocol from the published corpus again")
}

/// A trial is a file, or a file with a speaker where files are tried with several.
fn refuse_repeats(parts: &[Protocol], by_speaker: bool) -> Result<()> {
    let rows = parts.iter().map(Protocol::len).sum();
    let mut first: HashMap<(&str, &str), (&Path, u32)> = HashMap::with_capacity(rows);
    for part in parts {
        let mut speakers = part.column("speaker").filter(|_| by_speaker);
        for (file, &line) in part.column("file").into_iter().flatten().zip(part.lines()) {
            let speaker = speakers.as_mut().and_then(Iterator::next).unwrap_or("");
            match first.entry((file, speaker)) {
                Entry::Vacant(place) => drop(place.insert((part.path(), line))),
                Entry::Occupied(earlier) => return Err(repeated((part.path(), line), (file, speaker), *earlier.get())),
            }
        }
    }
    Ok(())
}

fn repeated(place: (&Path, u32), (file, speaker): (&str, &str), earlier: (&Path, u32)) -> Error {
    let with = if speaker.is_empty() { String::new() } else { format!(" with speaker {speaker}") };
    let of = if place.0 == earlier.0 { String::new() } else { format!(" of {}", earlier.0.display()) };
    let message = format!("`{file}`{with} stands on line {}{of} already", earlier.1);
    Error::parse(place.0, place.1.into(), "file", message, REMEDY)
}

//! Score tables and protocols: what the protocol knows of each trial joins its score.

use std::collections::{HashMap, HashSet};

use polars::prelude::{IntoColumn, NamedFrom, StringChunked};

use super::{ScoreTable, UNKNOWN, labels, misfit};
use crate::{
    error::{Error, Result},
    protocol::Protocol,
    tables::audit::stem,
    trial::Label,
};

/// A file, and its speaker where the protocol tries one file with several.
type Key<'a> = (&'a str, &'a str);

impl ScoreTable {
    /// The table with the protocol's columns and labels; a label of the table that the protocol does not know stays.
    ///
    /// ```
    /// use rat::{protocol::Protocol, tables::ScoreTable};
    /// let folder = std::env::temp_dir().join("rat-doc-join");
    /// std::fs::create_dir_all(&folder)?;
    /// std::fs::write(folder.join("scores.csv"), "E_2,0.1,nan\nE_1,0.9,nan\n")?;
    /// std::fs::write(folder.join("key.tsv"), "S_1 E_1 F - 0 - - bonafide bonafide -\nS_2 E_2 M C05 2 - AC1 A26 spoof -\n")?;
    /// let table = ScoreTable::read(folder.join("scores.csv"))?;
    /// let table = table.with_protocol(&Protocol::read(folder.join("key.tsv"))?)?;
    /// assert_eq!(table.bonafide(), [0.9]);
    /// assert_eq!(table.texts("codec")?, ["C05", "-"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where a scored trial is not in the protocol, or a label disagrees with it. Trials that lack a score are no error; an audit names them.
    pub fn with_protocol(&self, protocol: &Protocol) -> Result<Self> {
        let places = self.places_in(protocol)?;
        let known = protocol.labels();
        let joined: Vec<Option<Label>> = places.iter().map(|&at| known[at]).collect();
        let own = self.labels();
        self.check_labels(protocol, &own, &joined)?;
        let joined = joined.iter().zip(&own).map(|(theirs, ours)| theirs.or(*ours));
        let mut frame = self.frame.clone();
        let failed = |source: polars::prelude::PolarsError| misfit(&source.to_string());
        frame.with_column(labels(joined)).map_err(failed)?;
        for name in protocol.columns().into_iter().filter(|name| !["file", "label", "score", "margin"].contains(name)) {
            let values: Vec<&str> = protocol.column(name).into_iter().flatten().collect();
            let values: Vec<&str> = places.iter().map(|&at| values[at]).collect();
            frame.with_column(StringChunked::new(name.into(), values).into_column()).map_err(failed)?;
        }
        Self::new(frame)
    }

    /// The row of each scored trial in the protocol.
    fn places_in(&self, protocol: &Protocol) -> Result<Vec<usize>> {
        let mut places = self.places_by(protocol, |file| file)?;
        if places.iter().all(Option::is_none) {
            // Scores by path, as `flac_E/E_0001.flac`; two files of one name would not be told apart.
            let files = self.texts("file")?;
            let distinct: HashSet<&str> = files.iter().map(|file| stem(file)).collect();
            if distinct.len() == files.len() {
                places = self.places_by(protocol, stem)?;
            }
        }
        let strangers: Vec<usize> = (0..self.len()).filter(|&at| places[at].is_none()).collect();
        match strangers.first() {
            None => Ok(places.into_iter().flatten().collect()),
            Some(&first) => Err(Error::data(
                format!(
                    "{} of {} scored trials are not in {}, the first is {}",
                    strangers.len(),
                    self.len(),
                    protocol.path().display(),
                    self.texts("file")?[first]
                ),
                "give the protocol of these trials; `rat-report audit` lists the differences",
            )),
        }
    }

    /// The same by whatever `name` makes of file names; `None` for trials that the protocol does not have.
    fn places_by(&self, protocol: &Protocol, name: fn(&str) -> &str) -> Result<Vec<Option<usize>>> {
        let files: Vec<&str> = protocol.column("file").into_iter().flatten().collect();
        let speakers: Vec<&str> = protocol.column("speaker").into_iter().flatten().collect();
        let own_files = self.texts("file")?;
        // A morph is tried with several speakers; then a score must tell with which.
        let own_speakers = self.texts("speaker").unwrap_or_default();
        let with_speaker = !own_speakers.is_empty() && !speakers.is_empty() && self.knows("speaker");
        let mut by_key: HashMap<Key<'_>, usize> = HashMap::with_capacity(files.len());
        let known = protocol.labels();
        for (at, &file) in files.iter().enumerate() {
            let key = (name(file), if with_speaker { speaker_at(&speakers, at) } else { "" });
            let earlier = *by_key.entry(key).or_insert(at);
            if known[earlier] != known[at] {
                let message = format!("{file} has another label on line {}", protocol.lines()[earlier]);
                let remedy = "find out which of the two is right, and leave the other out";
                return Err(Error::parse(protocol.path(), u64::from(protocol.lines()[at]), "label", message, remedy));
            }
        }
        let key = |at: usize| (name(own_files[at]), if with_speaker { own_speakers[at] } else { "" });
        let places: Vec<Option<usize>> = (0..self.len()).map(|at| by_key.get(&key(at)).copied()).collect();
        // Tables whose speakers are named otherwise are joined by file alone.
        if with_speaker && places.iter().all(Option::is_none) {
            return self.without("speaker")?.places_by(protocol, name);
        }
        Ok(places)
    }

    fn check_labels(&self, protocol: &Protocol, own: &[Option<Label>], joined: &[Option<Label>]) -> Result<()> {
        let differs = |at: &usize| matches!((own[*at], joined[*at]), (Some(ours), Some(theirs)) if ours != theirs);
        let differing: Vec<usize> = (0..self.len()).filter(differs).collect();
        let Some(&first) = differing.first() else { return Ok(()) };
        let message = format!(
            "{} of {} labels disagree with {}, the first is that of {}",
            differing.len(),
            self.len(),
            protocol.path().display(),
            self.texts("file")?[first]
        );
        let all = differing.len() == own.iter().flatten().count();
        let remedy = if all {
            "every label is the other way round: say how they are written with --labels"
        } else {
            "give the protocol of these trials; `rat-report audit` lists the differences"
        };
        Err(Error::data(message, remedy))
    }
}

fn speaker_at<'a>(speakers: &[&'a str], at: usize) -> &'a str {
    speakers.get(at).copied().unwrap_or(UNKNOWN)
}

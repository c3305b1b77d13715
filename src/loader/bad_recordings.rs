//! The list of recordings that could not be used, `bad_audio.csv`: none is passed over in silence.

use std::{collections::HashSet, path::Path};

use serde::{Deserialize, Serialize};

use crate::{
    data::Split,
    error::{Error, Result},
    output::OutputFile,
};

/// One recording that could not be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadRecording {
    /// Where it belongs.
    pub split: Split,
    /// Its name in the protocol.
    pub file: String,
    /// What is wrong with it, with its path.
    pub reason: String,
}

impl BadRecording {
    /// From the error that reading it gave.
    pub fn new(split: Split, file: impl Into<String>, error: &Error) -> Self {
        Self { split, file: file.into(), reason: error.to_string() }
    }
}

/// Recordings that could not be used, each once, in the order in which they were met.
#[derive(Clone, Debug, Default)]
pub struct BadRecordings {
    rows: Vec<BadRecording>,
    known: HashSet<(Split, String)>,
}

impl BadRecordings {
    /// The list.
    pub fn rows(&self) -> &[BadRecording] {
        &self.rows
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether every recording could be used.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Adds what is not in the list yet.
    pub fn extend(&mut self, rows: impl IntoIterator<Item = BadRecording>) {
        for row in rows {
            if self.known.insert((row.split, row.file.clone())) {
                self.rows.push(row);
            }
        }
    }

    /// Reads the list of an earlier run; empty where there is none.
    ///
    /// # Errors
    /// Where the file is there and does not hold such a list.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let mut list = Self::default();
        if !path.exists() {
            return Ok(list);
        }
        let failed = |source: csv::Error| {
            let line = source.position().map_or(1, csv::Position::line);
            Error::parse(path, line, "bad audio", source.to_string(), "mend that line, or delete the file")
        };
        let mut reader = csv::Reader::from_path(path).map_err(failed)?;
        for row in reader.deserialize() {
            list.extend([row.map_err(failed)?]);
        }
        Ok(list)
    }

    /// Writes the list as CSV with a header: split, file, reason.
    ///
    /// # Errors
    /// Where the place is not writable.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let failed = |cause: String| Error::io("writing", path, std::io::Error::other(cause));
        let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(OutputFile::create(path)?);
        writer.write_record(["split", "file", "reason"]).map_err(|source| failed(source.to_string()))?;
        for row in &self.rows {
            writer.serialize(row).map_err(|source| failed(source.to_string()))?;
        }
        let output = writer.into_inner().map_err(|source| failed(source.error().to_string()))?;
        output.finish().map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_recording_stands_once_and_is_read_back() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("bad_audio.csv");
        assert!(BadRecordings::read(&path).expect("no file is no list").is_empty());
        let error = Error::audio("/data/a.flac", "truncated, \"cut\": 3 of 4", "fetch it again");
        let rows = [(Split::Train, "a"), (Split::Dev, "a"), (Split::Train, "a"), (Split::Train, "b c")];
        let mut list = BadRecordings::default();
        list.extend(rows.map(|(split, file)| BadRecording::new(split, file, &error)));
        assert_eq!(list.len(), 3);
        list.write(&path).expect("writable");
        let mut read = BadRecordings::read(&path).expect("reads");
        assert_eq!(read.rows(), list.rows());
        read.extend(list.rows().to_vec());
        assert_eq!(read.len(), 3);
        std::fs::write(&path, "split,file,reason\nmiddle,a,b\n").expect("writable");
        let error = BadRecordings::read(&path).expect_err("`middle` is no split");
        assert!(error.to_string().contains("line 2"), "{error}");
    }
}

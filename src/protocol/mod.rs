//! Protocols, keys and metadata: which trials a data set has, and what is known of each.
//!
//! Every published form is read as it is published (ASVspoof 5, 2019 and 2021, In-the-Wild, Morphing, MLDF, key files, any
//! CSV, TSV or Parquet file with named columns); [`ProtocolFormat`] lists them. What stands in a file is kept by column, so that a table of scores can be broken down
//! by any of them. Score files share the words for labels ([`LabelConvention`]) and the splitting of lines.

mod build;
mod detect;
mod format;
mod names;
mod own;
mod rows;
mod words;

pub(crate) mod fields;
pub(crate) mod parquet;
pub(crate) mod text;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

pub use format::ProtocolFormat;
pub(crate) use names::{normalised, standard_name};
pub use words::LabelConvention;

use crate::{
    error::Result,
    trial::{Label, Trial},
};

/// A protocol by column: the file's text, and where in it each value stands.
///
/// ```
/// use rat::protocol::Protocol;
/// let folder = std::env::temp_dir().join("rat-doc-protocol");
/// std::fs::create_dir_all(&folder)?;
/// let path = folder.join("eval.tsv");
/// std::fs::write(&path, "E_1607 E_0009538969 M C05 2 E_0009486171 AC1 A26 spoof -\n")?;
/// let protocol = Protocol::read(&path)?;
/// assert_eq!(protocol.format(), "ASVspoof 5");
/// assert_eq!(protocol.columns()[..6], ["file", "speaker", "gender", "codec", "attack", "label"]);
/// assert_eq!(protocol.column("attack").and_then(|mut attacks| attacks.next()), Some("A26"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Protocol {
    path: PathBuf,
    format: ProtocolFormat,
    text: String,
    columns: Vec<Column>,
    labels: Vec<Option<Label>>,
    lines: Vec<u32>,
}

/// One column: a name, and where its values stand in the text.
#[derive(Clone, Debug)]
struct Column {
    name: String,
    spans: Vec<Span>,
}

/// Bytes `start..end` of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    start: u32,
    end: u32,
}

impl Protocol {
    /// Reads a protocol whose form is told from its columns.
    ///
    /// # Errors
    /// Where the file cannot be read, holds no trial, is of no known form, or a line does not fit; the error names line and
    /// column.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        build::read(path.as_ref(), None, None)
    }

    /// Reads a protocol that must be of the form `format`.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_as(path: impl AsRef<Path>, format: ProtocolFormat) -> Result<Self> {
        build::read(path.as_ref(), Some(format), None)
    }

    /// The form of ASVspoof's that a file is of; `None` for any other, or where it cannot be read.
    pub fn published_form(path: impl AsRef<Path>) -> Option<ProtocolFormat> {
        detect::published_form(&text::read(path.as_ref(), "reading the protocol").ok()?)
    }

    /// Reads own data, with columns by name. Labels are words; numbers are refused unless `labels` explains them, and so are
    /// columns of one meaning (`file` and `path`, `label` twice) that contradict each other.
    ///
    /// # Errors
    /// As [`read`](Self::read), and for these.
    pub fn read_own(path: impl AsRef<Path>, labels: LabelConvention) -> Result<Self> {
        build::read(path.as_ref(), Some(ProtocolFormat::Named), Some(labels))
    }

    /// The form's name for people, as `ASVspoof 2021 DF`.
    pub fn format(&self) -> &str {
        self.format.description()
    }

    /// The file it was read from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many trials there are.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is none; [`read`](Self::read) refuses such a file.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The columns' names: `file, speaker, gender, codec, attack, label` as far as they are known, then the file's own.
    pub fn columns(&self) -> Vec<&str> {
        self.columns.iter().map(|column| column.name.as_str()).collect()
    }

    /// The values of a column, in the file's order; `None` where there is no such column.
    ///
    /// Labels are written `bonafide`, `spoof` or `-`, whatever words the file has; the attack of bona fide trials is `-`.
    pub fn column(&self, name: &str) -> Option<impl Iterator<Item = &str>> {
        let column = &self.columns[self.place(name)?];
        Some(column.spans.iter().map(|span| self.value(*span)))
    }

    /// The label of each trial.
    pub fn labels(&self) -> Vec<Option<Label>> {
        self.labels.clone()
    }

    /// The line of each trial, from 1.
    pub fn lines(&self) -> &[u32] {
        &self.lines
    }

    /// The trials; what the file does not tell is `-`. Names that repeat are held once.
    pub fn trials(&self) -> Vec<Trial> {
        let mut speakers = self.shared("speaker");
        let (mut genders, mut codecs, mut attacks) =
            (self.shared("gender"), self.shared("codec"), self.shared("attack"));
        let files = self.place("file");
        let trial = |row: usize| Trial {
            speaker: speakers(row),
            file: files.map_or("-", |place| self.value(self.columns[place].spans[row])).into(),
            gender: genders(row),
            codec: codecs(row),
            attack: attacks(row),
            label: self.labels[row],
        };
        (0..self.len()).map(trial).collect()
    }

    /// The names of a column, row by row, each made once.
    fn shared<Name: Clone + for<'a> From<&'a str>>(&self, column: &str) -> impl FnMut(usize) -> Name {
        let place = self.place(column);
        let mut known: HashMap<&str, Name> = HashMap::new();
        move |row| {
            let text = place.map_or("-", |place| self.value(self.columns[place].spans[row]));
            known.entry(text).or_insert_with(|| text.into()).clone()
        }
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    fn value(&self, span: Span) -> &str {
        &self.text[span.start as usize..span.end as usize]
    }
}

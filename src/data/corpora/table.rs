//! Own data: a CSV, TSV or Parquet file with columns file, speaker and label, and attack, codec, gender, split or anything
//! besides. The root is that file, or a folder in which it is the only one or called
//! `table.csv`.
//!
//! Paths of recordings are relative to the file's folder, or absolute. A column `split` says train, dev or eval; without it all
//! rows are eval, since nobody is to be trained and tested on the same trials unawares. Columns called `score` and `margin` are
//! kept as `protocol_score` and `protocol_margin`.

use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
};

use crate::{
    data::{
        info::{CorpusInfo, ReferenceOrigin},
        layout::Layout,
        split::Split,
    },
    error::{Error, Result},
    protocol::{LabelConvention, Protocol, ProtocolFormat},
};

/// A file with named columns.
#[derive(Debug)]
pub(super) struct Table;

const INFO: CorpusInfo = CorpusInfo {
    name: "table",
    title: "own data",
    description: "a .csv, .tsv or .parquet file with columns file, speaker, label [attack, codec, gender, split, ...]; the root is it or its folder",
    source: "your own",
    splits: &Split::ALL,
    subsets: &[],
    references: ReferenceOrigin::Bonafide,
    published: &[],
};

impl Layout for Table {
    fn info(&self) -> &'static CorpusInfo {
        &INFO
    }

    fn protocols(&self, _split: Split) -> &'static [&'static str] {
        &["table.csv"]
    }

    fn protocol_endings(&self) -> &'static [&'static str] {
        &["csv", "tsv", "parquet"]
    }

    fn protocol_format(&self, _split: Split) -> Option<ProtocolFormat> {
        Some(ProtocolFormat::Named)
    }

    fn is_own(&self) -> bool {
        true
    }

    fn read(&self, path: &Path, _split: Split, labels: LabelConvention) -> Result<Protocol> {
        Protocol::read_own(path, labels)
    }

    fn audio_folders(&self, _split: Split) -> &'static [&'static str] {
        &[""]
    }

    fn repeats_files(&self) -> bool {
        true
    }

    fn splits_of(&self, protocol: &Protocol) -> Result<Vec<Split>> {
        let splits: BTreeSet<Split> = splits(protocol)?.into_iter().collect();
        Ok(splits.into_iter().collect())
    }

    fn arrange(&self, protocol: Protocol, split: Split) -> Result<Protocol> {
        let splits = splits(&protocol)?;
        refuse_shared(&protocol, &splits)?;
        let rows: Vec<usize> = (0..splits.len()).filter(|&at| splits[at] == split).collect();
        let chosen = protocol.select(&rows).without_column("split");
        // These names are taken in tables of scores.
        Ok(chosen.with_renamed("score", "protocol_score").with_renamed("margin", "protocol_margin"))
    }
}

/// The split of each row.
fn splits(protocol: &Protocol) -> Result<Vec<Split>> {
    let Some(words) = protocol.column("split") else { return Ok(vec![Split::Eval; protocol.len()]) };
    let read = |(word, &line): (&str, &u32)| {
        named(word).ok_or_else(|| {
            let message = format!("`{word}` is not a split");
            Error::parse(protocol.path(), line.into(), "split", message, "write train, dev or eval")
        })
    };
    words.zip(protocol.lines()).map(read).collect()
}

/// A recording of two splits would be trained and tested on.
fn refuse_shared(protocol: &Protocol, splits: &[Split]) -> Result<()> {
    let mut first: HashMap<&str, (Split, u32)> = HashMap::with_capacity(splits.len());
    let files = protocol.column("file").into_iter().flatten();
    for ((file, &split), &line) in files.zip(splits).zip(protocol.lines()) {
        let (earlier, place) = *first.entry(file).or_insert((split, line));
        if earlier != split {
            let message = format!("`{file}` is of {split}, and on line {place} of {earlier}");
            return Err(Error::parse(protocol.path(), line.into(), "split", message, "leave it in one of them"));
        }
    }
    Ok(())
}

/// What data sets call the three.
fn named(word: &str) -> Option<Split> {
    match word.to_ascii_lowercase().as_str() {
        "train" | "training" => Some(Split::Train),
        "dev" | "development" | "val" | "valid" | "validation" => Some(Split::Dev),
        "eval" | "evaluation" | "test" => Some(Split::Eval),
        _ => None,
    }
}

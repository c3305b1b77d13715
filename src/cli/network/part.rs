//! A part of a sharded evaluation: its folder, its trials, and the manifest that `merge` asks for.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::origin::Origin;
use crate::{
    data::Pairing,
    error::{Error, Result},
    loader::Shard,
    score::Scored,
    tables::{ShardFile, ShardManifest},
    trial::Trial,
};

/// The folder of a part, as `shard-1-of-4`, or that of the whole.
pub(super) fn folder(of_whole: &Path, shard: Shard) -> PathBuf {
    if shard.is_whole() {
        return of_whole.into();
    }
    of_whole.join(ShardManifest::folder_name(shard.index() + 1, shard.count()))
}

/// The trials of a part.
pub(super) fn share(trials: &[Trial], shard: Shard) -> Result<&[Trial]> {
    let share = shard.of(trials);
    if share.is_empty() && !trials.is_empty() {
        let message = format!("part {shard} of {} trials holds none", trials.len());
        return Err(Error::config("shard", message, "make fewer parts"));
    }
    Ok(share)
}

/// The name of a condition's table.
pub(super) fn table_name(condition: &str) -> String {
    format!("{}.csv", condition.replace(':', "-"))
}

/// What a part is of.
pub(super) struct Part<'a> {
    pub(super) folder: &'a Path,
    pub(super) shard: Shard,
    /// Of the whole.
    pub(super) trials: usize,
    /// What is scored and how, by content.
    pub(super) scoring: BTreeMap<String, String>,
    /// Of the run's own scores.
    pub(super) own: Origin,
    /// Missing in the run's own folder.
    pub(super) origin: Option<Origin>,
    /// The references of the whole, where some condition has any.
    pub(super) pairing: Option<&'a Pairing>,
}

impl Part<'_> {
    /// The tables that are there already, whole and of the same scoring; none of a folder that is no part. A pairing that is gone
    /// is written again: it lies outside the part, and may not have been copied with it.
    pub(super) fn finished(&self) -> Result<Option<Vec<PathBuf>>> {
        let Ok(manifest) = ShardManifest::read(self.folder) else { return Ok(None) };
        let same = manifest.scoring == self.scoring && manifest.of == self.shard.count();
        if self.shard.is_whole() || !same || manifest.shard != self.shard.index() + 1 {
            return Ok(None);
        }
        if let (Some(file), Some(pairing)) = (&manifest.pairing, self.pairing)
            && file.file == self.pairing_file()
            && file.read(self.folder).is_err()
        {
            pairing.write(self.folder.join(&file.file))?;
        }
        let beside = manifest.bad_audio.iter().chain(&manifest.pairing);
        let whole = manifest.tables.iter().chain(beside).all(|file| file.read(self.folder).is_ok());
        let paths = manifest.tables.iter().map(|table| self.folder.join(&table.file));
        Ok(whole.then(|| paths.collect()))
    }

    /// Where the references lie, from the part's folder on.
    fn pairing_file(&self) -> &'static str {
        if self.origin.is_some() { "../pairing/pairing.parquet" } else { "../../pairing.parquet" }
    }

    /// Takes the manifest away, since the tables change now.
    pub(super) fn begin(&self) -> Result<()> {
        let path = self.folder.join(ShardManifest::FILE);
        match std::fs::remove_file(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(Error::io("removing", &path, source)),
            _ => Ok(()),
        }
    }

    /// Writes the manifest, when all else is written.
    pub(super) fn finish(&self, scored: &Scored) -> Result<()> {
        if self.shard.is_whole() {
            return Ok(());
        }
        let tables = scored.tables.iter();
        let tables = tables.map(|(name, table)| ShardFile::of(self.folder, table_name(name), table.len()));
        let range = self.shard.range(self.trials);
        let optional =
            |wanted: bool, file: &str, rows| wanted.then(|| ShardFile::of(self.folder, file, rows)).transpose();
        let manifest = ShardManifest {
            shard: self.shard.index() + 1,
            of: self.shard.count(),
            trials: self.trials,
            first: range.start,
            end: range.end,
            scoring: self.scoring.clone(),
            origin: self.origin.as_ref().map(Origin::to_map).unwrap_or_default(),
            tables: tables.collect::<Result<_>>()?,
            bad_audio: optional(!scored.bad.is_empty(), BAD_AUDIO, scored.bad.len())?,
            pairing: optional(self.pairing.is_some(), self.pairing_file(), self.trials)?,
        };
        manifest.write(self.folder)
    }
}

/// The list of recordings that could not be used; not among the tables, so that `DIR/*.csv` are scores.
pub(super) const BAD_AUDIO: &str = "bad_audio/bad_audio.csv";

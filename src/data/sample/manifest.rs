//! What the sample corpus is made from: the voices (`voices.tsv`) and what eSpeak NG says (`words.tsv`).

use crate::data::Split;

const VOICES: &str = include_str!("voices.tsv");
const WORDS: &str = include_str!("words.tsv");

/// One human voice: all recordings of one language in one package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Voice {
    /// As `klettres-cs`.
    pub(super) name: &'static str,
    /// The Debian package.
    pub(super) package: &'static str,
    /// What the recordings' paths below `/usr/share` begin with.
    pub(super) files: Vec<&'static str>,
    /// eSpeak NG's voice for the language.
    pub(super) language: &'static str,
    /// The speaker's partition.
    pub(super) split: Split,
}

/// All voices, in the order of the file.
pub(super) fn voices() -> Vec<Voice> {
    rows(VOICES).map(voice).collect()
}

/// The packages that hold them, each once.
pub(super) fn packages() -> Vec<&'static str> {
    let mut packages: Vec<_> = voices().iter().map(|voice| voice.package).collect();
    packages.sort_unstable();
    packages.dedup();
    packages
}

/// What to say in a language; empty for one that is not in the file.
pub(super) fn words(language: &str) -> Vec<&'static str> {
    let row = rows(WORDS).find(|columns| columns[0] == language);
    row.map(|columns| columns[1].split(' ').collect()).unwrap_or_default()
}

fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect())
}

fn voice(columns: Vec<&'static str>) -> Voice {
    let [name, package, files, language, split] = columns[..] else {
        panic!("voices.tsv is part of the library and has five columns a line")
    };
    let split = split.parse().expect("voices.tsv is part of the library and names train, dev or eval");
    Voice { name, package, files: files.split(' ').collect(), language, split }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    #[test]
    fn both_tables_fit_together() {
        let voices = voices();
        assert!(voices.len() >= 16);
        let names: BTreeSet<_> = voices.iter().map(|voice| voice.name).collect();
        assert_eq!(names.len(), voices.len());
        for voice in &voices {
            let words = words(voice.language);
            assert_eq!(words.len(), 24, "{}", voice.language);
            assert_eq!(words.iter().collect::<BTreeSet<_>>().len(), 24, "{}", voice.language);
        }
    }

    /// Two packages may have asked the same volunteer.
    #[test]
    fn a_language_stays_in_one_partition() {
        let mut splits: BTreeMap<&str, BTreeSet<Split>> = BTreeMap::new();
        for voice in voices() {
            splits.entry(voice.language.split('-').next().unwrap_or_default()).or_default().insert(voice.split);
        }
        assert!(splits.values().all(|splits| splits.len() == 1), "{splits:?}");
    }
}

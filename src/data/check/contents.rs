//! What a split's protocol holds, and where that is not what was published.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    path::PathBuf,
};

use serde::{Deserialize, Serialize};

use crate::{
    data::{corpus::Corpus, info::PublishedSplit, split::Split},
    trial::{Label, Speaker, Trial},
};

/// A split by its protocol.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Contents {
    /// The files of its protocol.
    pub protocols: Vec<String>,
    /// Files of its protocol that are not there, as those of a language in a partial copy; their trials are not counted.
    #[serde(default)]
    pub absent_protocols: Vec<String>,
    /// All trials.
    pub trials: usize,
    /// Bona fide trials.
    pub bonafide: usize,
    /// Spoof trials.
    pub spoof: usize,
    /// Trials without label.
    pub unlabelled: usize,
    /// Trials left out since their recordings are not there.
    pub left_out: usize,
    /// Speakers; 0 where they are not named.
    pub speakers: usize,
    /// Speakers by gender.
    pub genders: Vec<GenderCount>,
    /// Spoof trials by spoofing system.
    pub attacks: Vec<Tally>,
    /// Trials by codec.
    pub codecs: Vec<Tally>,
    /// Speakers of trials without any recording to serve as reference.
    pub without_reference: Vec<String>,
    /// Speakers with a single one: their own bona fide trial has no other reference.
    pub single_reference: Vec<String>,
    /// The published counts of trials, bona fide and spoof, where they are known.
    pub published: Option<[usize; 2]>,
    /// Where the counts are not the published ones.
    pub differences: Vec<Difference>,
}

/// Speakers of one gender.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenderCount {
    /// As the protocol has it: `F`, `M`, or `-` where it does not tell.
    pub gender: String,
    /// How many.
    pub speakers: usize,
}

/// Trials of one attack or codec.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// As the protocol has it; `-` for no codec.
    pub name: String,
    /// Bona fide trials.
    pub bonafide: usize,
    /// Spoof trials.
    pub spoof: usize,
}

/// A count that is not the published one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// What is counted, as `bona fide trials` or `trials of A17`.
    pub what: String,
    /// The published count; `None` where only that there are some is known.
    pub published: Option<usize>,
    /// What the protocol has.
    pub found: usize,
}

impl Contents {
    /// Counts the trials of a split.
    pub(super) fn of(corpus: &Corpus, split: Split, trials: &[Trial], left_out: usize) -> Self {
        let labelled = |label| trials.iter().filter(|trial| trial.label == label).count();
        let speakers = genders(trials);
        let named = |names: Vec<&Speaker>| names.into_iter().map(ToString::to_string).collect();
        let [without, single] = few_references(corpus, split, trials, speakers.keys().copied());
        let published = corpus.info().published(split, corpus.subset());
        let file_name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut contents = Self {
            protocols: corpus.protocol_paths(split).iter().map(file_name).collect(),
            absent_protocols: absent_protocols(corpus, split).iter().map(file_name).collect(),
            trials: trials.len(),
            bonafide: labelled(Some(Label::Bonafide)),
            spoof: labelled(Some(Label::Spoof)),
            unlabelled: labelled(None),
            left_out,
            speakers: speakers.len(),
            genders: by_gender(&speakers),
            attacks: tallies(trials.iter().filter(|trial| trial.label == Some(Label::Spoof)), |trial| {
                trial.attack.as_str()
            }),
            codecs: tallies(trials.iter(), |trial| trial.codec.as_str()),
            without_reference: named(without),
            single_reference: named(single),
            published: published.map(|published| [published.bonafide, published.spoof]),
            differences: Vec::new(),
        };
        contents.differences = published.map_or_else(Vec::new, |published| contents.compared(published));
        contents
    }

    fn compared(&self, published: &PublishedSplit) -> Vec<Difference> {
        let mut differences = Vec::new();
        let mut compare = |what: String, published: usize, found: usize| {
            if published != found {
                differences.push(Difference { what, published: Some(published), found });
            }
        };
        compare("bona fide trials".into(), published.bonafide, self.bonafide);
        compare("spoof trials".into(), published.spoof, self.spoof);
        if let Some(speakers) = published.speakers {
            compare("speakers".into(), speakers, self.speakers);
        }
        let of = |tallies: &[Tally], name: &str| {
            tallies.iter().find(|tally| tally.name == name).map_or((0, 0), |tally| (tally.bonafide, tally.spoof))
        };
        for (codec, bonafide, spoof) in published.codecs {
            let (found_bonafide, found_spoof) = of(&self.codecs, codec);
            compare(format!("bona fide trials of codec {codec}"), *bonafide, found_bonafide);
            compare(format!("spoof trials of codec {codec}"), *spoof, found_spoof);
        }
        for tally in self.attacks.iter().filter(|_| !published.attacks.is_empty()) {
            if !published.attacks.iter().any(|(attack, _)| *attack == tally.name) {
                compare(format!("trials of attack {}", tally.name), 0, tally.spoof);
            }
        }
        for &(attack, count) in published.attacks {
            let found = of(&self.attacks, attack).1;
            if count.map_or(found == 0, |count| count != found) {
                differences.push(Difference { what: format!("trials of attack {attack}"), published: count, found });
            }
        }
        differences
    }
}

/// The parts of a split's protocol that are passed over since they are not there.
fn absent_protocols(corpus: &Corpus, split: Split) -> Vec<PathBuf> {
    let mut whole = corpus.clone();
    whole.options.present_only = false;
    let mut paths = whole.protocol_paths(split);
    paths.retain(|path| !path.exists());
    paths
}

/// The named speakers, each with the gender that its first trial gives.
fn genders(trials: &[Trial]) -> BTreeMap<&Speaker, &str> {
    let mut speakers = BTreeMap::new();
    for trial in trials.iter().filter(|trial| trial.speaker.as_str() != "-") {
        speakers.entry(&trial.speaker).or_insert(trial.gender.as_str());
    }
    speakers
}

fn by_gender(speakers: &BTreeMap<&Speaker, &str>) -> Vec<GenderCount> {
    let names: BTreeSet<&str> = speakers.values().copied().collect();
    let count = |gender: &str| speakers.values().filter(|of| **of == gender).count();
    names.into_iter().map(|gender| GenderCount { gender: gender.into(), speakers: count(gender) }).collect()
}

fn tallies<'a>(trials: impl Iterator<Item = &'a Trial>, name: impl Fn(&'a Trial) -> &'a str) -> Vec<Tally> {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for trial in trials {
        let count = counts.entry(name(trial)).or_default();
        match trial.label {
            Some(Label::Bonafide) => count.0 += 1,
            Some(Label::Spoof) => count.1 += 1,
            None => {}
        }
    }
    let tally = |(name, (bonafide, spoof)): (&str, _)| Tally { name: name.into(), bonafide, spoof };
    counts.into_iter().map(tally).collect()
}

/// Speakers with no reference, and those with a single one.
fn few_references<'a>(
    corpus: &Corpus,
    split: Split,
    trials: &[Trial],
    speakers: impl Iterator<Item = &'a Speaker>,
) -> [Vec<&'a Speaker>; 2] {
    let Ok(pool) = corpus.references(split, trials) else { return [Vec::new(), Vec::new()] };
    let (mut without, mut single) = (Vec::new(), Vec::new());
    for speaker in speakers {
        match pool.of(speaker).iter().collect::<HashSet<_>>().len() {
            0 => without.push(speaker),
            1 => single.push(speaker),
            _ => {}
        }
    }
    [without, single]
}

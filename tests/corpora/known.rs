//! The list of corpora, and the counts that were published.

use std::collections::BTreeSet;

use rat::data::{Corpus, PublishedSplit, ReferenceOrigin, Split};

use super::folder::{Folder, refused};

const NAMES: [&str; 9] = [
    "asvspoof5",
    "asvspoof5-track2",
    "asvspoof2019-la",
    "asvspoof2021-la",
    "asvspoof2021-df",
    "in-the-wild",
    "morphing",
    "mldf",
    "table",
];

#[test]
fn all_corpora_are_known_and_say_what_they_are() {
    assert_eq!(Corpus::names().collect::<Vec<_>>(), NAMES);
    for info in Corpus::known() {
        for text in [info.title, info.description, info.source] {
            assert!(!text.is_empty() && !text.contains('\n') && !text.ends_with('.'), "{}: {text}", info.name);
        }
        assert!(info.splits.contains(&Split::Eval), "{}", info.name);
        assert!(info.published.iter().all(|published| info.splits.contains(&published.split)));
    }
    let none: Vec<_> = Corpus::known().filter(|info| info.references == ReferenceOrigin::None).collect();
    assert_eq!(none.iter().map(|info| info.name).collect::<Vec<_>>(), ["mldf"]);
}

#[test]
fn published_counts_add_up() {
    let published = |name: &str, split, subset| -> &PublishedSplit {
        let info = Corpus::known().find(|info| info.name == name).expect("known");
        info.published(split, subset).expect("published")
    };
    for (name, split, subset, trials) in [
        ("asvspoof5", Split::Train, None, 182_357),
        ("asvspoof5", Split::Dev, None, 140_950),
        ("asvspoof5", Split::Eval, None, 680_774),
        ("asvspoof5-track2", Split::Train, None, 182_357),
        ("asvspoof2019-la", Split::Train, None, 25_380),
        ("asvspoof2019-la", Split::Dev, None, 24_844),
        ("asvspoof2019-la", Split::Eval, None, 71_237),
        ("asvspoof2021-la", Split::Eval, Some("eval"), 148_176),
        ("asvspoof2021-la", Split::Eval, Some("all"), 181_566),
        ("asvspoof2021-df", Split::Eval, Some("eval"), 533_928),
        ("asvspoof2021-df", Split::Eval, Some("all"), 611_829),
        ("in-the-wild", Split::Eval, None, 31_779),
    ] {
        assert_eq!(published(name, split, subset).trials(), trials, "{name} {split}");
    }
    let all = Corpus::known().flat_map(|info| info.published);
    for counts in all {
        let attacks: Option<Vec<usize>> = counts.attacks.iter().map(|(_, trials)| *trials).collect();
        if let Some(attacks) = attacks.filter(|attacks| !attacks.is_empty()) {
            assert_eq!(attacks.iter().sum::<usize>(), counts.spoof, "{counts:?}");
        }
        if !counts.codecs.is_empty() {
            let sum = |pick: fn(&(&str, usize, usize)) -> usize| counts.codecs.iter().map(pick).sum::<usize>();
            assert_eq!((sum(|codec| codec.1), sum(|codec| codec.2)), (counts.bonafide, counts.spoof));
        }
        let names: BTreeSet<_> = counts.attacks.iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), counts.attacks.len());
    }
}

#[test]
fn a_wrong_name_lists_all_of_them() {
    refused(Corpus::open("asvspoof2019", Folder::new().path("")), &NAMES);
}

#[test]
fn a_split_that_a_corpus_lacks_is_refused_with_those_it_has() {
    let folder = Folder::new().text("meta.csv", "file,speaker,label\n0.wav,A B,spoof\n");
    for name in ["asvspoof2021-la", "asvspoof2021-df", "in-the-wild", "mldf"] {
        let corpus = folder.open(name);
        assert_eq!(corpus.splits(), [Split::Eval]);
        for split in [Split::Train, Split::Dev] {
            let said = format!("{name} has no {split} split, only eval");
            refused(corpus.trials(split), &[&said, "train on another corpus", "asvspoof2019-la"]);
            assert!(!corpus.protocol_path(split).exists() && corpus.protocol_paths(split).is_empty());
        }
    }
}

#[test]
fn subsets_are_refused_where_there_are_none_and_listed_where_there_are() {
    let folder = Folder::new();
    let open = |name, subset: &str| {
        let options = rat::data::CorpusOptions { subset: Some(subset.into()), ..Default::default() };
        Corpus::open_with(name, folder.path(""), options)
    };
    refused(open("asvspoof5", "eval"), &["asvspoof5 has no subsets", "--subset"]);
    refused(open("asvspoof2021-la", "evaluation"), &["`evaluation`", "eval, progress, hidden or all"]);
    assert_eq!(open("asvspoof2021-df", "hidden").expect("known").subset(), Some("hidden"));
    assert_eq!(folder.open("asvspoof2021-df").subset(), Some("eval"));
}

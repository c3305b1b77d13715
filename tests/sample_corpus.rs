//! The demo's corpus, really built: needs Debian or Ubuntu and a network, hence only when asked for.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use rat::{
    Label, Trial, Waveform,
    data::{Corpus, Pairing, Split, sample},
};

fn recordings(corpus: &Corpus, split: Split) -> Vec<(Trial, Waveform)> {
    let load = |trial: Trial| {
        let waveform = corpus.load(split, &trial.file).expect("reads");
        (trial, waveform)
    };
    corpus.trials(split).expect("reads").into_iter().map(load).collect()
}

/// How often a value of one class lies above one of the other: 0.5 where it does not tell them apart.
fn separation(recordings: &[(Trial, Waveform)], measure: impl Fn(&Waveform) -> f64) -> f64 {
    let of = |label| recordings.iter().filter(move |(trial, _)| trial.label == Some(label));
    let spoof: Vec<f64> = of(Label::Spoof).map(|(_, waveform)| measure(waveform)).collect();
    let mut wins = 0.0;
    for (_, waveform) in of(Label::Bonafide) {
        let value = measure(waveform);
        wins += spoof.iter().filter(|&&other| value > other).count() as f64;
        wins += spoof.iter().filter(|&&other| value == other).count() as f64 / 2.0;
    }
    wins / (spoof.len() * of(Label::Bonafide).count()) as f64
}

#[test]
#[ignore = "fetches 90 MB of Debian packages: cargo test --release --test sample_corpus -- --ignored --nocapture"]
fn the_sample_corpus_is_built_once_and_gives_nothing_away_cheaply() {
    let kept = std::env::var_os("RAT_SAMPLE_CORPUS").map(PathBuf::from);
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let folder = kept.unwrap_or_else(|| temporary.path().join("sample-corpus"));
    let corpus = sample::build(&folder, &mut |line| eprintln!("{line}")).expect("builds");
    let mut said = 0;
    sample::build(&folder, &mut |_| said += 1).expect("opens");
    assert_eq!(said, 0, "a second run does nothing");

    let mut speakers = BTreeSet::new();
    for split in Split::ALL {
        let recordings = recordings(&corpus, split);
        let trials: Vec<Trial> = recordings.iter().map(|(trial, _)| trial.clone()).collect();
        eprintln!("{:?}", corpus.summary(split, &trials).expect("summarises"));
        Pairing::draw(&trials, 1).expect("every speaker has references");
        let here: BTreeSet<_> = trials.iter().map(|trial| trial.speaker.clone()).collect();
        assert!(here.iter().all(|speaker| speakers.insert(speaker.clone())), "speakers are disjoint");
        let mut attacks: BTreeMap<String, usize> = BTreeMap::new();
        trials.iter().for_each(|trial| *attacks.entry(trial.attack.to_string()).or_default() += 1);
        eprintln!("{split}: {attacks:?}");
        assert_eq!(attacks.len(), if split == Split::Eval { 7 } else { 5 });
        assert!(recordings.iter().all(|(_, waveform)| (1.4..=3.2).contains(&waveform.duration_secs())));
        for (name, told) in [
            ("length", separation(&recordings, Waveform::duration_secs)),
            ("power", separation(&recordings, Waveform::power)),
            (
                "peak",
                separation(&recordings, |waveform| {
                    f64::from(waveform.samples().iter().fold(0.0_f32, |peak, x| peak.max(x.abs())))
                }),
            ),
        ] {
            eprintln!("{split}: bona fide above spoof in {name} with probability {told:.2}");
            assert!((0.3..0.7).contains(&told), "{split}: {name} gives the class away: {told}");
        }
    }
    assert!(speakers.len() >= 16);
}

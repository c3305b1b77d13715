//! The program trains on one corpus and scores others: their columns reach the tables, their references the pairing.

use std::process::Command;

use rat::{
    data::{Pairing, SelfReference},
    tables::ScoreTable,
};

use super::folder::Folder;

/// Exit code and what was said.
fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_rat-report")).args(arguments).output().expect("the program starts");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn succeeds(arguments: &[&str]) -> String {
    let (code, said) = run(arguments);
    assert_eq!(code, Some(0), "{arguments:?}: {said}");
    said
}

fn refuses(arguments: &[&str], words: &[&str]) {
    let (code, said) = run(arguments);
    assert_eq!(code, Some(1), "{arguments:?}: {said}");
    assert!(words.iter().all(|word| said.contains(word)), "{said} lacks one of {words:?}");
}

/// Two speakers with two bona fide recordings and two spoofs in training and dev.
fn asvspoof2019(folder: Folder) -> Folder {
    [("train.trn", "train", 'T'), ("dev.trl", "dev", 'D')].into_iter().fold(
        folder,
        |folder, (protocol, split, letter)| {
            let row = |n: usize| {
                let (attack, key) = if n.is_multiple_of(2) { ("-", "bonafide") } else { ("A01", "spoof") };
                format!("LA_{} {letter}{n} - {attack} {key}\n", n / 4)
            };
            let names: Vec<String> = (0..8).map(|n| format!("{letter}{n}.flac")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let protocol = format!("la/LA/ASVspoof2019_LA_cm_protocols/ASVspoof2019.LA.cm.{protocol}.txt");
            folder
                .text(&protocol, &(0..8).map(row).collect::<String>())
                .sounds(&format!("la/LA/ASVspoof2019_LA_{split}/flac"), &names)
        },
    )
}

/// As many trials in the 2021 DF layout, of which one has no recording and one is of another subset.
fn asvspoof2021(folder: Folder) -> Folder {
    let row = |n: usize| {
        let (attack, key, vocoder) =
            if n.is_multiple_of(2) { ("-", "bonafide", "bonafide") } else { ("A14", "spoof", "traditional_vocoder") };
        let subset = if n == 9 { "progress" } else { "eval" };
        format!("LA_{} E{n} nocodec asvspoof {attack} {key} notrim {subset} {vocoder} - - - -\n", n % 5 / 3)
    };
    let names: Vec<String> = (1..10).map(|n| format!("E{n}.flac")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    folder
        .text("df/keys/DF/CM/trial_metadata.txt", &(0..10).map(row).collect::<String>())
        .sounds("df/ASVspoof2021_DF_eval/flac", &names)
}

#[test]
fn one_corpus_is_trained_on_and_another_scored() {
    let folder = asvspoof2021(asvspoof2019(Folder::new()));
    let folder =
        folder.text("wild/meta.csv", "0.wav,A B,spoof\n1.wav,A B,bona-fide\n2.wav,A B,bona-fide\n3.wav,C,bona-fide\n");
    let folder = folder.sounds("wild", &["0.wav", "1.wav", "2.wav", "3.wav"]);
    let place = |name: &str| folder.path(name).display().to_string();
    let (la, df, wild, trained) = (place("la"), place("df"), place("wild"), place("run"));
    let train = ["train", "--run", &trained, "--epochs", "1", "--batch", "4", "--trace-trials", "4"];
    succeeds(&[&train[..], &["--data", "asvspoof2019-la", "--root", &la]].concat());
    let wrong = ["train", "--run", &place("other"), "--data", "in-the-wild", "--root", &wild];
    refuses(&wrong, &["in-the-wild has no train split, only eval"]);
    let score = ["score", "--run", &trained, "--condition", "matched"];
    let scored = place("scores");

    let partial = [&score[..], &["--data", "asvspoof2021-df", "--root", &df]].concat();
    refuses(&partial, &["another corpus", "--output"]);
    let partial = [&partial[..], &["--output", &scored]].concat();
    refuses(&partial, &["E0.flac", "--present-only"]);
    let said = succeeds(&[&partial[..], &["--present-only"]].concat());
    assert!(said.contains("1 of 9 eval trials left out"), "{said}");
    let table = ScoreTable::read(folder.path("scores/matched.csv")).expect("a score table");
    assert_eq!((table.len(), table.groups("vocoder").expect("a column").len()), (8, 2));
    assert!(
        ["source", "subset", "trim"].iter().all(|name| table.knows(name)) && !table.columns().contains(&"language")
    );

    let others = [&score[..], &["--data", "in-the-wild", "--root", &wild, "--output"]].concat();
    refuses(&[&others[..], &[&scored]].concat(), &["holds scores of another data"]);
    let (first, second) = (place("scores-wild"), place("scores-again"));
    let again = [&others[..], &[&second]].concat();
    let others = [&others[..], &[&first]].concat();
    refuses(&others, &["1 speaker has no usable bona fide recording", "--allow-self-reference"]);
    succeeds(&[&others[..], &["--allow-self-reference"]].concat());
    let pairing = folder.path("scores-wild/pairing/pairing.parquet");
    assert!(Pairing::read(&pairing).is_err(), "it holds a recording that is its own reference");
    let given = pairing.display().to_string();
    let again = [&again[..], &["--allow-self-reference", "--pairing", &given]].concat();
    succeeds(&again);
    let held = Pairing::read_with(&pairing, SelfReference::WhereAlone).expect("reads");
    let text = String::from_utf8(held.to_bytes("pairing.csv").expect("writes")).expect("is text");
    let text = text.replace("0.wav,A B,1.wav", "0.wav,A B,3.wav");
    std::fs::write(&pairing, text.replace("0.wav,A B,2.wav", "0.wav,A B,3.wav")).expect("writes");
    refuses(&again, &["line 2", "`3.wav` is no bona fide recording of speaker A B"]);
}

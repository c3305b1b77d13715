//! Pairing over corpora: the same for a seed, readable back, held against the corpus; training on one and testing on another.

use std::fs;

use rat::{
    Label, Trial,
    data::{Corpus, Enrolment, Pairing, ReferenceDraw, ReferencePool, SelfReference, Split},
    tables::ScoreTable,
};

use super::folder::{Folder, refused};

const HEADER: &str = "file,speaker,reference,mismatched,mismatched_speaker\n";

fn trial(speaker: &str, file: &str) -> Trial {
    Trial::new(speaker, file, Some(Label::Bonafide))
}

fn four() -> [Trial; 4] {
    [trial("S1", "a"), trial("S1", "b"), trial("S2", "c"), trial("S2", "d")]
}

fn read(content: &str) -> Pairing {
    let folder = Folder::new().text("pairing.csv", content);
    Pairing::read(folder.path("pairing.csv")).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_pairing_from_elsewhere_is_held_against_the_corpus_line_by_line() {
    let trials = four();
    let pool = ReferencePool::new(&trials);
    let good = format!("{HEADER}a,S1,b,c,S2\nb,S1,a,d,S2\nc,S2,d,a,S1\nd,S2,c,b,S1\n");
    read(&good).check(&trials, &pool).expect("fits");
    for (from, to, words) in [
        ("c,S2,d,a,S1", "c,S2,x,a,S1", ["line 4", "reference", "`x` is no bona fide recording of speaker S2"]),
        ("c,S2,d,a,S1", "c,S2,a,b,S1", ["line 4", "reference", "`a` is no bona fide recording of speaker S2"]),
        ("b,S1,a,d,S2", "b,S1,a,a,S2", ["line 3", "mismatched", "`a` is no bona fide recording of speaker S2"]),
        ("b,S1,a,d,S2", "b,S1,a,d,S3", ["line 3", "mismatched", "of speaker S3"]),
        ("d,S2,c,b,S1\n", "", ["no reference for trial d of S2", "pairing.csv", "draw the pairing"]),
    ] {
        refused(read(&good.replace(from, to)).check(&trials, &pool), &words);
    }
    read(&good).check(&trials[..2], &pool).expect("may cover more");
    let enrolled = ReferencePool::enrolled([("S1".into(), vec!["a".into()])]);
    refused(read(&good).check(&trials, &enrolled), &["line 2", "`b` is no enrolled recording of speaker S1"]);
    let drawn = Pairing::draw(&trials, 1).expect("draws");
    refused(drawn.check(&trials, &enrolled), &["no enrolled recording"]);
}

#[test]
fn a_self_reference_is_written_and_read_back_only_where_allowed() {
    let trials = [trial("S1", "a"), trial("S2", "c"), trial("S2", "d")];
    let pool = ReferencePool::new(&trials);
    refused(Pairing::draw_from(&pool, &trials, 1, SelfReference::Never), &["S1", "--allow-self-reference"]);
    let pairing = Pairing::draw_from(&pool, &trials, 1, SelfReference::WhereAlone).expect("draws");
    assert_eq!((pairing.rows[0].reference.as_str(), pairing.rows[1].reference.as_str()), ("a", "d"));
    let folder = Folder::new();
    let path = folder.path("pairing.csv");
    pairing.write(&path).expect("writes");
    refused(Pairing::read(&path), &["line 2", "its own reference", "--allow-self-reference"]);
    let back = Pairing::read_with(&path, SelfReference::WhereAlone).expect("reads");
    assert_eq!(back, pairing);
    back.check(&trials, &pool).expect("fits");
}

#[test]
fn parquet_and_csv_hold_the_same_pairing_in_the_same_bytes() {
    let named = |at: usize| trial(["S 1", "Müller, \"M\""][at % 2], &format!("wav/{at}, take \"{}\"", at % 3));
    let trials: Vec<Trial> = (0..12).map(named).collect();
    let plain: Vec<Trial> = (0..12).map(|at| trial(["S1", "S2"][at % 2], &format!("E{at}"))).collect();
    let several = ReferenceDraw { enrolment: Enrolment::Average, enrolment_size: Some(3), ..ReferenceDraw::default() };
    let several = Pairing::draw_as(&ReferencePool::new(&plain), &plain, &several).expect("draws");
    for pairing in [Pairing::draw(&trials, 1).expect("draws"), several] {
        let folder = Folder::new();
        let [parquet, csv] = ["pairing.parquet", "pairing.csv"].map(|name| folder.path(name));
        pairing.write(&parquet).expect("writes");
        let bytes = fs::read(&parquet).expect("is there");
        assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
        let back = Pairing::read(&parquet).expect("reads");
        assert_eq!(back, pairing);
        assert_eq!(back.to_bytes("a.parquet").expect("writes"), bytes);
        // What a file is, its first bytes say, not its name.
        fs::rename(&parquet, &csv).expect("moves");
        assert_eq!(Pairing::read(&csv).expect("reads"), pairing);
        fs::write(&parquet, pairing.to_bytes(&csv).expect("writes")).expect("writes");
        assert_eq!(Pairing::read(&parquet).expect("reads"), pairing);
    }
}

#[test]
fn columns_are_found_by_their_names() {
    let (trials, folder) = (four(), Folder::new());
    let path = folder.path("pairing.csv");
    let pairing = Pairing::draw(&trials, 1).expect("draws");
    pairing.write(&path).expect("writes");
    let text = fs::read_to_string(&path).expect("is there");
    let turned: Vec<String> = text.lines().map(|line| line.split(',').rev().collect::<Vec<_>>().join(",")).collect();
    fs::write(&path, turned.join("\n")).expect("writes");
    assert_eq!(Pairing::read(&path).expect("reads"), pairing);
    let indexed: Vec<String> = text.lines().enumerate().map(|(at, line)| format!("{at},{line}")).collect();
    fs::write(&path, indexed.join("\n")).expect("writes");
    refused(Pairing::read(&path), &["pairing.csv, line 1, header", "found 0,file,speaker", "leave out the column `0`"]);
}

#[test]
fn a_cut_or_foreign_parquet_pairing_is_refused_with_its_row() {
    let (trials, folder) = (four(), Folder::new());
    let path = folder.path("pairing.parquet");
    let bytes = Pairing::draw(&trials, 1).expect("draws").to_bytes(&path).expect("writes");
    for end in 0..bytes.len() {
        fs::write(&path, &bytes[..end]).expect("writes");
        refused(Pairing::read(&path), &["pairing.parquet, line 1"]);
    }
    fs::write(&path, &bytes).expect("writes");
    let enrolled = ReferencePool::enrolled([("S1".into(), vec!["a".into()])]);
    refused(
        Pairing::read(&path).expect("reads").check(&trials, &enrolled),
        &["line 1", "`b` is no enrolled recording of speaker S1", "mend that row of the table, counted from 1"],
    );
    let alone = [trial("S1", "a"), trial("S2", "c"), trial("S2", "d")];
    let pool = ReferencePool::new(&alone);
    let own = Pairing::draw_from(&pool, &alone, 1, SelfReference::WhereAlone).expect("draws");
    own.write(&path).expect("writes");
    refused(Pairing::read(&path), &["line 1, reference", "its own reference", "counted from 1"]);
    let scores = ScoreTable::from_rows([]);
    scores.write(&path).expect("writes");
    refused(Pairing::read(&path), &["expected the columns file,speaker,reference", "found file,score,label"]);
}

#[test]
fn a_pairing_is_a_function_of_seed_and_trial_and_finds_each() {
    let trials: Vec<Trial> =
        (0..400).map(|n| trial(&format!("S{}", n % 20), &format!("F{:03}", n * 7 % 400))).collect();
    let pairing = Pairing::draw(&trials, 5).expect("draws");
    let backward: Vec<Trial> = trials.iter().rev().cloned().collect();
    let other = Pairing::draw(&backward, 5).expect("draws");
    for trial in &trials {
        let row = pairing.get(trial).expect("is there");
        assert_eq!((row.file.as_str(), &row.speaker), (trial.file.as_str(), &trial.speaker));
        assert_eq!(row, other.get(trial).expect("is there"), "the order does not matter");
    }
    let differing = Pairing::draw(&trials, 6).expect("draws");
    assert!(differing.rows.iter().zip(&pairing.rows).filter(|(a, b)| a.reference != b.reference).count() > 300);
    assert!(Pairing::default().get(&trials[0]).is_err());
}

#[test]
fn all_speakers_without_a_reference_are_listed_before_training() {
    let trials = [trial("S1", "a"), trial("S2", "b"), trial("S3", "c"), trial("S3", "d")];
    let pool = ReferencePool::new(&trials);
    let said = ["2 speakers have no usable bona fide recording as reference: S1, S2", "--allow-self-reference"];
    refused(pool.check(&trials, SelfReference::Never), &said);
    pool.check(&trials, SelfReference::WhereAlone).expect("each is its own");
    let lonely = Trial::new("S9", "x", Some(Label::Spoof));
    refused(pool.check(&[lonely], SelfReference::WhereAlone), &["1 speaker has", "S9"]);
}

/// The recorded demonstration, drawn again.
#[test]
fn draws_stay_what_they_were() {
    let demo = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scores/demo/RAT");
    let table = fs::read_to_string(demo.join("scores/matched.csv")).expect("is there");
    let trial = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        Trial::new(fields[4], fields[0], Some(if fields[2] == "bonafide" { Label::Bonafide } else { Label::Spoof }))
    };
    let trials: Vec<Trial> = table.lines().skip(1).map(trial).collect();
    let recorded = Pairing::read(demo.join("pairing.parquet")).expect("reads");
    assert_eq!(Pairing::draw(&trials, 1).expect("draws"), recorded);
}

/// What `train --data asvspoof2019-la` and then `score --data in-the-wild` need of the corpora.
#[test]
fn one_corpus_is_trained_on_and_another_tested() {
    let rows =
        |letter| format!("LA_1 {letter}1 - - bonafide\nLA_1 {letter}2 - - bonafide\nLA_1 {letter}3 - A01 spoof\n");
    let protocols = "ASVspoof2019_LA_cm_protocols/ASVspoof2019.LA.cm";
    let training = Folder::new()
        .text(&format!("{protocols}.train.trn.txt"), &rows('T'))
        .text(&format!("{protocols}.dev.trl.txt"), &rows('D'));
    let testing = Folder::new()
        .text("meta.csv", "0.wav,A B,spoof\n1.wav,A B,bona-fide\n2.wav,A B,bona-fide\n3.wav,C,bona-fide\n");
    let training = Corpus::open("asvspoof2019-la", training.path("")).expect("opens").trials(Split::Train);
    assert_eq!(ReferencePool::new(&training.expect("reads")).of(&"LA_1".into()), ["T1", "T2"]);
    let wild = Corpus::open("in-the-wild", testing.path("")).expect("opens");
    let trials = wild.trials(Split::Eval).expect("reads");
    let pool = wild.references(Split::Eval, &trials).expect("has them");
    let pairing = Pairing::draw_from(&pool, &trials, 1, SelfReference::WhereAlone).expect("draws");
    assert_eq!((pairing.rows[0].mismatched.as_str(), pairing.rows[3].reference.as_str()), ("3.wav", "3.wav"));
    fs::remove_dir_all(testing.path("")).expect("goes");
}

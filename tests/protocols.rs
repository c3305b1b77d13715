//! Corpora, their protocols, and the pairing of trials with references.

use std::{fs, path::Path};

use rat::{
    Error, Label, Trial, Waveform,
    data::{Corpus, Pairing, ReferencePool, Split},
    protocol::{Protocol, ProtocolFormat},
};
use tempfile::TempDir;

const TRAIN: &str = "ASVspoof5.train.tsv";

fn row(speaker: &str, file: &str, attack: &str, key: &str) -> String {
    format!("{speaker} {file} F - - - AC1 {attack} {key} -\n")
}

/// Two speakers, each with two bona fide recordings and one spoof.
fn protocol() -> String {
    ["T_1", "T_2"]
        .iter()
        .flat_map(|speaker| {
            let number = &speaker[2..];
            [("0", "bonafide", "bonafide"), ("1", "bonafide", "bonafide"), ("2", "A01", "spoof")]
                .map(|(digit, attack, key)| row(speaker, &format!("T_000{number}{digit}"), attack, key))
        })
        .collect()
}

fn corpus(train: &str) -> (TempDir, Corpus) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join(TRAIN), train).expect("writes");
    let corpus = Corpus::open("asvspoof5", folder.path()).expect("opens");
    (folder, corpus)
}

fn refusal(train: &str) -> Error {
    corpus(train).1.trials(Split::Train).expect_err("refused")
}

#[test]
fn the_published_form_is_read() {
    let text = "E_1607 E_0009538969 M C05 2 E_0009486171 AC1 A26 spoof -\n\
                T_4850\tT_0000000001\tF\t-\t-\t-\t-\tbonafide\tbonafide\t-\r\n\
                \n\
                T_4850 T_0000000002 F - - - - - - -";
    let trials = corpus(text).1.trials(Split::Train).expect("reads");
    assert_eq!(trials.len(), 3);
    assert_eq!(
        trials[0],
        Trial {
            speaker: "E_1607".into(),
            file: "E_0009538969".into(),
            gender: "M".into(),
            codec: "C05".into(),
            attack: "A26".into(),
            label: Some(Label::Spoof),
        }
    );
    assert!(trials[1].is_bonafide());
    assert_eq!(trials[2].label, None, "`-` stays unlabelled");
}

#[test]
fn a_header_of_an_asvspoof_protocol_is_skipped() {
    let rows = [
        (
            "asvspoof5",
            "SPEAKER_ID FLAC_FILE_NAME GENDER CODEC CODEC_Q CODEC_SEED ATTACK_TAG ATTACK_LABEL KEY TMP\n",
            row("T_1", "T_1", "A01", "spoof"),
        ),
        ("asvspoof5", "who what gender codec q seed tag which label\n", row("T_1", "T_1", "A01", "spoof")),
        ("asvspoof2019", "SPEAKER AUDIO ENV SYSTEM KEY\n", "LA_1 T_1 - A01 spoof\n".into()),
        (
            "asvspoof2021",
            "SPEAKER_ID TRL CODEC TRANS ATK KEY TRIM SUBSET\n",
            "LA_1 T_1 alaw ita_tx A07 spoof notrim eval\n".into(),
        ),
    ];
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("protocol.txt");
    for (form, header, row) in rows {
        let format = match form {
            "asvspoof5" => ProtocolFormat::Asvspoof5,
            "asvspoof2019" => ProtocolFormat::Asvspoof2019,
            _ => ProtocolFormat::Asvspoof2021La,
        };
        fs::write(&path, header.to_owned() + &row).expect("writes");
        for read in [Protocol::read_as(&path, format), Protocol::read(&path)] {
            let read = read.unwrap_or_else(|error| panic!("{error}"));
            assert_eq!((read.labels(), read.lines()), (vec![Some(Label::Spoof)], &[2][..]), "{header}");
            assert_eq!(read.trials()[0].file, "T_1");
        }
        fs::write(&path, row.clone() + header).expect("writes");
        assert!(Protocol::read_as(&path, format).is_err(), "a header is the first line only");
    }
}

#[test]
fn bad_lines_are_named() {
    let good = row("T_1", "T_01", "bonafide", "bonafide");
    for (bad, line, field, message) in [
        (format!("{good}T_1 T_02 F - - - AC1 A01\n"), 2, "columns", "expected 10 columns"),
        (format!("{good}\n{}", row("T_1", "T_02", "A01", "fake")), 3, "key", "`fake`"),
        (format!("{good}{}{good}", row("T_1", "T_02", "A01", "spoof")), 3, "file", "line 1"),
    ] {
        let error = refusal(&bad);
        let Error::Parse { path, line: found, field: column, message: text, remedy } = &error else {
            panic!("{error:?}")
        };
        assert!(path.ends_with(TRAIN) && *found == line && column == field && text.contains(message), "{error}");
        assert!(!remedy.is_empty());
    }
}

#[test]
fn bytes_that_are_no_text_are_named() {
    let (folder, corpus) = corpus("");
    fs::write(folder.path().join(TRAIN), b"T_1 T_01 F - - - - bonafide bonafide -\nT_1 \xff\xfe").expect("writes");
    let error = corpus.trials(Split::Train).expect_err("refused");
    assert!(error.to_string().contains("line 2"), "{error}");
}

#[test]
fn missing_and_empty_protocols_are_told_apart() {
    let (_folder, corpus) = corpus("\n\n");
    assert!(corpus.trials(Split::Train).expect_err("empty").to_string().contains("holds no trial"));
    let missing = corpus.trials(Split::Eval).expect_err("missing");
    assert!(matches!(missing, Error::Io { .. }));
    assert!(missing.to_string().contains("ASVspoof5.eval.track_1.tsv"), "{missing}");
}

#[test]
fn the_protocol_may_end_in_txt() {
    let (folder, corpus) = corpus(&protocol());
    fs::rename(folder.path().join(TRAIN), folder.path().join("ASVspoof5.train.txt")).expect("renames");
    assert_eq!(corpus.trials(Split::Train).expect("reads").len(), 6);
}

#[test]
fn unknown_names_and_places_are_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let unknown = Corpus::open("asvspoof6", folder.path()).expect_err("unknown");
    assert!(unknown.remedy().contains("asvspoof5"), "{}", unknown.remedy());
    assert!(Corpus::open("asvspoof5", folder.path().join("none")).is_err());
    fs::write(folder.path().join("file"), "x").expect("writes");
    assert!(Corpus::open("asvspoof5", folder.path().join("file")).is_err());
    assert!("test".parse::<Split>().is_err());
    assert!(Split::ALL.iter().all(|split| split.to_string().parse::<Split>().expect("parses") == *split));
}

#[test]
fn recordings_are_found_as_flac_else_wav() {
    let (folder, corpus) = corpus(&protocol());
    let error = corpus.audio_path(Split::Train, "T_00010").expect_err("no folder");
    assert!(error.to_string().contains("flac_T"), "{error}");
    let wav = folder.path().join("flac_T/T_00010.wav");
    Waveform::new(vec![0.25; 800]).write_wav(&wav).expect("writes");
    assert_eq!(corpus.audio_path(Split::Train, "T_00010").expect("found"), wav);
    assert_eq!(corpus.load(Split::Train, "T_00010").expect("reads").len(), 800);
    let error = corpus.load(Split::Train, "T_00011").expect_err("missing");
    let text = error.to_string();
    assert!(text.contains("T_00011.flac") && text.contains("wav"), "{text}");
}

#[test]
fn a_split_is_summarised() {
    let (_folder, corpus) = corpus(&protocol());
    let trials = corpus.trials(Split::Train).expect("reads");
    let summary = corpus.summary(Split::Train, &trials).expect("summarises");
    assert_eq!((summary.bonafide, summary.spoof, summary.speakers), (4, 2, 2));
    assert_eq!(summary.attacks, ["A01"]);
    assert_eq!((summary.split.as_str(), summary.protocol.as_str(), summary.sha256.len()), ("train", TRAIN, 64));
}

#[test]
fn a_pairing_survives_its_file() {
    let (folder, corpus) = corpus(&protocol());
    let trials = corpus.trials(Split::Train).expect("reads");
    let pairing = Pairing::draw(&trials, 1).expect("draws");
    assert_eq!(pairing, Pairing::draw(&trials, 1).expect("draws again"));
    let path = folder.path().join("pairing.csv");
    pairing.write(&path).expect("writes");
    let read = Pairing::read(&path).expect("reads");
    assert_eq!(read, pairing);
    for trial in &trials {
        let row = read.get(trial).expect("is there");
        assert_eq!((&row.file, &row.speaker), (&trial.file, &trial.speaker));
        assert!(row.reference != trial.file && row.mismatched_speaker != trial.speaker);
    }
    assert!(read.get(&Trial::new("T_1", "T_9", None)).is_err());
}

#[test]
fn all_speakers_without_references_are_listed_at_once() {
    let mut text = protocol();
    text += &row("T_3", "T_00030", "bonafide", "bonafide");
    text += &row("T_4", "T_00040", "A01", "spoof");
    let trials = corpus(&text).1.trials(Split::Train).expect("reads");
    let error = Pairing::draw(&trials, 1).expect_err("two speakers lack references");
    assert!(matches!(error, Error::Data { .. }));
    assert!(error.to_string().contains("2 speakers") && error.to_string().contains("T_3, T_4"), "{error}");
    let single = ReferencePool::new(&trials).matched(&trials[7], 0).expect_err("no reference").to_string();
    assert!(single.contains("T_4"), "{single}");
}

#[test]
fn bad_pairing_lines_are_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let header = "file,speaker,reference,mismatched,mismatched_speaker\n";
    for (content, line, expected) in [
        ("file,speaker\n".to_string(), 1, "header"),
        (format!("{header}a,S1,b,c,S2\na,S1,b,c,S2\n"), 3, "already"),
        (format!("{header}a,S1,a,c,S2\n"), 2, "its own reference"),
        (format!("{header}a,S1,b,c,S1\n"), 2, "claimed speaker"),
        (format!("{header}a,S1,b,c\n"), 2, "columns"),
        (format!("{header}a,S1,,c,S2\n"), 2, "empty"),
    ] {
        let path = folder.path().join("pairing.csv");
        fs::write(&path, content).expect("writes");
        let error = Pairing::read(&path).expect_err("refused");
        assert!(matches!(&error, Error::Parse { line: found, .. } if *found == line), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
    assert!(Pairing::read(Path::new("/nowhere/pairing.csv")).is_err());
}

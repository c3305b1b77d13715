//! Anybody's score files and protocols: each form read to the same table, each defect named with line and field.

#[path = "formats/audits.rs"]
mod audits;
#[path = "formats/fuzz.rs"]
mod fuzz;
#[path = "formats/protocols.rs"]
mod protocols;
#[path = "formats/samples.rs"]
mod samples;
#[path = "formats/speed.rs"]
mod speed;

use rat::{
    Error, Label,
    tables::formats::{
        LabelConvention, Polarity, RawScores, ScoreFileOptions, ScoreFormat, first_duplicate, read_scores,
        read_scores_lenient,
    },
};
use samples::{BOTH, FILES, SCORES, samples, written};

fn read(content: impl AsRef<[u8]>) -> Result<RawScores, Error> {
    read_with(content, &ScoreFileOptions::default())
}

fn read_with(content: impl AsRef<[u8]>, options: &ScoreFileOptions) -> Result<RawScores, Error> {
    read_scores(written(content).path(), options)
}

/// Line, field and message of a refusal.
fn refusal(content: impl AsRef<[u8]>) -> (u64, String, String) {
    match read(content).expect_err("refused") {
        Error::Parse { line, field, message, .. } => (line, field, message),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_form_gives_the_same_table() {
    for sample in samples() {
        let scores = read(&sample.content).unwrap_or_else(|error| panic!("{}: {error}", sample.name));
        assert_eq!(scores.format, sample.format, "{}: {}", sample.name, scores.note);
        assert_eq!(scores.files, sample.files, "{}", sample.name);
        assert_eq!(scores.scores, SCORES, "{}", sample.name);
        assert_eq!(scores.labels.is_some(), sample.labelled, "{}", sample.name);
        assert_eq!(scores.labels.unwrap_or(BOTH.to_vec()), BOTH, "{}", sample.name);
        assert!(scores.note.starts_with(&scores.format.to_string()), "{}", scores.note);
    }
}

#[test]
fn line_ends_marks_and_blank_lines_do_not_matter() {
    for sample in samples().into_iter().filter(|sample| sample.format != ScoreFormat::Parquet) {
        let text = String::from_utf8(sample.content).expect("text");
        let windows = format!("\u{feff}{}\r\n\r\n", text.trim_end().replace('\n', "\r\n"));
        for changed in [windows, text.trim_end().to_owned(), format!("# a comment\n\n{text}\n\n")] {
            let scores = read(&changed).unwrap_or_else(|error| panic!("{}: {error}\n{changed}", sample.name));
            assert_eq!((scores.files, scores.scores), (sample.files.clone(), SCORES.to_vec()), "{}", sample.name);
        }
    }
}

#[test]
fn a_form_may_be_asked_for() {
    for sample in samples() {
        let options = ScoreFileOptions { format: Some(sample.format), ..Default::default() };
        assert_eq!(read_with(&sample.content, &options).expect("reads").scores, SCORES, "{}", sample.name);
    }
    for format in ScoreFormat::ALL {
        assert_eq!(format.to_string().parse::<ScoreFormat>().expect("parses"), format);
    }
    let superb = ScoreFileOptions { format: Some(ScoreFormat::AsdSuperb), ..Default::default() };
    let scores = read_with("a b - spoof -1\nc - bonafide 2\n", &superb).expect("reads");
    assert_eq!((scores.files, scores.extra.len()), (vec!["a b".to_owned(), "c".to_owned()], 0));
    let wrong = ScoreFileOptions { format: Some(ScoreFormat::AntiDeepfake), ..Default::default() };
    assert!(read_with("a,1,0\nb,2,1\n", &wrong).is_err());
    assert!("scores".parse::<ScoreFormat>().expect_err("unknown").remedy().contains("antideepfake"));
}

#[test]
fn what_else_stands_there_is_kept_by_name() {
    let scores = read("file,score,label,margin,speaker,attack,codec\na,0.9,bonafide,2.2,S 1,-,C01\n").expect("reads");
    let names: Vec<_> = scores.extra.iter().map(|column| column.0.as_str()).collect();
    assert_eq!(names, ["margin", "speaker", "codec"], "a column of `-` tells nothing");
    assert_eq!(scores.column("speaker").expect("is there"), ["S 1"]);
    let scores = read("utt_id;LLR;spk;cm-label;duration\nx;1.5;S1;spoof;3.2\n").expect("reads");
    assert_eq!(scores.format, ScoreFormat::Named);
    assert_eq!(scores.column("speaker").expect("is there"), ["S1"]);
    assert_eq!(scores.column("duration").expect("is there"), ["3.2"]);
    assert_eq!(scores.labels, Some(vec![Some(Label::Spoof)]));
    let scores = read("LA_1 A07 spoof -3\nLA_2 - bonafide 1\n").expect("reads");
    assert_eq!(scores.column("attack").expect("is there"), ["A07", "-"]);
}

#[test]
fn columns_may_be_named_or_counted() {
    let named = |file: &str, score: &str, label: Option<&str>| ScoreFileOptions {
        file_column: Some(file.into()),
        score_column: Some(score.into()),
        label_column: label.map(Into::into),
        ..Default::default()
    };
    let text = "n,clip,spoof prob,real\n1,a,0.9,0\n2,b,0.1,1\n";
    let mut options = named("clip", "spoof prob", Some("real"));
    options.polarity = Polarity::HigherIsSpoof;
    options.labels = LabelConvention::BonafideIsOne;
    let scores = read_with(text, &options).expect("reads");
    assert_eq!(scores.scores, [-0.9, -0.1]);
    assert_eq!(scores.labels, Some(vec![Some(Label::Spoof), Some(Label::Bonafide)]));
    assert!(scores.note.contains("negated") && scores.note.contains("1 = bona fide"), "{}", scores.note);
    let counted = read_with("7 a 0.9\n8 b 0.1\n", &named("2", "3", None)).expect("reads");
    assert_eq!((counted.files, counted.scores), (vec!["a".to_owned(), "b".to_owned()], vec![0.9, 0.1]));
    let error = read_with(text, &named("clip", "scores", None)).expect_err("no such column").to_string();
    assert!(error.contains("`scores`") && error.contains("spoof_prob"), "{error}");
    assert!(read_with(text, &named("clip", "clip", None)).is_err());
}

#[test]
fn label_conventions_are_the_forms_own_unless_said() {
    let labels = |content: &str, labels| {
        read_with(content, &ScoreFileOptions { labels, ..Default::default() }).expect("reads").labels.expect("labels")
            [0]
    };
    let bonafide = Some(Label::Bonafide);
    assert_eq!(labels("a,1,0\n", LabelConvention::Auto), bonafide);
    assert_eq!(labels("a,1,1\n", LabelConvention::BonafideIsOne), bonafide);
    assert_eq!(labels("Output, a, 1, 0.5\n", LabelConvention::Auto), bonafide);
    assert_eq!(labels("Output, a, 0, 0.5\n", LabelConvention::BonafideIsZero), bonafide);
    let deepfense = "ID_audio,label,score_class0,score_class1\na,0,3.0,-1.0\n";
    let options = ScoreFileOptions { labels: LabelConvention::BonafideIsZero, ..Default::default() };
    let scores = read_with(deepfense, &options).expect("reads");
    assert_eq!((scores.scores[0], scores.labels.expect("labels")[0]), (4.0, bonafide));
    let words = ScoreFileOptions { labels: LabelConvention::Words, ..Default::default() };
    assert!(read_with("a,1,0\n", &words).is_err());
    assert_eq!(read("a,1,nan\nb,2,-\n").expect("reads").labels, None);
}

#[test]
fn two_readings_are_told() {
    let note = read("a,1,0\nb,0,1\n").expect("reads").note;
    assert!(note.contains("fits too"), "{note}");
    let note = read("a b.wav 0.5\n").expect("reads").note;
    assert!(note.contains("hold spaces"), "{note}");
}

#[test]
fn defects_are_named_by_line_and_field() {
    for (content, line, field, message) in [
        ("a,0.5,0\nb,x,1\nc,0.1,1\n", 2, "score", "`x`"),
        ("a,0.5,0\n\nb,nan,1\n", 3, "score", "NaN"),
        ("a,0.5,0\nb,inf,1\n", 2, "score", "inf"),
        ("a,0.5,0\nb,0.5,maybe\n", 2, "label", "`maybe`"),
        ("a,0.5,0\nb,0.5\n", 2, "columns", "found 2"),
        ("a,0.5,0\n,0.5,1\n", 2, "file", "empty"),
        ("filename\tcm-score\na\t1\nb\n", 3, "columns", "expected 2"),
        ("ID,Score,Label\na,\"[1, 2]\",1\nb,\"[1]\",0\n", 3, "score", "list"),
        ("ID,Score,Label\na,\"[1, 2]\",1\nb,\"[1, 2],0\n", 3, "columns", "quote"),
        ("a spk spoof 1.5\nb spk bonafide\n", 2, "columns", "found 3"),
        ("", 1, "table", "no scores"),
        ("\n\n", 1, "table", "no scores"),
        ("file,score,label\n", 1, "table", "no scores"),
        ("one\ntwo\n", 1, "columns", "no known form"),
        ("PAR1 and nothing more", 1, "table", "Parquet"),
    ] {
        let (found, column, text) = refusal(content);
        assert!(
            (found, column.as_str()) == (line, field) && text.contains(message),
            "{content:?}: {found} {column} {text}"
        );
    }
    assert_eq!(refusal(b"a,0.5,0\nb,\xff,1\n"), (2, "text".into(), "not UTF-8: byte 0xff".into()));
    assert!(refusal(b"\xff\xfea\0").2.contains("UTF-16"));
    assert!(matches!(read_scores("/nowhere/scores.csv", &ScoreFileOptions::default()), Err(Error::Io { .. })));
}

#[test]
fn lines_far_down_are_counted_over_parts() {
    let mut content: String = (0..200_000).map(|row| format!("file-{row},{}.25,{}\n", row % 97, row % 2)).collect();
    assert_eq!(read(&content).expect("reads").lines.last(), Some(&200_000));
    content += "last,none,0\n";
    assert_eq!(refusal(&content).0, 200_001);
}

#[test]
fn lenient_reading_goes_on() {
    let file = written("a,0.5,0\nb,nan,1\nc,x,1\nd,0.1,1\na,0.5,0\n");
    let read = read_scores_lenient(file.path(), &ScoreFileOptions::default()).expect("reads");
    assert_eq!((read.scores.len(), read.problem_count), (4, 1));
    assert!(read.scores.scores[1].is_nan());
    assert!(read.problems[0].to_string().contains("line 3"), "{}", read.problems[0]);
    assert_eq!(first_duplicate(&read.scores), Some((0, 3)));
    assert_eq!(first_duplicate(&RawScores { files: FILES.map(String::from).to_vec(), ..read.scores }), None);
}

/// Polars panicked at some of these, where the columns' lengths did not agree with the file's.
#[test]
fn a_parquet_file_damaged_anywhere_is_no_panic() {
    let sample = samples().into_iter().find(|sample| sample.format == ScoreFormat::Parquet).expect("a sample");
    for at in 0..sample.content.len() {
        let mut content = sample.content.clone();
        content.splice(at..at, *b"\xef\xbb\xbf");
        for content in [&content, &sample.content[..at]] {
            if let Err(error) = read(content) {
                assert!(error.to_string().contains("line "), "{error}");
            }
        }
        assert!(read(&sample.content[..at]).is_err(), "truncated to {at} bytes");
    }
}

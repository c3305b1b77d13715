//! Audits find what was put into a file.

use rat::{
    protocol::Protocol,
    tables::{
        Audit, Finding, Severity,
        formats::{ScoreFileOptions, read_scores_lenient},
    },
};

use super::samples::written;

fn audit(content: &str, protocol: Option<&str>) -> Audit {
    let read = read_scores_lenient(written(content).path(), &ScoreFileOptions::default()).expect("reads");
    let protocol = protocol.map(|text| Protocol::read(written(text).path()).expect("reads"));
    Audit::of(&read.scores, protocol.as_ref())
}

fn find<'a>(audit: &'a Audit, what: &str) -> &'a Finding {
    let found = audit.findings.iter().find(|finding| finding.what.contains(what));
    found.unwrap_or_else(|| panic!("no `{what}` in {:#?}", audit.findings))
}

#[test]
fn a_sound_file_has_no_findings() {
    let audit = audit("a,1.5,0\nb,-2.25,1\n", Some("a bonafide\nb spoof\n"));
    assert_eq!(audit.findings, []);
    assert_eq!((audit.worst(), audit.trials, audit.bonafide, audit.spoof, audit.distinct_scores), (None, 2, 1, 1, 2));
}

#[test]
fn repeated_trials_and_broken_scores_are_found() {
    let audit = audit("a,1.5,0\nb,-2,1\na,1.5,0\nb,-3,1\nc,nan,1\nd,inf,0\n", None);
    assert_eq!(find(&audit, "same score").examples, ["a (lines 1 and 3)"]);
    assert_eq!(find(&audit, "another score").examples, ["b (lines 2 and 4)"]);
    assert_eq!(find(&audit, "NaN").examples, ["c (line 5)"]);
    assert_eq!(find(&audit, "infinite").count, 1);
    assert_eq!(audit.worst(), Some(Severity::Error));
}

#[test]
fn the_protocol_is_held_against_it() {
    let audit = audit("a,1.5,0\nb,-2,0\nx,3,1\n", Some("a bonafide\nb spoof\nc spoof\nd spoof\n"));
    assert_eq!(find(&audit, "no score").examples, ["c (protocol line 3)", "d (protocol line 4)"]);
    assert_eq!(find(&audit, "no score").share, 0.5);
    assert_eq!(find(&audit, "not in the protocol").examples, ["x (line 3)"]);
    assert_eq!(find(&audit, "contradict").examples, ["b (line 2)"]);
    let morphs = "file,speaker,label\na,S1,bonafide\nm,S1,morph\nm,S2,morph\n";
    let found = self::audit("file,score,label,margin,speaker\na,1.5,0,1,S1\nm,-2,1,1,S1\nm,-3,1,1,S2\n", Some(morphs));
    assert_eq!(found.findings, []);
}

#[test]
fn labels_come_from_the_protocol_where_there_are_none() {
    let found = audit("x/a.wav 1.5\nx/b.wav -2\n", Some("a bonafide\nb spoof\n"));
    assert_eq!((found.bonafide, found.spoof, find(&found, "folder and ending").count), (1, 1, 2));
    assert_eq!(find(&audit("a 1\nb 2\n", None), "no trial has a label").severity, Severity::Error);
    find(&audit("a,1.5,1\nb,2.5,1\n", None), "all labelled trials are spoof");
    assert_eq!(find(&audit("a,1.5,1\nb,2.5,0\nc,3.5,-\n", None), "unlabelled").count, 1);
}

#[test]
fn scale_ties_and_precision_are_seen() {
    let rows = |score: fn(usize) -> f64| -> String {
        (0..2_000).map(|row| format!("f{row},{},{}\n", score(row), row % 2)).collect()
    };
    let coarse = audit(&rows(|row| (row / 20) as f64 / 128.0), None);
    assert!(find(&coarse, "only 100 different").what.contains("bf16"));
    assert_eq!((coarse.distinct_scores, coarse.tied_share, find(&coarse, "other class").count), (100, 1.0, 2_000));
    assert_eq!(find(&coarse, "other class").severity, Severity::Warning);
    assert_eq!(find(&coarse, "trials have the same score").count, 20);
    assert_eq!((coarse.most_frequent_score, coarse.most_frequent_share), (Some(0.0), 0.01));
    find(&coarse, "probabilities");
    let fine = audit(&rows(|row| row as f64 - 0.1), None);
    assert_eq!((fine.findings.len(), fine.tied_share), (0, 0.0));
    assert!(serde_json::to_string(&coarse).expect("serialises").contains("\"severity\":\"warning\""));
}

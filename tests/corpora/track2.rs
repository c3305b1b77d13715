//! ASVspoof 5 track 2: trials of a claimed speaker, with references from enrolment lists.

use rat::{
    Label, Speaker,
    data::{Pairing, SelfReference, Split},
};

use super::folder::{Folder, column, counts, loads_and_pairs, refused, trials};

/// One recording is tried with two speakers; a speaker has fewer than three enrolled recordings.
const TRIALS: &str = "D_0062 D_0000000001 F A11 spoof\n\
                      D_0062 D_0000000002 F bonafide target\n\
                      D_4205 D_0000000002 F bonafide nontarget\n\
                      D_4205 D_0000000003 F bonafide target\n";
const ENROLLED: &str = "D_4205 D_A0000000562,D_A0000000898,D_A0000000328\nD_0062 D_A0000000001\nD_0007 D_A0000000007\n";
const SOUNDS: [&str; 8] = [
    "D_0000000001.flac",
    "D_0000000002.flac",
    "D_0000000003.flac",
    "D_A0000000562.flac",
    "D_A0000000898.flac",
    "D_A0000000328.flac",
    "D_A0000000001.flac",
    "D_A0000000007.flac",
];

fn track2() -> Folder {
    Folder::new()
        .text("ASVspoof5.dev.track_2.trial.tsv", TRIALS)
        .text("ASVspoof5.dev.track_2.enroll.tsv", ENROLLED)
        .sounds("flac_D", &SOUNDS)
}

#[test]
fn track_2_is_read_counted_and_paired_with_the_enrolled() {
    let folder = track2();
    let corpus = folder.open("asvspoof5-track2");
    assert_eq!(counts(&corpus, Split::Dev), (3, 1, 2), "target and nontarget are bona fide");
    assert_eq!(column(&corpus, Split::Dev, "key"), ["spoof", "target", "nontarget", "target"]);
    let pairing = loads_and_pairs(&corpus, Split::Dev);
    for row in &pairing.rows {
        assert!(row.reference.starts_with("D_A") && row.mismatched.starts_with("D_A"), "{row:?}");
        assert_eq!(row.speaker.as_str() == "D_0062", row.reference == "D_A0000000001");
    }
    let drawn = |seed| {
        Pairing::draw_from(
            &corpus.references(Split::Dev, &[]).expect("reads"),
            &trials(&corpus, Split::Dev),
            seed,
            SelfReference::Never,
        )
    };
    let all: std::collections::BTreeSet<String> =
        (0..60).flat_map(|seed| drawn(seed).expect("draws").rows).map(|row| row.reference).collect();
    assert_eq!(all.len(), 4, "every enrolled recording is drawn at some time");
}

#[test]
fn the_true_speaker_of_a_nontarget_trial_is_not_its_mismatched_one_where_known() {
    let rows = format!("{TRIALS}D_0062 D_A0000000898 F bonafide nontarget\n");
    let folder = track2().text("ASVspoof5.dev.track_2.trial.tsv", &rows);
    let corpus = folder.open("asvspoof5-track2");
    let trials = trials(&corpus, Split::Dev);
    let pool = corpus.references(Split::Dev, &trials).expect("reads");
    let drawn = |row: usize| -> std::collections::BTreeSet<String> {
        let of = |seed| pool.mismatched(&trials[row], seed).expect("has one").1.to_string();
        (0..60).map(of).collect()
    };
    let set = |names: &[&str]| names.iter().map(ToString::to_string).collect();
    assert_eq!(drawn(1), set(&["D_0007", "D_4205"]), "who is tried as nontarget is not in the recording");
    assert_eq!(drawn(2), set(&["D_0007"]), "the other trial of this recording tells who speaks");
    assert_eq!(drawn(4), set(&["D_0007"]), "the recording is enrolled for D_4205");
}

#[test]
fn a_recording_is_tried_with_several_speakers_but_once_with_each() {
    let folder = track2();
    let two = trials(&folder.open("asvspoof5-track2"), Split::Dev);
    assert_eq!((two[1].file == two[2].file, two[1].speaker == two[2].speaker), (true, false));
    let again = format!("{TRIALS}D_4205 D_0000000002 F bonafide nontarget\n");
    let folder = folder.text("ASVspoof5.dev.track_2.trial.tsv", &again);
    let error = refused(
        folder.open("asvspoof5-track2").trials(Split::Dev),
        &["line 5", "`D_0000000002` with speaker D_4205 stands on line 3 already"],
    );
    assert!(matches!(error, rat::Error::Parse { .. }));
}

#[test]
fn track_2_trains_on_the_training_set_of_track_1() {
    let rows = "T_1 T_01 F - - - - bonafide bonafide -\nT_1 T_02 F - - - - bonafide bonafide -\n\
                T_2 T_03 F - - - - bonafide bonafide -\nT_2 T_04 F - - - - bonafide bonafide -\n";
    let folder = track2()
        .text("ASVspoof5.train.tsv", rows)
        .sounds("flac_T", &["T_01.flac", "T_02.flac", "T_03.flac", "T_04.flac"]);
    loads_and_pairs(&folder.open("asvspoof5-track2"), Split::Train);
}

#[test]
fn track_2_lists_may_have_the_names_of_the_readme() {
    let folder = Folder::new()
        .text("ASVspoof5_protocols/ASVspoof5.dev.trial.txt", TRIALS)
        .text("ASVspoof5_protocols/ASVspoof5.dev.enroll.txt", ENROLLED)
        .sounds("flac_D", &SOUNDS);
    loads_and_pairs(&folder.open("asvspoof5-track2"), Split::Dev);
}

#[test]
fn a_speaker_who_is_not_enrolled_is_listed() {
    let folder = track2().text("ASVspoof5.dev.track_2.enroll.tsv", "D_4205 D_A0000000562\nD_9 D_A0000000898\n");
    let corpus = folder.open("asvspoof5-track2");
    let trials = trials(&corpus, Split::Dev);
    let pool = corpus.references(Split::Dev, &trials).expect("reads");
    assert_eq!(pool.of(&Speaker::from("D_4205")), ["D_A0000000562"]);
    let drawn = Pairing::draw_from(&pool, &trials, 0, SelfReference::WhereAlone);
    refused(drawn, &["1 speaker has no usable enrolled recording", "D_0062"]);
}

#[test]
fn a_header_of_an_enrolment_list_is_no_speaker() {
    let folder = track2().text("ASVspoof5.dev.track_2.enroll.tsv", &format!("SPEAKER_ID FILES\n{ENROLLED}"));
    let corpus = folder.open("asvspoof5-track2");
    let pool = corpus.references(Split::Dev, &[]).expect("reads");
    assert!(pool.of(&Speaker::from("SPEAKER_ID")).is_empty());
    loads_and_pairs(&corpus, Split::Dev);
}

#[test]
fn broken_enrolment_lists_are_named_by_line() {
    for (list, line, message) in [
        ("D_1 a,b\nD_2\n", "line 2", "expected a speaker and a list of files"),
        ("D_1 a,,b\n", "line 1", "no list of files"),
        ("D_1 a b\n", "line 1", "no list of files"),
        ("D_1 a\n\nD_1 b\n", "line 3", "enrolled on an earlier line"),
        ("\n", "enroll.tsv", "holds no speaker"),
    ] {
        let folder = track2().text("ASVspoof5.dev.track_2.enroll.tsv", list);
        refused(folder.open("asvspoof5-track2").references(Split::Dev, &[]), &[line, message]);
    }
    let folder = Folder::new().text("ASVspoof5.dev.track_2.trial.tsv", TRIALS);
    let missing = folder.open("asvspoof5-track2").references(Split::Dev, &[]);
    refused(missing, &["reading the enrolment list", "ASVspoof5.dev.track_2.enroll.tsv"]);
}

#[test]
fn the_form_is_told_from_that_of_2019() {
    let folder = Folder::new().text("trials.txt", TRIALS);
    let protocol = rat::protocol::Protocol::read(folder.path("trials.txt")).expect("reads");
    assert_eq!(protocol.format(), "ASVspoof 5 track 2");
    assert_eq!(protocol.labels()[..2], [Some(Label::Spoof), Some(Label::Bonafide)]);
    let folder = folder.text("trials.txt", "LA_0039 LA_E_2834763 - A11 spoof\n");
    let protocol = rat::protocol::Protocol::read(folder.path("trials.txt")).expect("reads");
    assert_eq!(protocol.format(), "ASVspoof 2019");
}

//! In-the-Wild, Morphing and ML-DF.

use std::fs;

use rat::data::{Corpus, Pairing, SelfReference, Split};

use super::folder::{Folder, column, counts, loads_and_pairs, refused, trials};

const WILD: &str = "file,speaker,label\n\
                    0.wav,Alec Guinness,spoof\n\
                    1.wav,Alec Guinness,bona-fide\n\
                    2.wav,Alec Guinness,bona-fide\n\
                    3.wav,Barack Obama,bona-fide\n\
                    4.wav,Barack Obama,bona-fide\n";
const WILD_SOUNDS: [&str; 5] = ["0.wav", "1.wav", "2.wav", "3.wav", "4.wav"];

#[test]
fn in_the_wild_is_read_counted_and_paired() {
    let folder = Folder::new().text("meta.csv", WILD).sounds("", &WILD_SOUNDS);
    let corpus = folder.open("in-the-wild");
    assert_eq!(counts(&corpus, Split::Eval), (4, 1, 2));
    let pairing = loads_and_pairs(&corpus, Split::Eval);
    assert_eq!(pairing.rows[0].speaker.as_str(), "Alec Guinness", "names hold spaces");
    pairing.write(folder.path("pairing.csv")).expect("writes");
    assert_eq!(Pairing::read(folder.path("pairing.csv")).expect("reads"), pairing);
}

#[test]
fn in_the_wild_may_lack_its_header_and_quote_names_with_commas() {
    let bare = WILD.split_once('\n').expect("a header").1.replace("Barack Obama", "\"Obama, Barack\"");
    let folder = Folder::new().text("meta.csv", &bare).sounds("", &WILD_SOUNDS);
    let corpus = folder.open("in-the-wild");
    assert_eq!(counts(&corpus, Split::Eval), (4, 1, 2));
    assert_eq!(trials(&corpus, Split::Eval)[3].speaker.as_str(), "Obama, Barack");
    loads_and_pairs(&corpus, Split::Eval);
}

#[test]
fn in_the_wild_may_lie_in_the_folder_of_its_archive() {
    let folder = Folder::new().text("release_in_the_wild/meta.csv", WILD).sounds("release_in_the_wild", &WILD_SOUNDS);
    loads_and_pairs(&folder.open("in-the-wild"), Split::Eval);
}

#[test]
fn speakers_with_a_single_recording_are_listed() {
    let one = WILD.replace("4.wav,Barack Obama", "4.wav,Bernie Sanders");
    let folder = Folder::new().text("meta.csv", &one);
    let corpus = folder.open("in-the-wild");
    let trials = trials(&corpus, Split::Eval);
    let listed = Pairing::draw(&trials, 1);
    refused(listed, &["2 speakers have no usable bona fide recording", "Barack Obama, Bernie Sanders", "--allow-self"]);
}

const MORPHS: &str = "FILE LABEL SPEAKER_ID1 SPEAKER_ID2\n\
                      morph/m1.wav morph 1 2\n\
                      real/a.wav bonafide 1 -\n\
                      real/b.wav bonafide 1 -\n\
                      real/c.wav bonafide 2 -\n\
                      real/d.wav bonafide 2 -\n\
                      real/e.wav bonafide 3 -\n\
                      real/f.wav bonafide 3 -\n";
const MORPH_SOUNDS: [&str; 7] =
    ["morph/m1.wav", "real/a.wav", "real/b.wav", "real/c.wav", "real/d.wav", "real/e.wav", "real/f.wav"];

#[test]
fn a_morph_is_tried_with_each_of_its_speakers() {
    let folder = Folder::new().text("protocol.txt", MORPHS).sounds("", &MORPH_SOUNDS);
    let corpus = folder.open("morphing");
    assert_eq!(counts(&corpus, Split::Eval), (6, 2, 3));
    let pairing = loads_and_pairs(&corpus, Split::Eval);
    let of_morph: Vec<(&str, bool)> = pairing.rows[..2]
        .iter()
        .map(|row| (row.speaker.as_str(), ["real/a.wav", "real/b.wav"].contains(&row.reference.as_str())))
        .collect();
    assert_eq!(of_morph, [("1", true), ("2", false)]);
    assert_eq!(column(&corpus, Split::Eval, "file")[..3], ["morph/m1.wav", "morph/m1.wav", "real/a.wav"]);
    pairing.write(folder.path("pairing.csv")).expect("a file tried twice is no repeat");
    assert_eq!(Pairing::read(folder.path("pairing.csv")).expect("reads"), pairing);
}

#[test]
fn neither_speaker_of_a_morph_is_its_mismatched_one() {
    let folder = Folder::new().text("protocol.txt", MORPHS);
    let corpus = folder.open("morphing");
    let trials = trials(&corpus, Split::Eval);
    let pool = corpus.references(Split::Eval, &trials).expect("has them");
    for seed in 0..100 {
        let pairing = Pairing::draw_from(&pool, &trials, seed, SelfReference::Never).expect("draws");
        assert!(pairing.rows[..2].iter().all(|row| row.mismatched_speaker.as_str() == "3"), "seed {seed}");
        assert!(pairing.rows.iter().any(|row| row.mismatched_speaker.as_str() != "3"), "others keep theirs");
    }
    let text = "file,speaker,reference,mismatched,mismatched_speaker\n\
                morph/m1.wav,1,real/a.wav,real/c.wav,2\n";
    let folder = folder.text("pairing.csv", text);
    let given = Pairing::read(folder.path("pairing.csv")).expect("reads");
    refused(
        given.check(&trials[..1], &pool),
        &["line 2", "mismatched_speaker", "`2` is known to be in `morph/m1.wav`"],
    );
    let alone = MORPHS.lines().take(6).map(|line| format!("{line}\n")).collect::<String>();
    let folder = Folder::new().text("protocol.txt", &alone);
    let trials = folder.open("morphing").trials(Split::Eval).expect("reads");
    refused(Pairing::draw(&trials, 1), &["no speaker besides 1 and 2, who are in recording morph/m1.wav too"]);
}

#[test]
fn a_morph_that_is_listed_twice_is_refused() {
    let again = format!("{MORPHS}morph/m1.wav morph 2 1\n");
    let folder = Folder::new().text("protocol.txt", &again);
    refused(folder.open("morphing").trials(Split::Eval), &["line 9", "with speaker 2 stands on line 2 already"]);
    let nobody = MORPHS.replace("morph 1 2", "morph 1 -");
    let folder = Folder::new().text("protocol.txt", &nobody);
    refused(folder.open("morphing").trials(Split::Eval), &["line 2", "speaker is not named"]);
}

#[test]
fn morphs_may_have_any_file_name_no_header_and_bona_fide_rows_with_the_speaker_twice() {
    let bare = MORPHS
        .split_once('\n')
        .expect("a header")
        .1
        .replace(" 1 -", " 1 1")
        .replace(" 2 -", " 2 2")
        .replace(" 3 -", " 3 3");
    let folder = Folder::new().text("list/morphs_2024.csv", &bare).sounds("list", &MORPH_SOUNDS);
    for below in ["list", "list/morphs_2024.csv"] {
        let corpus = folder.open_at("morphing", below, None, false);
        assert_eq!(counts(&corpus, Split::Eval), (6, 2, 3));
        loads_and_pairs(&corpus, Split::Eval);
    }
}

const LANGUAGES: [&str; 5] = ["EN", "DE", "FR", "ES", "IT"];

fn mldf() -> Folder {
    LANGUAGES.into_iter().fold(Folder::new(), |folder, language| {
        let rows = format!(
            "wav_file tool gender group\n\
             dataset_{language}/one.wav bonafide F test\n\
             dataset_{language}/two.wav VITS F test\n\
             dataset_{language}/three.wav VITS M train\n"
        );
        folder
            .text(&format!("metadata/metadata_{language}.csv"), &rows)
            .sounds(&format!("dataset_{language}"), &["one.wav", "two.wav", "three.wav"])
    })
}

#[test]
fn ml_df_is_read_in_five_languages_and_its_test_group_kept() {
    let folder = mldf();
    let corpus = folder.open("mldf");
    assert_eq!(counts(&corpus, Split::Eval), (5, 5, 1));
    let languages: Vec<&str> = LANGUAGES.into_iter().flat_map(|language| [language; 2]).collect();
    assert_eq!(column(&corpus, Split::Eval, "language"), languages);
    let trials = trials(&corpus, Split::Eval);
    assert_eq!((trials[1].attack.as_str(), trials[1].gender.as_str(), trials[0].speaker.as_str()), ("VITS", "F", "-"));
    for trial in &trials {
        assert_eq!(corpus.load(Split::Eval, &trial.file).expect("reads").len(), 800);
    }
    let summary = corpus.summary(Split::Eval, &trials).expect("summarises");
    assert!(summary.protocol.starts_with("metadata_EN.csv, metadata_DE.csv"), "{}", summary.protocol);
}

#[test]
fn ml_df_has_no_references_and_says_what_works_without() {
    let corpus_folder = mldf();
    let corpus = corpus_folder.open("mldf");
    let trials = trials(&corpus, Split::Eval);
    let said = ["names no speakers", "zeroed,absent,own", "RAT_baseline, FF"];
    refused(corpus.references(Split::Eval, &trials), &said);
    refused(Pairing::draw(&trials, 1), &["-"]);
}

#[test]
fn ml_df_without_header_or_with_speakers_is_read_the_same() {
    let folder = mldf();
    let text = fs::read_to_string(folder.path("metadata/metadata_IT.csv")).expect("is there");
    let bare = text.split_once('\n').expect("a header").1.to_owned();
    let with_speaker: String = (1..)
        .zip(text.lines())
        .map(|(at, line)| match at {
            1 => format!("{line} speaker\n"),
            _ => format!("{line} 4_{at}\n"),
        })
        .collect();
    for content in [bare, with_speaker] {
        let folder = mldf().text("metadata/metadata_IT.csv", &content);
        let corpus = folder.open("mldf");
        assert_eq!(counts(&corpus, Split::Eval), (5, 5, 1));
        assert_eq!(column(&corpus, Split::Eval, "language")[8..], ["IT", "IT"]);
    }
}

#[test]
fn a_language_that_is_missing_is_named_unless_present_ones_are_asked_for() {
    let folder = mldf();
    fs::remove_file(folder.path("metadata/metadata_FR.csv")).expect("is there");
    refused(folder.open("mldf").trials(Split::Eval), &["metadata_FR.csv"]);
    let corpus = folder.open_at("mldf", "", None, true);
    assert_eq!(counts(&corpus, Split::Eval), (4, 4, 1));
}

#[test]
fn a_repeat_in_another_file_names_both() {
    let folder =
        mldf().text("metadata/metadata_DE.csv", "wav_file tool gender group\ndataset_EN/two.wav VITS F test\n");
    refused(
        folder.open("mldf").trials(Split::Eval),
        &["metadata_DE.csv, line 2", "stands on line 3 of", "metadata_EN.csv"],
    );
}

#[test]
fn a_file_is_a_root_only_of_layouts_that_are_one_file() {
    let folder = Folder::new().text("meta.csv", WILD);
    refused(Corpus::open("in-the-wild", folder.path("meta.csv")), &["meta.csv", "directory"]);
}

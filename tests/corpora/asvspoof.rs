//! ASVspoof 5 track 1, 2019 LA, 2021 LA and DF.

use std::fs;

use rat::{
    Label,
    data::Split,
    tables::{ScoreRow, ScoreTable},
};

use super::folder::{Folder, column, counts, loads_and_pairs, refused, trials};

/// Two speakers with two bona fide recordings and a spoof each, through a codec or not.
fn asvspoof5_rows(letter: char) -> String {
    let attack = match letter {
        'T' => "A01",
        'D' => "A09",
        _ => "A26",
    };
    let row = |speaker: usize| {
        let file = |n: usize| format!("{letter}_{:010}", 10 * speaker + n);
        let name = format!("{letter}_{speaker:04}");
        format!(
            "{name} {} M - 0 - - bonafide bonafide -\n\
             {name} {} M C05 2 {letter}_0009486171 - bonafide bonafide -\n\
             {name} {} M C05 2 {letter}_0009486171 AC1 {attack} spoof -\n",
            file(1),
            file(2),
            file(3)
        )
    };
    row(1) + &row(2)
}

fn asvspoof5_sounds(letter: char) -> Vec<String> {
    [1, 2].iter().flat_map(|s| [1, 2, 3].map(|n| format!("{letter}_{:010}.flac", 10 * s + n))).collect()
}

fn asvspoof5() -> Folder {
    [
        ("ASVspoof5.train.tsv", "flac_T", 'T'),
        ("ASVspoof5.dev.track_1.tsv", "flac_D", 'D'),
        ("ASVspoof5.eval.track_1.tsv", "flac_E_eval", 'E'),
    ]
    .into_iter()
    .fold(Folder::new(), |folder, (protocol, audio, letter)| {
        let names = asvspoof5_sounds(letter);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        folder.text(protocol, &asvspoof5_rows(letter)).sounds(audio, &names)
    })
}

#[test]
fn asvspoof5_is_read_counted_and_paired() {
    let folder = asvspoof5();
    let corpus = folder.open("asvspoof5");
    assert_eq!(corpus.splits(), Split::ALL);
    for split in Split::ALL {
        assert_eq!(counts(&corpus, split), (4, 2, 2));
        loads_and_pairs(&corpus, split);
    }
    assert_eq!(column(&corpus, Split::Eval, "codec_quality")[..2], ["0", "2"], "the quality of uncoded audio is 0");
    assert_eq!(column(&corpus, Split::Eval, "attack_tag")[2], "AC1");
    let eval = trials(&corpus, Split::Eval);
    assert_eq!((eval[0].codec.as_str(), eval[1].codec.as_str(), eval[2].attack.as_str()), ("-", "C05", "A26"));
    assert_eq!((eval[0].attack.as_str(), eval[0].gender.as_str()), ("-", "M"), "`bonafide` is no attack");
}

#[test]
fn asvspoof5_protocols_may_lie_in_the_folder_of_their_archive_and_end_in_txt() {
    let folder = asvspoof5();
    fs::remove_file(folder.path("ASVspoof5.train.tsv")).expect("is there");
    let folder = folder.text("ASVspoof5_protocols/ASVspoof5.train.txt", &asvspoof5_rows('T').replace(' ', "\t"));
    let corpus = folder.open("asvspoof5");
    assert!(corpus.protocol_path(Split::Train).ends_with("ASVspoof5_protocols/ASVspoof5.train.txt"));
    assert_eq!(counts(&corpus, Split::Train), (4, 2, 2));
    loads_and_pairs(&corpus, Split::Train);
}

#[test]
fn recordings_under_other_endings_and_in_another_case_are_found() {
    let folder = asvspoof5();
    for (old, new) in [("T_0000000011.flac", "T_0000000011.FLAC"), ("T_0000000012.flac", "t_0000000012.flac")] {
        fs::rename(folder.path("flac_T").join(old), folder.path("flac_T").join(new)).expect("renames");
    }
    fs::remove_file(folder.path("flac_T/T_0000000013.flac")).expect("is there");
    let folder = folder.sounds("flac_T", &["T_0000000013.wav"]);
    let corpus = folder.open("asvspoof5");
    loads_and_pairs(&corpus, Split::Train);
    assert!(corpus.audio_path(Split::Train, "T_0000000011").expect("found").ends_with("T_0000000011.FLAC"));
    assert!(corpus.audio_path(Split::Train, "T_0000000013.flac").expect("found").ends_with("T_0000000013.wav"));
    refused(corpus.audio_path(Split::Train, "T_0000000099"), &["T_0000000099.flac", "flac, wav", "--present-only"]);
}

/// The published example and its neighbours: bona fide rows have `-` for an attack.
fn rows_2019(letter: char) -> String {
    ["LA_0039", "LA_0040"]
        .iter()
        .enumerate()
        .map(|(s, speaker)| {
            format!(
                "{speaker} LA_{letter}_{s}834761 - - bonafide\n\
                 {speaker} LA_{letter}_{s}834762 - - bonafide\n\
                 {speaker} LA_{letter}_{s}834763 - A11 spoof\n"
            )
        })
        .collect()
}

fn asvspoof2019(below: &str, training: &str) -> Folder {
    let protocols = format!("{below}ASVspoof2019_LA_cm_protocols");
    [(training, "train", 'T'), ("dev.trl", "dev", 'D'), ("eval.trl", "eval", 'E')].into_iter().fold(
        Folder::new(),
        |folder, (protocol, split, letter)| {
            let names: Vec<String> = (0..6).map(|n| format!("LA_{letter}_{}83476{}.flac", n / 3, n % 3 + 1)).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            folder
                .text(&format!("{protocols}/ASVspoof2019.LA.cm.{protocol}.txt"), &rows_2019(letter))
                .sounds(&format!("{below}ASVspoof2019_LA_{split}/flac"), &names)
        },
    )
}

#[test]
fn asvspoof2019_is_read_counted_and_paired() {
    let folder = asvspoof2019("", "train.trn");
    let corpus = folder.open("asvspoof2019-la");
    for split in Split::ALL {
        assert_eq!(counts(&corpus, split), (4, 2, 2));
        loads_and_pairs(&corpus, split);
    }
    let spoof = &trials(&corpus, Split::Eval)[2];
    assert_eq!((spoof.attack.as_str(), spoof.label), ("A11", Some(Label::Spoof)));
}

#[test]
fn asvspoof2019_training_may_be_called_trl_as_in_the_python_reference() {
    let folder = asvspoof2019("", "train.trl");
    loads_and_pairs(&folder.open("asvspoof2019-la"), Split::Train);
}

#[test]
fn asvspoof2019_may_lie_in_the_folder_la_of_its_archive() {
    let folder = asvspoof2019("LA/", "train.trn");
    for below in ["", "LA"] {
        let corpus = folder.open_at("asvspoof2019-la", below, None, false);
        Split::ALL.into_iter().for_each(|split| drop(loads_and_pairs(&corpus, split)));
    }
}

const LA: &str = "LA_0009 LA_E_9332881 alaw ita_tx A07 spoof notrim eval\n\
                  LA_0009 LA_E_0000001 alaw ita_tx bonafide bonafide notrim eval\n\
                  LA_0009 LA_E_0000002 none loc_tx bonafide bonafide notrim eval\n\
                  LA_0010 LA_E_0000003 opus loc_tx bonafide bonafide trim eval\n\
                  LA_0010 LA_E_0000004 opus loc_tx bonafide bonafide trim progress\n\
                  LA_0010 LA_E_0000005 gsm sin_tx bonafide bonafide notrim eval\n\
                  LA_0010 LA_E_0000006 ulaw sin_tx A19 spoof notrim hidden\n";
const LA_SOUNDS: [&str; 7] = [
    "LA_E_9332881.flac",
    "LA_E_0000001.flac",
    "LA_E_0000002.flac",
    "LA_E_0000003.flac",
    "LA_E_0000004.flac",
    "LA_E_0000005.flac",
    "LA_E_0000006.flac",
];

#[test]
fn asvspoof2021_la_is_read_counted_and_paired() {
    let folder = Folder::new().text("trial_metadata.txt", LA).sounds("flac", &LA_SOUNDS);
    let corpus = folder.open("asvspoof2021-la");
    assert_eq!(counts(&corpus, Split::Eval), (4, 1, 2), "the subset eval");
    loads_and_pairs(&corpus, Split::Eval);
    assert_eq!(column(&corpus, Split::Eval, "transmission"), ["ita_tx", "ita_tx", "loc_tx", "loc_tx", "sin_tx"]);
    assert_eq!(column(&corpus, Split::Eval, "trim")[3], "trim");
    for (subset, wanted) in [("progress", (1, 0, 1)), ("hidden", (0, 1, 1)), ("eval", (4, 1, 2)), ("all", (5, 2, 2))] {
        let corpus = folder.open_at("asvspoof2021-la", "", Some(subset), false);
        assert_eq!(counts(&corpus, Split::Eval), wanted, "{subset}");
    }
}

#[test]
fn asvspoof2021_keys_and_audio_may_lie_in_the_folders_of_their_archives() {
    for (keys, audio) in [
        ("keys/LA/CM/trial_metadata.txt", "ASVspoof2021_LA_eval/flac"),
        ("LA-keys-full/keys/LA/CM/trial_metadata.txt", "flac"),
        ("LA/keys/CM/trial_metadata.txt", "LA/ASVspoof2021_LA_eval/flac"),
    ] {
        let folder = Folder::new().text(keys, LA).sounds(audio, &LA_SOUNDS);
        let corpus = folder.open("asvspoof2021-la");
        assert!(corpus.protocol_path(Split::Eval).ends_with(keys), "{keys}");
        loads_and_pairs(&corpus, Split::Eval);
    }
}

#[test]
fn asvspoof2021_hidden_trials_were_first_called_hidden_track() {
    let folder = Folder::new().text("trial_metadata.txt", &LA.replace(" hidden", " hidden_track"));
    assert_eq!(counts(&folder.open_at("asvspoof2021-la", "", Some("hidden"), false), Split::Eval), (0, 1, 1));
}

#[test]
fn a_subset_without_trials_is_refused() {
    let folder = Folder::new().text("trial_metadata.txt", LA.lines().next().expect("a line"));
    let corpus = folder.open_at("asvspoof2021-la", "", Some("hidden"), false);
    refused(corpus.trials(Split::Eval), &["holds no trial in subset hidden"]);
}

const DF: &str = "LA_0023 DF_E_2000011 nocodec asvspoof A14 spoof notrim progress traditional_vocoder - - - -\n\
                  LA_0023 DF_E_2000012 low_mp3 asvspoof A14 spoof notrim eval neural_vocoder_autoregressive - - - -\n\
                  LA_0023 DF_E_2000013 mp3m4a asvspoof - bonafide notrim eval bonafide - - - -\n\
                  LA_0023 DF_E_2000014 nocodec asvspoof - bonafide notrim eval bonafide - - - -\n\
                  TEF2 DF_E_2000015 low_m4a vcc2020 - bonafide notrim eval bonafide Task1 - FF E\n\
                  TEF2 DF_E_2000016 low_m4a vcc2020 - bonafide notrim eval bonafide Task1 - FF E\n\
                  TEF2 DF_E_2000017 oggm4a vcc2020 Task1-team20 spoof notrim eval waveform_concatenation Task1 team20 FF E\n";
const DF_SOUNDS: [&str; 7] = [
    "DF_E_2000011.flac",
    "DF_E_2000012.flac",
    "DF_E_2000013.flac",
    "DF_E_2000014.flac",
    "DF_E_2000015.flac",
    "DF_E_2000016.flac",
    "DF_E_2000017.flac",
];

#[test]
fn asvspoof2021_df_is_read_counted_and_paired() {
    let folder =
        Folder::new().text("keys/DF/CM/trial_metadata.txt", DF).sounds("ASVspoof2021_DF_eval/flac", &DF_SOUNDS);
    let corpus = folder.open("asvspoof2021-df");
    assert_eq!(counts(&corpus, Split::Eval), (4, 2, 2));
    loads_and_pairs(&corpus, Split::Eval);
    assert_eq!(
        column(&corpus, Split::Eval, "source"),
        ["asvspoof", "asvspoof", "asvspoof", "vcc2020", "vcc2020", "vcc2020"]
    );
    assert_eq!(column(&corpus, Split::Eval, "team")[5], "team20");
}

#[test]
fn asvspoof2021_df_may_be_unpacked_part_by_part() {
    let folder = Folder::new()
        .text("trial_metadata.txt", DF)
        .sounds("ASVspoof2021_DF_eval_part00/flac", &DF_SOUNDS[..3])
        .sounds("ASVspoof2021_DF_eval_part03/ASVspoof2021_DF_eval/flac", &DF_SOUNDS[3..]);
    loads_and_pairs(&folder.open("asvspoof2021-df"), Split::Eval);
}

#[test]
fn of_a_partial_copy_the_present_trials_are_taken_and_the_others_counted() {
    let folder = Folder::new().text("trial_metadata.txt", DF).sounds("flac", &DF_SOUNDS[3..]);
    let corpus = folder.open_at("asvspoof2021-df", "", Some("all"), true);
    let listing = corpus.listing(Split::Eval).expect("reads");
    assert_eq!((listing.columns.len(), listing.left_out), (4, 3));
    assert_eq!(listing.trials(), trials(&corpus, Split::Eval));
    assert_eq!(listing.trials()[0].file, "DF_E_2000014");
    let whole = folder.open("asvspoof2021-df");
    assert_eq!(whole.listing(Split::Eval).expect("reads").left_out, 0);
    refused(whole.load(Split::Eval, "DF_E_2000012"), &["DF_E_2000012.flac", "missing"]);
    let nothing = Folder::new().text("trial_metadata.txt", DF);
    let corpus = nothing.open_at("asvspoof2021-df", "", None, true);
    refused(corpus.trials(Split::Eval), &["none of the 6 recordings", "flac"]);
}

#[test]
fn all_columns_reach_a_table_of_scores() {
    let folder = Folder::new().text("trial_metadata.txt", DF);
    let corpus = folder.open("asvspoof2021-df");
    let row = |(at, trial): (usize, rat::Trial)| ScoreRow {
        file: trial.file,
        score: 0.1 * at as f64,
        label: trial.label,
        margin: Some(0.0),
        speaker: trial.speaker.to_string(),
        attack: trial.attack.to_string(),
        codec: trial.codec.to_string(),
    };
    let table = ScoreTable::from_rows(trials(&corpus, Split::Eval).into_iter().enumerate().map(row));
    let table = table.with_protocol(&corpus.columns(Split::Eval).expect("reads")).expect("joins");
    assert_eq!(table.groups("vocoder").expect("a column").len(), 3);
    for name in ["source", "subset", "trim", "task", "gender_pair"] {
        assert!(table.knows(name), "{name}");
    }
}

#[test]
fn a_wrong_root_or_data_set_is_told() {
    let row = "T_1 T_01 F - - - - bonafide bonafide -\n";
    let la = "LA_1 E_1 alaw ita_tx A07 spoof notrim eval\n";
    let folder = Folder::new()
        .text("shared/corpus/ASVspoof5.train.tsv", row)
        .text("shared/corpus/flac_T/readme", "")
        .text("mldf/metadata/metadata_EN.csv", "wav_file tool gender group\na bonafide F test\n")
        .text("la/trial_metadata.txt", la);
    let said = |name: &str, below: &str, split: Split, words: &[&str]| {
        let opened = rat::data::Corpus::open(name, folder.path(below));
        refused(opened.and_then(|corpus| corpus.trials(split)), words);
    };
    let names = "looked for ASVspoof5.train.tsv, ASVspoof5.train.txt in";
    said("asvspoof5", "shared", Split::Train, &[names, "it lies in", "shared/corpus: --root"]);
    said("asvspoof5", "shared/corpus/flac_T", Split::Train, &["it lies in", "shared/corpus: --root"]);
    said("asvspoof2019-la", "shared/corpus", Split::Train, &["this is ASVspoof 5, track 1: --data asvspoof5"]);
    said("asvspoof2019-la", "shared", Split::Train, &["ASVspoof 5, track 1 lies in", "--data asvspoof5 --root"]);
    said("mldf", "mldf/metadata", Split::Eval, &["looked for metadata/metadata_EN.csv", "it lies in", "mldf: --root"]);
    said(
        "table",
        "shared/corpus/flac_T",
        Split::Eval,
        &["no file ending in csv, tsv, parquet", "ASVspoof 5, track 1 lies in"],
    );
    let other = [
        "is in the form of ASVspoof 2021 LA, not of ASVspoof 2021 DF",
        "this is ASVspoof 2021 LA: --data asvspoof2021-la",
    ];
    said("asvspoof2021-df", "la", Split::Eval, &other);
    said("asvspoof5", "shared/corpus", Split::Dev, &["looked for ASVspoof5.dev.track_1.tsv", "check the path"]);
}

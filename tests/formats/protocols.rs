//! Protocols of every published form.

use rat::{
    Error, Label,
    protocol::{Protocol, ProtocolFormat},
};

use super::samples::written;

fn read(content: &str) -> Protocol {
    Protocol::read(written(content).path()).unwrap_or_else(|error| panic!("{error}\n{content}"))
}

fn column(protocol: &Protocol, name: &str) -> Vec<String> {
    protocol.column(name).unwrap_or_else(|| panic!("{name} of {:?}", protocol.columns())).map(Into::into).collect()
}

#[test]
fn published_forms_are_told_apart() {
    for (content, format, columns) in [
        (
            "E_1 E_01 F C04 2 E_0007161785 AC2 A18 spoof -\nE_1\tE_02\tF\t-\t0\t-\t-\tbonafide\tbonafide\t-\n",
            "ASVspoof 5",
            "file speaker gender codec attack label codec_quality codec_seed attack_tag",
        ),
        ("LA_1 E_01 - A18 spoof\nLA_1 E_02 - - bonafide\n", "ASVspoof 2019", "file speaker attack label"),
        (
            "PA_1 E_01 aaa AB spoof\nPA_1 E_02 abc - bonafide\n",
            "ASVspoof 2019",
            "file speaker attack label environment",
        ),
        (
            "LA_1 E_01 alaw ita_tx A18 spoof notrim eval\nLA_1 E_02 none loc_tx bonafide bonafide notrim eval\n",
            "ASVspoof 2021 LA",
            "file speaker codec attack label transmission trim subset",
        ),
        (
            "LA_1 E_01 mp3m4a asvspoof A18 spoof notrim eval traditional_vocoder - - - -\n\
             TEF2 E_02 low_m4a vcc2020 - bonafide notrim eval bonafide Task1 - FF E\n",
            "ASVspoof 2021 DF",
            "file speaker codec attack label source trim subset vocoder task gender_pair language",
        ),
        (
            "file,speaker,label\nE_01,Alec Guinness,spoof\nE_02,\"Obama, Barack\",bona-fide\n",
            "columns by name",
            "file speaker label",
        ),
        ("E_01 fake\nE_02 real\n", "key file", "file label"),
        ("E_01,1\nE_02,0\n", "key file", "file label"),
        ("S1 E_01 spoof\nS1 E_02 genuine\n", "key file", "file speaker label"),
        ("E_01,S1,spoof\nE_02,S1,human\n", "key file", "file speaker label"),
        (
            "wav_file tool gender group\nE_01 A18 F test\nE_02 bonafide F test\n",
            "columns by name",
            "file gender attack label group",
        ),
        (
            "FILE LABEL SPEAKER_ID1 SPEAKER_ID2\nE_01 morph S1 S2\nE_02 bonafide S1 S1\n",
            "columns by name",
            "file speaker label speaker_id2",
        ),
        ("filename\tcm-label\nE_01\tspoof\nE_02\tbonafide\n", "columns by name", "file label"),
    ] {
        for content in [content.to_owned(), format!("\u{feff}{}\r\n\r\n", content.trim_end().replace('\n', "\r\n"))] {
            let protocol = read(&content);
            assert_eq!((protocol.format(), protocol.columns().join(" ").as_str()), (format, columns), "{content}");
            assert_eq!(column(&protocol, "file"), ["E_01", "E_02"], "{content}");
            assert_eq!(protocol.labels(), [Some(Label::Spoof), Some(Label::Bonafide)], "{content}");
            assert_eq!(column(&protocol, "label"), ["spoof", "bonafide"], "{content}");
            let trials = protocol.trials();
            assert_eq!((trials.len(), trials[1].attack.as_str(), trials[0].file.as_str()), (2, "-", "E_01"));
            if protocol.columns().contains(&"attack") {
                assert_eq!(column(&protocol, "attack")[1], "-", "{content}");
                assert!(["A18", "AB"].contains(&trials[0].attack.as_str()));
            }
        }
    }
}

#[test]
fn quoted_values_and_odd_names_are_kept() {
    let protocol = read("file,speaker,label\n\"a \"\"b\"\".wav\",\"Obama, Barack\",spoof\nc,d e,-\n");
    assert_eq!(column(&protocol, "file"), ["a \"b\".wav", "c"]);
    assert_eq!(column(&protocol, "speaker"), ["Obama, Barack", "d e"]);
    assert_eq!(protocol.labels(), [Some(Label::Spoof), None]);
    assert_eq!(column(&protocol, "label"), ["spoof", "-"]);
    let protocol = read("path,id,label\nx/a.wav,7,spoof\n");
    assert_eq!((column(&protocol, "file"), protocol.columns()), (vec!["x/a.wav".into()], vec!["file", "label", "id"]));
    let protocol = read("S1 E_01 target\nS1 E_02 nontarget\nS2 E_03 spoof\n");
    assert_eq!(column(&protocol, "key"), ["target", "nontarget", "spoof"]);
    assert!(protocol.column("none").is_none());
    assert_eq!(protocol.lines(), [1, 2, 3]);
}

#[test]
fn defects_are_named_by_line_and_field() {
    for (content, line, field) in [
        ("S E_01 F C04 2 s AC2 A18 spoof -\nS E_02 F C04 2 s AC2 A18 spoofed -\n", 2, "key"),
        ("S E_01 F C04 2 s AC2 A18 spoof -\n\nS E_02 F C04\n", 3, "columns"),
        ("file,label\na,spoof\nb,7\n", 3, "label"),
        ("file,speaker,label\na,\"b,spoof\n", 2, "columns"),
        ("a b c d\n", 1, "columns"),
    ] {
        let error = Protocol::read(written(content).path()).expect_err(content);
        let Error::Parse { line: found, field: column, .. } = &error else { panic!("{error:?}") };
        assert_eq!((*found, column.as_str()), (line, field), "{error}");
    }
    let empty = Protocol::read(written("file,label\n").path()).expect_err("empty").to_string();
    assert!(empty.contains("holds no trial"), "{empty}");
    let other = written("a spoof\n");
    assert!(Protocol::read_as(other.path(), ProtocolFormat::Asvspoof5).is_err());
}

//! `tandem`: the numbers of the library, forms of files, and refusals.

use rat::{
    metrics::TandemKey,
    report::{AsvSource, TandemRow, TandemSettings, measure_tandem},
    tables::{TandemScoreRow, TandemTable},
};
use serde_json::Value;

use super::super::{Place, succeeds};

const KEYS: [(&str, TandemKey); 3] =
    [("target", TandemKey::Target), ("nontarget", TandemKey::Nontarget), ("spoof", TandemKey::Spoof)];

/// The golden tandem cases, made by tests/fixtures/make_measures_golden.py.
fn cases() -> Vec<Value> {
    let text = include_str!("../fixtures/measures_golden.json");
    let golden: Value = serde_json::from_str(text).expect("JSON");
    golden["tandem"].as_array().expect("a list").clone()
}

/// A case in the form of ASVspoof 5, track 2: scores (the ASV's for SASV, too), and the key in another order.
fn track_2(case: &Value) -> (String, String) {
    let mut scores = String::from("spk\tfilename\tcm-score\tasv-score\tsasv-score\n");
    let mut keys = Vec::new();
    for (kind, (word, _)) in KEYS.iter().enumerate() {
        let of = |system: &str| case[system][kind].as_array().expect("a list").clone();
        for (at, (asv, cm)) in of("asv").iter().zip(of("cm")).enumerate() {
            // Two speakers are tried with each file.
            let (speaker, file) = (format!("E_{}{}", kind, at % 2), format!("T_{kind}{}", at / 2));
            scores += &format!("{speaker}\t{file}\t{cm}\t{asv}\t{asv}\n");
            let human = if *word == "spoof" { "spoof" } else { "bonafide" };
            keys.push(format!("{speaker}\t{file}\t{human}\t{word}\n"));
        }
    }
    keys.reverse();
    (scores, format!("spk\tfilename\tcm-label\tasv-label\n{}", keys.concat()))
}

fn rows(json: &str) -> Vec<TandemRow> {
    serde_json::from_str(json).expect("rows as JSON")
}

fn near(found: Option<f64>, wanted: &Value, what: &str) {
    let (found, wanted) = (found.expect("a value"), wanted.as_f64().expect("a number"));
    assert!((found - wanted).abs() < 1e-12, "{what}: {found} is not {wanted}");
}

#[test]
fn track_2_files_give_the_golden_numbers() {
    let place = Place::new();
    for case in cases() {
        let (scores, key) = track_2(&case);
        let (scores, key) = (place.write("sasv.tsv", &scores), place.write("key.tsv", &key));
        let name = case["name"].as_str().expect("a name");
        let (json, _) = succeeds(&["tandem", &scores, "--key", &key, "--format", "json", "--resamples", "0"]);
        let found = rows(&json);
        near(found[0].value, &case["a_dcf"]["asvspoof5"]["rate"], name);
        near(found[0].sasv_threshold, &case["a_dcf"]["asvspoof5"]["threshold"], name);
        near(found[1].value, &case["organisers"]["asvspoof5"]["revisited"]["rate"], name);
        near(found[2].value, &case["t_eer"]["rate"], name);
        near(found[2].cm_threshold, &case["t_eer"]["cm_threshold"], name);
        if case["own_asv"].is_object() {
            let own = ["tandem", &scores, "--key", &key, "--format", "json", "--resamples", "0", "--asv-rates", "file"];
            near(rows(&succeeds(&own).0)[1].value, &case["own_asv"]["revisited"]["rate"], name);
        }
    }
}

#[test]
fn the_command_says_what_the_library_measures() {
    let place = Place::new();
    let (scores, key) = track_2(&cases()[0]);
    let (scores, key) = (place.write("sasv.tsv", &scores), place.write("key.tsv", &key));
    let table = TandemTable::read_as(&scores, Some(&key), &Default::default()).expect("a tandem file");
    let settings = TandemSettings { resamples: 200, seed: 3, asv: AsvSource::File, ..TandemSettings::default() };
    let wanted = measure_tandem(&table, "sasv", &settings).expect("measures");
    let arguments = ["tandem", &scores, "--key", &key, "--resamples", "200", "--seed", "3", "--asv-rates", "file"];
    let (json, _) = succeeds(&[arguments.as_slice(), &["--format", "json"]].concat());
    assert_eq!(rows(&json), wanted);
    for row in &wanted {
        let (low, value, high) = (row.low.expect("low"), row.value.expect("a value"), row.high.expect("high"));
        assert!(low < value && value < high && high - low < 0.5, "{row:?}");
    }
    assert_ne!(measure_tandem(&table, "sasv", &TandemSettings { seed: 4, ..settings }).expect("measures"), wanted);
    for (format, word) in
        [("table", "min t-DCF"), ("csv", "min_tdcf,cm + asv,"), ("markdown", "| a-DCF |"), ("latex", "toprule")]
    {
        let (text, _) = succeeds(&[arguments.as_slice(), &["--format", format]].concat());
        assert!(text.contains(word), "{format}: {text}");
    }
}

#[test]
fn what_is_missing_is_said() {
    let place = Place::new();
    let asv = place.write(
        "asv.txt",
        "bonafide target 5.5\nbonafide nontarget -3\nbonafide target 1\nA07 spoof 2\nA08 spoof 0.5\n",
    );
    place.refuses(&["tandem", &asv], &["nothing can be measured", "no sasv scores", "no cm scores"]);
    // ASVspoof 2019: the countermeasure's own file, and the organisers' ASV scores.
    let cm = place.write("cm.txt", "E_1 - bonafide 2.5\nE_2 - bonafide 0.2\nE_3 A07 spoof 1.5\nE_4 A08 spoof -2\n");
    let arguments =
        ["tandem", &cm, "--asv-rates", &asv, "--tdcf-form", "asvspoof2019", "--resamples", "0", "--format", "json"];
    let (json, stderr) = succeeds(&arguments);
    let found = rows(&json);
    assert!(stderr.contains("a_dcf is absent") && stderr.contains("t_eer is absent"), "{stderr}");
    assert_eq!((found[1].bonafide, found[1].target, found[1].spoof), (2, 0, 2));
    let table = TandemTable::read(&asv).expect("ASV scores");
    let (rates, _) = rat::report::asv_rates(&table).expect("rates");
    assert_eq!(found[1].asv_p_fa_spoof, Some(rates.p_fa_spoof));
    let given = format!("{},{},{}", rates.p_fa_nontarget, rates.p_miss, rates.p_fa_spoof);
    let again =
        ["tandem", &cm, "--asv-rates", &given, "--tdcf-form", "asvspoof2019", "--resamples", "0", "--format", "json"];
    assert_eq!(rows(&succeeds(&again).0)[1].value, found[1].value);
}

#[test]
fn forms_are_known_by_their_columns() {
    let place = Place::new();
    let row = |text: &str| TandemTable::read(place.write("file.txt", text)).expect("a tandem file").rows()[0].clone();
    let wanted = TandemScoreRow {
        speaker: "S1".into(),
        file: "E_1".into(),
        attack: "-".into(),
        key: Some(TandemKey::Target),
        cm: None,
        asv: None,
        sasv: None,
    };
    // The a-DCF package's form.
    assert_eq!(
        row("S1 E_1 6.5 target\nS1 E_2 1 nontarget\nS1 E_3 0 spoof\n"),
        TandemScoreRow { sasv: Some(6.5), ..wanted.clone() }
    );
    let named = "cm_score,asv_score,key,utt,spk\n1,2,target,E_1,S1\n0,1,spoof,E_2,S1\n";
    assert_eq!(row(named), TandemScoreRow { cm: Some(1.0), asv: Some(2.0), ..wanted.clone() });
    // One system for all: hyphens in the columns of those it has not.
    let alone = "spk filename cm-score asv-score sasv-score trial_type\nS1 E_1 - - 4 target\nS1 E_2 - - 1 spoof\n";
    assert_eq!(row(alone), TandemScoreRow { sasv: Some(4.0), ..wanted.clone() });
    // ASVspoof 2021: scores of three columns, and metadata of eight.
    let key = place.write("meta.txt", "S1 E_1 alaw ita_tx bonafide target notrim eval\nS1 E_2 alaw ita_tx A07 spoof notrim eval\nS2 E_1 alaw x bonafide nontarget notrim eval\n");
    let scores = place.write("asv.txt", "S2 E_1 -3\nS1 E_2 0.5\nS1 E_1 7\n");
    let table = TandemTable::read_as(&scores, Some(&key), &Default::default()).expect("ASV scores");
    assert_eq!(table.rows()[2], TandemScoreRow { asv: Some(7.0), ..wanted });
    assert_eq!((table.rows()[1].key, table.rows()[1].attack.as_str()), (Some(TandemKey::Spoof), "A07"));
    assert_eq!(table.rows()[0].key, Some(TandemKey::Nontarget));
}

#[test]
fn dummy_trials_do_not_count() {
    let place = Place::new();
    let scores = place.write("s.tsv", "spk\tfilename\tsasv-score\nA\tx\t3\nA\ty\t-1\nA\tz\t0\nA\tw\t9\n");
    let key = place.write(
        "k.txt",
        "tar_spk_anon trial_anon asv-label track_2_tag\nA x target -\nA y nontarget -\nA z spoof -\nA w spoof dummy\nA v target -\n",
    );
    let (json, stderr) = succeeds(&["tandem", &scores, "--key", &key, "--format", "json", "--resamples", "0"]);
    assert_eq!(rows(&json)[0].value, Some(0.0));
    assert!(
        stderr.contains("1 dummy trials left out") && stderr.contains("1 trials of the key have no score"),
        "{stderr}"
    );
}

#[test]
fn bad_files_are_refused_with_their_place() {
    let place = Place::new();
    let head = "file,sasv_score,key\na,1,target\nb,0,nontarget\n";
    for (name, lines, words) in [
        ("nan", "c,nan,spoof\n", ["line 4", "sasv score"]),
        ("key", "c,1,who\n", ["line 4", "`who` is no key"]),
        ("twice", "a,1,spoof\n", ["line 4", "already"]),
        ("short", "c,1\n", ["line 4", "expected 3 columns"]),
        ("class", "", ["nothing.csv", "no spoof trial"]),
    ] {
        let file = place.write("nothing.csv", &format!("{head}{lines}"));
        place.refuses(&["tandem", &file, "--output", &place.text("out.csv")], &[words[0], words[1]]);
        assert!(!place.path("out.csv").exists(), "{name}");
    }
    let empty = place.write("empty.csv", "");
    place.refuses(&["tandem", &empty], &["no trial"]);
    let doubt = place.write("doubt.txt", "a 1 2 target\nb 2 3 spoof\n");
    place.refuses(&["tandem", &doubt], &["2 columns hold numbers"]);
    let whole = place.write("whole.csv", &format!("{head}c,0.5,spoof\n"));
    let key = place.write("key.csv", "file,key\na,target\nb,spoof\nc,spoof\n");
    place.refuses(&["tandem", &whole, "--key", &key], &["line 3", "the key file says otherwise"]);
    let key = place.write("key.csv", "file,key\na,target\n");
    place.refuses(&["tandem", &whole, "--key", &key], &["b is not in the key"]);
    place.refuses(&["tandem", &whole, "--level", "1"], &["level"]);
    place.refuses(&["tandem", &whole, "--asv-key", &key], &["asv-key"]);
    place.refuses(&["tandem", &whole, "--output", &whole], &["one of the inputs"]);
    let (_, stderr) =
        succeeds(&["tandem", &place.write("up.csv", "file,sasv_score,key\na,1,target\nb,2,nontarget\nc,3,spoof\n")]);
    assert!(stderr.contains("warning") && stderr.contains("equal error rate"), "{stderr}");
}

#[test]
fn mutated_files_are_read_or_refused() {
    let whole =
        "spk,filename,cm-score,asv-score,sasv-score,key\nA,x,1,2,3,target\nA,y,-1,0,1,spoof\nB,x,0.5,-3,-2,nontarget\n";
    let place = Place::new();
    let pieces =
        [",", "\n", "\t", "\"", "-", "nan", "target", "spoof", "1e999", "#", "\u{e9}", " ", "score", "key", ""];
    let mut state = 7_u64;
    let mut draw = |bound: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % bound
    };
    for _ in 0..1_000 {
        let mut text: Vec<char> = whole.chars().collect();
        for _ in 0..=draw(4) {
            let (from, count) = (draw(text.len()), draw(6));
            let to = (from + count).min(text.len());
            text.splice(from..to, pieces[draw(pieces.len())].chars());
            text.push('\n');
        }
        let path = place.write("mutated.csv", &text.into_iter().collect::<String>());
        match TandemTable::read(&path) {
            Err(refused) => assert!(!refused.remedy().is_empty() && !refused.to_string().is_empty()),
            Ok(table) => {
                let settings = TandemSettings { resamples: 2, ..TandemSettings::default() };
                let _ = measure_tandem(&table, "mutated", &settings);
            }
        }
    }
}

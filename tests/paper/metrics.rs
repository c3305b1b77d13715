//! `metrics`: every number against its definition, every form of output against every other.

use super::{
    brute::Scores,
    program::{Place, number, rows, text},
    synthetic::{self, ATTACKS, CODECS, EMPTY, Trial},
};

fn close(found: f64, wanted: f64, what: &str) {
    assert!((found - wanted).abs() < 1e-12, "{what}: {found} against {wanted}");
}

#[test]
fn every_cell_of_attack_and_codec_is_as_by_definition() {
    let place = Place::new();
    synthetic::write_submission(&place.at("cm.tsv"), 1, 2.0);
    let table = place.tells("metrics cm.tsv --protocol key.tsv --by attack,codec --bootstrap none --format json");
    let table = rows(&table);
    let trials = synthetic::trials();
    let scores: Vec<f64> = trials.iter().map(|trial| trial.score(1, 2.0)).collect();
    assert_eq!(table.len(), 1 + ATTACKS.len() + CODECS.len() + ATTACKS.len() * CODECS.len() - 1);
    assert_eq!((text(&table[0], "group"), text(&table[0], "by")), ("pooled", "-"));
    let mut seen = std::collections::BTreeSet::new();
    for row in table {
        let group = text(row, "group");
        assert!(seen.insert(group), "{group} stands twice");
        let (attack, codec) = group.split_once(", ").unwrap_or(("pooled", "pooled"));
        assert_ne!((attack, codec), EMPTY);
        let belongs = |trial: &Trial| {
            (attack == "pooled" || trial.human || trial.attack == attack) && (codec == "pooled" || trial.codec == codec)
        };
        let chosen = trials.iter().zip(&scores).filter(|(trial, _)| belongs(trial));
        let wanted = Scores::of(chosen.map(|(trial, score)| (score, trial.human)));
        assert_eq!(number(row, "bonafide") as usize, wanted.bonafide.len(), "{group}");
        assert_eq!(number(row, "spoof") as usize, wanted.spoof.len(), "{group}");
        close(number(row, "eer"), wanted.eer_official(), group);
        close(number(row, "eer_tie_merged"), wanted.eer_tie_merged(), group);
        close(number(row, "min_dcf"), wanted.min_dcf(), group);
        let rates =
            [("misses", "bonafide"), ("false_alarms", "spoof")].map(|(of, all)| number(row, of) / number(row, all));
        close((rates[0] + rates[1]) / 2.0, number(row, "eer"), group);
        // The package's thresholds are the highest scores that are rejected.
        let (frr, far) = wanted.rates(number(row, "min_dcf_threshold").next_up());
        close((0.95 * frr + 0.5 * far) / 0.5, wanted.min_dcf(), group);
        assert!(row["eer_low"].is_null() && row["act_dcf"].is_null(), "{group}");
    }
}

#[test]
fn ties_part_the_rules_and_are_warned_of() {
    let place = Place::new();
    let scores = synthetic::write_labelled(&place.at("tied.csv"), |trial| (2.0 * trial.score(1, 1.0)).round() / 2.0);
    let ran = place.succeeds("metrics tied.csv --bootstrap none --format json");
    let table: serde_json::Value = serde_json::from_str(&ran.said).expect("JSON");
    let trials = synthetic::trials();
    let wanted = Scores::of(scores.iter().zip(trials.iter().map(|trial| trial.human)));
    close(number(&table[0], "eer"), wanted.eer_official(), "official");
    close(number(&table[0], "eer_tie_merged"), wanted.eer_tie_merged(), "tie-merged");
    close(number(&table[0], "tied"), wanted.tied(), "tied");
    assert!(number(&table[0], "eer") > number(&table[0], "eer_tie_merged"));
    assert!(ran.complained.contains("warning: tied.csv") && ran.complained.contains("share their score"));
}

#[test]
fn log_likelihood_ratios_have_their_measures() {
    let place = Place::with_systems();
    let trials = synthetic::trials();
    let human = || trials.iter().map(|trial| trial.human);
    let llrs: Vec<f64> = trials.iter().map(|trial| trial.score(1, 2.0)).collect();
    let wanted = Scores::of(llrs.iter().zip(human()));
    let table = place.tells("metrics good.csv --scale llr --resamples 100 --format json");
    let check = |row: &serde_json::Value| {
        close(number(row, "act_dcf"), wanted.act_dcf(), "actDCF");
        close(number(row, "cllr"), wanted.cllr(), "Cllr");
        close(number(row, "cllr") - number(row, "min_cllr"), number(row, "calibration_loss"), "calibration loss");
        assert!(number(row, "min_cllr") < number(row, "cllr"));
        for measure in ["eer", "eer_tie_merged", "min_dcf", "act_dcf", "cllr", "min_cllr"] {
            let [low, value, high] = ["_low", "", "_high"].map(|end| number(row, &format!("{measure}{end}")));
            assert!(low <= value && value <= high && low < high, "{measure}: {low} {value} {high}");
        }
    };
    check(&table[0]);
    // The probabilities of the same ratios, by a model that was trained on 1 bona fide in 5.
    let prior = 0.2_f64;
    synthetic::write_labelled(&place.at("p.csv"), |trial| {
        1.0 / (1.0 + (-(trial.score(1, 2.0) + (prior / (1.0 - prior)).ln())).exp())
    });
    let table = place.tells("metrics p.csv --scale probability --training-prior 0.2 --resamples 100 --format json");
    assert!((number(&table[0], "cllr") - wanted.cllr()).abs() < 1e-9);
    assert!((number(&table[0], "act_dcf") - wanted.act_dcf()).abs() < 1e-9);
    let ran = place.succeeds("metrics p.csv --scale probability --resamples 0 --format json");
    assert!(ran.complained.contains("--training-prior"), "{}", ran.complained);
    assert!(ran.said.contains("\"cllr\": null"));
    place.refuses("metrics good.csv --scale probability --training-prior 0.5", &["good.csv"]);
}

#[test]
fn every_way_of_drawing_gives_an_interval_around_the_point() {
    let place = Place::with_systems();
    let mut widths = Vec::new();
    for (kind, word) in [
        ("exact", "over trials"),
        ("numpy", "NumPy"),
        ("speaker", "over speakers"),
        ("speaker-attack", "speaker and attack"),
    ] {
        let line =
            format!("metrics good.csv --protocol key.tsv --bootstrap {kind} --resamples 200 --seed 3 --format json");
        let table = place.tells(&line);
        let [low, value, high] = ["eer_low", "eer", "eer_high"].map(|key| number(&table[0], key));
        assert!(low < value && value < high && high - low < 0.1, "{kind}: {low} {value} {high}");
        assert!(text(&table[0], "method").contains(word), "{kind}: {}", text(&table[0], "method"));
        assert_eq!(number(&table[0], "level"), 0.95);
        assert_eq!(place.tells(&line), table, "{kind} twice");
        widths.push((low, high));
    }
    let other = place.tells("metrics good.csv --bootstrap numpy --resamples 200 --seed 4000 --format json");
    assert_ne!((number(&other[0], "eer_low"), number(&other[0], "eer_high")), widths[1], "another seed");
    let wide = place.tells("metrics good.csv --resamples 200 --seed 3 --level 0.99 --format json");
    assert!(number(&wide[0], "eer_low") <= widths[0].0 && number(&wide[0], "eer_high") >= widths[0].1);
    for kind in ["speaker", "speaker-attack"] {
        place.refuses(&format!("metrics good.csv --bootstrap {kind}"), &["speaker", "--protocol"]);
    }
}

#[test]
fn all_forms_say_the_same() {
    let place = Place::with_systems();
    let line = "metrics good.csv bad.csv --protocol key.tsv --by codec --resamples 100 --format";
    let json = place.tells(&format!("{line} json"));
    let json = rows(&json);
    assert_eq!(json.len(), 2 * (1 + CODECS.len()));
    let csv = place.says(&format!("{line} csv"));
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let heads = reader.headers().expect("a header").clone();
    let records: Vec<_> = reader.records().map(|record| record.expect("a row")).collect();
    assert_eq!(records.len(), json.len());
    for (record, row) in records.iter().zip(json) {
        for (head, field) in heads.iter().zip(record) {
            match &row[head] {
                serde_json::Value::Null => assert!(["", "NaN"].contains(&field), "{head}: {field}"),
                serde_json::Value::String(text) => assert_eq!(text, field),
                value => assert_eq!(value.as_f64(), field.parse().ok(), "{head}"),
            }
        }
    }
    let [table, markdown, latex] = ["table", "markdown", "latex"].map(|form| place.says(&format!("{line} {form}")));
    for row in json {
        let of = |key: &str| 100.0 * number(row, key);
        let (value, interval) = (format!("{:.2}", of("eer")), format!("[{:.2}, {:.2}]", of("eer_low"), of("eer_high")));
        assert!(
            table.contains(&format!("{value} {interval}")) || table.contains(&format!("{value} \u{2020} {interval}"))
        );
        for form in [&markdown, &latex] {
            assert!(form.contains(&value), "{value}: {form}");
        }
        assert!(latex.contains(&interval), "{interval}: {latex}");
        assert!(markdown.contains(&interval.replace('[', "\\[").replace(']', "\\]")), "{interval}: {markdown}");
    }
    assert!(latex.contains("\\toprule") && latex.contains("\\textbf{"));
    assert!(markdown.contains("**"), "the best is bold");
}

#[test]
fn only_some_trials_are_measured() {
    let place = Place::with_systems();
    let all = place.tells("metrics good.csv --protocol key.tsv --by codec --resamples 0 --format json");
    let wanted = rows(&all).iter().find(|row| text(row, "group") == "C02").expect("a row for C02");
    let some = place.tells("metrics good.csv --protocol key.tsv --only codec=C02 --resamples 0 --format json");
    assert_eq!(rows(&some).len(), 1);
    for key in ["eer", "min_dcf", "bonafide", "spoof"] {
        assert_eq!(some[0][key], wanted[key], "{key}");
    }
    let one =
        place.tells("metrics good.csv --protocol key.tsv --only codec=C02 --only gender=F --resamples 0 --format json");
    assert!(number(&one[0], "bonafide") < number(&some[0], "bonafide"));
    place.refuses("metrics good.csv --protocol key.tsv --only codec=C99", &["codec=C99", "--by"]);
    place.refuses("metrics good.csv --protocol key.tsv --only colour=red", &["colour", "codec"]);
    place.refuses("metrics good.csv --protocol key.tsv --only attack=A17", &["good.csv", "bona fide"]);
    place.misused("metrics good.csv --only codec", &["codec", "subset=eval"]);
}

#[test]
fn an_output_is_never_an_input() {
    let place = Place::with_systems();
    let before = place.read("good.csv");
    place.refuses("metrics bad.csv good.csv --output good.csv", &["good.csv", "input"]);
    place.refuses("metrics good.csv --protocol key.tsv --output ./key.tsv", &["key.tsv", "input"]);
    place.refuses("audit good.csv --output good.csv", &["input"]);
    place.refuses("compare good.csv bad.csv --output bad.csv", &["input"]);
    place.refuses("plot det good.csv --output good.csv", &["input"]);
    assert_eq!(place.read("good.csv"), before);
    place.succeeds("metrics good.csv --resamples 0 --format csv --output deep/folder/out.csv");
    assert!(place.read("deep/folder/out.csv").starts_with("system,"));
    place.write("file", "in the way");
    place.refuses("metrics good.csv --output file/out.csv", &["file"]);
    assert!(
        std::fs::read_dir(place.path())
            .expect("a folder")
            .all(|entry| { !entry.expect("an entry").file_name().to_string_lossy().contains("unfinished") })
    );
}

#[test]
fn inverted_scores_are_refused_until_told() {
    let place = Place::with_systems();
    synthetic::write_labelled(&place.at("inverted.csv"), |trial| -trial.score(1, 2.0));
    place.refuses("metrics inverted.csv", &["inverted.csv", "--polarity", "equal error rate of 85"]);
    place.refuses("plot det inverted.csv", &["--polarity"]);
    place.refuses("compare good.csv inverted.csv", &["inverted.csv", "--polarity"]);
    let eer = |line: &str| number(&place.tells(&format!("metrics {line} --resamples 0 --format json"))[0], "eer");
    close(eer("inverted.csv --polarity higher-is-spoof"), eer("good.csv"), "turned round");
    assert!(eer("inverted.csv --polarity higher-is-bonafide") > 0.5);
}

#[test]
fn wrong_use_lists_what_is_right() {
    let place = Place::with_systems();
    for (line, words) in [
        ("metrics", vec!["FILE"]),
        ("metrics good.csv --format pdf", vec!["table", "csv", "json", "markdown", "latex"]),
        ("metrics good.csv --bootstrap jackknife", vec!["exact", "numpy", "speaker", "speaker-attack", "none"]),
        ("metrics good.csv --scale log", vec!["none", "probability", "llr"]),
        ("metrics good.csv --polarity up", vec!["auto", "higher-is-bonafide", "higher-is-spoof"]),
        ("metrics good.csv --input-format excel", vec!["asvspoof5", "deepfense", "parquet"]),
        ("metrics good.csv --costs cheap", vec!["asvspoof5", "0.05,1,10"]),
        ("metrics good.csv --resamples many", vec!["many"]),
        ("plot pie good.csv", vec!["det", "histogram", "heat-map", "calibration"]),
        ("plot heat-map good.csv --measure auc", vec!["eer", "min_dcf"]),
        ("compare good.csv", vec!["2"]),
        ("compare good.csv bad.csv --seeds --with-first", vec!["--with-first"]),
        ("render scores --format pdf", vec!["html", "markdown", "latex"]),
        ("render scores --param seed", vec!["KEY=VALUE"]),
        ("completions basic", vec!["bash"]),
        ("measure good.csv", vec!["measure"]),
    ] {
        place.misused(line, &words);
    }
}

#[test]
fn what_cannot_be_is_said_with_a_remedy() {
    let place = Place::with_systems();
    place.write("nan.csv", "a,0.5,0\nb,nan,1\nc,0.1,1\n");
    place.write("twice.csv", "a,0.5,0\nb,0.2,1\na,0.4,0\n");
    place.write("words.csv", "hello world, this is no table\n");
    place.write("empty.csv", "");
    for (line, words) in [
        ("metrics nowhere.csv", vec!["nowhere.csv", "check the path"]),
        ("metrics nan.csv", vec!["nan.csv, line 2", "score"]),
        ("metrics twice.csv", vec!["twice.csv, line 3", "line 1", "audit"]),
        ("metrics words.csv", vec!["words.csv, line 1", "--input-format"]),
        ("metrics empty.csv", vec!["empty.csv"]),
        ("metrics good.csv --protocol nowhere.tsv", vec!["nowhere.tsv"]),
        ("metrics good.csv --by attack", vec!["attack", "protocol"]),
        ("metrics good.csv --protocol key.tsv --by attack,codec,speaker", vec!["two"]),
        ("metrics good.csv --level 1.5", vec!["level", "0.95"]),
        ("metrics good.csv --training-prior 0 --scale probability", vec!["training-prior"]),
        ("metrics good.csv --score-column llr", vec!["llr", "no column"]),
        ("plot det good.csv --output det.pdf", vec![".svg", ".png", ".csv"]),
        ("render nothing", vec!["nothing", "demo", "paper", "scores"]),
    ] {
        place.refuses(line, &words);
    }
    if !cfg!(feature = "network") {
        place.refuses("train", &["network", "cargo build"]);
    }
}

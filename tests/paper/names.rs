//! Names from outside, in all three forms: markup, commas, quotes, line breaks, TeX's letters, and very long ones.

use super::{
    program::{Place, rows, text},
    synthetic,
};

/// A file name that means something everywhere.
const NASTY: &str = "- a_b*c* \"q\" 'r', <i>x<b> & 5 % $x$ #1 {y} ~ ^ \\z `w` [l](javascript:v) | \u{394}\u{4E2D}";

fn rendered(name: &str) -> Place {
    let place = Place::new();
    synthetic::write_scores(&place.at(&format!("folder/{name}.csv")).tap_folder(), 1, 2.0);
    synthetic::write_scores(&place.at("folder/plain.csv"), 2, 1.5);
    place
        .succeeds("render scores --param scores=folder --param resamples=20 --format html,markdown,latex --output out");
    place
}

trait TapFolder {
    fn tap_folder(self) -> Self;
}

impl TapFolder for std::path::PathBuf {
    fn tap_folder(self) -> Self {
        std::fs::create_dir_all(self.parent().expect("a parent")).expect("a folder");
        self
    }
}

#[test]
#[cfg(unix)]
fn markup_stays_text() {
    let place = rendered(NASTY);
    let html = place.read("out/scores.html");
    for bad in ["<i>x", "href=\"javascript", "<em>c", "<code>w"] {
        assert!(!html.contains(bad), "{bad}");
    }
    assert!(html.contains("&lt;i&gt;x&lt;b&gt; &amp; 5 % $x$ #1 {y} ~ ^ \\z `w`"), "the name is shown as it is");
    let nested = html.split("<li>").any(|item| item.trim_start().starts_with("<ul>"));
    assert!(!nested, "a name does not begin a list");
    let data = place.json("out/scores.json");
    let names: Vec<_> = rows(&data["systems"]).iter().map(|system| text(system, "name")).collect();
    assert_eq!(names, [NASTY, "plain"]);
    let latex = place.read("out/scores.tex");
    assert!(latex.contains("\\textless{}i\\textgreater{}x") && latex.contains("5 \\% \\$x\\$ \\#1 \\{y\\}"));
    let markdown = place.read("out/scores.md");
    assert!(markdown.contains("&lt;i&gt;x&lt;b&gt; &amp; 5 % \\$x\\$"), "{markdown}");
    let table: Vec<_> = markdown.lines().filter(|line| line.starts_with("| System")).collect();
    let columns = |line: &str| line.replace("\\|", "").matches('|').count();
    let first =
        markdown.lines().skip_while(|line| !line.starts_with("| System")).take_while(|line| line.starts_with('|'));
    assert!(first.into_iter().all(|line| columns(line) == columns(table[0])), "rows keep their columns");
    let csv = place.read("out/results.csv");
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let record = reader.records().next().expect("a row").expect("a row");
    assert_eq!(&record[0], NASTY);
    assert!(place.says("verify out/scores.json").starts_with("IDENTICAL"));
}

#[test]
#[cfg(unix)]
fn a_line_break_in_a_name_breaks_nothing() {
    let place = rendered("two\nlines\u{1b}[31m");
    let markdown = place.read("out/scores.md");
    assert!(markdown.contains("two lines"), "{markdown}");
    for ending in ["html", "md", "tex"] {
        assert!(!place.read(&format!("out/scores.{ending}")).contains('\u{1b}'), "{ending}");
    }
    let said = place.says("metrics folder/plain.csv --resamples 0");
    assert!(said.contains("plain"));
    let ran = place.run(&["metrics", "folder/two\nlines\u{1b}[31m.csv", "--resamples", "0"]);
    assert!(ran.code == Some(0) && !ran.said.contains('\u{1b}') && ran.said.starts_with("twolines"), "{ran:?}");
}

#[test]
fn very_long_names_are_borne() {
    let name = "long-".repeat(48) + "name";
    let place = rendered(&name);
    assert!(place.read("out/scores.html").contains(&name));
    for folder in ["out/figures", "out/tables"] {
        for entry in std::fs::read_dir(place.at(folder)).expect("a folder") {
            let length = entry.expect("an entry").file_name().len();
            assert!(length < 130, "{length} letters");
        }
    }
    let json = place.tells(&format!("metrics folder/{name}.csv --resamples 0 --format json"));
    assert_eq!(text(&json[0], "system"), name);
}

#[test]
fn names_of_the_protocol_are_text_too() {
    let place = Place::new();
    synthetic::write_scores(&place.at("cm.csv"), 1, 2.0);
    let mut protocol = "file,label,attack,codec\n".to_owned();
    for trial in synthetic::trials() {
        let attack = match trial.attack {
            "A17" => "\"<b>, \"\"A&17\"\"\"",
            "A18" => "pooled",
            other => other,
        };
        protocol.push_str(&format!("{},{},{attack},{}\n", trial.file, trial.key(), trial.codec));
    }
    place.write("named.csv", protocol);
    place.succeeds(
        "render scores --param scores=cm.csv --param protocol=named.csv --param resamples=20 --format html,markdown,latex --output out",
    );
    let html = place.read("out/scores.html");
    assert!(!html.contains("<b>,") && html.contains("&lt;b&gt;, "));
    assert!(place.read("out/scores.tex").contains("\\textless{}b\\textgreater{}, "));
    let table = place.tells("metrics cm.csv --protocol named.csv --by attack --resamples 0 --format json");
    let groups: Vec<_> = rows(&table).iter().map(|row| text(row, "group")).collect();
    assert_eq!(groups.len(), 1 + synthetic::ATTACKS.len());
    assert!(groups.contains(&"<b>, \"A&17\""), "{groups:?}");
    let data = place.json("out/scores.json");
    assert_eq!(rows(&data["results"]["rows"]).len(), 1, "an attack named like all of them is still an attack");
}

#[test]
fn a_path_may_hold_commas() {
    let place = Place::with_systems();
    synthetic::write_scores(&place.at("a,b.csv"), 1, 2.0);
    let render =
        |scores: &str| place.run(&["render", "scores", "--output", "out", "--param", "resamples=0", "--param", scores]);
    assert_eq!(render("scores=a,b.csv").code, Some(0));
    assert_eq!(rows(&place.json("out/scores.json")["systems"]).len(), 1);
    assert_eq!(render("scores=good.csv, bad.csv").code, Some(0));
    assert_eq!(rows(&place.json("out/scores.json")["systems"]).len(), 2);
}

//! The same four trials in every form of score file.

use std::{fs::File, io::Write};

use polars::prelude::*;
use rat::{Label, tables::formats::ScoreFormat};
use tempfile::NamedTempFile;

/// Names with spaces, commas and quotes, which some forms cannot hold.
pub const FILES: [&str; 4] = ["LA_E_1", "dir one/b (2).wav", "c, d", "quo\"ted"];
/// Names that all can.
pub const PLAIN: [&str; 4] = ["LA_E_1", "LA_E_2", "LA_E_3", "LA_E_4"];
pub const SCORES: [f64; 4] = [2.5, -3.25, 0.125, -1e-3];
pub const BOTH: [Option<Label>; 4] =
    [Some(Label::Bonafide), Some(Label::Spoof), Some(Label::Bonafide), Some(Label::Spoof)];

pub struct Sample {
    pub name: &'static str,
    pub format: ScoreFormat,
    pub content: Vec<u8>,
    pub files: Vec<String>,
    pub labelled: bool,
}

/// A temporary file.
pub fn written(content: impl AsRef<[u8]>) -> NamedTempFile {
    let mut file = NamedTempFile::new().expect("a temporary file");
    file.write_all(content.as_ref()).expect("writes");
    file
}

/// `row` writes a trial from its name, score and class (0 = bona fide).
fn text(
    name: &'static str,
    format: ScoreFormat,
    files: [&str; 4],
    header: &str,
    row: impl Fn(&str, f64, usize) -> String,
) -> Sample {
    let rows: String = (0..4).map(|at| row(files[at], SCORES[at], at % 2) + "\n").collect();
    let files = files.map(String::from).to_vec();
    Sample { name, format, content: (header.to_owned() + &rows).into_bytes(), files, labelled: true }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

const SPACED: [&str; 4] = ["LA_E_1", "dir one/b (2).wav", "c,d", "LA_E_4"];
const COMMAS: [&str; 4] = ["LA_E_1", "dir one/b (2).wav", "c, d", "e,0.5,1"];

pub fn samples() -> Vec<Sample> {
    use ScoreFormat::*;
    let words = ["bonafide", "spoof"];
    let dash = ["-", "A07"];
    let mut samples = vec![
        text("reference", Reference, COMMAS, "", |f, s, c| format!("{f},{s},{c}")),
        text("reference with header", Reference, FILES, "file,score,label\n", |f, s, c| {
            format!("{},{s},{c}", quoted(f))
        }),
        text("reference with plain header", Reference, COMMAS, "file_name,score,label\n", |f, s, c| {
            format!("{f},{s},{c}.0")
        }),
        text("ours", Rat, FILES, "file,score,label,margin,speaker,attack,codec\n", |f, s, c| {
            format!("{},{s},{},{s},T_1,{},-", quoted(f), words[c], dash[c])
        }),
        text("ASVspoof 2019", Asvspoof2019, PLAIN, "", |f, s, c| format!("{f} {} {} {s}", dash[c], words[c])),
        text("ASD-SUPERB by tab", Asvspoof2019, FILES, "", |f, s, c| format!("{f}\t-\t{}\t{s}", words[c]))
            .with_plain_quotes(),
        text("project-NN", ProjectNn, PLAIN, "Generating 71230,LA_E_9,0,4,0, time: 0.005s\n", |f, s, c| {
            format!("Output, {f}, {}, {s:.6}\nGenerating 1", 1 - c)
        }),
        text("AntiDeepfake", AntiDeepfake, FILES, "ID,Score,Label\n", |f, s, c| {
            format!("{},\"[{}, {}]\",{}", quoted(f), -s / 2.0, s / 2.0, 1 - c)
        }),
        text("DeepFense", DeepFense, COMMAS, "ID_audio,label,score_class0,score_class1\n", |f, s, c| {
            format!("{f},{},{},{}", 1 - c, -s / 2.0, s / 2.0)
        }),
        text("own names", Named, PLAIN, "score\tpath\tkey\n", |f, s, c| format!("{s}\t{f}\t{}", words[c])),
        text("label before score", Named, PLAIN, "", |f, s, c| format!("{f},{},{s}", words[c])),
    ];
    let unlabelled = [
        text("ASVspoof 5", Asvspoof5, SPACED, "filename\tcm-score\n", |f, s, _| format!("{f}\t{s}")),
        text("ASVspoof 2021", Asvspoof2021, SPACED, "", |f, s, _| format!("{f} {s}")),
    ];
    samples.extend(unlabelled.map(|sample| Sample { labelled: false, ..sample }));
    samples.push(parquet());
    samples
}

impl Sample {
    /// A tab-separated file of which no field begins with a quote.
    fn with_plain_quotes(mut self) -> Self {
        let text = String::from_utf8(self.content).expect("text");
        self.content = text.replace("quo\"ted", "quo ted").into_bytes();
        self.files[3] = "quo ted".into();
        self
    }
}

fn parquet() -> Sample {
    let mut frame = df!("file" => FILES, "score" => SCORES, "label" => ["bonafide", "spoof", "bonafide", "spoof"])
        .expect("a frame");
    let file = NamedTempFile::new().expect("a temporary file");
    ParquetWriter::new(File::create(file.path()).expect("creates")).finish(&mut frame).expect("writes");
    let content = std::fs::read(file.path()).expect("reads");
    let files = FILES.map(String::from).to_vec();
    Sample { name: "Parquet", format: ScoreFormat::Parquet, content, files, labelled: true }
}

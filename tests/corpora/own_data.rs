//! Own data: a CSV, TSV or Parquet file with named columns.

use rat::{
    data::{Corpus, Split},
    polars::prelude::{DataFrame, IntoColumn, NamedFrom, ParquetWriter, StringChunked},
};

use super::folder::{Folder, column, counts, loads_and_pairs, refused, trials};

const TABLE: &str = "file,speaker,label,attack,codec,split,room\n\
                     a/1.wav,Ann Lee,bonafide,-,-,train,hall\n\
                     a/2.wav,Ann Lee,bonafide,-,opus,train,hall\n\
                     a/3.wav,Ann Lee,spoof,XTTS,-,train,booth\n\
                     b/1.wav,Bo,bonafide,-,-,dev,hall\n\
                     b/2.wav,Bo,bonafide,-,-,train,hall\n\
                     b/3.wav,Bo,bonafide,-,-,train,hall\n\
                     c/1.wav,Cy,spoof,XTTS,-,test,hall\n";
const SOUNDS: [&str; 7] = ["a/1.wav", "a/2.wav", "a/3.wav", "b/1.wav", "b/2.wav", "b/3.wav", "c/1.wav"];

#[test]
fn a_table_is_read_counted_and_paired_split_by_split() {
    let folder = Folder::new().text("mine.csv", TABLE).sounds("", &SOUNDS);
    for below in ["", "mine.csv"] {
        let corpus = folder.open_at("table", below, None, false);
        assert_eq!(corpus.splits(), Split::ALL);
        assert_eq!(counts(&corpus, Split::Train), (4, 1, 2));
        loads_and_pairs(&corpus, Split::Train);
        assert_eq!((trials(&corpus, Split::Dev).len(), trials(&corpus, Split::Eval)[0].attack.as_str()), (1, "XTTS"));
        assert_eq!(column(&corpus, Split::Train, "room"), ["hall", "hall", "booth", "hall", "hall"]);
        assert_eq!(corpus.root(), folder.path(""));
    }
}

#[test]
fn tabs_marks_synonyms_and_absolute_paths_are_understood() {
    let folder = Folder::new().sounds("far", &["1.wav", "2.wav", "3.flac", "4.flac"]);
    let place = |name: &str| folder.path("far").join(name).display().to_string();
    let text = format!(
        "\u{feff}path\tspk_id\tkey\tsex\r\n{}\tA\treal\tF\r\n{}\tA\tgenuine\tF\r\n{}\tB\thuman\tM\r\n{}\tB\treal\tM\r\n\
         \r\n",
        place("1.wav"),
        place("2.wav"),
        place("3"),
        place("4.wav")
    );
    let folder = folder.text("lists/mine.tsv", &text);
    let corpus = folder.open_at("table", "lists", None, false);
    assert_eq!(corpus.splits(), [Split::Eval], "without a column `split` all are eval");
    assert_eq!(counts(&corpus, Split::Eval), (4, 0, 2));
    loads_and_pairs(&corpus, Split::Eval);
    refused(corpus.trials(Split::Train), &["table has no train split, only eval", "column `split`"]);
}

#[test]
fn parquet_is_read_as_the_same_table() {
    let folder = Folder::new().sounds("", &SOUNDS);
    let lines: Vec<Vec<&str>> = TABLE.lines().map(|line| line.split(',').collect()).collect();
    let column_of = |at: usize| {
        let values: Vec<Option<&str>> =
            lines[1..].iter().map(|line| Some(line[at]).filter(|text| *text != "-")).collect();
        StringChunked::new(lines[0][at].into(), values).into_column()
    };
    let mut frame = DataFrame::new(7, (0..7).map(column_of).collect()).expect("a frame");
    let path = folder.path("mine.parquet");
    ParquetWriter::new(std::fs::File::create(&path).expect("opens")).finish(&mut frame).expect("writes");
    let corpus = folder.open("table");
    let text = Folder::new().text("mine.csv", TABLE);
    let same = text.open("table");
    for split in Split::ALL {
        assert_eq!(trials(&corpus, split), trials(&same, split));
    }
    assert_eq!(column(&corpus, Split::Train, "room"), column(&same, Split::Train, "room"));
    loads_and_pairs(&corpus, Split::Train);
    for length in [5, 400] {
        let bytes = std::fs::read(&path).expect("is there");
        let folder = Folder::new().text("x", "");
        std::fs::write(folder.path("cut.parquet"), &bytes[..length]).expect("writes");
        refused(Corpus::open("table", folder.path("cut.parquet")), &["cut.parquet", "broken Parquet file"]);
    }
}

#[test]
fn what_is_no_table_is_refused_with_its_place() {
    let several = Folder::new().text("a.csv", TABLE).text("b.tsv", TABLE);
    refused(Corpus::open("table", several.path("")), &["2 files", "a.csv, b.tsv", "--root FILE"]);
    refused(Corpus::open("table", Folder::new().path("")), &["no file", "csv, tsv, parquet"]);
    refused(Corpus::open("table", several.path("c.csv")), &["c.csv"]);
    let bad = TABLE.replace(",dev,", ",tuning,");
    let folder = Folder::new().text("mine.csv", &bad);
    refused(Corpus::open("table", folder.path("")), &["line 5", "`tuning` is not a split", "train, dev or eval"]);
    let shared = TABLE.replace("c/1.wav", "a/1.wav");
    let folder = Folder::new().text("mine.csv", &shared);
    refused(folder.open("table").trials(Split::Eval), &["line 8", "`a/1.wav` is of eval, and on line 2 of train"]);
    let folder = Folder::new().text("mine.csv", "name;sound\n1;2\n");
    refused(Corpus::open("table", folder.path("")), &["mine.csv, line 1", "columns"]);
    let folder = Folder::new().text("mine.csv", "file,speaker,label\na,A,bonafide\na,A,spoof\n");
    refused(folder.open("table").trials(Split::Eval), &["line 3", "`a` with speaker A stands on line 2 already"]);
    let folder = Folder::new().text("mine.csv", "file,label\na,bonafide\nb,spoof\n");
    let corpus = folder.open("table");
    let trials = trials(&corpus, Split::Eval);
    refused(corpus.references(Split::Eval, &trials), &["table names no speakers", "zeroed,absent,own"]);
}

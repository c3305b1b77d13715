//! Own data: a CSV, TSV or Parquet file with named columns.

use rat::{
    Label,
    data::{Corpus, CorpusOptions, Split},
    polars::prelude::{DataFrame, IntoColumn, NamedFrom, ParquetWriter, StringChunked},
    protocol::LabelConvention,
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
fn a_nontarget_recording_is_no_reference_of_the_claimed_speaker() {
    let text = "file,speaker,label\na,A,target\nb,A,target\nc,A,nontarget\nc,B,target\nd,B,target\ne,C,target\n";
    let corpus_folder = Folder::new().text("mine.csv", text);
    let corpus = corpus_folder.open("table");
    let trials = trials(&corpus, Split::Eval);
    let pool = corpus.references(Split::Eval, &trials).expect("has them");
    assert_eq!(
        (pool.of(&"A".into()), pool.of(&"B".into())),
        (&["a", "b"].map(String::from)[..], &["c", "d"].map(String::from)[..])
    );
    assert!((0..50).all(|seed| pool.mismatched(&trials[2], seed).expect("has one").1.as_str() == "C"));
}

/// A table of labels, read as `labels` says.
fn with_labels(words: &[&str], labels: LabelConvention) -> rat::Result<Vec<Option<Label>>> {
    let rows: String = words.iter().enumerate().map(|(at, word)| format!("{at}.wav,A,{word}\n")).collect();
    let folder = Folder::new().text("mine.csv", &format!("file,speaker,label\n{rows}"));
    let corpus = Corpus::open_with("table", folder.path(""), CorpusOptions { labels, ..CorpusOptions::default() })?;
    Ok(corpus.trials(Split::Eval)?.into_iter().map(|trial| trial.label).collect())
}

#[test]
fn numbers_as_labels_need_a_word() {
    use LabelConvention::{Auto, BonafideIsOne, BonafideIsZero, Words};
    let (bonafide, spoof) = (Some(Label::Bonafide), Some(Label::Spoof));
    for silent in [Auto, Words] {
        let switch = ["line 3", "label", "`1`", "--labels bonafide-is-zero", "--labels bonafide-is-one"];
        refused(with_labels(&["-", "1", "0"], silent), &switch);
        assert_eq!(with_labels(&["real", "fake", "-1"], silent).expect("words"), [bonafide, spoof, None]);
    }
    assert_eq!(with_labels(&["1", "0.0", "-"], BonafideIsOne).expect("said"), [bonafide, spoof, None]);
    assert_eq!(with_labels(&["1", "0"], BonafideIsZero).expect("said"), [spoof, bonafide]);
    refused(with_labels(&["spoof", "0"], BonafideIsZero), &["line 3", "`spoof` on line 2", "mix words and numbers"]);
    refused(with_labels(&["spoof", "0"], Auto), &["line 3", "--labels"]);
    refused(with_labels(&["2", "0"], BonafideIsZero), &["line 2", "`2` is neither"]);
    let options = CorpusOptions { labels: BonafideIsOne, ..CorpusOptions::default() };
    let folder = Folder::new().text("meta.csv", "0.wav,A B,spoof\n");
    refused(Corpus::open_with("in-the-wild", folder.path(""), options), &["in-the-wild", "leave --labels out"]);
}

#[test]
fn columns_that_mean_the_same_may_not_contradict() {
    let open = |text: &str| {
        let folder = Folder::new().text("mine.csv", text);
        Corpus::open("table", folder.path("")).and_then(|corpus| corpus.trials(Split::Eval))
    };
    let header = "file,path,speaker,label,label\n";
    let line = |row: &str| open(&format!("{header}a.wav,x/a.wav,A,spoof,fake\n{row}\n"));
    assert_eq!(line("b.wav,y/b,A,bonafide,-").expect("all agree").len(), 2);
    let labels = ["line 3", "`bonafide` in column 4 (label)", "`spoof` in column 5 (label)"];
    refused(line("b.wav,b.wav,A,bonafide,spoof"), &labels);
    refused(line("b.wav,c.wav,A,spoof,spoof"), &["line 3", "column 1 (file)", "`c.wav` in column 2 (path)"]);
    refused(open("file,speaker,speaker,label\na,A,B,spoof\n"), &["line 2", "(speaker)"]);
    refused(open("file,label,key\na,1,0\n"), &["line 2", "(label)", "(key)"]);
    let numbered = open("id,file,speaker,speaker_id,label\n7,a,Ann Lee,12,spoof\n").expect("a number is no place");
    assert_eq!((numbered[0].file.as_str(), numbered[0].speaker.as_str()), ("a", "Ann Lee"));
}

#[test]
fn columns_that_are_called_as_those_of_score_tables_get_another_name() {
    let folder = Folder::new().text("mine.csv", "file,speaker,label,score,margin\na,A,spoof,0.5,-2\n");
    let corpus = folder.open("table");
    assert_eq!(column(&corpus, Split::Eval, "protocol_score"), ["0.5"]);
    assert_eq!(column(&corpus, Split::Eval, "protocol_margin"), ["-2"]);
    assert!(!corpus.columns(Split::Eval).expect("reads").columns().contains(&"score"));
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

//! What the library's types show of themselves: text that a terminal of 100 columns holds, HTML in which no name can do anything.

use rat::{
    Waveform,
    data::{Corpus, Split},
    display::Rich,
    metrics::Estimate,
    plot::recording,
    report::{Document, Page},
    tables::{
        ComparisonRow, ComparisonTable, ContributionRow, ContributionTable, HistoryRow, ResultsRow, ResultsTable,
        ScoreRow, ScoreTable, TrainingHistory,
    },
    trial::Label,
};

/// A name that would be a script in a page and a command to a terminal, and is long.
const HOSTILE: &str =
    "<script>alert(1)</script>\u{1b}[2J a name that is much longer than any column of a table should be, and goes on";

fn scores(trials: usize) -> ScoreTable {
    ScoreTable::from_rows((0..trials).map(|at| ScoreRow {
        file: format!("{HOSTILE} {at}"),
        score: at as f64 / 1_000.0,
        label: [Some(Label::Bonafide), Some(Label::Spoof), None][at % 3],
        margin: (at % 2 == 0).then_some(-1.25),
        speaker: HOSTILE.into(),
        attack: "A17".into(),
        codec: "-".into(),
    }))
}

fn results(rows: usize) -> ResultsTable {
    let row = ResultsRow {
        system: HOSTILE.into(),
        condition: "matched".into(),
        group: "pooled".into(),
        bonafide: 1_000,
        spoof: 2_345,
        eer: 0.0257,
        eer_low: 0.0249,
        eer_high: f64::NAN,
        min_dcf: 0.074,
        min_dcf_low: 0.0712,
        min_dcf_high: 0.0769,
        level: 0.95,
        method: "percentile bootstrap over trials, 1000 resamples, seed 0".into(),
        ..ResultsRow::default()
    };
    ResultsTable { rows: vec![row; rows] }
}

/// Everything that shows itself, but for the network's types.
fn all() -> Vec<(&'static str, Box<dyn Rich>)> {
    let comparison = ComparisonRow { first: HOSTILE.into(), second: HOSTILE.into(), ..ComparisonRow::default() };
    let contribution = ContributionRow {
        epoch: 1,
        stage: HOSTILE.into(),
        degradation: "noise".into(),
        trials: 1_279,
        gradient_ratio: 0.5,
        branch_ratio: 0.25,
        branch_ratio_std: 0.1,
        delta_margin: 1.0,
        delta_margin_normalised: f64::NAN,
        delta_attention: 0.1,
        delta_mlp: 0.0,
        delta_combined: 0.1,
        delta_residual: 0.1,
        delta_output: 0.1,
        delta_embedding: 0.1,
        delta_logits: 0.1,
    };
    let history = HistoryRow {
        epoch: 1,
        stage: HOSTILE.into(),
        train_loss: 0.7,
        dev_eer: 0.25,
        dev_min_dcf: 0.6,
        learning_rate: 1e-6,
        selected_on: "dev".into(),
    };
    let estimate = Estimate { value: 0.5, low: 0.25, high: 0.75, level: 0.95, method: HOSTILE.into() };
    let wave = Waveform::new((0..40_000).map(|at| (at as f32 * 0.05).sin() * 0.5).collect());
    let figure = recording(HOSTILE, &wave).expect("draws");
    let corpus = Corpus::known().next().expect("there are some");
    vec![
        ("scores", Box::new(scores(40)) as Box<dyn Rich>),
        ("frame", Box::new(scores(40).frame().clone())),
        ("results", Box::new(results(30))),
        ("comparison", Box::new(ComparisonTable { rows: vec![comparison] })),
        ("contribution", Box::new(ContributionTable { rows: vec![contribution; 3] })),
        ("history", Box::new(TrainingHistory { rows: vec![history; 3] })),
        ("estimate", Box::new(estimate)),
        ("waveform", Box::new(wave)),
        ("figure", Box::new(figure)),
        ("document", Box::new(Document::built_in("scores").expect("is there"))),
        ("corpus", Box::new(Corpus::open(corpus.name, std::env::temp_dir()).expect("a folder"))),
    ]
}

#[test]
fn no_name_reaches_a_page_or_a_terminal_as_more_than_text() {
    for (name, shown) in all() {
        let (text, html) = (shown.to_text(), shown.to_html());
        assert!(!text.is_empty() && !text.ends_with('\n'), "{name}: {text}");
        assert!(!html.contains("<script"), "{name}: {html}");
        assert!(!text.chars().any(|letter| letter.is_control() && letter != '\n'), "{name}: {text:?}");
        assert!(
            shown.forms().iter().any(|(media_type, content)| *media_type == "text/plain" && *content == text),
            "{name}"
        );
    }
}

#[test]
fn tables_keep_to_the_terminal() {
    let tables = ["scores", "frame", "results", "comparison", "contribution", "history", "corpus"];
    for (name, shown) in all().into_iter().filter(|(name, _)| tables.contains(name)) {
        let text = shown.to_text();
        let widest = text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
        assert!(widest <= 100, "{name}: {widest} columns\n{text}");
    }
}

#[test]
fn a_score_table_says_what_it_holds() {
    let text = scores(40).to_text();
    assert!(text.starts_with("40 trials: 14 bona fide, 13 spoof, 13 unlabelled\n"), "{text}");
    assert!(text.ends_with("\n12 of 40 rows"), "{text}");
    let html = scores(40).to_html();
    assert_eq!(html.matches("<tr>").count(), 1 + 12);
    assert!(html.contains("&lt;script&gt;") && !html.contains("codec"), "a column that tells nothing is left out");
    assert!(scores(5).to_text().lines().count() == 1 + 1 + 5);
}

#[test]
fn results_show_rates_in_percent_with_their_intervals_and_how_these_were_made() {
    let text = results(1).to_text();
    assert!(text.contains("0.0740 [0.0712, 0.0769]   3,345"), "{text}");
    assert!(text.contains("  2.57  "), "an interval that is not finite is left out: {text}");
    assert!(text.ends_with("\nintervals: percentile bootstrap over trials, 1000 resamples, seed 0"), "{text}");
}

#[test]
fn an_estimate_is_shown_as_it_is_and_in_percent() {
    let estimate = Estimate { value: 0.0257, low: 0.0249, high: 0.0266, level: 0.95, method: "bootstrap".into() };
    let text = estimate.to_text();
    assert_eq!(text, "0.0257 [0.0249, 0.0266], that is 2.57 [2.49, 2.66] %\ninterval: bootstrap");
}

#[test]
fn a_recording_plays_in_jupyter_and_in_documents() {
    let wave = Waveform::new(vec![0.25; 4_000]);
    let html = wave.to_html();
    assert!(
        html.contains("<svg") && html.contains("<audio controls src=\"data:audio/wav;base64,UklGR"),
        "RIFF in base64"
    );
    let forms = wave.forms_for_documents();
    let names: Vec<_> = forms.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["image/svg+xml", "audio/wav", "text/plain"]);
    let wav = wave.to_wav().expect("is written");
    assert_eq!((&wav[..4], wav.len()), (&b"RIFF"[..], 44 + 2 * 4_000));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.wav");
    std::fs::write(&path, wav).expect("writable");
    assert_eq!(Waveform::read(&path).expect("reads"), wave);
    assert!(Waveform::default().to_html().contains("<audio"), "an empty one too");
}

#[test]
fn a_figure_is_a_picture_and_says_how_to_keep_it() {
    let figure = recording("a tone", &Waveform::new(vec![0.5; 8_000])).expect("draws");
    let names: Vec<_> = figure.forms().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["image/svg+xml", "image/png", "text/plain"]);
    assert!(figure.to_text().contains("790 x 436") && figure.to_text().contains(".save(\"recording-a-tone.svg\")"));
    assert!(figure.svg().len() < 600_000, "{} bytes", figure.svg().len());
}

#[test]
fn a_corpus_shows_its_splits_and_published_counts() {
    let corpus = Corpus::open("asvspoof5", std::env::temp_dir()).expect("a folder");
    let text = corpus.to_text();
    assert!(text.contains("138,688") && text.contains("542,086"), "{text}");
    let eval = text.lines().find(|line| line.starts_with(&Split::Eval.to_string())).expect("a line a split");
    assert!(eval.contains("ASVspoof5.eval.track_1.tsv (missing)"), "{eval}");
    assert!(corpus.info().to_text().contains(corpus.info().title));
}

#[test]
fn a_page_says_what_cells_find_on_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("page.json");
    std::fs::write(&path, r#"{"params": {"draw": 7, "runs": "x"}, "tables": {"results": []}, "figures": {}}"#)
        .expect("writable");
    let text = Page::read(&path).expect("reads").to_text();
    assert!(text.contains("draw, runs") && text.contains("results") && !text.contains("figures"), "{text}");
}

//! Cells of documents on the page, with a runner that stands in for the kernel: what is shown where, what is kept, what is refused.

use std::path::{Path, PathBuf};

use rat::{
    Error,
    report::{
        Cell, CellFailure, CellOutcome, CellRunner, Document, Format, RenderOptions, Rendered, Shown, render,
        render_running,
    },
};
use tempfile::TempDir;

/// Answers a cell by its code's first word, and notes what it was asked.
#[derive(Default)]
struct Scripted {
    asked: Vec<usize>,
    pages: Vec<serde_json::Value>,
}

impl CellRunner for Scripted {
    fn begin(&mut self, page: &serde_json::Value) -> rat::Result<()> {
        self.pages.push(page.clone());
        Ok(())
    }

    fn run(&mut self, cell: &Cell) -> rat::Result<CellOutcome> {
        self.asked.push(cell.number);
        let mut outcome = CellOutcome::default();
        match cell.code.split_whitespace().next().unwrap_or("") {
            "panic" => {
                outcome.failure = Some(CellFailure {
                    by: "panic".into(),
                    line: Some(2),
                    message: "index <out> of bounds".into(),
                    remedy: "correct the cell".into(),
                });
            }
            "html" => {
                let html = "<table><tr><td>7</td></tr></table><script>alert(1)</script>";
                outcome.shown.push(Shown::Display { forms: vec![("text/html".into(), html.into())] });
            }
            "figure" => {
                let forms = [("image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg'/>"), ("image/png", "aGk=")];
                let forms = forms.map(|(name, content)| (name.to_owned(), content.to_owned())).to_vec();
                outcome.shown.push(Shown::Stdout { text: "first line\n".into() });
                outcome.shown.push(Shown::Display { forms });
                outcome.shown.push(Shown::Stdout { text: "last line\n".into() });
            }
            word => outcome.shown.push(Shown::Stdout { text: format!("{word} <ran>\n") }),
        }
        Ok(outcome)
    }
}

/// A folder with scores and a document of this text.
fn folder(body: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let scores: String = (0..40)
        .map(|at| format!("F{at},{},{}\n", f64::from((at * 37) % 40) / 40.0 + f64::from(u8::from(at % 2 == 0)), at % 2))
        .collect();
    std::fs::write(folder.path().join("one.csv"), scores).expect("writable");
    let scores = folder.path().join("one.csv");
    let front =
        format!("+++\ntitle = \"T\"\n[params]\nscores = {:?}\nresamples = 0\n+++\n", scores.display().to_string());
    let document = folder.path().join("doc.md");
    std::fs::write(&document, front + body).expect("writable");
    (folder, document)
}

fn options(folder: &Path) -> RenderOptions {
    RenderOptions {
        formats: vec![Format::Html, Format::Markdown, Format::Latex],
        output: folder.join("out"),
        ..RenderOptions::default()
    }
}

fn run(folder: &Path, document: &Path, runner: &mut Scripted, fresh: bool) -> Rendered {
    let options = RenderOptions { fresh, ..options(folder) };
    render_running(&Document::read(document).expect("reads"), &options, Some(runner)).expect("renders")
}

fn page(folder: &Path, ending: &str) -> String {
    std::fs::read_to_string(folder.join("out").join(format!("doc.{ending}"))).expect("was written")
}

const THREE: &str = "Text {{ params.resamples }}.\n\n```{rust}\n//| label: one\nalpha\n```\n\n```rust\nshown only\n```\n\n\
                     ```{rust}\n//| echo: false\n//| fig-cap: A <caption>\nfigure\n```\n\n```{rust}\nhtml {{ braces }}\n```\n";

#[test]
fn cells_stand_in_their_places_in_every_form() {
    let (folder, document) = folder(THREE);
    let mut runner = Scripted::default();
    assert!(run(folder.path(), &document, &mut runner, false).failures.is_empty());
    assert_eq!(runner.asked, [1, 2, 3]);
    assert_eq!(runner.pages[0]["params"]["resamples"], 0);
    let html = page(folder.path(), "html");
    assert!(html.contains("id=\"one\"") && html.contains("alpha &lt;ran&gt;") && html.contains("shown only"));
    assert!(html.contains("html {{ braces }}"), "code is no template");
    let order = [
        "alpha &lt;ran&gt;",
        "first line",
        "data:image/svg+xml;base64",
        "A &lt;caption&gt;<",
        "last line",
        "<td>7</td>",
    ];
    let places: Vec<_> = order.iter().map(|text| html.find(text).unwrap_or_else(|| panic!("{text}"))).collect();
    assert!(places.is_sorted(), "{places:?}");
    assert!(!html.contains("alert(1)") && !html.contains("<code>figure"));
    let markdown = page(folder.path(), "md");
    assert!(markdown.contains("```rust\nalpha\n```") && markdown.contains("](figures/cell-2-2.svg)"), "{markdown}");
    assert_eq!(std::fs::read(folder.path().join("out/figures/cell-2-2.png")).expect("written"), b"hi");
    assert!(page(folder.path(), "tex").contains("{figures/cell-2-2.png}"));
}

#[test]
fn nothing_runs_unless_asked_and_the_page_says_so() {
    let (folder, document) = folder(THREE);
    render(&Document::read(&document).expect("reads"), &options(folder.path())).expect("renders");
    for ending in ["html", "md", "tex"] {
        let page = page(folder.path(), ending);
        assert!(page.contains("was not run") && !page.contains("ran&gt;") && !page.contains("first line"), "{ending}");
    }
}

#[test]
fn a_failure_ends_the_document_unless_it_may_fail() {
    let body = "```{rust}\nalpha\n```\n\n```{rust}\n//| error: POLICY\npanic\nhere\n```\n\n```{rust}\nomega\n```\n";
    let (first, document) = folder(&body.replace("POLICY", "false"));
    let mut runner = Scripted::default();
    let rendered = run(first.path(), &document, &mut runner, false);
    assert_eq!((runner.asked.as_slice(), rendered.failures.len()), (&[1, 2][..], 1));
    // Six lines of front matter, three of the first cell, a blank, fence and option, then the second line of code.
    assert!(matches!(&rendered.failures[0], Error::Parse { line: 14, .. }), "{:?}", rendered.failures[0]);
    let html = page(first.path(), "html");
    assert!(
        html.contains("line 14, panic") && html.contains("index &lt;out&gt;") && html.contains("one before it failed")
    );
    let mut again = Scripted::default();
    run(first.path(), &document, &mut again, false);
    assert_eq!(again.asked, [1, 2], "failed results are not kept");

    let (second, document) = folder(&body.replace("POLICY", "true"));
    let mut runner = Scripted::default();
    let rendered = run(second.path(), &document, &mut runner, false);
    assert_eq!((runner.asked.as_slice(), rendered.failures.len()), (&[1, 2, 3][..], 0));
    assert!(page(second.path(), "html").contains("omega &lt;ran&gt;"));
}

#[test]
fn results_are_kept_until_what_they_depend_on_changes() {
    let body = "```{rust}\n//| inputs: INPUT\nalpha\n```\n";
    let (folder, document) = folder("");
    let input = folder.path().join("input.txt");
    std::fs::write(&input, "1").expect("writable");
    let front = std::fs::read_to_string(&document).expect("readable");
    let write = |body: &str| std::fs::write(&document, format!("{front}{body}")).expect("writable");
    let body = body.replace("INPUT", &input.display().to_string());
    write(&body);
    let count = |fresh| {
        let mut runner = Scripted::default();
        run(folder.path(), &document, &mut runner, fresh);
        assert!(page(folder.path(), "html").contains("alpha &lt;ran&gt;"));
        runner.asked.len()
    };
    assert_eq!((count(false), count(false), count(true)), (1, 0, 1));
    write(&format!("Other words.\n\n{body}"));
    assert_eq!(count(false), 0, "words around cells do not matter");
    std::fs::write(&input, "2").expect("writable");
    assert_eq!((count(false), count(false)), (1, 0));
    write(&body.replace("alpha", "alpha 2"));
    assert_eq!(count(false), 1);
    // Without --run the kept results are shown.
    render(&Document::read(&document).expect("reads"), &options(folder.path())).expect("renders");
    assert!(page(folder.path(), "html").contains("alpha &lt;ran&gt;"));
}

#[test]
fn options_that_are_not_there_are_refused_with_their_line() {
    let (_folder, document) = folder("\n```{rust}\n//| colour: red\n```\n");
    let error = Document::read(&document).expect_err("refused");
    assert!(matches!(error, Error::Parse { line: 9, .. }), "{error:?}");
    assert!(error.to_string().contains("fig-cap"), "{error}");
}

#[test]
fn what_a_cell_may_hide() {
    let body = "```{rust}\n//| include: false\nalpha\n```\n```{rust}\n//| output: false\nbeta\n```\n```{rust}\n//| eval: false\ngamma\n```\n";
    let (folder, document) = folder(body);
    let mut runner = Scripted::default();
    run(folder.path(), &document, &mut runner, false);
    assert_eq!(runner.asked, [1, 2]);
    let html = page(folder.path(), "html");
    assert!(
        !html.contains("alpha") && html.contains("beta") && !html.contains("beta &lt;ran") && html.contains("gamma")
    );
    assert!(!html.contains("was not run"));
}

#[test]
#[cfg(not(feature = "kernel"))]
fn without_the_kernel_running_is_refused_with_what_to_do() {
    let (folder, document) = folder(THREE);
    let program = || {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_rat-report"));
        command.current_dir(folder.path()).arg("render").arg(&document).args(["--output", "out"]);
        command
    };
    let refused = program().arg("--run").output().expect("starts");
    let said = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said.contains("no kernel") && said.contains("--features kernel"), "{said}");
    assert!(program().status().expect("starts").success());
    assert!(page(folder.path(), "html").contains("was not run"));
}

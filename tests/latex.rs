//! The page as LaTeX: what it must hold, and that a real engine sets it.
//!
//! Run with TeX Live's latex-base and latex-recommended: `cargo test --test latex -- --ignored`.

#[path = "reports/invented.rs"]
mod invented;
#[allow(dead_code)]
#[path = "paper/synthetic.rs"]
mod synthetic;

use std::{path::Path, process::Command};

use rat::report::{Document, Format, RenderOptions, render};
use tempfile::TempDir;

/// The demo of invented runs, one of them with the name, as an article.
fn rendered(name: &str) -> TempDir {
    article(|runs| {
        invented::write(runs);
        invented::write_run(&runs.join("named"), name, false);
    })
}

fn article(write: impl Fn(&Path)) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let runs = folder.path().join("runs");
    write(&runs);
    let params = [("demo", runs.to_string_lossy().into_owned()), ("resamples", "50".into())];
    let options = RenderOptions {
        params: params.map(|(key, value)| (key.into(), value)).to_vec(),
        formats: vec![Format::Latex],
        output: folder.path().join("out"),
        ..RenderOptions::default()
    };
    render(&Document::built_in("demo").expect("built in"), &options).expect("renders");
    folder
}

fn read(folder: &TempDir, name: &str) -> String {
    std::fs::read_to_string(folder.path().join("out").join(name)).expect("a text file")
}

/// A name with everything that TeX takes for something else, and letters that its fonts have not.
const NASTY: &str = "[a] \\input{x} 5 % #1 _^ ~ {$x$} & --- `` '' \"\u{2212}\u{394}\u{4E2D}\u{1F600}\u{E000}1\u{E001}";

#[test]
fn the_article_holds_figures_tables_and_their_labels() {
    let folder = rendered("C");
    let article = read(&folder, "demo.tex");
    for part in [
        "\\documentclass",
        "\\section{Results}",
        "\\label{tab:results}",
        "\\label{fig:det}",
        "\\includegraphics",
        "\\toprule",
        "\\cmidrule(lr){3-8}",
        "\\textbf{",
        "{\\footnotesize [",
        "\\end{document}",
    ] {
        assert!(article.contains(part), "{part}");
    }
    assert!(!article.contains('\u{E000}'), "every block is in its place");
    let table = read(&folder, "tables/results.tex");
    assert!(table.contains("\\begin{tabular}") && !table.contains("\\begin{table}"), "{table}");
    assert!(folder.path().join("out/figures/det.png").is_file());
}

#[test]
fn names_cannot_reach_tex() {
    let article = read(&rendered(NASTY), "demo.tex");
    assert!(!article.contains("\\input") && !article.contains("{$x$}"));
    assert!(article.contains("{[}a] \\textbackslash{}input\\{x\\} 5 \\%"));
}

fn compiled(folder: &Path, file: &str) {
    for _ in 0..2 {
        let run = Command::new("pdflatex")
            .args(["-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", file])
            .current_dir(folder)
            .output()
            .expect("pdflatex runs");
        let log = String::from_utf8_lossy(&run.stdout).into_owned();
        assert!(run.status.success(), "{}", &log[log.len().saturating_sub(3_000)..]);
        assert!(!log.contains("Missing character"), "{log}");
    }
}

#[test]
#[ignore = "needs pdflatex: cargo test --test latex -- --ignored"]
fn the_article_compiles() {
    for name in ["C", NASTY] {
        let folder = rendered(name);
        compiled(&folder.path().join("out"), "demo.tex");
        let pdf = std::fs::read(folder.path().join("out/demo.pdf")).expect("a PDF");
        assert!(pdf.starts_with(b"%PDF") && pdf.len() > 100_000);
    }
}

#[test]
#[ignore = "needs pdflatex: cargo test --test latex -- --ignored"]
fn tables_longer_than_a_page_are_broken() {
    let folder = article(|runs| {
        for number in 0..8 {
            let name = format!("system {number}");
            invented::write_run(&runs.join(&name), &name, true);
        }
    });
    assert!(read(&folder, "demo.tex").contains("\\begin{longtable}"));
    compiled(&folder.path().join("out"), "demo.tex");
}

#[test]
#[ignore = "needs pdflatex: cargo test --test latex -- --ignored"]
fn tables_are_read_into_a_paper() {
    let folder = rendered(NASTY);
    let paper = "\\documentclass{article}\n\\usepackage[T1]{fontenc}\n\\usepackage{array,booktabs,graphicx,longtable,tabularx}\n\
                 \\begin{document}\n\\begin{table}\\caption{A}\\input{tables/results}\\end{table}\n\\input{tables/attacks}\n\
                 \\end{document}\n";
    std::fs::write(folder.path().join("out/paper.tex"), paper).expect("writes");
    compiled(&folder.path().join("out"), "paper.tex");
}

#[test]
#[ignore = "needs pdflatex: cargo test --test latex -- --ignored"]
fn score_files_of_any_name_compile() {
    let folder = tempfile::tempdir().expect("a folder");
    let scores = folder.path().join("scores");
    std::fs::create_dir(&scores).expect("a folder");
    for (seed, name) in (1..).zip(["[a] {b}_c, 5 % & ~^ \\input{x} \u{4E2D}", &"long-".repeat(48), "plain"]) {
        synthetic::write_scores(&scores.join(format!("{name}.csv")), seed, 1.5);
    }
    synthetic::write_protocol(&scores.join("key.tsv"));
    for document in ["scores", "paper"] {
        let params = [("scores", scores.display().to_string()), ("scale", "llr".into()), ("resamples", "20".into())];
        let options = RenderOptions {
            params: params.map(|(key, value)| (key.into(), value)).to_vec(),
            formats: vec![Format::Latex],
            output: folder.path().join("out"),
            ..RenderOptions::default()
        };
        render(&Document::built_in(document).expect("built in"), &options).expect("renders");
        compiled(&folder.path().join("out"), &format!("{document}.tex"));
    }
}

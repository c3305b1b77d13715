//! A cell in LaTeX: code and text as lines of equal width, pictures as PNG.

use super::{CellShown, Shown, markdown::picture_name, shown::plain};
use crate::report::{escape, latex_table};

/// Sets a cell.
pub(in crate::report) fn set(shown: &CellShown) -> String {
    let mut text = String::new();
    if let Some(code) = shown.code() {
        text.push_str(&lines(code));
    }
    if let Some(note) = shown.note() {
        text.push_str(&format!("\\emph{{{}}}\n\n", escape::latex(&note.replace('`', ""))));
    }
    for (number, output) in (1..).zip(shown.outputs()) {
        match output {
            Shown::Stdout { text: printed } | Shown::Stderr { text: printed } => text.push_str(&lines(&plain(printed))),
            Shown::Warning { line, message } => text.push_str(&lines(&plain(&shown.warned(*line, message)))),
            Shown::Display { forms } => text.push_str(&display(shown, number, forms)),
        }
    }
    if let Some(failure) = shown.failure() {
        let place = escape::latex(&shown.place(failure));
        text.push_str(&format!("\\textbf{{{place}}}\n\n{}", lines(&plain(&failure.message))));
    }
    text
}

fn display(shown: &CellShown, number: usize, forms: &[(String, String)]) -> String {
    let form =
        |media_type: &str| forms.iter().find(|(name, _)| name == media_type).map(|(_, content)| content.as_str());
    if form("image/png").is_some() {
        let file = picture_name(shown, number);
        let caption = match shown.cell.options.caption.as_str() {
            "" => String::new(),
            caption => format!("\\caption{{{}}}\n", escape::latex(caption)),
        };
        return format!(
            "\\begin{{figure}}[!htbp]\n\\centering\n\\includegraphics[width=\\linewidth,height=0.8\\textheight,keepaspectratio]\
             {{figures/{file}.png}}\n{caption}\\end{{figure}}\n"
        );
    }
    match form("text/plain") {
        Some(text) => lines(&plain(text)),
        None => {
            let kinds: Vec<_> = forms.iter().map(|(name, _)| escape::latex(name)).collect();
            format!("\\emph{{Shown on the HTML page: {}.}}\n\n", kinds.join(", "))
        }
    }
}

/// Text of equal width, line by line.
fn lines(text: &str) -> String {
    let set = |line: &str| {
        let spaces = line.len() - line.trim_start().len();
        format!("\\mbox{{}}{}{}\\\\\n", "~".repeat(spaces.min(60)), latex_table::code(line.trim_start()))
    };
    let body: String = text.trim_end().lines().map(set).collect();
    format!("\\begin{{flushleft}}\\footnotesize\n{body}\\end{{flushleft}}\n\n")
}

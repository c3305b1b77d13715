//! A table in LaTeX by the manners of booktabs (Fear, *Publication quality tables in LaTeX*): no upright lines, few level ones,
//! best in bold, intervals smaller.
//!
//! Tables with running text share the line's width; others keep their own, and are made narrower where they would not fit.
//! What is longer than a page is broken between rows.

use super::{
    escape,
    latex::label,
    sheet::{Cell, Column, Kind, Sheet},
};

/// Tables with more rows are broken over pages.
const A_PAGE: usize = 40;
/// Columns with longer cells are broken into lines.
const A_LINE: usize = 34;
/// Unbroken words that are longer may be broken anywhere.
const A_WORD: usize = 16;

/// With caption and label, in its place in the article.
pub(super) fn float(sheet: &Sheet) -> String {
    let (caption, label) = (escape::latex(&sheet.caption), label(&sheet.name));
    let words = format!("\\caption{{{caption}}}\n\\label{{tab:{label}}}");
    let notes: String = sheet.notes.iter().map(|note| note_line(note)).collect();
    if sheet.rows.len() > A_PAGE {
        return format!("{{\\small\n{}\n{notes}\\par}}\n", long(sheet, &words));
    }
    format!("\\begin{{table}}[!htbp]\n\\centering\\small\n{words}\n{}{notes}\\end{{table}}\n", body(sheet))
}

/// The table alone, to be read into a paper's own float.
pub(super) fn alone(sheet: &Sheet) -> String {
    let notes: String = sheet.notes.iter().map(|note| format!("% {}\n", escape::latex(note))).collect();
    let body = if sheet.rows.len() > A_PAGE { long(sheet, "") } else { body(sheet) };
    format!(
        "% \\usepackage[T1]{{fontenc}} \\usepackage{{array,booktabs,graphicx,longtable,tabularx}}\n% {}\n{notes}{body}",
        escape::latex(&sheet.caption)
    )
}

fn note_line(note: &str) -> String {
    format!("\\par\\vspace{{3pt}}{{\\footnotesize\\raggedright {}\\par}}\n", escape::latex(note))
}

fn body(sheet: &Sheet) -> String {
    let spec: String = (0..sheet.columns.len()).map(|index| column(sheet, index, "X")).collect();
    let inner = format!("\\toprule\n{}{}\\bottomrule\n", head(sheet), rows(sheet));
    if (0..sheet.columns.len()).any(|index| is_broken(sheet, index)) {
        return format!("\\begin{{tabularx}}{{\\linewidth}}{{{spec}}}\n{inner}\\end{{tabularx}}\n");
    }
    format!(
        "\\resizebox{{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}}{{!}}{{%\n\
         \\begin{{tabular}}{{{spec}}}\n{inner}\\end{{tabular}}}}\n"
    )
}

/// Over several pages; the head stands on each.
fn long(sheet: &Sheet, words: &str) -> String {
    let broken = (0..sheet.columns.len()).filter(|&index| is_broken(sheet, index)).count();
    let width = format!("p{{{:.3}\\linewidth}}", 0.6 / broken.max(1) as f64);
    let spec: String = (0..sheet.columns.len()).map(|index| column(sheet, index, &width)).collect();
    let words = if words.is_empty() { String::new() } else { format!("{words}\\\\\n") };
    format!(
        "\\begin{{longtable}}{{{spec}}}\n{words}\\toprule\n{0}\\endfirsthead\n\\toprule\n{0}\\endhead\n\\bottomrule\n\\endfoot\n{1}\
         \\end{{longtable}}\n",
        head(sheet),
        rows(sheet)
    )
}

fn is_broken(sheet: &Sheet, index: usize) -> bool {
    let longest = sheet.rows.iter().filter_map(|row| row.get(index)).map(|cell| cell.text.chars().count()).max();
    sheet.columns[index].kind != Kind::Number && longest.is_some_and(|longest| longest > A_LINE)
}

fn column(sheet: &Sheet, index: usize, broken: &str) -> String {
    match sheet.columns[index].kind {
        Kind::Number => "r".into(),
        _ if is_broken(sheet, index) => format!(">{{\\raggedright\\arraybackslash}}{broken}"),
        _ => "l".into(),
    }
}

/// The heads of groups with a rule below each, then the heads of columns.
fn head(sheet: &Sheet) -> String {
    if sheet.columns.iter().all(|column| column.title.is_empty()) {
        return String::new();
    }
    let (mut names, mut rules, mut first) = (Vec::new(), String::new(), 1);
    for (name, span) in sheet.groups() {
        names.push(format!("\\multicolumn{{{span}}}{{c}}{{{}}}", escape::latex(&name)));
        if !name.is_empty() {
            rules.push_str(&format!("\\cmidrule(lr){{{first}-{}}}", first + span - 1));
        }
        first += span;
    }
    let groups = if names.is_empty() { String::new() } else { format!("{} \\\\\n{rules}\n", names.join(" & ")) };
    let title = |column: &Column| {
        let title = escape::latex(&column.title);
        if column.kind == Kind::Number { format!("\\multicolumn{{1}}{{r}}{{{title}}}") } else { title }
    };
    let titles: Vec<_> = sheet.columns.iter().map(title).collect();
    format!("{groups}{} \\\\\n\\midrule\n", titles.join(" & "))
}

fn rows(sheet: &Sheet) -> String {
    let line = |row: &Vec<Cell>| {
        let cells = row.iter().zip(&sheet.columns).map(|(shown, column)| cell(shown, column.kind));
        format!("{} \\\\\n", cells.collect::<Vec<_>>().join(" & "))
    };
    sheet.rows.iter().map(line).collect()
}

fn cell(cell: &Cell, kind: Kind) -> String {
    let text = if kind == Kind::Code { code(&cell.text) } else { escape::latex(&cell.text) };
    let text = if cell.best { format!("\\textbf{{{text}}}") } else { text };
    match cell.note.as_str() {
        "" => text,
        // It begins no cell, so its bracket needs no guard.
        note => format!("{text} {{\\footnotesize {}}}", escape::latex(note).replacen("{[}", "[", 1)),
    }
}

/// In letters of equal width; long words, as hashes and paths, may be broken.
pub(super) fn code(text: &str) -> String {
    let words = text.split(' ').map(|word| {
        if word.chars().count() <= A_WORD {
            return escape::latex(word);
        }
        let letters: Vec<char> = word.chars().collect();
        let pieces = letters.chunks(4).map(|piece| escape::latex(&piece.iter().collect::<String>()));
        pieces.collect::<Vec<_>>().join("\\allowbreak{}")
    });
    format!("\\texttt{{{}}}", words.collect::<Vec<_>>().join(" "))
}

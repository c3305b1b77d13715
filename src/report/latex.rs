//! A page as a LaTeX article, for pdfLaTeX with the packages of TeX Live's `latex-recommended`.
//!
//! Figures are looked for in `figures/`, as PNG. Nothing from outside reaches TeX unescaped: names are text, code is text,
//! links lead to the web.

use super::{
    block::{Block, Card, Numbered, tidy},
    cells,
    context::Context,
    escape::{self, MARKS},
    latex_table, latex_text,
};
use crate::plot::Figure;

const PAGE: &str = include_str!("../../templates/report.tex");

/// Sets the page.
pub(super) fn page(markdown: &str, blocks: &[Numbered], context: &Context) -> String {
    let mut body = latex_text::converted(markdown);
    for (index, numbered) in blocks.iter().enumerate() {
        body = body.replace(&format!("{}{index}{}", MARKS[0], MARKS[1]), &block(numbered));
    }
    let subtitle = match context.subtitle.as_str() {
        "" => String::new(),
        subtitle => format!("\\\\[0.6em]\\large {}", escape::latex(subtitle)),
    };
    let version = escape::latex(env!("CARGO_PKG_VERSION"));
    let parts = [("@TITLE@", escape::latex(&context.title)), ("@SUBTITLE@", subtitle), ("@VERSION@", version)];
    // The body comes last, so that nothing in it is taken for a part.
    let (head, foot) = PAGE.split_once("@BODY@").expect("the embedded form has a place for the body");
    let filled = |text: &str| parts.iter().fold(text.to_owned(), |text, (part, value)| text.replace(part, value));
    tidy(&format!("{}{body}{}", filled(head), filled(foot)))
}

/// Each table by itself, for `\input` in a paper: its name and what stands in `tables/NAME.tex`.
pub(super) fn tables(blocks: &[Numbered]) -> Vec<(String, String)> {
    let sheets = blocks.iter().filter_map(|numbered| match &numbered.block {
        Block::Table(sheet) => Some((sheet.name.clone(), latex_table::alone(sheet))),
        _ => None,
    });
    sheets.collect()
}

/// Letters, digits and hyphens, as a label or a file name may hold.
pub(super) fn label(name: &str) -> String {
    name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect()
}

fn block(numbered: &Numbered) -> String {
    match &numbered.block {
        Block::Figure(shown) => figure(shown),
        Block::Table(sheet) => latex_table::float(sheet),
        Block::Cards(shown) => cards(shown),
        Block::Remark(markdown) => {
            format!("\\begin{{quote}}\\itshape\n{}\n\\end{{quote}}\n", latex_text::converted(markdown).trim())
        }
        Block::Cell(shown) => cells::latex::set(shown),
    }
}

fn figure(figure: &Figure) -> String {
    let name = label(&figure.name);
    let caption = escape::latex(&figure.caption);
    format!(
        "\\begin{{figure}}[!htbp]\n\\centering\n\\includegraphics[width=\\linewidth,height=0.8\\textheight,keepaspectratio]\
         {{figures/{}.png}}\n\\caption{{{caption}}}\n\\label{{fig:{name}}}\n\\end{{figure}}\n",
        figure.name
    )
}

fn cards(cards: &[Card]) -> String {
    let line = |card: &Card| {
        let [value, name, note] = [&card.value, &card.name, &card.note].map(|text| escape::latex(text));
        format!("\\textbf{{{value}}} & {name} & {{\\footnotesize {note}}} \\\\\n")
    };
    format!(
        "\\begin{{center}}\n\\begin{{tabular}}{{r>{{\\raggedright\\arraybackslash}}p{{0.25\\linewidth}}\
         >{{\\raggedright\\arraybackslash}}p{{0.55\\linewidth}}}}\n{}\\end{{tabular}}\n\\end{{center}}\n",
        cards.iter().map(line).collect::<String>()
    )
}

//! A page as GitHub's Markdown: tables in the text, their data and the figures as files beside it.

use super::{
    block::{Block, Card, Numbered, tidy},
    cells,
    context::Context,
    escape::{self, MARKS},
    sheet::{Cell, Column, Kind, Sheet},
};
use crate::plot::Figure;

/// Sets the page; pictures are looked for in `figures/`, data of tables in `tables/`.
pub(super) fn page(markdown: &str, blocks: &[Numbered], context: &Context) -> String {
    let mut body = markdown.to_owned();
    for (index, numbered) in blocks.iter().enumerate() {
        let mark = format!("{}{index}{}", MARKS[0], MARKS[1]);
        body = body.replace(&mark, block(numbered).trim_end());
    }
    let subtitle = match context.subtitle.as_str() {
        "" => String::new(),
        subtitle => format!("\n*{}*\n", escape::markdown(subtitle)),
    };
    tidy(&format!("# {}\n{subtitle}\n{body}", escape::markdown(&context.title)))
}

fn block(numbered: &Numbered) -> String {
    match &numbered.block {
        Block::Figure(shown) => figure(shown, numbered.number),
        Block::Table(sheet) => table(sheet, numbered.number),
        Block::Cards(shown) => cards(shown),
        Block::Remark(markdown) => format!("> {markdown}\n"),
        Block::Cell(shown) => cells::markdown::set(shown),
    }
}

fn figure(figure: &Figure, number: usize) -> String {
    let name = &figure.name;
    format!(
        "![{}](figures/{name}.svg)\n\n**Figure {number}.** {} ([PNG](figures/{name}.png), [data](figures/{name}.csv))\n",
        escape::markdown(&figure.alt),
        escape::markdown(&figure.caption)
    )
}

fn table(sheet: &Sheet, number: usize) -> String {
    let (caption, name) = (escape::markdown(&sheet.caption), &sheet.name);
    let head = format!("**Table {number}.** {caption} ([CSV](tables/{name}.csv), [JSON](tables/{name}.json))");
    let mut text = format!("{head}\n\n{}", rows(sheet));
    for note in &sheet.notes {
        text.push_str(&format!("\n{}\n", escape::markdown(note)));
    }
    text
}

/// The table without its words.
pub(super) fn rows(sheet: &Sheet) -> String {
    let title = |column: &Column| match (column.group.is_empty(), column.title.is_empty()) {
        (_, true) => " ".to_owned(),
        (true, _) => escape::markdown(&column.title),
        (false, _) => format!("{}, {}", escape::markdown(&column.group), escape::markdown(&column.title)),
    };
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let rule = |column: &Column| if column.kind == Kind::Number { "---:".to_owned() } else { "---".to_owned() };
    let mut text = String::new();
    text.push_str(&line(sheet.columns.iter().map(title).collect()));
    text.push_str(&line(sheet.columns.iter().map(rule).collect()));
    for row in &sheet.rows {
        let cells = row.iter().zip(&sheet.columns).map(|(shown, column)| cell(shown, column.kind));
        text.push_str(&line(cells.collect()));
    }
    text
}

fn cell(cell: &Cell, kind: Kind) -> String {
    let code = kind == Kind::Code
        && !cell.text.is_empty()
        && !cell.text.contains(|letter: char| "`|<".contains(letter) || letter.is_control());
    let text = if code { format!("`{}`", cell.text) } else { escape::markdown(&cell.text) };
    let text = if cell.best { format!("**{text}**") } else { text };
    if cell.note.is_empty() { text } else { format!("{text} {}", escape::markdown(&cell.note)) }
}

fn cards(cards: &[Card]) -> String {
    let line = |card: &Card| {
        format!(
            "| **{}** | {} | {} |\n",
            escape::markdown(&card.value),
            escape::markdown(&card.name),
            escape::markdown(&card.note)
        )
    };
    format!("| | | |\n| ---: | --- | --- |\n{}", cards.iter().map(line).collect::<String>())
}

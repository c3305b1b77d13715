//! What a function of the document puts into the page: a figure, a table, cards, or a remark.

use super::{cells::CellShown, sheet::Sheet};
use crate::plot::Figure;

/// A number to be seen first.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Card {
    /// As `RAT, matched`; plain text.
    pub(super) name: String,
    /// As `12.3 %`.
    pub(super) value: String,
    /// As `95 % interval 9.8 to 14.1`.
    pub(super) note: String,
}

/// A part of the page that is no running text.
#[derive(Clone, Debug)]
pub(super) enum Block {
    Figure(Box<Figure>),
    Table(Sheet),
    Cards(Vec<Card>),
    /// Why something is not there; Markdown.
    Remark(String),
    /// Code with what it gave.
    Cell(Box<CellShown>),
}

/// A block with its number among figures or tables.
#[derive(Clone, Debug)]
pub(super) struct Numbered {
    pub(super) number: usize,
    pub(super) block: Block,
}

/// Numbers blocks of one kind in order, and gives repeated names an ending.
pub(super) fn numbered(blocks: Vec<Block>) -> Vec<Numbered> {
    let (mut figures, mut tables) = (0, 0);
    let mut names = std::collections::HashSet::<String>::new();
    let mut distinct = |name: &mut String| {
        let taken = std::mem::take(name);
        let endings = (2..).map(|count: usize| format!("{taken}-{count}"));
        let mut free = std::iter::once(taken.clone()).chain(endings).filter(|name| names.insert(name.clone()));
        *name = free.next().expect("endings do not end");
    };
    let mut number = |mut block: Block| {
        let number = match &mut block {
            Block::Figure(figure) => {
                distinct(&mut figure.name);
                figures += 1;
                figures
            }
            Block::Table(sheet) => {
                distinct(&mut sheet.name);
                tables += 1;
                tables
            }
            _ => 0,
        };
        Numbered { number, block }
    };
    blocks.into_iter().map(&mut number).collect()
}

/// A page's text with no more than one empty line in a row, and a line break at the end.
pub(super) fn tidy(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len());
    let mut empty = false;
    for line in text.lines().map(str::trim_end) {
        if !(line.is_empty() && empty) {
            tidied.push_str(line);
            tidied.push('\n');
        }
        empty = line.is_empty();
    }
    tidied.trim_end().to_owned() + "\n"
}

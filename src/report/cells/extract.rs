//! Finding cells in a document: fenced blocks of Rust that are to be run.
//!
//! A block is a cell if its fence says `{rust}`, or if it says `rust` and its first line is an option (`//| echo: true`); any
//! other block of Rust is shown only. Text within a cell is no template: braces may stand there.

use super::{Cell, options::CellOptions};

/// The text with a call of `rust_cell(N)` in each cell's place, its lines where they were; and the cells, counted from 1.
pub(in crate::report) struct Extracted {
    pub(in crate::report) body: String,
    pub(in crate::report) cells: Vec<Cell>,
}

/// Why a cell cannot be read: line of the text, counted from 1, and message.
pub(in crate::report) type Misread = (usize, String);

/// Takes the cells out of a document's text.
pub(in crate::report) fn extract(text: &str) -> Result<Extracted, Misread> {
    let mut found = Extracted { body: String::with_capacity(text.len()), cells: Vec::new() };
    let mut lines = (1..).zip(text.lines()).peekable();
    while let Some((at, line)) = lines.next() {
        let Some(fence) = Fence::opened_by(line) else {
            found.body.push_str(line);
            found.body.push('\n');
            continue;
        };
        let option_follows = lines.peek().is_some_and(|(_, next)| next.trim_start().starts_with("//|"));
        let is_cell = fence.words == "{rust}" || (fence.words == "rust" && option_follows);
        let mut content = Vec::new();
        let mut closed = false;
        for (_, line) in lines.by_ref() {
            if fence.is_closed_by(line) {
                closed = true;
                break;
            }
            content.push(line);
        }
        match (is_cell, closed) {
            (true, false) => return Err((at, "the cell is not closed".into())),
            (true, true) => {
                let cell = cell(found.cells.len() + 1, at, &content, fence.indent)?;
                refuse_repeated(&found.cells, &cell)?;
                // As many lines as the cell had, so that later calls keep theirs.
                found.body.push_str(&format!("{{{{ rust_cell({}) }}}}{}", cell.number, "\n".repeat(content.len() + 2)));
                found.cells.push(cell);
            }
            (false, _) => {
                let end = if closed { Some(fence.mark.as_str()) } else { None };
                for line in std::iter::once(line).chain(content).chain(end) {
                    found.body.push_str(line);
                    found.body.push('\n');
                }
            }
        }
    }
    Ok(found)
}

fn refuse_repeated(cells: &[Cell], cell: &Cell) -> Result<(), Misread> {
    match cells.iter().find(|earlier| earlier.options.label == cell.options.label) {
        None => Ok(()),
        Some(earlier) => {
            Err((cell.line, format!("the label `{}` is that of cell {} already", cell.options.label, earlier.number)))
        }
    }
}

/// The opening line of a fenced block (CommonMark 4.5).
struct Fence {
    indent: usize,
    mark: String,
    words: String,
}

impl Fence {
    fn opened_by(line: &str) -> Option<Self> {
        let rest = line.trim_start_matches(' ');
        let indent = line.len() - rest.len();
        let letter = rest.chars().next().filter(|letter| ['`', '~'].contains(letter))?;
        let words = rest.trim_start_matches(letter);
        let mark = &rest[..rest.len() - words.len()];
        let fits = indent <= 3 && mark.len() >= 3 && !(letter == '`' && words.contains('`'));
        fits.then(|| Self { indent, mark: mark.into(), words: words.trim().into() })
    }

    fn is_closed_by(&self, line: &str) -> bool {
        let rest = line.trim_start_matches(' ');
        line.len() - rest.len() <= 3 && rest.trim_end().starts_with(&self.mark) && {
            let letter = self.mark.chars().next().unwrap_or('`');
            rest.trim_end().chars().all(|other| other == letter)
        }
    }
}

/// The cell of a block whose fence opens on line `at`.
fn cell(number: usize, at: usize, content: &[&str], indent: usize) -> Result<Cell, Misread> {
    let unindented = |line: &str| {
        let spaces = line.len() - line.trim_start_matches(' ').len();
        line[spaces.min(indent)..].to_owned()
    };
    let mut options = CellOptions::of(number);
    let mut before = 0;
    for line in content {
        let Some(option) = line.trim_start().strip_prefix("//|") else { break };
        before += 1;
        options.take(option).map_err(|message| (at + before, message))?;
    }
    let code: Vec<String> = content[before..].iter().map(|line| unindented(line)).collect();
    Ok(Cell { number, line: at + before + 1, options, code: code.join("\n") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_taken_out_and_lines_stay() {
        let text =
            "a\n```{rust}\n//| echo: false\nlet x = \"{{\";\n```\nb\n```rust\nshown();\n```\n~~~ {rust}\ny\n~~~\n";
        let found = extract(text).expect("reads");
        assert_eq!(found.cells.len(), 2);
        assert_eq!((found.cells[0].line, found.cells[0].code.as_str()), (4, "let x = \"{{\";"));
        assert!(!found.cells[0].options.echo);
        assert_eq!((found.cells[1].line, found.cells[1].code.as_str()), (11, "y"));
        assert_eq!(found.body.lines().nth(5), Some("b"));
        assert!(found.body.contains("```rust\nshown();\n```\n") && found.body.contains("{{ rust_cell(2) }}"));
        assert_eq!(found.body.lines().count(), text.lines().count());
    }

    #[test]
    fn an_option_makes_plain_rust_a_cell() {
        let found = extract("```rust\n//| label: a\n1 + 1\n```\n```rust\n1 + 2\n```\n").expect("reads");
        assert_eq!(found.cells.len(), 1);
        assert_eq!(found.cells[0].options.label, "a");
    }

    #[test]
    fn what_is_wrong_is_placed() {
        let misread = |text| extract(text).err().expect("refused");
        assert_eq!(misread("a\n```{rust}\nx\n").0, 2);
        assert_eq!(misread("```{rust}\n//| echo: true\n//| colour: red\n```\n").0, 3);
        assert!(misread("```{rust}\n//| label: a\n```\n```{rust}\n//| label: a\n```\n").1.contains("already"));
    }

    #[test]
    fn longer_fences_hold_shorter_ones() {
        let found = extract("````{rust}\nlet s = \"\n```\n\";\n````\nend\n").expect("reads");
        assert_eq!(found.cells[0].code, "let s = \"\n```\n\";");
        assert!(found.body.ends_with("end\n"));
    }
}

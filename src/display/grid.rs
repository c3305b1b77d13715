//! A table on its way to a screen: aligned text of at most 100 columns, or HTML.

use super::WIDTH;
use crate::report::{escape::html as escaped, grouped};

/// Rows of a table that are shown.
pub(super) const SHOWN: usize = 12;

/// The fewest letters that a column is cut to.
const NARROWEST: usize = 6;

/// Heads and rows; numbers stand to the right.
#[derive(Clone, Debug, Default)]
pub(crate) struct Grid {
    /// Above the table, a line.
    title: String,
    columns: Vec<(String, bool)>,
    rows: Vec<Vec<String>>,
    /// Rows that there are, more than are shown.
    count: usize,
    /// Below the table, a line each.
    notes: Vec<String>,
}

impl Grid {
    /// A table with a line above it; of more than its first rows only the number is kept.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// Columns of text, then columns of numbers.
    pub fn columns(mut self, texts: &[&str], numbers: &[&str]) -> Self {
        let named = |names: &[&str], number| names.iter().map(|&name| (name.to_owned(), number)).collect::<Vec<_>>();
        self.columns.extend(named(texts, false));
        self.columns.extend(named(numbers, true));
        self
    }

    /// A further row.
    pub fn row(&mut self, cells: Vec<String>) {
        self.count += 1;
        if self.rows.len() < SHOWN {
            self.rows.push(cells);
        }
    }

    /// All rows.
    pub fn rows(mut self, rows: impl IntoIterator<Item = Vec<String>>) -> Self {
        rows.into_iter().for_each(|cells| self.row(cells));
        self
    }

    /// How many rows there are where not all are given.
    pub fn of(mut self, count: usize) -> Self {
        self.count = count;
        self
    }

    /// A line below the table; an empty one is left out.
    pub fn note(mut self, line: impl Into<String>) -> Self {
        let line = line.into();
        if !line.is_empty() {
            self.notes.push(line);
        }
        self
    }

    fn rest(&self) -> Option<String> {
        let shown = self.rows.len();
        (self.count > shown).then(|| format!("{} of {} rows", grouped(shown), grouped(self.count)))
    }

    /// Columns padded to one width, and cut where they are wider than the screen together.
    pub fn to_text(&self) -> String {
        let heads: Vec<String> = self.columns.iter().map(|(name, _)| name.clone()).collect();
        let lines: Vec<Vec<String>> = std::iter::once(&heads)
            .chain(&self.rows)
            .map(|cells| cells.iter().map(|cell| plain(cell)).collect())
            .collect();
        let width = |at: usize| lines.iter().filter_map(|cells| cells.get(at)).map(|cell| cell.chars().count()).max();
        let widths = narrowed((0..self.columns.len()).map(|at| width(at).unwrap_or(0)).collect());
        let set = |cells: &Vec<String>| {
            let padded = cells.iter().zip(&widths).zip(&self.columns).map(|((cell, &width), &(_, number))| {
                let cell = cut(cell, width);
                if number { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
            });
            padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        let title = Some(plain(&self.title)).filter(|title| !title.is_empty());
        let table = lines.iter().map(set).filter(|_| !self.columns.is_empty());
        let below = self.rest().into_iter().chain(self.notes.iter().map(|note| plain(note)));
        title.into_iter().chain(table).chain(below).collect::<Vec<_>>().join("\n")
    }

    /// The same as HTML.
    pub fn to_html(&self) -> String {
        let paragraph = |text: &str| format!("<p>{}</p>", escaped(text));
        let line = |cells: &[String], tag: &str| {
            let cell = |(cell, (_, number)): (&String, &(String, bool))| {
                let side = if *number { " align=\"right\"" } else { " align=\"left\"" };
                format!("<{tag}{side}>{}</{tag}>", escaped(cell))
            };
            format!("<tr>{}</tr>", cells.iter().zip(&self.columns).map(cell).collect::<String>())
        };
        let mut html = if self.title.is_empty() { String::new() } else { paragraph(&self.title) };
        if !self.columns.is_empty() {
            let heads: Vec<String> = self.columns.iter().map(|(name, _)| name.clone()).collect();
            let body: String = self.rows.iter().map(|cells| line(cells, "td")).collect();
            html.push_str(&format!("<table><thead>{}</thead><tbody>{body}</tbody></table>", line(&heads, "th")));
        }
        html.extend(self.rest().iter().chain(&self.notes).map(|note| paragraph(note)));
        html
    }
}

/// Widths that fit the screen together: what is widest is cut first.
fn narrowed(mut widths: Vec<usize>) -> Vec<usize> {
    let gaps = 2 * widths.len().saturating_sub(1);
    while widths.iter().sum::<usize>() + gaps > WIDTH {
        match widths.iter_mut().max() {
            Some(widest) if *widest > NARROWEST => *widest -= 1,
            _ => break,
        }
    }
    widths
}

/// The text, its end replaced by an ellipsis where it is longer.
fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.into();
    }
    text.chars().take(width.saturating_sub(1)).chain(['\u{2026}']).collect()
}

/// The words in lines that fit the screen.
pub(super) fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in plain(text).split_whitespace() {
        let line = lines.last_mut().expect("begins with one");
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(word.into());
        } else {
            let gap = if line.is_empty() { "" } else { " " };
            line.push_str(&format!("{gap}{word}"));
        }
    }
    lines.join("\n")
}

/// Without what a terminal would obey.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid() -> Grid {
        let rows = (0..20).map(|at| vec![format!("<b>{at}\u{1b}"), format!("{}", at * at)]);
        Grid::new("a title").columns(&["name"], &["square"]).rows(rows).note("a note").note("")
    }

    #[test]
    fn text_is_aligned_and_says_what_is_left_out() {
        let text = grid().to_text();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!((lines[0], lines[1], lines[2]), ("a title", "name    square", "<b>0         0"));
        assert_eq!(lines[13..], ["<b>11      121", "12 of 20 rows", "a note"]);
        assert!(!text.contains('\u{1b}'), "a terminal obeys nothing");
    }

    #[test]
    fn html_is_escaped_and_numbers_stand_to_the_right() {
        let html = grid().to_html();
        assert!(html.contains("&lt;b&gt;11") && !html.contains("<b>") && html.contains("<td align=\"right\">121</td>"));
        assert!(html.contains("<p>12 of 20 rows</p><p>a note</p>"));
    }

    #[test]
    fn wide_tables_are_cut_to_the_screen() {
        let rows = [vec!["x".repeat(300), "y".repeat(80), "1.5".into()]];
        let text = Grid::new("").columns(&["a", "b"], &["c"]).rows(rows).to_text();
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert!(text.contains("x\u{2026}") && text.contains("y\u{2026}") && text.ends_with("1.5"), "{text}");
    }

    #[test]
    fn words_are_set_in_lines() {
        let text = wrapped(&format!("{} {} b", "a".repeat(60), "a".repeat(39)));
        assert_eq!(text.lines().map(str::len).collect::<Vec<_>>(), [100, 1]);
        assert_eq!(wrapped(&format!("a {}", "b".repeat(120))).lines().count(), 2);
    }
}

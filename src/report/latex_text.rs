//! Running text in LaTeX: a document's Markdown (CommonMark, with tables and footnotes) as sections, paragraphs and lists.
//!
//! HTML is dropped as on the HTML page; pictures from elsewhere become links to them.

use std::collections::HashMap;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::{
    escape::{self, MARKS},
    latex_table::code,
};

/// LaTeX nests lists no deeper.
const DEEPEST: usize = 4;

/// Markdown as LaTeX; marks of blocks stay marks.
pub(super) fn converted(markdown: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES;
    let mut writer = Writer { written: vec![String::new()], ..Writer::default() };
    for event in Parser::new_ext(markdown, options) {
        writer.event(event);
    }
    let Writer { mut written, footnotes, .. } = writer;
    let mut text = written.pop().unwrap_or_default();
    for (name, note) in footnotes {
        text = text.replace(&footnote_mark(&name), &format!("\\footnote{{{}}}", note.trim()));
    }
    text
}

/// Stands for a footnote until its text is known; a control letter cannot come from outside.
fn footnote_mark(name: &str) -> String {
    format!("\u{1}{name}\u{1}")
}

#[derive(Default)]
struct Writer {
    /// The text, and above it what is written aside: a footnote, or a code block.
    written: Vec<String>,
    footnotes: HashMap<String, String>,
    open_note: String,
    /// Whether each open list counts, and whether LaTeX opened it.
    lists: Vec<(bool, bool)>,
    in_code: bool,
    cell: usize,
}

impl Writer {
    fn push(&mut self, text: &str) {
        if let Some(open) = self.written.last_mut() {
            open.push_str(text);
        }
    }

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.in_code => self.push(&code_lines(&text)),
            Event::Text(text) => self.push(&with_marks(&text)),
            Event::Code(text) => self.push(&code(&text)),
            Event::SoftBreak => self.push("\n"),
            Event::HardBreak => self.push("\\newline\n"),
            Event::Rule => self.push("\n\n\\medskip\\hrule\\medskip\n\n"),
            Event::FootnoteReference(name) => self.push(&footnote_mark(&name)),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => self.push(match level {
                HeadingLevel::H1 | HeadingLevel::H2 => "\n\n\\section{",
                HeadingLevel::H3 => "\n\n\\subsection{",
                HeadingLevel::H4 => "\n\n\\subsubsection{",
                _ => "\n\n\\paragraph{",
            }),
            Tag::List(first) => self.open_list(first),
            Tag::Item => self.push("\n\\item "),
            Tag::BlockQuote(_) => self.push("\n\\begin{quote}\n"),
            Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented) => {
                self.in_code = true;
                self.push("\n\\begin{quote}\\small\\ttfamily\\raggedright\n");
            }
            Tag::Emphasis => self.push("\\emph{"),
            Tag::Strong => self.push("\\textbf{"),
            Tag::Link { dest_url, .. } => self.push(&link(&dest_url)),
            Tag::Image { dest_url, .. } => self.push(&link(&dest_url)),
            Tag::FootnoteDefinition(name) => {
                self.open_note = name.to_string();
                self.written.push(String::new());
            }
            Tag::Table(alignments) => {
                let spec: String = alignments.iter().map(column).collect();
                self.push(&format!("\n\\begin{{center}}\\small\n\\begin{{tabular}}{{{spec}}}\n\\toprule\n"));
            }
            Tag::TableHead | Tag::TableRow => self.cell = 0,
            Tag::TableCell => {
                let between = if self.cell > 0 { " & {" } else { "{" };
                self.push(between);
                self.cell += 1;
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => self.push("\n\n"),
            TagEnd::Heading(_) => self.push("}\n\n"),
            TagEnd::List(_) => self.close_list(),
            TagEnd::BlockQuote(_) => self.push("\n\\end{quote}\n"),
            TagEnd::CodeBlock => {
                self.in_code = false;
                self.push("\n\\end{quote}\n");
            }
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::TableCell => self.push("}"),
            TagEnd::Link | TagEnd::Image => self.push("}"),
            TagEnd::FootnoteDefinition => {
                let note = self.written.pop().unwrap_or_default();
                self.footnotes.insert(std::mem::take(&mut self.open_note), note);
            }
            TagEnd::TableHead => self.push(" \\\\\n\\midrule\n"),
            TagEnd::TableRow => self.push(" \\\\\n"),
            TagEnd::Table => self.push("\\bottomrule\n\\end{tabular}\n\\end{center}\n"),
            _ => {}
        }
    }

    fn open_list(&mut self, first: Option<u64>) {
        let counts = first.is_some();
        let opened = self.lists.len() < DEEPEST;
        self.lists.push((counts, opened));
        if opened {
            self.push(if counts { "\n\\begin{enumerate}" } else { "\n\\begin{itemize}" });
        }
    }

    fn close_list(&mut self) {
        match self.lists.pop() {
            Some((true, true)) => self.push("\n\\end{enumerate}\n\n"),
            Some((false, true)) => self.push("\n\\end{itemize}\n\n"),
            _ => {}
        }
    }
}

fn column(alignment: &pulldown_cmark::Alignment) -> char {
    match alignment {
        pulldown_cmark::Alignment::Right => 'r',
        pulldown_cmark::Alignment::Center => 'c',
        _ => 'l',
    }
}

/// Opens a link to the web; others are text.
fn link(address: &str) -> String {
    let allowed = ["https://", "http://", "mailto:"].iter().any(|start| address.starts_with(start));
    if !allowed {
        return "{".into();
    }
    let coded: String = address
        .chars()
        .map(|letter| match letter {
            '%' | '#' | '&' | '_' | '~' => format!("\\{letter}").replace("\\~", "\\string~"),
            letter if letter.is_ascii_graphic() && !"\\{}^`\"<>|$".contains(letter) => letter.to_string(),
            letter => {
                let mut bytes = [0; 4];
                letter.encode_utf8(&mut bytes).bytes().map(|byte| format!("\\%{byte:02X}")).collect()
            }
        })
        .collect();
    format!("\\href{{{coded}}}{{")
}

/// Escaped, but for the marks of blocks.
fn with_marks(text: &str) -> String {
    let mut rest = text;
    let mut written = String::new();
    while let Some((before, after)) = rest.split_once(MARKS[0]) {
        written.push_str(&escape::latex(before));
        match after.split_once(MARKS[1]) {
            Some((index, after)) if index.bytes().all(|byte| byte.is_ascii_digit()) => {
                written.push_str(&format!("{}{index}{}", MARKS[0], MARKS[1]));
                rest = after;
            }
            _ => rest = after,
        }
    }
    written + &escape::latex(rest)
}

/// Lines of code, each a line, with their spaces.
fn code_lines(text: &str) -> String {
    let line = |line: &str| format!("\\mbox{{}}{}\\\\\n", escape::latex(line).replace(' ', "~"));
    text.lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_sections_lists_and_links() {
        let text = converted("## A & B\n\nx *y* `a_b` [z](https://e.org/a_b%20c#d)\n\n1. one\n   - two\n");
        for part in [
            "\\section{A \\& B}",
            "x \\emph{y} \\texttt{a\\_b} \\href{https://e.org/a\\_b\\%20c\\#d}{z}",
            "\\begin{enumerate}\n\\item one",
            "\\begin{itemize}\n\\item two\n\\end{itemize}",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    #[test]
    fn nothing_reaches_tex() {
        let text = converted("\\\\input{/etc/passwd} <b> [x](javascript:y)\n\n```\n\\end{verbatim}\\input{x}\n```\n");
        assert!(
            !text.contains("\\input") && !text.contains("javascript") && !text.contains("\\end{verbatim}"),
            "{text}"
        );
    }

    #[test]
    fn footnotes_stand_where_they_are_called() {
        assert!(converted("a[^1] b\n\n[^1]: why\n").contains("a\\footnote{why} b"));
    }

    #[test]
    fn blocks_keep_their_marks_and_nothing_else_does() {
        assert_eq!(converted("\u{E000}3\u{E001}").trim(), "\u{E000}3\u{E001}");
        assert_eq!(converted("\u{E000}x\u{E001}").trim(), "x");
    }
}

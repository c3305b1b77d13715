//! Reading a protocol into columns: values stay where they stand in the text; only labels are brought to one spelling.

use std::{borrow::Cow, path::Path};

use super::{
    Column, Protocol, Span, detect,
    fields::split_into,
    format::{Plan, ProtocolFormat},
    names::standard_name,
    own::{self, Twins},
    parquet, text,
    words::LabelConvention,
};
use crate::{
    error::{Error, Result},
    trial::Label,
};

const REMEDY: &str = "mend that line, or take the protocol from the published corpus again";
const STANDARD: [&str; 6] = ["file", "speaker", "gender", "codec", "attack", "label"];

/// Reads a protocol, of the form `wanted` if given; own data with what its labels mean.
pub(super) fn read(path: &Path, wanted: Option<ProtocolFormat>, own: Option<LabelConvention>) -> Result<Protocol> {
    let bytes = std::fs::read(path).map_err(|source| Error::io("reading the protocol", path, source))?;
    let text = if parquet::is(&bytes) { parquet::text(path, bytes)? } else { text::decode(path, bytes)? };
    if u32::try_from(text.len().saturating_mul(2)).is_err() {
        let message = format!("the protocol {} is {} bytes long", path.display(), text.len());
        return Err(Error::data(message, "split it: more than 2 GB are not read"));
    }
    let plan = detect::plan(path, &text, wanted)?;
    let mut rows = Rows::new(&plan, text.len());
    let twins = own.map(|convention| Twins::among(&plan.columns, convention));
    let body = text::lines(&text).skip(usize::from(plan.header));
    let mut fields = Vec::new();
    for (line, content) in body {
        split_into(content, plan.delimiter, plan.columns.len(), plan.peel, &mut fields)
            .map_err(|message| Error::parse(path, line.into(), "columns", message, REMEDY))?;
        twins.iter().try_for_each(|twins| twins.check(path, line, &fields))?;
        rows.push(&text, line, &fields);
    }
    if rows.lines.is_empty() {
        let message = format!("the protocol {} holds no trial", path.display());
        return Err(Error::data(message, "take the protocol from the published corpus again"));
    }
    rows.finish(path, text, &plan, own)
}

/// The values as they come.
struct Rows {
    columns: Vec<Column>,
    lines: Vec<u32>,
    /// Text that stands nowhere in the file: fields with doubled quotes, labels in this library's words.
    tail: String,
    text_length: usize,
}

impl Rows {
    fn new(plan: &Plan, text_length: usize) -> Self {
        let columns = unique_names(&plan.columns).into_iter().map(|name| Column { name, spans: Vec::new() });
        Self { columns: columns.collect(), lines: Vec::new(), tail: String::new(), text_length }
    }

    fn push(&mut self, text: &str, line: u32, fields: &[Cow<'_, str>]) {
        self.lines.push(line);
        for (at, field) in fields.iter().enumerate() {
            let span = match field {
                Cow::Borrowed(part) => span(part.as_ptr().addr() - text.as_ptr().addr(), part.len()),
                Cow::Owned(part) => self.written(part),
            };
            self.columns[at].spans.push(span);
        }
    }

    fn written(&mut self, words: &str) -> Span {
        self.tail.push_str(words);
        span(self.text_length + self.tail.len() - words.len(), words.len())
    }

    fn finish(mut self, path: &Path, mut text: String, plan: &Plan, own: Option<LabelConvention>) -> Result<Protocol> {
        text.push_str(&std::mem::take(&mut self.tail));
        self.text_length = text.len();
        self.columns.retain(|column| keep(column, &text));
        for column in &mut self.columns {
            column.name = column.name.trim_start_matches('?').to_owned();
        }
        let labels = self.labels(path, &text, plan, own)?;
        text.push_str(&self.tail);
        self.columns.sort_by_key(|column| STANDARD.iter().position(|name| *name == column.name).unwrap_or(9));
        Ok(Protocol { path: path.into(), format: plan.format, text, columns: self.columns, labels, lines: self.lines })
    }

    /// Reads the labels, and writes the label column and the attacks of bona fide trials in one spelling.
    fn labels(
        &mut self,
        path: &Path,
        text: &str,
        plan: &Plan,
        own: Option<LabelConvention>,
    ) -> Result<Vec<Option<Label>>> {
        let place = |name: &str| self.columns.iter().position(|column| column.name == name);
        let (label, attack) = (place("label"), place("attack"));
        let labels = match (label, attack, own) {
            (Some(at), _, Some(convention)) => {
                let words = self.columns[at].spans.iter().map(|span| value(text, *span));
                own::labels(path, words.zip(self.lines.iter().copied()), convention)?
            }
            (Some(at), _, None) => read_labels(&self.columns[at], &self.lines, path, text, plan)?,
            (None, Some(at), _) => labels_of_attacks(&self.columns[at], text),
            (None, None, _) => vec![None; self.lines.len()],
        };
        let words = [self.written("bonafide"), self.written("spoof"), self.written("-")];
        let spelled = |label: &Option<Label>| words[label.map_or(2, Label::class)];
        let spans: Vec<_> = labels.iter().map(spelled).collect();
        match label {
            Some(at) => {
                self.keep_other_words(at, text);
                self.columns[at].spans = spans;
            }
            None if labels.iter().any(Option::is_some) => self.columns.push(Column { name: "label".into(), spans }),
            None => {}
        }
        if let Some(attack) = attack {
            let attacks = self.columns[attack].spans.iter_mut().zip(&labels);
            attacks.filter(|(_, label)| **label == Some(Label::Bonafide)).for_each(|(span, _)| *span = words[2]);
        }
        Ok(labels)
    }

    /// A key that tells more than the label (target, nontarget) stays as the column `key`.
    fn keep_other_words(&mut self, label: usize, text: &str) {
        let tells_more = |span: &Span| matches!(value(text, *span), "target" | "nontarget");
        if self.columns[label].spans.iter().any(tells_more) && self.columns.iter().all(|column| column.name != "key") {
            self.columns.push(Column { name: "key".into(), spans: self.columns[label].spans.clone() });
        }
    }
}

fn span(start: usize, length: usize) -> Span {
    let fits = "the text is shorter than 2 GB";
    Span { start: u32::try_from(start).expect(fits), end: u32::try_from(start + length).expect(fits) }
}

fn value(text: &str, span: Span) -> &str {
    &text[span.start as usize..span.end as usize]
}

/// `_` and nameless columns go, and those marked `?` unless they tell something.
fn keep(column: &Column, text: &str) -> bool {
    match column.name.as_str() {
        "_" | "" => false,
        name if name.starts_with('?') => column.spans.iter().any(|span| value(text, *span) != "-"),
        _ => true,
    }
}

/// Standard names where a column means them (the very name before others that mean it), each name once.
fn unique_names(columns: &[String]) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(columns.len());
    for (at, column) in columns.iter().enumerate() {
        let standard = standard_name(column).filter(|standard| {
            let first = || columns.iter().position(|other| standard_name(other) == Some(standard));
            columns.iter().position(|other| other == standard).or_else(first) == Some(at)
        });
        let name = standard.unwrap_or(column);
        let taken = !name.is_empty() && name != "_" && names.iter().any(|other| other == name);
        names.push(if taken { format!("{name}_{}", at + 1) } else { name.to_owned() });
    }
    names
}

fn read_labels(column: &Column, lines: &[u32], path: &Path, text: &str, plan: &Plan) -> Result<Vec<Option<Label>>> {
    let read = |(span, line): (&Span, &u32)| {
        let word = value(text, *span);
        let strict = plan.any_word || matches!(word, "bonafide" | "spoof" | "-");
        LabelConvention::Auto.label(word).filter(|_| strict).ok_or_else(|| {
            let field = if plan.any_word { "label" } else { "key" };
            let message = format!("`{word}` is neither bonafide, spoof nor `-` (unlabelled)");
            Error::parse(path, (*line).into(), field, message, REMEDY)
        })
    };
    column.spans.iter().zip(lines).map(read).collect()
}

/// Where only an attack is named, one called `bonafide` is none, as in MLDF; without any, nothing is known.
fn labels_of_attacks(column: &Column, text: &str) -> Vec<Option<Label>> {
    let word = |span: &Span| LabelConvention::Words.label(value(text, *span));
    if !column.spans.iter().any(|span| word(span) == Some(Some(Label::Bonafide))) {
        return vec![None; column.spans.len()];
    }
    column.spans.iter().map(|span| word(span).unwrap_or(Some(Label::Spoof))).collect()
}

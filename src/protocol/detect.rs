//! Which form a protocol is of, told from its first line.

use std::{borrow::Cow, collections::HashSet, path::Path};

use super::{
    fields::{Delimiter, split, split_into},
    format::{LAYOUTS, Layout, Plan, ProtocolFormat},
    names::{normalised, standard_name},
    text,
    words::LabelConvention,
};
use crate::error::{Error, Result};

const KNOWN: &str = "give an ASVspoof protocol, lines of file and key, or a file with a header that names the columns, \
                     among them `file` and `label`";

/// The plan for a file, which must be of the form `wanted` if that is given.
pub(super) fn plan(path: &Path, text: &str, wanted: Option<ProtocolFormat>) -> Result<Plan> {
    if let Some(layout) = wanted.and_then(ProtocolFormat::layout) {
        let header = text::lines(text).next().is_some_and(|(_, first)| is_header_of(layout, first));
        return Ok(Plan { header, ..of_layout(layout) });
    }
    let Some((line, first)) = text::lines(text).next() else {
        let message = format!("the protocol {} holds no trial", path.display());
        return Err(Error::data(message, "take the protocol from the published corpus again"));
    };
    let found = match wanted {
        Some(ProtocolFormat::Keys) => keys(text, first),
        Some(format) => header(first).or_else(|| without_header(format)).map(|plan| Plan { format, ..plan }),
        None => header(first).or_else(|| published(text)).or_else(|| keys(text, first)),
    };
    found.ok_or_else(|| {
        let delimiter = Delimiter::of(first);
        let count = split(first, delimiter).map_or(1, |fields| fields.len());
        let message = format!("{count} columns by {} that fit no known protocol", delimiter.name());
        Error::parse(path, line.into(), "columns", message, KNOWN)
    })
}

fn of_layout(layout: &Layout) -> Plan {
    Plan {
        format: layout.format,
        delimiter: Delimiter::Whitespace,
        columns: layout.columns.iter().map(ToString::to_string).collect(),
        header: false,
        peel: false,
        any_word: layout.words.contains(&"target"),
    }
}

/// The columns of a published form whose header was left out.
fn without_header(format: ProtocolFormat) -> Option<Plan> {
    let (delimiter, columns) = format.without_header()?;
    let columns = columns.iter().map(ToString::to_string).collect();
    Some(Plan { format, delimiter, columns, header: false, peel: true, any_word: true })
}

/// The names of a header line and its delimiter: it must name the file and something to know of it.
pub(super) fn header(first: &str) -> Option<Plan> {
    let candidates = [',', '\t', ';'].map(Delimiter::Character).into_iter().chain([Delimiter::Whitespace]);
    candidates.into_iter().find_map(|delimiter| {
        let names: Vec<_> = split(first, delimiter).ok()?.iter().map(|name| normalised(name)).collect();
        let meanings: Vec<_> = names.iter().map(|name| standard_name(name)).collect();
        let known = |wanted: &[&str]| meanings.iter().flatten().any(|name| wanted.contains(name));
        (known(&["file"]) && known(&["label", "attack", "speaker"])).then(|| Plan {
            format: ProtocolFormat::Named,
            delimiter,
            peel: meanings[0] == Some("file"),
            columns: names,
            header: true,
            any_word: true,
        })
    })
}

/// Whether a line is a header, which copies of ASVspoof's protocols were given: a name for the key stands in its place, or last.
fn is_header_of(layout: &Layout, first: &str) -> bool {
    let fields: Vec<_> = first.split_ascii_whitespace().collect();
    let names_key = |field: Option<&&str>| field.is_some_and(|name| standard_name(&normalised(name)) == Some("label"));
    names_key(fields.get(layout.key)) || (fields.len() > 1 && names_key(fields.last()))
}

/// The form of ASVspoof's that a text is of.
pub(super) fn published_form(text: &str) -> Option<ProtocolFormat> {
    published(text).map(|plan| plan.format)
}

/// ASVspoof's forms, by their number of columns and a key in its place; the line after a header tells.
fn published(text: &str) -> Option<Plan> {
    let mut lines = text::lines(text).map(|(_, line)| line);
    let first = lines.next()?;
    of_line(first).or_else(|| {
        let plan = of_line(lines.next()?)?;
        plan.format.layout().is_some_and(|layout| is_header_of(layout, first)).then_some(Plan { header: true, ..plan })
    })
}

fn of_line(first: &str) -> Option<Plan> {
    let fields: Vec<_> = first.split_ascii_whitespace().collect();
    let fits = |layout: &&Layout| {
        fields.len() == layout.columns.len()
            && (fields[layout.key] == "-" || layout.words.contains(&fields[layout.key]))
            // Five columns, as 2019's, where the third is an environment or `-`.
            && (layout.format != ProtocolFormat::Asvspoof5Track2 || matches!(fields[2], "F" | "M"))
    };
    LAYOUTS.iter().find(fits).map(of_layout)
}

/// Two columns, file and key, or three with a speaker.
fn keys(text: &str, first: &str) -> Option<Plan> {
    let delimiter = Delimiter::of(first);
    let fields = split(first, delimiter).ok()?;
    LabelConvention::Auto.label(fields.last()?)?;
    let columns: &[&str] = match fields.len() {
        2 => &["file", "label"],
        3 if fields[1].parse::<f64>().is_ok() => &["file", "score", "label"],
        3 if second_is_the_file(text, delimiter) => &["speaker", "file", "label"],
        3 => &["file", "speaker", "label"],
        // Names hold commas, and a name with spaces is seen for one where a tab stands before the key.
        4.. if delimiter != Delimiter::Whitespace => &["file", "label"],
        _ => return None,
    };
    Some(Plan {
        format: ProtocolFormat::Keys,
        delimiter,
        columns: columns.iter().map(ToString::to_string).collect(),
        header: false,
        peel: columns[0] == "file",
        any_word: true,
    })
}

/// Of two columns the file is the one with more different values.
fn second_is_the_file(text: &str, delimiter: Delimiter) -> bool {
    let mut seen: [HashSet<Cow<'_, str>>; 2] = Default::default();
    let mut fields = Vec::new();
    for (_, line) in text::lines(text).take(10_000) {
        if split_into(line, delimiter, 3, false, &mut fields).is_ok() {
            seen[0].insert(fields[0].clone());
            seen[1].insert(fields[1].clone());
        }
    }
    seen[1].len() > seen[0].len()
}

//! Splitting a line into fields: by runs of spaces and tabs, or by one character with quotes as in RFC 4180.
//!
//! Where the file's name is the first column, fields are peeled from the right, since names hold spaces and commas.

use std::borrow::Cow;

/// What stands between two fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delimiter {
    /// One or more spaces or tabs.
    Whitespace,
    /// One comma, semicolon or tab.
    Character(char),
}

impl Delimiter {
    /// The delimiter of a line by what it holds: commas before tabs before semicolons before spaces.
    pub(crate) fn of(line: &str) -> Self {
        [',', '\t', ';'].into_iter().find(|&c| line.contains(c)).map_or(Self::Whitespace, Self::Character)
    }

    /// Its name in messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Whitespace => "space",
            Self::Character(',') => "comma",
            Self::Character('\t') => "tab",
            Self::Character(';') => "semicolon",
            Self::Character(_) => "delimiter",
        }
    }
}

/// All fields of a line, without the spaces around them.
pub(crate) fn split(line: &str, delimiter: Delimiter) -> Result<Vec<Cow<'_, str>>, String> {
    let mut fields = Vec::new();
    match delimiter {
        Delimiter::Whitespace => fields.extend(line.split_ascii_whitespace().map(Cow::Borrowed)),
        Delimiter::Character(c) if line.contains('"') => split_quoted(line, c, &mut fields)?,
        Delimiter::Character(c) => fields.extend(line.split(c).map(|field| Cow::Borrowed(field.trim()))),
    }
    Ok(fields)
}

/// Exactly `count` fields into `fields`; with `peel`, the first takes what is too much.
pub(crate) fn split_into<'a>(
    line: &'a str,
    delimiter: Delimiter,
    count: usize,
    peel: bool,
    fields: &mut Vec<Cow<'a, str>>,
) -> Result<(), String> {
    fields.clear();
    match delimiter {
        Delimiter::Character(c) if line.contains('"') => split_quoted(line, c, fields)?,
        Delimiter::Character(c) if peel => peel_from_right(line.rsplitn(count, c), fields),
        Delimiter::Whitespace if peel => peel_whitespace(line, count, fields),
        _ => fields.extend(split(line, delimiter)?),
    }
    match fields.len() {
        found if found == count => Ok(()),
        found => Err(format!("expected {count} columns, found {found}")),
    }
}

fn peel_from_right<'a>(pieces: impl Iterator<Item = &'a str>, fields: &mut Vec<Cow<'a, str>>) {
    fields.extend(pieces.map(|piece| Cow::Borrowed(piece.trim())));
    fields.reverse();
}

fn peel_whitespace<'a>(line: &'a str, count: usize, fields: &mut Vec<Cow<'a, str>>) {
    let mut rest = line.trim_ascii();
    for _ in 1..count {
        let Some(at) = rest.bytes().rposition(|byte| byte.is_ascii_whitespace()) else { break };
        fields.push(Cow::Borrowed(&rest[at + 1..]));
        rest = rest[..at].trim_ascii_end();
    }
    fields.push(Cow::Borrowed(rest));
    fields.reverse();
}

fn split_quoted<'a>(line: &'a str, delimiter: char, fields: &mut Vec<Cow<'a, str>>) -> Result<(), String> {
    let mut rest = Some(line);
    while let Some(text) = rest {
        rest = match text.trim_start_matches(' ').strip_prefix('"') {
            Some(inside) => {
                let (field, after) = quoted(inside)?;
                fields.push(field);
                let after = after.trim_start_matches(' ');
                match after.strip_prefix(delimiter) {
                    None if !after.trim().is_empty() => return Err("text stands behind a closing quote".into()),
                    next => next,
                }
            }
            None => {
                let (field, next) =
                    text.split_once(delimiter).map_or((text, None), |(field, next)| (field, Some(next)));
                fields.push(Cow::Borrowed(field.trim()));
                next
            }
        };
    }
    Ok(())
}

/// The field up to its closing quote, and what follows; `""` inside is one quote.
fn quoted(text: &str) -> Result<(Cow<'_, str>, &str), String> {
    let mut from = 0;
    while let Some(found) = text[from..].find('"') {
        let at = from + found;
        if !text[at + 1..].starts_with('"') {
            let field = &text[..at];
            let field = if from == 0 { Cow::Borrowed(field) } else { Cow::Owned(field.replace("\"\"", "\"")) };
            return Ok((field, &text[at + 1..]));
        }
        from = at + 2;
    }
    Err("a quote is not closed".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMA: Delimiter = Delimiter::Character(',');

    fn peeled(line: &str, delimiter: Delimiter, count: usize) -> Vec<String> {
        let mut fields = Vec::new();
        split_into(line, delimiter, count, true, &mut fields).expect("fits");
        fields.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_name_takes_what_is_too_much() {
        assert_eq!(peeled("a, b,c,0.5, 1", COMMA, 3), ["a, b,c", "0.5", "1"]);
        assert_eq!(
            peeled("  Cartesia.ai (Sonic 3)/a.wav  - \t spoof -3 ", Delimiter::Whitespace, 4)[0],
            "Cartesia.ai (Sonic 3)/a.wav"
        );
        assert_eq!(peeled("\"a, \"\"b\"\"\" , \"[1, 2]\",0", COMMA, 3), ["a, \"b\"", "[1, 2]", "0"]);
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let mut fields = Vec::new();
        for (line, message) in [
            ("a", "expected 3 columns, found 1"),
            ("\"a,b,c", "not closed"),
            ("\"a\"b,c,d", "closing quote"),
            ("\"a\",b,c,d", "found 4"),
        ] {
            let error = split_into(line, COMMA, 3, true, &mut fields).expect_err("refused");
            assert!(error.contains(message), "{error}");
        }
    }
}

//! A cell in GitHub's Markdown: code and text in fences, tables as text, pictures as files in `figures/`.

use super::{CellShown, Shown, shown::plain};
use crate::report::escape;

/// Sets a cell.
pub(in crate::report) fn set(shown: &CellShown) -> String {
    let mut text = String::new();
    if let Some(code) = shown.code() {
        text.push_str(&fenced("rust", code));
    }
    if let Some(note) = shown.note() {
        text.push_str(&format!("*{note}*\n\n"));
    }
    for (number, output) in (1..).zip(shown.outputs()) {
        match output {
            Shown::Stdout { text: printed } | Shown::Stderr { text: printed } => {
                text.push_str(&fenced("text", &plain(printed)));
            }
            Shown::Warning { line, message } => {
                text.push_str(&fenced("text", &plain(&shown.warned(*line, message))));
            }
            Shown::Display { forms } => text.push_str(&display(shown, number, forms)),
        }
    }
    if let Some(failure) = shown.failure() {
        let head = escape::markdown(&shown.place(failure));
        let remedy = escape::markdown(&failure.remedy);
        text.push_str(&format!("**{head}**\n\n{}{remedy}\n\n", fenced("text", &plain(&failure.message))));
    }
    text
}

fn display(shown: &CellShown, number: usize, forms: &[(String, String)]) -> String {
    let has = |media_type: &str| forms.iter().any(|(name, _)| name == media_type);
    let caption = escape::markdown(&shown.cell.options.caption);
    let name = picture_name(shown, number);
    if has("image/svg+xml") {
        return format!("![{caption}](figures/{name}.svg)\n\n");
    }
    if has("image/png") {
        return format!("![{caption}](figures/{name}.png)\n\n");
    }
    match forms.iter().find(|(name, _)| name == "text/plain") {
        Some((_, text)) => fenced("text", &plain(text)),
        None => {
            let kinds: Vec<_> = forms.iter().map(|(name, _)| escape::markdown(name)).collect();
            format!("*Shown on the HTML page: {}.*\n\n", kinds.join(", "))
        }
    }
}

/// The file of a picture, without its ending: the cell's label and which of its outputs it is.
pub(super) fn picture_name(shown: &CellShown, number: usize) -> String {
    format!("{}-{number}", shown.cell.options.label)
}

/// A fence that is longer than any within.
fn fenced(language: &str, text: &str) -> String {
    let longest = text.lines().map(|line| line.trim_start().bytes().take_while(|byte| *byte == b'`').count()).max();
    let fence = "`".repeat((longest.unwrap_or(0) + 1).max(3));
    format!("{fence}{language}\n{}\n{fence}\n\n", text.trim_end_matches('\n'))
}

/// The pictures of a cell: file name within `figures/`, and content.
pub(in crate::report) fn pictures(shown: &CellShown) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for (number, output) in (1..).zip(shown.outputs()) {
        let Shown::Display { forms } = output else { continue };
        let name = picture_name(shown, number);
        for (media_type, content) in forms {
            match media_type.as_str() {
                "image/svg+xml" => files.push((format!("{name}.svg"), content.clone().into_bytes())),
                "image/png" => files.extend(decoded(content).map(|bytes| (format!("{name}.png"), bytes))),
                _ => {}
            }
        }
    }
    files
}

/// Base64 (RFC 4648) as bytes; none where it is no base64.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let letters: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=').collect();
    let mut bytes = Vec::with_capacity(letters.len() * 3 / 4);
    for group in letters.chunks(4) {
        let bits = group.iter().try_fold(0_u32, |bits, &letter| Some(bits << 6 | u32::from(value(letter)?)))?;
        let bits = bits << (6 * (4 - group.len()));
        bytes.extend_from_slice(&bits.to_be_bytes()[1..][..group.len() - 1]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_back() {
        for text in ["", "f", "fo", "foo", "foob", "fooba", "foobar"] {
            assert_eq!(decoded(&escape::base64(text.as_bytes())).as_deref(), Some(text.as_bytes()));
        }
        assert_eq!(decoded("a*"), None);
    }

    #[test]
    fn a_fence_within_does_not_end_the_fence() {
        assert!(fenced("rust", "```\nx").starts_with("````rust\n"));
    }
}

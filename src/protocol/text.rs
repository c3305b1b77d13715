//! Text files as they come: UTF-8 with or without byte order mark, lines ended by LF or CRLF, numbered from 1.

use std::path::Path;

use crate::error::{Error, Result};

/// Reads a whole text file, once, so that a pipe does; `doing` is for the error, as "reading the protocol".
pub(crate) fn read(path: &Path, doing: &str) -> Result<String> {
    let bytes = std::fs::read(path).map_err(|source| Error::io(doing, path, source))?;
    decode(path, bytes)
}

/// The text of a file's bytes, without byte order mark.
pub(crate) fn decode(path: &Path, bytes: Vec<u8>) -> Result<String> {
    let mut text = String::from_utf8(bytes).map_err(|failed| not_text(path, &failed))?;
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok(text)
}

fn not_text(path: &Path, failed: &std::string::FromUtf8Error) -> Error {
    let (bytes, at) = (failed.as_bytes(), failed.utf8_error().valid_up_to());
    let line = 1 + bytes[..at].iter().filter(|&&byte| byte == b'\n').count() as u64;
    let message = match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "it is UTF-16, not UTF-8".to_owned(),
        [0x1f, 0x8b, ..] => "it is compressed by gzip".to_owned(),
        _ => format!("not UTF-8: byte 0x{:02x}", bytes[at]),
    };
    Error::parse(path, line, "text", message, "give a text file in UTF-8")
}

/// The lines that hold something, with their numbers; leading lines that begin with `#` are comments.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = (u32, &str)> {
    filled(text).skip_while(|(_, line)| line.starts_with('#'))
}

/// The lines that hold something, with their numbers.
pub(crate) fn filled(text: &str) -> impl Iterator<Item = (u32, &str)> {
    let numbered = (1..).zip(text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)));
    numbered.filter(|(_, line)| !line.bytes().all(|byte| byte.is_ascii_whitespace()))
}

//! A file within the page: a data URI that a click saves, without a server and without a script.
//!
//! What is long is packed (gzip, RFC 1952), so that a page stays small; where scripts may run, `templates/script/downloads.js`
//! unpacks it before it is saved.

use std::io::Write as _;

use flate2::{Compression, GzBuilder};
use minijinja::{Value, context};

use super::escape::{base64, percent};

/// Longer content than this is packed.
const LONG: usize = 12_000;

/// A link for the page's forms: what it says, the file it saves, its content, and how to unpack it.
pub(super) fn download(label: &str, name: &str, media_type: &str, content: &str) -> Value {
    let file = format!("{name}.{}", label.to_ascii_lowercase());
    let packed = content.len() > LONG;
    let uri = if packed {
        format!("data:application/gzip;base64,{}", base64(&packed_bytes(content.as_bytes())))
    } else {
        format!("data:{media_type};charset=utf-8,{}", percent(content))
    };
    let saved = if packed { packed_name(&file) } else { file.clone() };
    context! { label, file, saved, media_type, packed, uri => Value::from_safe_string(uri) }
}

/// As `curves.csv.gz`; pictures have an ending of their own.
fn packed_name(file: &str) -> String {
    file.strip_suffix(".svg").map_or_else(|| format!("{file}.gz"), |stem| format!("{stem}.svgz"))
}

/// The same bytes for the same content: no time, no name.
fn packed_bytes(content: &[u8]) -> Vec<u8> {
    let mut packer = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    packer.write_all(content).expect("memory takes all");
    packer.finish().expect("memory takes all")
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn short_content_is_plain_and_long_content_packed() {
        let short = download("CSV", "a", "text/csv", "x,y\n1,\"2\"\n");
        assert_eq!(short.get_attr("saved").unwrap().as_str(), Some("a.csv"));
        assert_eq!(short.get_attr("uri").unwrap().as_str(), Some("data:text/csv;charset=utf-8,x,y%0A1,%222%22%0A"));
        let long = download("SVG", "a", "image/svg+xml", &"<svg>".repeat(LONG));
        assert_eq!(long.get_attr("saved").unwrap().as_str(), Some("a.svgz"));
    }

    #[test]
    fn packing_is_undone() {
        let mut text = String::new();
        flate2::read::GzDecoder::new(&packed_bytes(b"abc")[..]).read_to_string(&mut text).unwrap();
        assert_eq!(text, "abc");
    }
}

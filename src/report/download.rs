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

/// Packed tables beyond this are thinned; ten curves of a large evaluation would be larger than the page.
const MOST: usize = 45_000;

/// A link for the page's forms: what it says, the file it saves, its content, and how to unpack it.
pub(super) fn download(ending: &str, name: &str, media_type: &str, content: &str) -> Value {
    link(ending.to_ascii_uppercase(), ending, name, media_type, content)
}

/// The same for rows of data; where they are too many, for one row in so many, and the link says so.
pub(super) fn download_rows(name: &str, csv: &str) -> Value {
    let packed = if csv.len() > MOST { packed_bytes(csv.as_bytes()).len() } else { 0 };
    match packed.div_ceil(MOST) {
        0 | 1 => download("csv", name, "text/csv", csv),
        step => link(format!("CSV (1 row in {step})"), "csv", name, "text/csv", &thinned(csv, step)),
    }
}

/// The header, every so many-th row from the first, and the last.
fn thinned(csv: &str, step: usize) -> String {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(csv.as_bytes());
    let records: Vec<csv::StringRecord> = reader.records().map_while(Result::ok).collect();
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for (index, record) in records.iter().enumerate() {
        if index == 0 || (index - 1).is_multiple_of(step) || index + 1 == records.len() {
            writer.write_record(record).expect("memory takes all");
        }
    }
    String::from_utf8(writer.into_inner().expect("memory takes all")).expect("CSV of text is text")
}

fn link(label: String, ending: &str, name: &str, media_type: &str, content: &str) -> Value {
    let file = format!("{name}.{ending}");
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
        let short = download("csv", "a", "text/csv", "x,y\n1,\"2\"\n");
        assert_eq!(short.get_attr("saved").unwrap().as_str(), Some("a.csv"));
        assert_eq!(short.get_attr("uri").unwrap().as_str(), Some("data:text/csv;charset=utf-8,x,y%0A1,%222%22%0A"));
        let long = download("svg", "a", "image/svg+xml", &"<svg>".repeat(LONG));
        assert_eq!(long.get_attr("saved").unwrap().as_str(), Some("a.svgz"));
    }

    #[test]
    fn too_many_rows_are_thinned_and_said_to_be() {
        let row = |index: u64| format!("x,{}\n", index.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let csv: String = std::iter::once("name,value\n".to_owned()).chain((0..40_000).map(row)).collect();
        let label = |value: &Value| value.get_attr("label").unwrap().to_string();
        let link = download_rows("a", &csv);
        assert!(label(&link).starts_with("CSV (1 row in "), "{link}");
        assert!(link.get_attr("uri").unwrap().as_str().unwrap().len() < 150_000);
        assert_eq!(label(&download_rows("a", "b\n1\n")), "CSV");
        assert_eq!(thinned("h\n1\n2\n3\n4\n", 2), "h\n1\n3\n4\n");
    }

    #[test]
    fn packing_is_undone() {
        let mut text = String::new();
        flate2::read::GzDecoder::new(&packed_bytes(b"abc")[..]).read_to_string(&mut text).unwrap();
        assert_eq!(text, "abc");
    }
}

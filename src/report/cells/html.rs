//! A cell in HTML. What code gives is not trusted: text is escaped, HTML is cleaned by ammonia, pictures and sound are data that
//! cannot hold a script.

use std::{collections::HashSet, sync::LazyLock};

use super::{CellFailure, CellShown, Shown, shown::plain};
use crate::report::escape;

/// What stays of a cell's HTML: the tags and attributes of text and tables, links to the web, no pictures from elsewhere.
static CLEANER: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut cleaner = ammonia::Builder::default();
    cleaner.rm_tags(["img", "map", "area"]).url_schemes(HashSet::from(["https", "http", "mailto"]));
    cleaner
});

/// Sets a cell.
pub(in crate::report) fn set(shown: &CellShown) -> String {
    let mut text = String::new();
    if let Some(code) = shown.code() {
        text.push_str(&format!("<pre class=\"source\"><code>{}</code></pre>\n", escape::html(code)));
    }
    if let Some(note) = shown.note() {
        text.push_str(&format!("<p class=\"cell-note\">{}</p>\n", code_marked(&escape::html(note))));
    }
    for output in shown.outputs() {
        text.push_str(&one(output, shown));
    }
    if let Some(failure) = shown.failure() {
        text.push_str(&failed(shown, failure));
    }
    if text.is_empty() {
        text
    } else {
        format!("<div class=\"cell\" id=\"{}\">\n{text}</div>\n", shown.cell.options.label)
    }
}

/// What stands between backticks, as code.
fn code_marked(text: &str) -> String {
    let mark = |(at, part): (usize, &str)| if at % 2 == 1 { format!("<code>{part}</code>") } else { part.to_owned() };
    text.split('`').enumerate().map(mark).collect()
}

fn one(output: &Shown, shown: &CellShown) -> String {
    match output {
        Shown::Stdout { text } => preformatted("output", text),
        Shown::Stderr { text } => preformatted("output stderr", text),
        Shown::Warning { line, message } => preformatted("output stderr", &shown.warned(*line, message)),
        Shown::Display { forms } => display(forms, &shown.cell.options.caption),
    }
}

fn preformatted(class: &str, text: &str) -> String {
    format!("<pre class=\"{class}\">{}</pre>\n", escape::html(plain(text).trim_end_matches('\n')))
}

/// The richest form that the page can hold.
fn display(forms: &[(String, String)], caption: &str) -> String {
    let form =
        |media_type: &str| forms.iter().find(|(name, _)| name == media_type).map(|(_, content)| content.as_str());
    let framed = |picture: String| match caption {
        "" => format!("<figure>{picture}</figure>\n"),
        caption => format!("<figure>{picture}<figcaption>{}</figcaption></figure>\n", escape::html(caption)),
    };
    let alt = escape::html(if caption.is_empty() { "the cell's picture" } else { caption });
    let mut text = String::new();
    if let Some(svg) = form("image/svg+xml") {
        let source = escape::data_uri("image/svg+xml", svg.as_bytes());
        text.push_str(&framed(format!("<img class=\"paper\" alt=\"{alt}\" src=\"{source}\">")));
    } else if let Some(png) = form("image/png").and_then(coded) {
        text.push_str(&framed(format!("<img class=\"paper\" alt=\"{alt}\" src=\"data:image/png;base64,{png}\">")));
    } else if let Some(html) = form("text/html") {
        text.push_str(&format!("<div class=\"scroll output\">{}</div>\n", CLEANER.clean(html)));
    } else if let Some(plain) = form("text/plain").filter(|_| form("audio/wav").is_none()) {
        text.push_str(&preformatted("output", plain));
    }
    if let Some(wav) = form("audio/wav").and_then(coded) {
        text.push_str(&format!("<audio controls src=\"data:audio/wav;base64,{wav}\"></audio>\n"));
    }
    text
}

/// Base64 without what cannot be in it; none where anything else stands there.
fn coded(content: &str) -> Option<String> {
    let content: String = content.split_ascii_whitespace().collect();
    content.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)).then_some(content)
}

fn failed(shown: &CellShown, failure: &CellFailure) -> String {
    let [place, message, remedy] =
        [shown.place(failure), plain(&failure.message), plain(&failure.remedy)].map(|text| escape::html(&text));
    format!("<div class=\"failure\" role=\"alert\"><b>{place}</b><pre>{message}</pre><p>{remedy}</p></div>\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_shows_code_as_code() {
        assert_eq!(code_marked("by `rat` of a `kernel`."), "by <code>rat</code> of a <code>kernel</code>.");
    }

    #[test]
    fn nothing_that_a_cell_shows_can_run() {
        let form = |media_type: &str, content: &str| display(&[(media_type.into(), content.into())], "\"><script>");
        let html =
            form("text/html", "<table><tr onclick=x><td>1</td></tr></table><script>x</script><img src=x onerror=y>");
        assert!(html.contains("<td>1</td>") && !html.contains("script") && !html.contains("on"), "{html}");
        assert!(!form("image/svg+xml", "<svg onload=x><script>y</script></svg>").contains("<script"));
        assert_eq!(form("image/png", "\"><script>"), "");
        for address in ["javascript:x", " JaVa&#x0A;ScRiPt:x", "vbscript:x", "data:text/html,x"] {
            let link = form("text/html", &format!("<a href=\"{address}\">word</a>"));
            assert!(link.contains("word") && !link.contains("href"), "{link}");
        }
        assert!(form("text/html", "<a href=\"https://example.org\">word</a>").contains("href=\"https://example.org\""));
        assert!(form("text/plain", "<script>").contains("&lt;script&gt;"));
    }
}

//! A page as one HTML file: no network, light and dark, fit for print, complete without its script.
//!
//! HTML in the document or in names is shown as text or dropped, links go to the web or within the page only, and a content
//! security policy (level 3) forbids everything but the page's own style, fonts and pictures, and the one script whose hash it
//! names, of `templates/script` and `templates/interactive.js`.

use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context};
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use sha2::{Digest, Sha256};

use super::{
    block::{Block, Card, Numbered},
    cells,
    context::Context,
    download::{download, download_rows},
    escape::{MARKS, base64, data_uri},
    sheet::{Kind, Sheet},
};
use crate::{error::Result, plot::Figure};

const PAGE: &str = include_str!("../../templates/report.html.j2");
const FIGURE: &str = include_str!("../../templates/figure.html.j2");
const TABLE: &str = include_str!("../../templates/table.html.j2");
const CARDS: &str = include_str!("../../templates/cards.html.j2");
const SCRIPT: &str = concat!(
    "'use strict';\n",
    include_str!("../../templates/script/elements.js"),
    include_str!("../../templates/script/scales.js"),
    include_str!("../../templates/script/tables.js"),
    include_str!("../../templates/script/downloads.js"),
    include_str!("../../templates/script/det.js"),
    include_str!("../../templates/script/pointers.js"),
    include_str!("../../templates/script/threshold.js"),
    include_str!("../../templates/script/follow.js"),
    include_str!("../../templates/interactive.js"),
);
const STYLE: &str = include_str!("../../templates/style.css");
const REGULAR: &[u8] = include_bytes!("../../templates/fonts/Inter-Regular.woff2");
const SEMIBOLD: &[u8] = include_bytes!("../../templates/fonts/Inter-SemiBold.woff2");

/// Sets the page of a document.
pub(super) fn page(markdown: &str, blocks: &[Numbered], context: &Context) -> Result<String> {
    titled_page(markdown, blocks, &context.title, &context.subtitle)
}

/// Sets a page.
pub(super) fn titled_page(markdown: &str, blocks: &[Numbered], title: &str, subtitle: &str) -> Result<String> {
    let forms = Forms::new();
    let (mut body, sections) = converted(markdown);
    for (index, numbered) in blocks.iter().enumerate() {
        let mark = format!("{}{index}{}", MARKS[0], MARKS[1]);
        let block = forms.block(numbered);
        body = body.replace(&format!("<p>{mark}</p>"), &block).replace(&mark, &block);
    }
    // A browser hashes lines that end as on Unix.
    let script = SCRIPT.replace('\r', "");
    let sections: Vec<Value> = sections.into_iter().map(|(id, title)| context! { id, title }).collect();
    let page = forms.fill(
        "report.html",
        context! {
            title,
            subtitle,
            version => env!("CARGO_PKG_VERSION"),
            style => Value::from_safe_string(style()),
            script_hash => Value::from_safe_string(format!("sha256-{}", base64(&Sha256::digest(&script)))),
            script => Value::from_safe_string(script),
            body => Value::from_safe_string(body),
            sections,
        },
    );
    // HTML allows no control letters; names may hold them.
    Ok(page.chars().filter(|letter| !letter.is_control() || *letter == '\n').collect())
}

fn style() -> String {
    let face = |weight: u16, content: &[u8]| {
        let source = data_uri("font/woff2", content);
        format!(
            "@font-face{{font-family:Inter;font-weight:{weight};font-display:swap;src:url({source}) format(\"woff2\")}}\n"
        )
    };
    let figures = format!(
        ":root{{{}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{}}}}}\n",
        Figure::style(false),
        Figure::style(true)
    );
    face(400, REGULAR) + &face(600, SEMIBOLD) + &figures + STYLE
}

/// What the page's script needs to answer the reader.
fn interaction(figure: &Figure) -> Option<serde_json::Value> {
    figure.interaction.clone()
}

/// Data for a script element, which nothing in them can end.
fn script_data(data: &serde_json::Value) -> String {
    data.to_string().replace('<', "\\u003c")
}

/// The Markdown as HTML, and its second-level headings with their anchors.
fn converted(markdown: &str) -> (String, Vec<(String, String)>) {
    let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH;
    let raw = |event: &Event<'_>| {
        matches!(
            event,
            Event::Html(_) | Event::InlineHtml(_) | Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock)
        )
    };
    let mut events: Vec<Event<'_>> =
        Parser::new_ext(markdown, options).filter(|event| !raw(event)).map(without_foreign_links).collect();
    let mut sections = Vec::new();
    for index in 0..events.len() {
        if let Event::Start(Tag::Heading { level: HeadingLevel::H2, .. }) = events[index] {
            let title = heading_text(&events[index + 1..]);
            let anchor = format!("section-{}", anchor(&title));
            if let Event::Start(Tag::Heading { id, .. }) = &mut events[index] {
                *id = Some(CowStr::from(anchor.clone()));
            }
            sections.push((anchor, title));
        }
    }
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, events.into_iter());
    (html, sections)
}

fn heading_text(events: &[Event<'_>]) -> String {
    let within = events.iter().take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_))));
    let texts = within.filter_map(|event| match event {
        Event::Text(text) | Event::Code(text) => Some(text.as_ref()),
        _ => None,
    });
    texts.collect()
}

fn anchor(title: &str) -> String {
    let words = title.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").to_lowercase()
}

/// Links and pictures may lead to the web or within the page, not to `javascript:` or the like.
fn without_foreign_links(event: Event<'_>) -> Event<'_> {
    let safe = |url: CowStr<'_>| -> CowStr<'static> {
        let allowed = ["https://", "http://", "mailto:", "#"].iter().any(|start| url.starts_with(start));
        if allowed { url.into_string().into() } else { "#".into() }
    };
    match event {
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            Event::Start(Tag::Link { link_type, dest_url: safe(dest_url), title, id })
        }
        Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
            Event::Start(Tag::Image { link_type, dest_url: safe(dest_url), title, id })
        }
        other => other,
    }
}

/// The forms of the page's parts.
struct Forms(Environment<'static>);

impl Forms {
    fn new() -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        let forms = [("report.html", PAGE), ("figure.html", FIGURE), ("table.html", TABLE), ("cards.html", CARDS)];
        for (name, form) in forms {
            environment.add_template(name, form).expect("the embedded forms are well formed");
        }
        Self(environment)
    }

    fn fill(&self, name: &str, values: Value) -> String {
        let form = self.0.get_template(name).expect("the embedded forms are all there");
        form.render(values).expect("the embedded forms ask for nothing that they are not given")
    }

    fn block(&self, numbered: &Numbered) -> String {
        match &numbered.block {
            Block::Figure(figure) => self.figure(figure, numbered.number),
            Block::Table(sheet) => self.table(sheet, numbered.number),
            Block::Cards(cards) => self.cards(cards),
            Block::Remark(markdown) => format!("<div class=\"remark\">{}</div>\n", converted(markdown).0),
            Block::Cell(shown) => cells::html::set(shown),
        }
    }

    fn figure(&self, figure: &Figure, number: usize) -> String {
        let values = context! {
            number,
            name => figure.name.as_str(),
            caption => figure.caption.as_str(),
            picture => Value::from_safe_string(figure.svg_adaptive()),
            data => interaction(figure).map(|data| Value::from_safe_string(script_data(&data))),
            downloads => [
                download("svg", &figure.name, "image/svg+xml", figure.svg()),
                download_rows(&figure.name, &figure.csv),
            ],
        };
        self.fill("figure.html", values)
    }

    fn table(&self, sheet: &Sheet, number: usize) -> String {
        let class = |index: usize| match sheet.columns.get(index).map(|column| column.kind) {
            Some(Kind::Number) => "number",
            Some(Kind::Code) => "code",
            Some(Kind::Name) => "name",
            _ => "text",
        };
        let columns = sheet.columns.iter().enumerate();
        let columns: Vec<Value> =
            columns.map(|(index, column)| context! { title => column.title.as_str(), class => class(index) }).collect();
        let rows = sheet.rows.iter().map(|row| {
            let cells = row.iter().enumerate().map(|(index, cell)| {
                context! { text => cell.text.as_str(), note => cell.note.as_str(), best => cell.best, class => class(index) }
            });
            cells.collect::<Vec<Value>>()
        });
        let groups = sheet.groups().into_iter().map(|(name, span)| context! { name, span });
        let values = context! {
            number,
            name => sheet.name.as_str(),
            caption => sheet.caption.as_str(),
            headless => sheet.columns.iter().all(|column| column.title.is_empty()),
            columns,
            groups => groups.collect::<Vec<Value>>(),
            rows => rows.collect::<Vec<_>>(),
            notes => sheet.notes.clone(),
            folded => sheet.folded,
            downloads => [
                download_rows(&sheet.name, &sheet.csv_twin()),
                download("json", &sheet.name, "application/json", &sheet.json_twin()),
            ],
        };
        self.fill("table.html", values)
    }

    fn cards(&self, cards: &[Card]) -> String {
        let cards = cards.iter().map(|card| {
            context! { name => card.name.as_str(), value => card.value.as_str(), note => card.note.as_str() }
        });
        self.fill("cards.html", context! { cards => cards.collect::<Vec<Value>>() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_html_and_foreign_links_are_dropped() {
        let (html, _) = converted("a <script>x</script> [b](javascript:x)\n\n<div onclick=x>\n\n<https://example.org>");
        assert!(!html.contains("<script") && !html.contains("javascript") && !html.contains("<div"), "{html}");
        assert!(html.contains("https://example.org"));
    }

    #[test]
    fn no_address_of_a_document_is_a_script() {
        let document = "[a](JavaScript:x) [b][c] <javascript:x> ![d](javascript:x)\n\n[c]: <java\tscript:x>\n";
        let (html, _) = converted(document);
        assert_eq!((html.matches("href=\"#\"").count(), html.matches("src=\"#\"").count()), (3, 1), "{html}");
    }

    #[test]
    fn the_script_is_one_element_of_ascii() {
        assert!(SCRIPT.is_ascii() && !SCRIPT.to_lowercase().contains("</script") && !SCRIPT.contains("<!--"));
    }

    #[test]
    fn data_cannot_end_their_element() {
        let data = serde_json::json!({ "name": "</script><!--" });
        let text = script_data(&data);
        assert!(!text.contains('<'), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), data);
    }

    #[test]
    fn sections_get_anchors() {
        let (html, sections) = converted("## What was run?\n");
        assert_eq!(sections, [("section-what-was-run".to_owned(), "What was run?".to_owned())]);
        assert!(html.contains("id=\"section-what-was-run\""));
    }
}

//! A report's source: Markdown with a TOML front matter between two lines of `+++`.
//!
//! The front matter knows `title`, `subtitle` and `[params]`, whose values are defaults; anything else is refused.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::cells::{Cell, extract};
use crate::error::{Error, Result};

/// A report's source.
///
/// ```
/// use rat::report::Document;
/// let document = Document::built_in("demo")?;
/// assert_eq!(document.name(), "demo");
/// assert!(!document.title().is_empty());
/// # Ok::<(), rat::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Document {
    path: PathBuf,
    built_in: bool,
    name: String,
    front: FrontMatter,
    body: String,
    /// Lines before the body.
    offset: u64,
    cells: Vec<Cell>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    title: String,
    #[serde(default)]
    subtitle: String,
    #[serde(default)]
    params: toml::Table,
}

const REMEDY: &str = "begin the document with +++, title = \"...\", [params], +++";

impl Document {
    /// Reads a document.
    ///
    /// # Errors
    /// Where the file is missing or its front matter does not fit.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(|source| Error::io("reading the document", path, source))?;
        Self::parse(path, &text)
    }

    /// A document that the program carries with it: `demo`, `paper`, `scores`, `ablation`, `contribution` or `run`.
    ///
    /// # Errors
    /// Where there is none of that name.
    pub fn built_in(name: &str) -> Result<Self> {
        let text = match name {
            "demo" => include_str!("../../reports/demo.md"),
            "paper" => include_str!("../../reports/paper.md"),
            "scores" => include_str!("../../reports/scores.md"),
            "ablation" => include_str!("../../reports/ablation.md"),
            "contribution" => include_str!("../../reports/contribution.md"),
            "run" => include_str!("../../reports/run.md"),
            _ => {
                return Err(Error::config(
                    "document",
                    format!("there is no built-in document `{name}`"),
                    "use demo, paper, scores, ablation, contribution or run, or give a file",
                ));
            }
        };
        let document = Self::parse(Path::new(&format!("reports/{name}.md")), text)?;
        Ok(Self { built_in: true, ..document })
    }

    fn parse(path: &Path, text: &str) -> Result<Self> {
        let bad = |line: u64, message: String| Error::parse(path, line, "front matter", message, REMEDY);
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text).replace("\r\n", "\n");
        let rest = text.strip_prefix("+++\n").ok_or_else(|| bad(1, "it does not begin with +++".into()))?;
        let (front, body) = rest.split_once("\n+++\n").ok_or_else(|| bad(1, "its closing +++ is missing".into()))?;
        let offset = front.lines().count() as u64 + 2;
        let front: FrontMatter = toml::from_str(front).map_err(|source| {
            let before = source.span().map_or("", |span| front.get(..span.start).unwrap_or_default());
            bad(2 + before.matches('\n').count() as u64, source.message().to_owned())
        })?;
        let mut extracted = extract(body).map_err(|(line, message)| {
            let remedy = "write a cell as ```{rust}, options as `//| key: value`, the code, and ```";
            Error::parse(path, line as u64 + offset, "cell", message, remedy)
        })?;
        extracted.cells.iter_mut().for_each(|cell| cell.line += offset as usize);
        let name = path.file_stem().map_or_else(|| "report".into(), |stem| stem.to_string_lossy().into_owned());
        Ok(Self {
            path: path.into(),
            built_in: false,
            name,
            front,
            body: extracted.body,
            offset,
            cells: extracted.cells,
        })
    }

    /// Sets a parameter from the command line; its type is that of the default.
    ///
    /// # Errors
    /// Where the document has no such parameter, or the value is of another type.
    pub fn set(&mut self, key: &str, value: &str) -> Result<()> {
        let known = self.front.params.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let Some(slot) = self.front.params.get_mut(key) else {
            let message = format!("{} has no such parameter", self.path.display());
            return Err(Error::config(format!("param {key}"), message, format!("it has: {known}")));
        };
        let parsed = match slot {
            toml::Value::Integer(_) => value.parse().ok().map(toml::Value::Integer),
            toml::Value::Float(_) => value.parse().ok().filter(|value: &f64| value.is_finite()).map(toml::Value::Float),
            toml::Value::Boolean(_) => value.parse().ok().map(toml::Value::Boolean),
            _ => Some(toml::Value::String(value.into())),
        };
        *slot = parsed.ok_or_else(|| {
            let message = format!("`{value}` is not of the default's type, {}", slot.type_str());
            Error::config(format!("param {key}"), message, format!("give a value like {slot}"))
        })?;
        Ok(())
    }

    /// The document with all its parameters set at once, as they were used before.
    pub(super) fn with_params(mut self, params: toml::Table) -> Self {
        self.front.params = params;
        self
    }

    /// Where it came from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the program carries it with it.
    pub fn is_built_in(&self) -> bool {
        self.built_in
    }

    /// The file's name without ending; outputs are named after it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The title.
    pub fn title(&self) -> &str {
        &self.front.title
    }

    /// The line below the title.
    pub fn subtitle(&self) -> &str {
        &self.front.subtitle
    }

    /// Parameters, defaults or as set.
    pub fn params(&self) -> &toml::Table {
        &self.front.params
    }

    /// A parameter that is a text, where there is one.
    pub fn text_param(&self, key: &str) -> Option<&str> {
        self.front.params.get(key)?.as_str()
    }

    /// A parameter that is a count; the default where there is none.
    ///
    /// # Errors
    /// Where it is not a whole number from 0 up.
    pub fn count_param(&self, key: &str, default: u64) -> Result<u64> {
        let Some(value) = self.front.params.get(key) else { return Ok(default) };
        value.as_integer().and_then(|value| u64::try_from(value).ok()).ok_or_else(|| {
            let message = format!("{value} is not a whole number from 0 up");
            Error::config(format!("param {key}"), message, format!("give one, as {default}"))
        })
    }

    /// A parameter that is a number; the default where there is none.
    ///
    /// # Errors
    /// Where it is no number.
    pub fn number_param(&self, key: &str, default: f64) -> Result<f64> {
        let Some(value) = self.front.params.get(key) else { return Ok(default) };
        let number = value.as_float().or(value.as_integer().map(|whole| whole as f64));
        number.ok_or_else(|| {
            Error::config(format!("param {key}"), format!("{value} is not a number"), "give one, as 0.95")
        })
    }

    /// Its cells, in order.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    pub(super) fn body(&self) -> &str {
        &self.body
    }

    /// An error in the body; `line` counts from 1 there, and is told as in the file.
    pub(super) fn error_at(&self, line: usize, message: String, remedy: &str) -> Error {
        Error::parse(&self.path, line as u64 + self.offset, "template", message, remedy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Document> {
        Document::parse(Path::new("x.md"), text)
    }

    #[test]
    fn parameters_keep_their_type() {
        let mut document = parse("+++\ntitle = \"T\"\n[params]\nn = 3\n+++\nbody\n").expect("parses");
        document.set("n", "7").expect("a number");
        assert_eq!(document.count_param("n", 0).expect("a count"), 7);
        assert!(document.set("n", "many").is_err());
        assert!(document.set("m", "1").expect_err("unknown").remedy().contains('n'));
    }

    #[test]
    fn bad_front_matter_is_placed() {
        assert!(parse("no front matter").is_err());
        let unknown = parse("+++\ntitle = \"T\"\ncolour = 3\n+++\n").expect_err("unknown key");
        assert!(unknown.to_string().contains("line 3"), "{unknown}");
    }
}

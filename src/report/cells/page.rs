//! What cells see of their page: its parameters, and the tables that its functions made.

use std::path::Path;

use polars::prelude::DataFrame;
use serde_json::Value;

use crate::{
    error::{Error, Result},
    report::twin::json_of,
    tables::{ResultsRow, ResultsTable, frame_of},
};

/// A page's data, as the cells of its document see them.
///
/// ```
/// let file = std::env::temp_dir().join("rat-doc-page.json");
/// std::fs::write(&file, r#"{"params": {"resamples": 200}, "results": {"rows": []}, "tables": {}}"#)?;
/// let page = rat::report::Page::read(&file)?;
/// assert_eq!(page.number("resamples")?, 200.0);
/// assert!(page.text("scores").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Page {
    data: Value,
}

impl Page {
    /// Reads a page's data, the `NAME.json` that is written beside each page.
    ///
    /// # Errors
    /// Where the file is missing or no JSON.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text =
            std::fs::read_to_string(path).map_err(|source| Error::io("reading the page's data", path, source))?;
        let data = serde_json::from_str(&text).map_err(|source| {
            let remedy = "give the NAME.json that `render` wrote beside a page";
            Error::parse(path, source.line() as u64, "JSON", source.to_string(), remedy)
        })?;
        Ok(Self { data })
    }

    /// A parameter that is a text.
    ///
    /// # Errors
    /// Where there is none of that name, or it is no text.
    pub fn text(&self, parameter: &str) -> Result<&str> {
        self.parameter(parameter)?.as_str().ok_or_else(|| wrong(parameter, "a text"))
    }

    /// A parameter that is a number.
    ///
    /// # Errors
    /// Where there is none of that name, or it is no number.
    pub fn number(&self, parameter: &str) -> Result<f64> {
        self.parameter(parameter)?.as_f64().ok_or_else(|| wrong(parameter, "a number"))
    }

    /// A parameter that is true or false.
    ///
    /// # Errors
    /// Where there is none of that name, or it is neither.
    pub fn flag(&self, parameter: &str) -> Result<bool> {
        self.parameter(parameter)?.as_bool().ok_or_else(|| wrong(parameter, "true or false"))
    }

    /// Pooled measures of every system and condition.
    ///
    /// # Errors
    /// Where the data hold none.
    pub fn results(&self) -> Result<ResultsTable> {
        self.measures("results")
    }

    /// The same for every attack.
    ///
    /// # Errors
    /// Where the data hold none.
    pub fn attacks(&self) -> Result<ResultsTable> {
        self.measures("attacks")
    }

    /// The names of the page's parameters.
    pub fn parameters(&self) -> Vec<&str> {
        self.named("params")
    }

    /// The names of the tables on the page.
    pub fn tables(&self) -> Vec<&str> {
        self.named("tables")
    }

    /// The names of the figures on the page.
    pub fn figures(&self) -> Vec<&str> {
        self.named("figures")
    }

    /// A table of the page, unrounded.
    ///
    /// # Errors
    /// Where there is none of that name.
    pub fn table(&self, name: &str) -> Result<DataFrame> {
        let found = self.data.get("tables").and_then(|tables| tables.get(name)).and_then(Value::as_array);
        let rows = found.ok_or_else(|| absent("table", name, &self.tables()))?;
        frame_of(rows)
    }

    /// The data behind a figure of the page.
    ///
    /// # Errors
    /// Where there is none of that name.
    pub fn figure(&self, name: &str) -> Result<DataFrame> {
        let found = self.data.get("figures").and_then(|figures| figures.get(name)).and_then(Value::as_str);
        let csv = found.ok_or_else(|| absent("figure", name, &self.figures()))?;
        let rows: Vec<Value> = serde_json::from_str(&json_of(csv)).expect("a twin is JSON");
        frame_of(&rows)
    }

    fn named(&self, part: &str) -> Vec<&str> {
        let fields = self.data.get(part).and_then(Value::as_object);
        fields.into_iter().flat_map(|fields| fields.keys()).map(String::as_str).collect()
    }

    fn parameter(&self, name: &str) -> Result<&Value> {
        let found = self.data.get("params").and_then(|params| params.get(name));
        found.ok_or_else(|| absent("parameter", name, &self.named("params")))
    }

    fn measures(&self, part: &str) -> Result<ResultsTable> {
        let rows = self.data.get(part).and_then(|table| table.get("rows")).and_then(Value::as_array);
        let rows = rows.ok_or_else(|| absent("table", part, &self.named("tables")))?;
        let rows = rows_of(rows)
            .map_err(|source| Error::data(format!("the page's {part}: {source}"), "render the page again"))?;
        Ok(ResultsTable { rows })
    }
}

/// Rows from JSON, which writes NaN and what is not there alike as null: by way of CSV, which tells them apart.
fn rows_of(rows: &[Value]) -> csv::Result<Vec<ResultsRow>> {
    let form = serde_json::to_value(ResultsRow::default()).expect("plain data serialises");
    let fields: Vec<_> = form.as_object().into_iter().flatten().collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(fields.iter().map(|(name, _)| name))?;
    for row in rows {
        writer.write_record(fields.iter().map(|(name, default)| match row.get(name) {
            Some(Value::String(text)) => text.clone(),
            None | Some(Value::Null) if default.is_number() => "NaN".into(),
            None | Some(Value::Null) => String::new(),
            Some(value) => value.to_string(),
        }))?;
    }
    let text = writer.into_inner().map_err(|failed| csv::Error::from(failed.into_error()))?;
    csv::Reader::from_reader(text.as_slice()).into_deserialize().collect()
}

fn wrong(parameter: &str, kind: &str) -> Error {
    Error::config(format!("param {parameter}"), format!("it is not {kind}"), "ask for it as what it is")
}

fn absent(kind: &str, name: &str, known: &[&str]) -> Error {
    Error::data(format!("the page has no {kind} `{name}`"), format!("it has: {}", known.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_without_an_interval_are_read_back() {
        let row = ResultsRow {
            system: "a, b".into(),
            eer: 0.1 + 0.2,
            eer_low: f64::NAN,
            cllr: Some(0.5),
            ..ResultsRow::default()
        };
        let data = serde_json::json!({"results": ResultsTable { rows: vec![row.clone()] }});
        let read = Page { data }.results().expect("reads").rows.remove(0);
        assert!(read.eer_low.is_nan());
        assert_eq!(ResultsRow { eer_low: 0.0, ..read }, ResultsRow { eer_low: 0.0, ..row });
    }
}

//! Verification, apart from production: every number of a rendered page is derived again from its inputs and compared.
//!
//! `NAME.json` beside a page holds its parameters, its inputs with their hashes, and every number unrounded.

use std::{fmt, path::Path};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{document::Document, provenance::Provenance, render::derived, run::Input};
use crate::error::{Error, Result};

/// Numbers this close, relative to the larger, are called equivalent: other machines round the last digits otherwise.
const CLOSE: f64 = 1e-9;
/// What of the provenance is compared by hash, or is about the rendering and not the numbers.
const NOT_DERIVED: [&str; 4] = ["command", "version", "revision", "inputs"];

const REMEDY: &str = "give the NAME.json that `render` wrote beside a page";

/// Whether the page still says what its inputs say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Verdict {
    /// Every number is the same to the last bit.
    Identical,
    /// No number differs by more than a billionth of its size.
    Equivalent,
    /// A number, a word or an input differs, or an input is missing.
    Changed,
}

/// Something that is not as the page has it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// Where: a JSON pointer into the page's data, or an input's path.
    pub place: String,
    /// What it was.
    pub was: String,
    /// What it is.
    pub is: String,
}

/// The outcome of a verification.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verification {
    /// In a word.
    pub verdict: Verdict,
    /// How many numbers were derived again.
    pub numbers: usize,
    /// How many input files were hashed.
    pub inputs: usize,
    /// The largest relative difference among equivalent numbers.
    pub largest_difference: f64,
    /// Inputs that are missing or altered.
    pub input_changes: Vec<Change>,
    /// Numbers and words that differ.
    pub changes: Vec<Change>,
}

/// Derives every number of a page again from its data file, as `reports/build/scores.json`.
///
/// # Errors
/// Where the file is no page's data, or the document or an input that is there can no longer be read.
pub fn verify(path: impl AsRef<Path>) -> Result<Verification> {
    let path = path.as_ref();
    let was = read(path)?;
    let provenance: Provenance = part_of(&was, "provenance", path)?;
    let params: toml::Table = part_of(&was, "params", path)?;
    let input_changes: Vec<Change> = provenance.inputs.iter().filter_map(input_change).collect();
    let mut found = Verification {
        verdict: Verdict::Changed,
        numbers: 0,
        inputs: provenance.inputs.len(),
        largest_difference: 0.0,
        input_changes,
        changes: Vec::new(),
    };
    if found.input_changes.iter().any(|change| change.is == MISSING) {
        return Ok(found);
    }
    let document = source_of(&provenance)?.with_params(params);
    let is = match derived(&document, &provenance.command) {
        Ok(is) => is,
        // What was altered can no longer be read.
        Err(error) if !found.input_changes.is_empty() => {
            found.changes.push(Change { place: "/".into(), was: "a page".into(), is: error.to_string() });
            return Ok(found);
        }
        Err(error) => return Err(error),
    };
    compare_values("", &without(was), &without(is), &mut found);
    found.verdict = match (found.input_changes.is_empty() && found.changes.is_empty(), found.largest_difference) {
        (false, _) => Verdict::Changed,
        (true, 0.0) => Verdict::Identical,
        (true, _) => Verdict::Equivalent,
    };
    Ok(found)
}

fn read(path: &Path) -> Result<Value> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::io("reading the page's data", path, source))?;
    serde_json::from_str(&text)
        .map_err(|source| Error::parse(path, source.line() as u64, "JSON", source.to_string(), REMEDY))
}

fn part_of<T: DeserializeOwned>(page: &Value, key: &str, path: &Path) -> Result<T> {
    let bad = |message: String| Error::parse(path, 1, "JSON", message, REMEDY);
    let part = page.get(key).cloned().ok_or_else(|| bad(format!("it has no {key}")))?;
    serde_json::from_value(part).map_err(|source| bad(source.to_string()))
}

fn source_of(provenance: &Provenance) -> Result<Document> {
    if !provenance.built_in {
        return Document::read(&provenance.document);
    }
    let stem = Path::new(&provenance.document).file_stem().unwrap_or_default();
    Document::built_in(&stem.to_string_lossy())
}

const MISSING: &str = "missing";

fn input_change(input: &Input) -> Option<Change> {
    let is = match Input::of(Path::new(&input.path)) {
        Err(_) => MISSING.to_owned(),
        Ok(now) if now.sha256 == input.sha256 => return None,
        Ok(now) => format!("altered, SHA-256 {}", now.sha256),
    };
    Some(Change { place: input.path.clone(), was: format!("SHA-256 {}", input.sha256), is })
}

fn without(mut page: Value) -> Value {
    if let Value::Object(fields) = &mut page {
        // Of files that were passed over, not of numbers.
        fields.remove("notes");
    }
    if let Some(Value::Object(provenance)) = page.get_mut("provenance") {
        provenance.retain(|key, _| !NOT_DERIVED.contains(&key.as_str()));
    }
    page
}

fn compare_values(place: &str, was: &Value, is: &Value, found: &mut Verification) {
    match (was, is) {
        (Value::Object(one), Value::Object(other)) => {
            let keys: std::collections::BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            for key in keys {
                let field = |fields: &serde_json::Map<String, Value>| fields.get(key).cloned().unwrap_or(Value::Null);
                compare_values(&format!("{place}/{key}"), &field(one), &field(other), found);
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (at, (one, other)) in one.iter().zip(other).enumerate() {
                compare_values(&format!("{place}/{at}"), one, other, found);
            }
        }
        (Value::Number(one), Value::Number(other)) => {
            let number = |value: &serde_json::Number| value.as_f64().unwrap_or(f64::NAN);
            compare_numbers(place, number(one), number(other), found);
        }
        (Value::String(one), Value::String(other)) if place.starts_with("/figures/") => {
            compare_csv(place, one, other, found);
        }
        (one, other) if one == other => {}
        (one, other) => found.changes.push(Change { place: place.into(), was: brief(one), is: brief(other) }),
    }
}

fn compare_numbers(place: &str, was: f64, is: f64, found: &mut Verification) {
    found.numbers += 1;
    if was == is || (was.is_nan() && is.is_nan()) {
        return;
    }
    let difference = (was - is).abs() / was.abs().max(is.abs());
    if difference <= CLOSE {
        found.largest_difference = found.largest_difference.max(difference);
    } else {
        found.changes.push(Change { place: place.into(), was: was.to_string(), is: is.to_string() });
    }
}

/// Field by field; numbers as numbers.
fn compare_csv(place: &str, was: &str, is: &str, found: &mut Verification) {
    let fields = |text: &str| text.split([',', '\n']).map(str::to_owned).collect::<Vec<_>>();
    let (one, other) = (fields(was), fields(is));
    if one.len() != other.len() {
        let counted = |fields: &[String]| format!("{} fields", fields.len());
        found.changes.push(Change { place: place.into(), was: counted(&one), is: counted(&other) });
        return;
    }
    for (at, (one, other)) in one.iter().zip(&other).enumerate() {
        match (one.parse::<f64>(), other.parse::<f64>()) {
            (Ok(one), Ok(other)) => compare_numbers(&format!("{place}, field {}", at + 1), one, other, found),
            _ if one == other => {}
            _ => found.changes.push(Change {
                place: format!("{place}, field {}", at + 1),
                was: one.clone(),
                is: other.clone(),
            }),
        }
    }
}

fn brief(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= 80 { text } else { text.chars().take(79).chain(['\u{2026}']).collect() }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Identical => "IDENTICAL",
            Self::Equivalent => "EQUIVALENT",
            Self::Changed => "CHANGED",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(was: Value, is: Value) -> Verification {
        let mut found = Verification {
            verdict: Verdict::Identical,
            numbers: 0,
            inputs: 0,
            largest_difference: 0.0,
            input_changes: Vec::new(),
            changes: Vec::new(),
        };
        compare_values("", &was, &is, &mut found);
        found
    }

    #[test]
    fn last_digits_are_equivalent_and_more_is_a_change() {
        use serde_json::json;
        let found = compared(json!({"a": [1.0, 2.0]}), json!({"a": [1.0, 2.000_000_000_000_1]}));
        assert!(found.changes.is_empty() && found.largest_difference > 0.0 && found.numbers == 2);
        let found = compared(json!({"a": [1.0, 2.0]}), json!({"a": [1.0, 2.01]}));
        assert_eq!(found.changes[0].place, "/a/1");
        let found = compared(json!({"figures": {"det": "x,y\n1,2\n"}}), json!({"figures": {"det": "x,y\n1,3\n"}}));
        assert_eq!(found.changes[0].place, "/figures/det, field 4");
        assert_eq!(compared(json!({"a": 1}), json!({})).changes.len(), 1);
    }
}

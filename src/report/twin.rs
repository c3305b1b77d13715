//! The data twins of a table: the same content as CSV and as JSON, for whoever computes on.
//!
//! A table that names its data (unrounded) keeps them; of any other the twins hold what is shown. The JSON is a list of
//! objects; a column whose every value is a number holds numbers, and what is no number there is null.

use super::sheet::{Column, Sheet};

impl Sheet {
    /// The table's data as CSV (RFC 4180), with a header.
    pub(super) fn csv_twin(&self) -> String {
        if self.csv.is_empty() { self.shown() } else { self.csv.clone() }
    }

    /// The table's data as JSON, ends with a line break.
    pub(super) fn json_twin(&self) -> String {
        if self.json.is_empty() { json_of(&self.csv_twin()) } else { self.json.clone() }
    }

    /// What is shown: a column for each column, and one more for notes where it has any.
    fn shown(&self) -> String {
        let has_notes =
            |index: usize| self.rows.iter().any(|row| row.get(index).is_some_and(|cell| !cell.note.is_empty()));
        let noted: Vec<bool> = (0..self.columns.len()).map(has_notes).collect();
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        let mut write = |fields: Vec<String>| writer.write_record(fields).expect("memory takes all");
        let heads = self.columns.iter().enumerate().map(|(index, column)| head(column, index));
        write(with_notes(heads.map(|head| (head.clone(), format!("{head}, note"))), &noted));
        for row in &self.rows {
            write(with_notes(row.iter().map(|cell| (cell.text.clone(), cell.note.clone())), &noted));
        }
        String::from_utf8(writer.into_inner().expect("memory takes all")).expect("CSV of text is text")
    }
}

fn with_notes(pairs: impl Iterator<Item = (String, String)>, noted: &[bool]) -> Vec<String> {
    let fields = pairs.zip(noted).flat_map(|((text, note), &noted)| [Some(text), noted.then_some(note)]);
    fields.flatten().collect()
}

fn head(column: &Column, index: usize) -> String {
    match (column.group.is_empty(), column.title.is_empty()) {
        (true, true) => format!("column {}", index + 1),
        (false, true) => column.group.clone(),
        (true, false) => column.title.clone(),
        (false, false) => format!("{}, {}", column.group, column.title),
    }
}

/// A CSV table as a list of objects, one a row.
pub(super) fn json_of(csv: &str) -> String {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(csv.as_bytes());
    let keys: Vec<String> =
        reader.headers().map(|heads| heads.iter().map(quoted).collect()).expect("a twin in memory has a header");
    let rows: Vec<csv::StringRecord> = reader.records().map_while(Result::ok).collect();
    let numeric: Vec<bool> = (0..keys.len()).map(|index| is_numeric(&rows, index)).collect();
    let object = |row: &csv::StringRecord| {
        let fields = row.iter().zip(&keys).zip(&numeric).map(|((field, key), &numeric)| {
            let value = if numeric { number(field).unwrap_or_else(|| "null".into()) } else { quoted(field) };
            format!("{key}: {value}")
        });
        format!("  {{{}}}", fields.collect::<Vec<_>>().join(", "))
    };
    format!("[\n{}\n]\n", rows.iter().map(object).collect::<Vec<_>>().join(",\n"))
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Whether a column holds numbers, and nothing else but gaps.
fn is_numeric(rows: &[csv::StringRecord], index: usize) -> bool {
    let fields = || rows.iter().filter_map(|row| row.get(index));
    let gap =
        |field: &str| field.is_empty() || field.eq_ignore_ascii_case("nan") || field.trim_start_matches('-') == "inf";
    fields().any(|field| number(field).is_some()) && fields().all(|field| number(field).is_some() || gap(field))
}

/// A field as JSON's number, to the letter; numbers that begin with a nought, as names do, are none.
fn number(field: &str) -> Option<String> {
    let digits = field.trim_start_matches('-');
    let named = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
    let value = field.parse::<f64>().ok().filter(|value| value.is_finite() && !named)?;
    Some(if serde_json::from_str::<f64>(field).is_ok() { field.to_owned() } else { value.to_string() })
}

#[cfg(test)]
mod tests {
    use super::{super::sheet::Kind, *};

    #[test]
    fn what_is_shown_becomes_both_twins() {
        let mut sheet = Sheet::new("t", "T.", &[("System", Kind::Name), ("EER %", Kind::Number)]);
        sheet.push(["a, \"b\"".into(), super::super::sheet::Cell::interval(100.0, 1, [0.1, 0.05, 0.2])]);
        assert_eq!(sheet.csv_twin(), "System,EER %,\"EER %, note\"\n\"a, \"\"b\"\"\",10.0,\"[5.0, 20.0]\"\n");
        let json: serde_json::Value = serde_json::from_str(&sheet.json_twin()).unwrap();
        assert_eq!((json[0]["System"].as_str(), json[0]["EER %"].as_f64()), (Some("a, \"b\""), Some(10.0)));
    }

    #[test]
    fn columns_of_numbers_hold_numbers() {
        let json: serde_json::Value = serde_json::from_str(&json_of("name,id,eer\n1,007,0.1\nx,008,NaN\n")).unwrap();
        assert_eq!(json.to_string(), r#"[{"eer":0.1,"id":"007","name":"1"},{"eer":null,"id":"008","name":"x"}]"#);
    }

    #[test]
    fn an_empty_table_is_an_empty_list() {
        assert_eq!(json_of("a,b\n").split_whitespace().collect::<String>(), "[]");
    }
}

//! A protocol's rows chosen and put together: some of its trials, a column more, several files as one.

use std::collections::HashMap;

use super::{Column, Protocol, Span};
use crate::error::{Error, Result};

impl Protocol {
    /// The rows at these places, in this order; a place may be named twice.
    ///
    /// ```
    /// use rat::protocol::Protocol;
    /// let folder = std::env::temp_dir().join("rat-doc-rows");
    /// std::fs::create_dir_all(&folder)?;
    /// std::fs::write(folder.join("key.csv"), "file,label\na,bonafide\nb,spoof\n")?;
    /// let protocol = Protocol::read(folder.join("key.csv"))?.select(&[1]);
    /// assert_eq!(protocol.trials()[0].file, "b");
    /// assert_eq!(protocol.lines(), [3]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    /// Where a place is not below [`len`](Self::len).
    #[must_use]
    pub fn select(mut self, places: &[usize]) -> Self {
        for column in &mut self.columns {
            column.spans = places.iter().map(|&at| column.spans[at]).collect();
        }
        self.labels = places.iter().map(|&at| self.labels[at]).collect();
        self.lines = places.iter().map(|&at| self.lines[at]).collect();
        self
    }

    /// The protocol with a column added, or put in the place of one of that name.
    ///
    /// # Errors
    /// Where there are not as many values as trials.
    pub fn with_column<'a>(mut self, name: &str, values: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        let mut written: HashMap<&str, Span> = HashMap::new();
        let mut spans = Vec::with_capacity(self.len());
        for value in values {
            let known = written.get(value).copied();
            let span = match known {
                Some(span) => span,
                None => *written.entry(value).or_insert(push(&mut self.text, value)?),
            };
            spans.push(span);
        }
        if spans.len() != self.len() {
            let message = format!("{} values for the {} trials of {}", spans.len(), self.len(), self.path.display());
            return Err(Error::data(message, "give one value for each trial, in the protocol's order"));
        }
        match self.place(name) {
            Some(place) => self.columns[place].spans = spans,
            None => self.columns.push(Column { name: name.into(), spans }),
        }
        Ok(self)
    }

    /// The protocol without a column.
    #[must_use]
    pub fn without_column(mut self, name: &str) -> Self {
        self.columns.retain(|column| column.name != name);
        self
    }

    /// The protocol with a column under another name, where it has that column.
    #[must_use]
    pub fn with_renamed(mut self, name: &str, new: &str) -> Self {
        if let Some(place) = self.place(name) {
            self.columns[place].name = new.into();
        }
        self
    }

    /// The trials of two protocols one after the other, with the columns of both; what one does not tell is `-`. Path and
    /// format stay this one's, line numbers are those of each file.
    ///
    /// # Errors
    /// Where both are too long to be one.
    pub fn followed_by(mut self, mut other: Self) -> Result<Self> {
        let unknown = [push(&mut self.text, "-")?, push(&mut other.text, "-")?];
        let shift = push(&mut self.text, &other.text)?.start;
        for column in &other.columns {
            if self.place(&column.name).is_none() {
                let spans = vec![unknown[0]; self.len()];
                self.columns.push(Column { name: column.name.clone(), spans });
            }
        }
        let moved = |span: &Span| Span { start: span.start + shift, end: span.end + shift };
        for column in &mut self.columns {
            match other.place(&column.name) {
                Some(place) => column.spans.extend(other.columns[place].spans.iter().map(moved)),
                None => column.spans.extend(std::iter::repeat_n(moved(&unknown[1]), other.lines.len())),
            }
        }
        self.labels.extend(other.labels);
        self.lines.extend(other.lines);
        Ok(self)
    }
}

/// Writes behind the text, and says where.
fn push(text: &mut String, value: &str) -> Result<Span> {
    let place = |at: usize| {
        let too_long = || Error::data("the protocols hold more than 4 GB of text", "read them one by one");
        u32::try_from(at).map_err(|_| too_long())
    };
    let (start, end) = (place(text.len())?, place(text.len() + value.len())?);
    text.push_str(value);
    Ok(Span { start, end })
}

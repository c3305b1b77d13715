//! Rich display: what the library's types show of themselves as the last expression of a cell, in evcxr, in Jupyter and in a
//! document.
//!
//! The protocol needs no dependency: `EVCXR_BEGIN_CONTENT` with a media type, the content, `EVCXR_END_CONTENT`, on standard
//! output (evcxr's README, "Custom output"). In the cells of a document it is one line, so that order and number are kept.
//!
//! | type | as text | else |
//! |---|---|---|
//! | [`ScoreTable`], [`ResultsTable`], [`ComparisonTable`], [`ContributionTable`], [`TrainingHistory`], a polars `DataFrame` | first rows, aligned | HTML table |
//! | [`Estimate`](crate::metrics::Estimate), `TrialScore` | a line | HTML |
//! | [`Figure`](crate::plot::Figure) | caption, size, how to keep it | SVG, PNG |
//! | [`Waveform`](crate::Waveform) | length, level, an outline in block letters | SVG of waveform and spectrogram, a player |
//! | [`Rendered`](crate::report::Rendered), [`Page`](crate::report::Page), [`Document`](crate::report::Document) | files; what is on the page | HTML |
//! | [`Corpus`](crate::data::Corpus), [`CorpusInfo`](crate::data::CorpusInfo) | splits and published counts | HTML table |
//! | `Checkpoint`, `Inspection`, `Detector` | what it is, its sizes, its tensors | HTML |
//!
//! Text keeps to 100 columns. Tables show their first rows, and say how many there are. All names are escaped.
//!
//! ```
//! use rat::{Waveform, display::Rich};
//! let tone: Vec<f32> = (0..16_000).map(|at| (at as f32 * 0.2).sin() * 0.5).collect();
//! let text = Waveform::new(tone).to_text();
//! assert!(text.starts_with("1.00 s at 16 kHz, -9.0 dB, peak -6.0 dB\n"), "{text}");
//! ```

mod corpora;
mod frame;
mod grid;
mod picture;
mod recording;
mod rendered;
mod tables;
mod values;

pub use frame::ShowFrame;
pub(crate) use grid::Grid;

pub(crate) use crate::report::grouped;
use crate::report::{DISPLAY_MARK, SESSION};
#[allow(unused_imports, reason = "for the table in the documentation")]
use crate::tables::{ComparisonTable, ContributionTable, ResultsTable, ScoreTable, TrainingHistory};

/// Columns of a terminal that text keeps to.
pub(crate) const WIDTH: usize = 100;

/// A media type and content in it; pictures and sound in base64, SVG as text.
pub type Form = (&'static str, String);

/// What shows itself in several forms.
///
/// Each such type also has a method `evcxr_display`, which prints them; evcxr calls it for a cell's last expression.
pub trait Rich {
    /// As plain text, without a line break at the end.
    fn to_text(&self) -> String;

    /// As HTML without scripts; names are escaped.
    fn to_html(&self) -> String;

    /// For evcxr and Jupyter, the richest first.
    fn forms(&self) -> Vec<Form> {
        vec![("text/html", self.to_html()), ("text/plain", self.to_text())]
    }

    /// For a document, which takes tables and text of HTML only, and pictures and sound by their own media types.
    fn forms_for_documents(&self) -> Vec<Form> {
        self.forms()
    }
}

/// Shows a value where the running cell belongs.
pub(crate) fn show(value: &(impl Rich + ?Sized)) {
    let text =
        if std::env::var_os(SESSION).is_some() { marked(&value.forms_for_documents()) } else { framed(&value.forms()) };
    println!("{text}");
}

/// One line, so that the order with what is printed is kept, and several values of a kind.
fn marked(forms: &[Form]) -> String {
    format!("{DISPLAY_MARK}{}", serde_json::to_string(forms).expect("texts serialise"))
}

/// evcxr's own frames.
fn framed(forms: &[Form]) -> String {
    let frames =
        forms.iter().map(|(name, content)| format!("EVCXR_BEGIN_CONTENT {name}\n{content}\nEVCXR_END_CONTENT"));
    frames.collect::<Vec<_>>().join("\n")
}

/// The method that evcxr calls, for each of the types.
macro_rules! shows_itself {
    ($($type:ty),+ $(,)?) => {$(
        impl $type {
            /// Shows it in evcxr, Jupyter and the cells of documents: see [`Rich`](crate::display::Rich).
            pub fn evcxr_display(&self) {
                crate::display::show(self);
            }
        }
    )+};
}
pub(crate) use shows_itself;

/// The forms of types that are a table: `TYPE => FUNCTION` that gives the [`Grid`].
macro_rules! shows_a_grid {
    ($($type:ty => $grid:expr),+ $(,)?) => {$(
        impl crate::display::Rich for $type {
            fn to_text(&self) -> String {
                $grid(self).to_text()
            }

            fn to_html(&self) -> String {
                $grid(self).to_html()
            }
        }
    )+};
}
pub(crate) use shows_a_grid;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_framed_for_evcxr_and_on_one_line_for_documents() {
        let forms = [("text/html", "<b>\n</b>".to_owned()), ("text/plain", "b".to_owned())];
        assert_eq!(
            framed(&forms),
            "EVCXR_BEGIN_CONTENT text/html\n<b>\n</b>\nEVCXR_END_CONTENT\nEVCXR_BEGIN_CONTENT text/plain\nb\nEVCXR_END_CONTENT"
        );
        let line = marked(&forms);
        assert_eq!(line.lines().count(), 1);
        let json = line.strip_prefix(DISPLAY_MARK).expect("marked");
        let read: Vec<(String, String)> = serde_json::from_str(json).expect("JSON");
        assert_eq!(read[0].1, "<b>\n</b>");
    }
}

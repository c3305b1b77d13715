//! Rich display in evcxr and Jupyter: inherent methods that print what the kernel is to show.
//!
//! The protocol needs no dependency: `EVCXR_BEGIN_CONTENT` with a media type, the content, `EVCXR_END_CONTENT`, on standard
//! output. Tables show their first rows; what is printed is HTML in which all names are escaped.

use crate::{
    audio::Waveform,
    plot::Figure,
    report::{
        DISPLAY_MARK, SESSION, TableFormat,
        escape::{base64, html as escaped},
        format_results,
    },
    tables::{ContributionTable, ResultsTable, ScoreTable},
};

/// Rows of a table that are shown.
const SHOWN: usize = 12;

/// Shows a value in its forms: media type and content, the richest first.
fn show(forms: &[(&str, &str)]) {
    let text = if std::env::var_os(SESSION).is_some() { marked(forms) } else { framed(forms) };
    println!("{text}");
}

/// One line, so that the order with what is printed is kept, and several values of a kind.
fn marked(forms: &[(&str, &str)]) -> String {
    format!("{DISPLAY_MARK}{}", serde_json::to_string(forms).expect("texts serialise"))
}

/// evcxr's own frames.
fn framed(forms: &[(&str, &str)]) -> String {
    let frames =
        forms.iter().map(|(name, content)| format!("EVCXR_BEGIN_CONTENT {name}\n{content}\nEVCXR_END_CONTENT"));
    frames.collect::<Vec<_>>().join("\n")
}

/// A table in HTML; of long ones the start, and how many rows there are.
fn table(heads: &[&str], rows: impl ExactSizeIterator<Item = Vec<String>>) -> String {
    let count = rows.len();
    let line = |cells: &[String], tag: &str| {
        let cells: String = cells.iter().map(|cell| format!("<{tag}>{}</{tag}>", escaped(cell))).collect();
        format!("<tr>{cells}</tr>")
    };
    let head = line(&heads.iter().map(|&head| head.to_owned()).collect::<Vec<_>>(), "th");
    let body: String = rows.take(SHOWN).map(|cells| line(&cells, "td")).collect();
    let rest = if count > SHOWN { format!("<p>{SHOWN} of {count} rows</p>") } else { String::new() };
    format!("<table><thead>{head}</thead><tbody>{body}</tbody></table>{rest}")
}

impl ScoreTable {
    /// The table as HTML: its first rows.
    pub fn to_html(&self) -> String {
        let rows = self.rows();
        let rows = rows.iter().map(|row| {
            let label = row.label.map_or_else(|| "-".into(), |label| label.to_string());
            let margin = row.margin.map_or_else(|| "-".into(), |margin| format!("{margin:.4}"));
            vec![row.file.clone(), format!("{:.6}", row.score), label, margin, row.speaker.clone(), row.attack.clone()]
        });
        table(&["file", "score", "label", "margin", "speaker", "attack"], rows)
    }

    /// Shows the table in evcxr and Jupyter.
    pub fn evcxr_display(&self) {
        show(&[("text/html", &self.to_html())]);
    }
}

impl ResultsTable {
    /// The table as HTML: its first rows, rates in percent.
    pub fn to_html(&self) -> String {
        let rows = self.rows.iter().map(|row| {
            vec![
                row.system.clone(),
                row.condition.clone(),
                row.group.clone(),
                format!("{:.2} [{:.2}, {:.2}]", 100.0 * row.eer, 100.0 * row.eer_low, 100.0 * row.eer_high),
                format!("{:.4} [{:.4}, {:.4}]", row.min_dcf, row.min_dcf_low, row.min_dcf_high),
                (row.bonafide + row.spoof).to_string(),
            ]
        });
        table(&["system", "condition", "group", "EER % (official)", "minDCF", "trials"], rows)
    }

    /// Shows the table in evcxr and Jupyter, as HTML and as text.
    pub fn evcxr_display(&self) {
        let text = format_results(self, TableFormat::Table);
        show(&[("text/html", &self.to_html()), ("text/plain", text.trim_end())]);
    }
}

impl ContributionTable {
    /// The table as HTML: its first rows.
    pub fn to_html(&self) -> String {
        let rows = self.rows.iter().map(|row| {
            vec![
                row.epoch.to_string(),
                row.stage.clone(),
                row.degradation.clone(),
                format!("{:.4}", row.gradient_ratio),
                format!("{:.4}", row.branch_ratio),
                format!("{:.4}", row.delta_margin_normalised),
                format!("{:.4}", row.delta_embedding),
            ]
        });
        let heads = [
            "epoch",
            "stage",
            "degradation",
            "gradient ratio",
            "branch ratio",
            "normalised \u{394} margin",
            "\u{394} embedding",
        ];
        table(&heads, rows)
    }

    /// Shows the table in evcxr and Jupyter.
    pub fn evcxr_display(&self) {
        show(&[("text/html", &self.to_html())]);
    }
}

impl Figure {
    /// Shows the picture in evcxr and Jupyter, on white paper.
    pub fn evcxr_display(&self) {
        show(&[("image/svg+xml", self.svg()), ("image/png", &base64(self.png()))]);
    }
}

impl Waveform {
    /// Length, level and outline of the recording as HTML.
    pub fn to_html(&self) -> String {
        const COLUMNS: usize = 480;
        let samples = self.samples();
        let chunk = samples.len().div_ceil(COLUMNS).max(1);
        let peak = |chunk: &[f32]| chunk.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs())).min(1.0);
        let bars = samples.chunks(chunk).map(peak).enumerate();
        let path: String =
            bars.map(|(x, peak)| format!("M{x} {:.1}V{:.1}", 40.0 - 38.0 * peak, 40.5 + 38.0 * peak)).collect();
        let level = 10.0 * self.power().max(1e-12).log10();
        format!(
            "<figure><svg width=\"{COLUMNS}\" height=\"80\" role=\"img\" aria-label=\"waveform\"><path d=\"{path}\" stroke=\"#0072B2\"/></svg>\
             <figcaption>{:.2} s at 16 kHz, {level:.1} dB</figcaption></figure>",
            self.duration_secs()
        )
    }

    /// Shows the recording in evcxr and Jupyter.
    pub fn evcxr_display(&self) {
        show(&[("text/html", &self.to_html())]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::ResultsRow;

    #[test]
    fn content_is_framed_and_names_are_escaped() {
        let table = ResultsTable { rows: vec![ResultsRow { system: "<b>".into(), ..ResultsRow::default() }; 20] };
        let shown = framed(&[("text/html", &table.to_html())]);
        assert!(shown.starts_with("EVCXR_BEGIN_CONTENT text/html\n<table>") && shown.ends_with("\nEVCXR_END_CONTENT"));
        assert!(shown.contains("&lt;b&gt;") && !shown.contains("<b>") && shown.contains("12 of 20 rows"));
    }

    #[test]
    fn a_waveform_has_an_outline() {
        assert!(Waveform::new(vec![0.5; 16_000]).to_html().contains("1.00 s at 16 kHz, -6.0 dB"));
        assert!(Waveform::default().to_html().contains("0.00 s"));
    }
}

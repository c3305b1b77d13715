//! Data sets and checks of their copies, as tables and lists.

use std::path::Path;

use super::{
    sheet::{Cell, Kind, Sheet},
    table::{TableFormat, format_sheet},
};
use crate::data::{
    CorpusInfo, ReferenceOrigin,
    check::{BadRecording, CorpusCheck, SplitCheck},
};

/// Writes what is known of data sets: names, splits with their published counts, layout and source. Ends with a line break.
pub fn format_corpora<'a>(corpora: impl IntoIterator<Item = &'a CorpusInfo>, format: TableFormat) -> String {
    let columns = [
        ("Name", Kind::Code),
        ("Title", Kind::Name),
        ("Split", Kind::Name),
        ("Bona fide", Kind::Number),
        ("Spoof", Kind::Number),
        ("References", Kind::Name),
        ("Layout", Kind::Text),
        ("Published in", Kind::Text),
    ];
    let mut sheet = Sheet::new("corpora", "The data sets that are known by name.", &columns);
    for info in corpora {
        let references = match info.references {
            ReferenceOrigin::Bonafide => "same split",
            ReferenceOrigin::Enrolment => "enrolment",
            ReferenceOrigin::None => "none",
        };
        for (index, (split, counts)) in counted_splits(info).into_iter().enumerate() {
            let once =
                |text: &str| if index == 0 || format != TableFormat::Table { text.to_owned() } else { String::new() };
            let count = |at: usize| counts.map_or_else(String::new, |counts| counts[at].to_string());
            let (layout, source) = (once(info.description), once(info.source));
            let row = [once(info.name), once(info.title), split, count(0), count(1), once(references), layout, source];
            sheet.push(row);
        }
    }
    format_sheet(&sheet, format)
}

/// Each split, or each published subset of it, with its counts where they were published.
fn counted_splits(info: &CorpusInfo) -> Vec<(String, Option<[usize; 2]>)> {
    let mut rows = Vec::new();
    for split in info.splits {
        let mut published = info.published.iter().filter(|published| published.split == *split).peekable();
        if published.peek().is_none() {
            rows.push((split.to_string(), None));
        }
        rows.extend(published.map(|published| {
            let name = published.subset.map_or_else(|| split.to_string(), |subset| format!("{split}, subset {subset}"));
            (name, Some([published.bonafide, published.spoof]))
        }));
    }
    rows
}

/// Writes a check: a table of its splits; everything in JSON. Ends with a line break.
pub fn format_check(check: &CorpusCheck, format: TableFormat) -> String {
    match format {
        TableFormat::Json => serde_json::to_string_pretty(check).expect("plain data serialises") + "\n",
        _ => format_sheet(&splits_sheet(check), format),
    }
}

/// Writes the recordings that cannot be used as CSV: split, file, path, fault, reason.
pub fn bad_recordings_csv(check: &CorpusCheck) -> String {
    bad_sheet("bad", "", check.bad()).csv_twin()
}

/// The splits at a glance.
pub(super) fn splits_sheet(check: &CorpusCheck) -> Sheet {
    let columns = [
        ("Split", Kind::Name),
        ("Bona fide", Kind::Number),
        ("Spoof", Kind::Number),
        ("Speakers", Kind::Number),
        ("Recordings", Kind::Number),
        ("Usable", Kind::Number),
        ("Bad", Kind::Number),
        ("Hours", Kind::Number),
        ("Shortest, s", Kind::Number),
        ("Median, s", Kind::Number),
        ("Longest, s", Kind::Number),
    ];
    let mut sheet =
        Sheet::new("splits", "The splits: what their protocols name and what their recordings hold.", &columns);
    for SplitCheck { split, contents, audio } in &check.splits {
        let secs = |of: fn(&crate::data::check::Durations) -> f64, digits: usize| {
            audio
                .durations
                .as_ref()
                .map_or_else(|| "\u{2013}".into(), |durations| format!("{:.digits$}", of(durations)))
        };
        let counts = [contents.bonafide, contents.spoof, contents.speakers, audio.recordings, audio.usable];
        let mut row = vec![split.to_string()];
        row.extend(counts.map(|count| count.to_string()));
        row.push(audio.bad.len().to_string());
        row.extend([
            secs(|durations| durations.total_secs / 3_600.0, 2),
            secs(|durations| durations.min_secs, 2),
            secs(|durations| durations.median_secs, 2),
            secs(|durations| durations.max_secs, 2),
        ]);
        sheet.push(row);
    }
    sheet
}

/// What cannot be used, by name.
pub(super) fn bad_sheet<'a>(name: &str, caption: &str, bad: impl IntoIterator<Item = &'a BadRecording>) -> Sheet {
    let columns = [
        ("split", Kind::Name),
        ("file", Kind::Code),
        ("path", Kind::Code),
        ("fault", Kind::Name),
        ("reason", Kind::Text),
    ];
    let mut sheet = Sheet::new(name, caption, &columns);
    for bad in bad {
        let shown = |path: &Path| path.display().to_string();
        let row =
            [bad.split.to_string(), bad.file.clone(), shown(&bad.path), bad.fault.to_string(), bad.reason.clone()];
        sheet.push(row.map(Cell::from));
    }
    sheet
}

//! Data sets and checks of their copies, as tables and lists.

use super::{
    sheet::{Kind, Sheet},
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
    let mut data = Vec::new();
    for info in corpora {
        let references = match info.references {
            ReferenceOrigin::Bonafide => "same split",
            ReferenceOrigin::Enrolment => "enrolment",
            ReferenceOrigin::None => "none",
        };
        for (index, (split, counts)) in counted_splits(info).into_iter().enumerate() {
            let [bonafide, spoof] =
                counts.map_or_else(Default::default, |counts| counts.map(|count| count.to_string()));
            let [name, title, layout, source] =
                [info.name, info.title, info.description, info.source].map(String::from);
            let row = [name, title, split, bonafide, spoof, references.to_owned(), layout, source];
            data.push(row.clone());
            // For readers, each name once.
            let once =
                |(at, text): (usize, String)| if index > 0 && !(2..5).contains(&at) { String::new() } else { text };
            sheet.push(row.into_iter().enumerate().map(once));
        }
    }
    sheet.csv = csv(["name", "title", "split", "bonafide", "spoof", "references", "layout", "source"], data);
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
        for name in &contents.absent_protocols {
            sheet.notes.push(format!("{split}: without the trials of {name}, which is not there."));
        }
    }
    sheet.csv = csv(SPLIT_COLUMNS, check.splits.iter().map(unrounded));
    sheet
}

/// The columns of the splits as data.
const SPLIT_COLUMNS: [&str; 14] = [
    "split",
    "bonafide",
    "spoof",
    "unlabelled",
    "left_out",
    "speakers",
    "recordings",
    "usable",
    "bad",
    "unchecked",
    "total_secs",
    "min_secs",
    "median_secs",
    "max_secs",
];

/// A split as data.
fn unrounded(SplitCheck { split, contents, audio }: &SplitCheck) -> Vec<String> {
    let counts = [contents.bonafide, contents.spoof, contents.unlabelled, contents.left_out, contents.speakers];
    let recordings = [audio.recordings, audio.usable, audio.bad.len(), audio.unchecked];
    let secs = audio.durations.map(|all| [all.total_secs, all.min_secs, all.median_secs, all.max_secs]);
    let secs = secs.map_or_else(Default::default, |secs| secs.map(|secs| secs.to_string()));
    let counts = counts.into_iter().chain(recordings).map(|count| count.to_string());
    std::iter::once(split.to_string()).chain(counts).chain(secs).collect()
}

/// Rows of data under their names.
fn csv<const N: usize, R>(names: [&str; N], rows: impl IntoIterator<Item = R>) -> String
where
    R: IntoIterator<Item = String>,
{
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(names).expect("memory takes all");
    rows.into_iter().for_each(|row| writer.write_record(row).expect("memory takes all"));
    String::from_utf8(writer.into_inner().expect("memory takes all")).expect("CSV of text is text")
}

/// What cannot be used, by name.
pub(super) fn bad_sheet<'a>(name: &str, caption: &str, bad: impl IntoIterator<Item = &'a BadRecording>) -> Sheet {
    let columns = [
        ("Split", Kind::Name),
        ("File", Kind::Code),
        ("Path", Kind::Code),
        ("Fault", Kind::Name),
        ("Reason", Kind::Text),
    ];
    let mut sheet = Sheet::new(name, caption, &columns);
    let row = |bad: &BadRecording| {
        [
            bad.split.to_string(),
            bad.file.clone(),
            bad.path.display().to_string(),
            bad.fault.to_string(),
            bad.reason.clone(),
        ]
    };
    let rows: Vec<_> = bad.into_iter().map(row).collect();
    rows.iter().for_each(|row| sheet.push(row.clone()));
    sheet.csv = csv(["split", "file", "path", "fault", "reason"], rows);
    sheet
}

//! Tables of what is odd about score files.

use super::super::sheet::{Cell, Kind, Sheet};
use crate::tables::{Audit, Severity};

/// The findings of several files, the worst of each first.
pub(in crate::report) fn audit_sheet<'a>(audits: impl IntoIterator<Item = (&'a str, &'a Audit)>) -> Sheet {
    let columns = [
        ("System", Kind::Name),
        ("Severity", Kind::Name),
        ("What", Kind::Text),
        ("Trials", Kind::Number),
        ("Share", Kind::Number),
        ("Examples", Kind::Text),
        ("Remedy", Kind::Text),
    ];
    let mut sheet = Sheet::new("audit", "What is odd about the score files.", &columns);
    for (system, audit) in audits {
        for finding in &audit.findings {
            sheet.push([
                Cell::from(system),
                severity(finding.severity).into(),
                finding.what.as_str().into(),
                finding.count.to_string().into(),
                format!("{:.2} %", 100.0 * finding.share).into(),
                finding.examples.join("; ").into(),
                finding.remedy.as_str().into(),
            ]);
        }
        if audit.findings.is_empty() {
            let nothing = [system, "\u{2013}", "nothing odd was found", "\u{2013}", "\u{2013}", "", ""];
            sheet.push(nothing.map(Cell::from));
        }
    }
    sheet
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// How the files were understood, and what they hold.
pub(in crate::report) fn contents_sheet<'a>(files: impl IntoIterator<Item = (&'a str, &'a str, &'a Audit)>) -> Sheet {
    let columns = [
        ("System", Kind::Name),
        ("Read as", Kind::Text),
        ("Trials", Kind::Number),
        ("Bona fide", Kind::Number),
        ("Spoof", Kind::Number),
        ("Distinct", Kind::Number),
        ("Tied", Kind::Number),
    ];
    let mut sheet = Sheet::new("files", "The score files as they were understood.", &columns);
    for (system, note, audit) in files {
        sheet.push([
            Cell::from(system),
            note.into(),
            audit.trials.to_string().into(),
            audit.bonafide.to_string().into(),
            audit.spoof.to_string().into(),
            audit.distinct_scores.to_string().into(),
            format!("{:.2} %", 100.0 * audit.tied_share).into(),
        ]);
    }
    sheet.notes.push(
        "Distinct: different scores. Tied: share of trials whose score a trial of the other class has too.".into(),
    );
    sheet
}

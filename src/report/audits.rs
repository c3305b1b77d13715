//! Audits of score files that need not be readable: what is wrong with each line, too.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{
    catalogue::{audit_sheet, contents_sheet},
    naming::{Named, told_apart},
    table::{TableFormat, format_sheet},
};
use crate::{
    error::Result,
    metrics::{DetectionScores, EerRule},
    protocol::Protocol,
    tables::{
        Audit, Finding, ScoreTable, Severity,
        formats::{RawScores, ScoreFileOptions, read_scores_lenient},
    },
};

/// The audit of a score file.
#[derive(Clone, Debug, Serialize)]
pub struct FileAudit {
    /// The file.
    pub path: PathBuf,
    /// How it was understood.
    pub note: String,
    /// What was found.
    #[serde(flatten)]
    pub audit: Audit,
}

/// Audits a score file; lines that cannot be read are findings too.
///
/// # Errors
/// Where the file is missing or empty, or of no known form.
pub fn audit_file(path: &Path, options: &ScoreFileOptions, protocol: Option<&Protocol>) -> Result<FileAudit> {
    let read = read_scores_lenient(path, options)?;
    let mut audit = Audit::of(&read.scores, protocol);
    if read.problem_count > 0 {
        let all = (read.problem_count + read.scores.len()).max(1);
        let finding = Finding {
            severity: Severity::Error,
            what: "lines cannot be read".into(),
            count: read.problem_count,
            share: read.problem_count as f64 / all as f64,
            examples: read.problems.iter().take(5).map(ToString::to_string).collect(),
            remedy: "mend these lines, or say how the file is to be read (--input-format, --labels)".into(),
        };
        audit.findings.insert(0, finding);
    }
    audit.findings.extend(inverted(&read.scores, protocol));
    audit.findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    Ok(FileAudit { path: path.into(), note: read.scores.note.clone(), audit })
}

/// Scores that grow with spoof, or labels the other way round.
fn inverted(scores: &RawScores, protocol: Option<&Protocol>) -> Option<Finding> {
    let table = ScoreTable::from_raw(scores).ok()?;
    let joined = protocol.and_then(|protocol| table.with_protocol(protocol).ok());
    let table = joined.unwrap_or(table);
    let eer = DetectionScores::new(&table.bonafide(), &table.spoof()).ok()?.eer(EerRule::TieMerged).rate;
    (eer > 0.5).then(|| Finding {
        severity: Severity::Error,
        what: format!(
            "the equal error rate is {:.1} %: scores grow with spoof, or labels are the other way round",
            100.0 * eer
        ),
        count: table.len(),
        share: 1.0,
        examples: Vec::new(),
        remedy: "say --polarity higher-is-spoof, --labels, or --polarity higher-is-bonafide if it is as it should be"
            .into(),
    })
}

/// Writes audits: what the files hold and what is odd about them; everything in CSV and JSON. Ends with a line break.
pub fn format_audits(audits: &[FileAudit], format: TableFormat) -> String {
    let name = |audit: &FileAudit| audit.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let named = |audit: &FileAudit| Named { name: name(audit), condition: String::new(), path: audit.path.clone() };
    let names = told_apart(&audits.iter().map(named).collect::<Vec<_>>());
    let named = || names.iter().map(String::as_str).zip(audits);
    if format == TableFormat::Json {
        return serde_json::to_string_pretty(audits).expect("plain data serialises") + "\n";
    }
    let findings = audit_sheet(named().map(|(name, audit)| (name, &audit.audit)));
    if format == TableFormat::Table {
        return named().map(|(name, audit)| in_words(name, audit)).collect();
    }
    if format == TableFormat::Csv {
        return format_sheet(&findings, format);
    }
    let contents = contents_sheet(named().map(|(name, audit)| (name, audit.note.as_str(), &audit.audit)));
    format!("{}\n{}", format_sheet(&contents, format), format_sheet(&findings, format))
}

/// For the terminal: a paragraph for each file, a line for each finding.
fn in_words(name: &str, file: &FileAudit) -> String {
    let audit = &file.audit;
    let mut text = format!(
        "{name}: {}\n  {} trials: {} bona fide, {} spoof, {} unlabelled; {} distinct scores\n",
        file.note,
        audit.trials,
        audit.bonafide,
        audit.spoof,
        audit.trials.saturating_sub(audit.bonafide + audit.spoof),
        audit.distinct_scores
    );
    if audit.findings.is_empty() {
        text.push_str("  nothing odd was found\n");
    }
    for finding in &audit.findings {
        let severity = match finding.severity {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        text.push_str(&format!("  {severity}: {} ({}, {:.2} %)\n", finding.what, finding.count, 100.0 * finding.share));
        for example in &finding.examples {
            text.push_str(&format!("      {example}\n"));
        }
        text.push_str(&format!("    help: {}\n", finding.remedy));
    }
    text
}

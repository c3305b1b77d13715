//! Reading lines into columns by a [`Plan`].

use std::{borrow::Cow, path::Path};

use super::plan::{Plan, Role};
use crate::{
    error::{Error, Result},
    protocol::fields::split_into,
    trial::Label,
};

const REMEDY: &str = "mend that line, or say how the file is to be read by --input-format, --labels or named columns";

/// A column of the file, and what is wrong with it.
pub(super) type Complaint = (&'static str, String);

/// Some lines of a file, by column.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) files: Vec<String>,
    pub(super) scores: Vec<f64>,
    pub(super) labels: Vec<Option<Label>>,
    pub(super) extra: Vec<Vec<String>>,
    pub(super) lines: Vec<u32>,
    /// What could not be read, the first of it.
    pub(super) problems: Vec<Error>,
    /// How much could not be read.
    pub(super) problem_count: usize,
}

/// How many problems of a file are kept.
pub(super) const KEPT_PROBLEMS: usize = 1_000;

impl Rows {
    pub(super) fn new(plan: &Plan) -> Self {
        Self { extra: vec![Vec::new(); plan.extra.len()], ..Self::default() }
    }

    /// Reads lines numbered from `first`; what does not fit is kept aside. With `strict`, reading ends there, and a score
    /// that is not finite does not fit.
    pub(super) fn read(mut self, path: &Path, plan: &Plan, text: &str, first: u32, strict: bool) -> Self {
        let mut fields = Vec::with_capacity(plan.roles.len());
        for (at, line) in (0..).zip(text.split('\n')) {
            let Some(content) = content_of(line, plan) else { continue };
            let number = first.saturating_add(at);
            if let Err(complaint) = self.push(plan, content, number, strict, &mut fields) {
                self.complain(path, number, complaint);
                if strict {
                    break;
                }
            }
        }
        self
    }

    /// Keeps a problem aside.
    pub(super) fn complain(&mut self, path: &Path, line: u32, (field, message): Complaint) {
        self.problem_count += 1;
        if self.problems.len() < KEPT_PROBLEMS {
            self.problems.push(Error::parse(path, line.into(), field, message, REMEDY));
        }
    }

    fn push<'a>(
        &mut self,
        plan: &Plan,
        content: &'a str,
        line: u32,
        strict: bool,
        fields: &mut Vec<Cow<'a, str>>,
    ) -> Result<(), Complaint> {
        split_into(content, plan.delimiter, plan.roles.len(), plan.peels(), fields)
            .map_err(|message| ("columns", message))?;
        self.push_fields(plan, fields, line, strict)
    }

    /// Takes the fields of one trial, as many as the plan has roles.
    pub(super) fn push_fields(
        &mut self,
        plan: &Plan,
        fields: &[Cow<'_, str>],
        line: u32,
        strict: bool,
    ) -> Result<(), Complaint> {
        let (score, label) = measured(plan, fields)?;
        if strict && !score.is_finite() {
            return Err(("score", format!("{score} is no score")));
        }
        let named = |(role, field): (&Role, &Cow<'_, str>)| *role == Role::File && field.is_empty();
        if plan.roles.iter().zip(fields).any(named) {
            return Err(("file", "the name is empty".into()));
        }
        for (role, field) in plan.roles.iter().zip(fields) {
            match role {
                Role::File => self.files.push(field.to_string()),
                Role::Extra(at) => self.extra[*at].push(field.to_string()),
                _ => {}
            }
        }
        self.scores.push(score);
        self.labels.push(label);
        self.lines.push(line);
        Ok(())
    }

    /// Puts `next` behind.
    pub(super) fn append(&mut self, mut next: Self) {
        self.files.append(&mut next.files);
        self.scores.append(&mut next.scores);
        self.labels.append(&mut next.labels);
        self.lines.append(&mut next.lines);
        for (column, more) in self.extra.iter_mut().zip(&mut next.extra) {
            column.append(more);
        }
        self.problem_count += next.problem_count;
        self.problems.append(&mut next.problems);
        self.problems.truncate(KEPT_PROBLEMS);
    }
}

/// What a line holds, without its ending and prefix; `None` for blank lines and those without the prefix.
fn content_of<'a>(line: &'a str, plan: &Plan) -> Option<&'a str> {
    let line = line.strip_suffix('\r').unwrap_or(line);
    let line = match plan.prefix {
        Some(prefix) => line.strip_prefix(prefix)?,
        None => line,
    };
    (!line.bytes().all(|byte| byte.is_ascii_whitespace())).then_some(line)
}

/// The score, higher = more bona fide, and the label.
fn measured(plan: &Plan, fields: &[Cow<'_, str>]) -> Result<(f64, Option<Label>), Complaint> {
    let (mut score, mut label) = (0.0, None);
    for (role, field) in plan.roles.iter().zip(fields) {
        match role {
            Role::Score if plan.list => score += difference(field)?,
            Role::Score => score += number(field)?,
            Role::Minus => score -= number(field)?,
            Role::Label => {
                let unknown = || ("label", format!("`{}` is not a label", shown(field)));
                label = plan.labels.label(field).ok_or_else(unknown)?;
            }
            _ => {}
        }
    }
    Ok((if plan.negate { -score } else { score }, label))
}

pub(super) fn number(field: &str) -> Result<f64, Complaint> {
    field.parse().map_err(|_| ("score", format!("`{}` is not a number", shown(field))))
}

/// `[fake, real]` becomes real - fake.
fn difference(field: &str) -> Result<f64, Complaint> {
    let inside = field.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let pair = inside.and_then(|inside| inside.split_once(','));
    let (fake, real) = pair.ok_or_else(|| ("score", format!("`{}` is not a list [fake, real]", shown(field))))?;
    Ok(number(real.trim())? - number(fake.trim())?)
}

/// As much of a field as a message holds.
pub(super) fn shown(field: &str) -> String {
    match field.char_indices().nth(60) {
        Some((end, _)) => format!("{}...", &field[..end]),
        None => field.to_owned(),
    }
}

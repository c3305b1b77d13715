//! Which form a score file has, told from its header or, without one, from its first lines.

use std::path::Path;

use super::{
    ScoreFileOptions, ScoreFormat, headerless,
    plan::{Plan, Role},
};
use crate::{
    error::{Error, Result},
    protocol::{
        fields::{Delimiter, split},
        normalised, standard_name, text,
    },
};

/// How many lines are looked at.
const SAMPLE: usize = 50;

const REMEDY: &str = "say --input-format, or name the columns by --file-column, --score-column and --label-column";

/// The plan for a text file.
pub(super) fn plan(path: &Path, text: &str, options: &ScoreFileOptions) -> Result<Plan> {
    let sample: Vec<_> = text::lines(text).take(SAMPLE).collect();
    let Some(&(line, _)) = sample.first() else {
        return Err(Error::parse(path, 1, "table", "no scores", "give a file with a line for each trial"));
    };
    let lines: Vec<&str> = sample.iter().map(|(_, line)| *line).collect();
    let found = match options.format {
        _ if options.names_columns() => return named(path, line, &lines, options).map(|plan| plan.settled(options)),
        Some(ScoreFormat::Parquet) => {
            return Err(Error::parse(
                path,
                1,
                "table",
                "it is no Parquet file",
                "leave --input-format away, or check the file",
            ));
        }
        Some(format @ (ScoreFormat::Rat | ScoreFormat::AntiDeepfake | ScoreFormat::DeepFense)) => {
            header(&lines).filter(|plan| plan.format == format)
        }
        Some(format) => forced(format, text, &lines),
        None => header(&lines).or_else(|| headerless::plan(&lines)).or_else(|| headerless::project_nn(text)),
    };
    found.map(|plan| plan.settled(options)).ok_or_else(|| {
        let message = match options.format {
            Some(format) => format!("it is not of the form {format}"),
            None => "it fits no known form of score file".into(),
        };
        Error::parse(path, line.into(), "columns", message, REMEDY)
    })
}

/// A form that was asked for: with its header if the first line is one.
fn forced(format: ScoreFormat, text: &str, lines: &[&str]) -> Option<Plan> {
    match format {
        ScoreFormat::ProjectNn => headerless::project_nn(text),
        ScoreFormat::Named => header(lines).or_else(|| headerless::plan(lines)).map(|plan| Plan { format, ..plan }),
        ScoreFormat::Reference | ScoreFormat::Asvspoof5 => {
            header(lines).filter(|plan| plan.format == format).or_else(|| headerless::of(format, lines))
        }
        _ => headerless::of(format, lines),
    }
}

/// The form of a file whose first line names the columns.
fn header(lines: &[&str]) -> Option<Plan> {
    let candidates = [',', '\t', ';'].map(Delimiter::Character).into_iter().chain([Delimiter::Whitespace]);
    candidates.into_iter().find_map(|delimiter| {
        let names: Vec<_> = split(lines[0], delimiter).ok()?.iter().map(|name| normalised(name)).collect();
        let second = lines.get(1).and_then(|line| split(line, delimiter).ok());
        deepfense(&names, delimiter).or_else(|| {
            let plan = by_name(&names, delimiter, &ScoreFileOptions::default())?;
            let score = plan.roles.iter().position(|role| *role == Role::Score)?;
            let list = second.and_then(|fields| fields.get(score).map(|field| field.starts_with('['))) == Some(true);
            Some(known_header(plan, &names, list))
        })
    })
}

fn deepfense(names: &[String], delimiter: Delimiter) -> Option<Plan> {
    let place = |name: &str| names.iter().position(|other| other == name);
    let (file, zero, one) = (place("id_audio")?, place("score_class0")?, place("score_class1")?);
    let mut plan = Plan::placed(ScoreFormat::DeepFense, delimiter, &[], "score = class 1 - class 0");
    plan.header = true;
    plan.roles = vec![Role::Skip; names.len()];
    plan.roles[file] = Role::File;
    plan.roles[zero] = Role::Minus;
    plan.roles[one] = Role::Score;
    if let Some(label) = place("label") {
        plan.roles[label] = Role::Label;
    }
    Some(plan)
}

/// Tells the known headers among those with a file and a score.
fn known_header(mut plan: Plan, names: &[String], list: bool) -> Plan {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (format, note) = match names[..] {
        _ if list => (ScoreFormat::AntiDeepfake, "score = real - fake".to_owned()),
        ["file", "score", "label", "margin", ..] => (ScoreFormat::Rat, "this library's table".into()),
        ["file" | "file_name", "score", "label"] => (ScoreFormat::Reference, "file,score,label with header".into()),
        ["filename", "cm_score"] => (ScoreFormat::Asvspoof5, "filename and cm-score".into()),
        _ => (ScoreFormat::Named, plan.note.clone()),
    };
    Plan {
        format,
        note,
        list,
        ..{
            plan.header = true;
            plan
        }
    }
}

/// The columns by the names that are known, or that the options give.
pub(super) fn by_name(names: &[String], delimiter: Delimiter, options: &ScoreFileOptions) -> Option<Plan> {
    let standard = |wanted: &'static str| {
        let exact = names.iter().position(|name| name == wanted);
        exact.or_else(|| names.iter().position(|name| standard_name(name) == Some(wanted)))
    };
    let given = |option: &Option<String>| option.as_ref().map(|name| place(names, name));
    let file = given(&options.file_column).unwrap_or_else(|| standard("file"))?;
    let score = given(&options.score_column).unwrap_or_else(|| names.iter().position(|name| means_score(name)))?;
    let label = given(&options.label_column).unwrap_or_else(|| standard("label"));
    if file == score || label.is_some_and(|label| label == file || label == score) {
        return None;
    }
    let mut extra: Vec<String> = Vec::new();
    let mut role = |(at, name): (usize, &String)| match at {
        _ if at == file => Role::File,
        _ if at == score => Role::Score,
        _ if Some(at) == label => Role::Label,
        _ if name.is_empty() => Role::Skip,
        _ => {
            let meant = standard_name(name).filter(|meant| !matches!(*meant, "file" | "label"));
            let name = meant.filter(|meant| !extra.iter().any(|other| other == meant)).unwrap_or(name);
            let taken = extra.iter().any(|other| other == name);
            extra.push(if taken { format!("{name}_{}", at + 1) } else { name.to_owned() });
            Role::Extra(extra.len() - 1)
        }
    };
    let roles = names.iter().enumerate().map(&mut role).collect();
    let said = label.map_or(String::new(), |label| format!(", label `{}`", names[label]));
    let note = format!("columns by {}, file `{}`, score `{}`{said}", delimiter.name(), names[file], names[score]);
    let plan = Plan::placed(ScoreFormat::Named, delimiter, &[], &note);
    Some(Plan { roles, extra, header: true, ..plan })
}

/// Only names that leave no doubt about the sign.
fn means_score(name: &str) -> bool {
    matches!(name, "score" | "scores" | "cm_score" | "cm_scores" | "llr" | "bonafide_score" | "p_bonafide")
}

/// A column by its name, or by its place from 1.
pub(super) fn place(names: &[String], wanted: &str) -> Option<usize> {
    let name = normalised(wanted);
    names.iter().position(|other| *other == name).or_else(|| {
        let number: usize = wanted.parse().ok()?;
        (1..=names.len()).contains(&number).then(|| number - 1)
    })
}

/// The columns that the options name; the first line is a header unless it holds a score.
fn named(path: &Path, line: u32, lines: &[&str], options: &ScoreFileOptions) -> Result<Plan> {
    let delimiter = Delimiter::of(lines[0]);
    let bad = |message: String| Error::parse(path, line.into(), "header", message, REMEDY);
    let fields = split(lines[0], delimiter).map_err(bad)?;
    let names: Vec<_> = fields.iter().map(|name| normalised(name)).collect();
    for wanted in [&options.file_column, &options.score_column, &options.label_column].into_iter().flatten() {
        if place(&names, wanted).is_none() {
            return Err(bad(format!("no column `{wanted}` among {}", names.join(", "))));
        }
    }
    let missing = || bad("a column for the file and another for the score are needed".into());
    let plan = by_name(&names, delimiter, options).ok_or_else(missing)?;
    let score = plan.roles.iter().position(|role| *role == Role::Score);
    let holds_score = score.is_some_and(|at| fields[at].parse::<f64>().is_ok());
    if !holds_score {
        return Ok(plan);
    }
    let name = |role: &Role| match role {
        Role::File => "file".to_owned(),
        Role::Score => "score".to_owned(),
        Role::Label => "label".to_owned(),
        _ => "_".to_owned(),
    };
    let columns: Vec<_> = plan.roles.iter().map(name).collect();
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let note = format!("columns by place and {}: {}", delimiter.name(), columns.join(" "));
    Ok(Plan::placed(ScoreFormat::Named, delimiter, &columns, &note))
}

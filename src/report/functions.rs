//! The functions that a document's text may call.
//!
//! | call | gives |
//! |---|---|
//! | `summary()`, `caveats()` | what the numbers say, and what must be borne in mind, in sentences |
//! | `headline()` | the numbers to be seen first |
//! | `results()`, `attacks()`, `files()`, `audit()`, `corpus()`, `recipe()`, `provenance()` | tables |
//! | `comparison()`, `conditions(system=..)` | tables of paired differences: systems with each other, a system's conditions with its first |
//! | `intervals()`, `det()`, `differences()`, `calibration()`, `training()` | figures of all systems |
//! | `histogram(system=.., condition=..)`, `condition_differences(system=..)`, `decay(system=..)` | figures of one; by default of the first |
//! | `breakdown(rows=.., columns=.., measure=.., system=.., condition=..)`, `heat_map(..)` | `eer` or `min_dcf` by columns of the protocol: a table, a figure |
//! | `eer(system, condition)`, `min_dcf(system, condition)` | a number with its interval, within a sentence |
//! | `number(system, condition, measure)` | any number of the results by its name, as `cllr`, unrounded |
//! | `ablation()`, `condition_attacks(system=..)` | tables of conditions by systems, and of attacks by conditions |
//! | `contribution(system=..)`, `layer_map(system=..)`, `layer_lines(system=..)` | the contribution of the reference: table, and figures by layer |
//! | `progress()`, `configuration()`, `bad_audio()` | of a run that may still be training: how far it is, its settings, recordings that could not be used |
//! | `ablation_reading()`, `contribution_reading()`, `run_reading()` | what these tables say, in sentences that are computed |
//! | `params.KEY`, `systems`, `systems_with_conditions`, `systems_with_contribution`, `systems_with_layers`, `results_rows` | data, escaped when written |
//!
//! A condition may be left out of `eer` and `min_dcf`: then it is the system's first. Names that are not there are errors with document and line.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior, Value, value::Kwargs};

use super::{
    block::Block,
    catalogue,
    cells::CellShown,
    context::Context,
    document::Document,
    escape::{self, MARKS},
    pictures::{self, Asked},
    run_functions,
};
use crate::error::{Error, Result};

pub(super) type Templated<T> = Result<T, minijinja::Error>;

/// The document's text with its calls answered: Markdown, in which each block is a mark with its number.
pub(super) struct Text {
    pub(super) markdown: String,
    pub(super) blocks: Vec<Block>,
}

/// What functions share: the data, and the blocks made so far.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) context: Arc<Context>,
    blocks: Arc<Mutex<Vec<Block>>>,
}

impl Desk {
    /// Keeps a block and gives its mark, in a paragraph of its own.
    pub(super) fn put(&self, block: Block) -> Value {
        let mut blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        blocks.push(block);
        Value::from_safe_string(format!("\n\n{}{}{}\n\n", MARKS[0], blocks.len() - 1, MARKS[1]))
    }

    pub(super) fn put_made(&self, made: Result<Block>) -> Templated<Value> {
        made.map(|block| self.put(block)).map_err(|error| raised(&error))
    }
}

fn raised(error: &Error) -> minijinja::Error {
    minijinja::Error::new(ErrorKind::InvalidOperation, format!("{error}; {}", error.remedy()))
}

/// Answers the calls of a document.
pub(super) fn answer(document: &Document, context: &Arc<Context>) -> Result<Text> {
    let desk = Desk { context: Arc::clone(context), blocks: Arc::default() };
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_formatter(|output, state, value| {
        if value.is_safe() || value.is_number() || value.is_undefined() {
            return minijinja::escape_formatter(output, state, value);
        }
        output.write_str(&escape::markdown(&value.to_string())).map_err(minijinja::Error::from)
    });
    add_tables(&mut environment, &desk);
    add_figures(&mut environment, &desk);
    add_words(&mut environment, &desk);
    run_functions::add(&mut environment, &desk);
    add_cells(&mut environment, &desk, document);
    environment.add_global("params", data(&context.params));
    environment.add_global("systems", data(&context.systems));
    let conditioned = context.comparisons.conditions.iter().map(|found| &found.system).collect::<Vec<_>>();
    environment.add_global("systems_with_conditions", data(&conditioned));
    let traced = context.systems.iter().filter(|system| system.contribution.is_some());
    environment.add_global("systems_with_contribution", data(&traced.map(|system| &system.name).collect::<Vec<_>>()));
    let layered = context.systems.iter().filter(|system| system.layers.is_some());
    environment.add_global("systems_with_layers", data(&layered.map(|system| &system.name).collect::<Vec<_>>()));
    environment.add_global("results_rows", data(&context.results.rows));
    let missing: String =
        context.missing.iter().map(|said| desk.put(Block::Remark(escape::markdown(said))).to_string()).collect();
    let text = environment.render_str(document.body(), ()).map_err(|error| template_error(document, &error))?;
    let blocks = std::mem::take(&mut *desk.blocks.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(Text { markdown: missing + &text, blocks })
}

fn template_error(document: &Document, error: &minijinja::Error) -> Error {
    let detail =
        error.detail().map_or_else(|| error.kind().to_string(), |detail| format!("{}: {detail}", error.kind()));
    document.error_at(
        error.line().unwrap_or(1),
        detail,
        "mend the call; the functions are listed in the crate's docs under report::functions",
    )
}

fn add_tables(environment: &mut Environment<'_>, desk: &Desk) {
    let table = |of: fn(&Context) -> Block| {
        let desk = desk.clone();
        move || desk.put(of(&desk.context))
    };
    environment.add_function("headline", table(catalogue::headline));
    environment.add_function("results", table(catalogue::results));
    environment.add_function("attacks", table(catalogue::attacks));
    environment.add_function("files", table(catalogue::files));
    environment.add_function("audit", table(catalogue::audit));
    environment.add_function("comparison", table(catalogue::comparison));
    let own = desk.clone();
    environment.add_function("conditions", move |options: Kwargs| {
        let system = options.get::<Option<&str>>("system")?;
        options.assert_all_used()?;
        Ok::<_, minijinja::Error>(own.put(catalogue::conditions(&own.context, system)))
    });
    environment.add_function("corpus", table(catalogue::corpus));
    environment.add_function("recipe", table(catalogue::recipe));
    let desk = desk.clone();
    environment.add_function("provenance", move || {
        let marks = catalogue::provenance(&desk.context).into_iter().map(|block| desk.put(block).to_string());
        Value::from_safe_string(marks.collect())
    });
}

fn add_figures(environment: &mut Environment<'_>, desk: &Desk) {
    let figure = |of: fn(&Context) -> Result<Block>| {
        let desk = desk.clone();
        move || desk.put_made(of(&desk.context))
    };
    environment.add_function("intervals", figure(pictures::intervals));
    environment.add_function("det", figure(pictures::det));
    environment.add_function("training", figure(pictures::training));
    environment.add_function("differences", figure(pictures::differences));
    environment.add_function("calibration", figure(pictures::calibration));
    let own = desk.clone();
    environment.add_function("condition_differences", move |options: Kwargs| {
        let system = options.get::<Option<&str>>("system")?;
        options.assert_all_used()?;
        own.put_made(pictures::condition_differences(&own.context, system))
    });
    environment.add_function("heat_map", broken_down(desk, pictures::heat_map));
    environment.add_function("breakdown", broken_down(desk, pictures::breakdown_table));
    let own = desk.clone();
    environment.add_function("histogram", move |options: Kwargs| {
        let (system, condition) = (options.get::<Option<&str>>("system")?, options.get::<Option<&str>>("condition")?);
        options.assert_all_used()?;
        own.put_made(pictures::histogram(&own.context, system, condition))
    });
    let own = desk.clone();
    environment.add_function("decay", move |options: Kwargs| {
        let system = options.get::<Option<&str>>("system")?;
        options.assert_all_used()?;
        own.put_made(pictures::decay(&own.context, system))
    });
}

/// Each cell's place, where the document has one; see [`cells`](super::cells).
fn add_cells(environment: &mut Environment<'_>, desk: &Desk, document: &Document) {
    let (desk, cells) = (desk.clone(), document.cells().to_vec());
    environment.add_function("rust_cell", move |number: usize| -> Templated<Value> {
        let cell = number.checked_sub(1).and_then(|at| cells.get(at));
        let cell = cell.ok_or_else(|| minijinja::Error::new(ErrorKind::InvalidOperation, "there is no such cell"))?;
        Ok(desk.put(Block::Cell(Box::new(CellShown::waiting(cell)))))
    });
}

/// A function with the arguments of a breakdown.
fn broken_down(
    desk: &Desk,
    make: fn(&Context, &Asked<'_>) -> Result<Block>,
) -> impl Fn(Kwargs) -> Templated<Value> + Send + Sync + 'static {
    let desk = desk.clone();
    move |options: Kwargs| {
        let asked = Asked {
            system: options.get("system")?,
            condition: options.get("condition")?,
            rows: options.get::<Option<&str>>("rows")?.unwrap_or("attack"),
            columns: options.get::<Option<&str>>("columns")?.unwrap_or(""),
            measure: options.get::<Option<&str>>("measure")?.unwrap_or("eer"),
        };
        options.assert_all_used()?;
        desk.put_made(make(&desk.context, &asked))
    }
}

fn add_words(environment: &mut Environment<'_>, desk: &Desk) {
    let context = Arc::clone(&desk.context);
    environment.add_function("summary", move || Value::from_safe_string(list(&context.findings.sentences)));
    let context = Arc::clone(&desk.context);
    environment.add_function("caveats", move || Value::from_safe_string(list(&context.findings.caveats)));
    let number = |write: fn([f64; 3]) -> String, of: fn(&crate::tables::ResultsRow) -> [f64; 3]| {
        let context = Arc::clone(&desk.context);
        move |system: &str, condition: Option<&str>| -> Templated<Value> {
            let row = context.row_or_first(system, condition);
            let row = row.ok_or_else(|| {
                raised(&pictures::unknown_row(&context, system, condition.unwrap_or("any condition")))
            })?;
            Ok(Value::from_safe_string(write(of(row))))
        }
    };
    let context = Arc::clone(&desk.context);
    environment.add_function("number", move |system: &str, condition: &str, measure: &str| -> Templated<Value> {
        let row = context.row(system, condition);
        let row = row.ok_or_else(|| raised(&pictures::unknown_row(&context, system, condition)))?;
        let fields = serde_json::to_value(row).expect("plain data serialises");
        let known = || fields.as_object().into_iter().flat_map(|fields| fields.keys()).cloned().collect::<Vec<_>>();
        fields.get(measure).map(plain).ok_or_else(|| {
            raised(&Error::config(
                "measure",
                format!("there is no `{measure}`"),
                format!("there are: {}", known().join(", ")),
            ))
        })
    });
    environment.add_function("eer", number(percent, |row| [row.eer, row.eer_low, row.eer_high]));
    environment.add_function("min_dcf", number(cost, |row| [row.min_dcf, row.min_dcf_low, row.min_dcf_high]));
}

pub(super) fn list(sentences: &[String]) -> String {
    let lines: String = sentences.iter().map(|sentence| format!("- {sentence}\n")).collect();
    format!("\n\n{lines}\n")
}

fn percent([value, low, high]: [f64; 3]) -> String {
    let interval =
        if low.is_finite() { format!(" \\[{:.2}, {:.2}\\]", 100.0 * low, 100.0 * high) } else { String::new() };
    format!("{:.2}\u{a0}%{interval}", 100.0 * value)
}

fn cost([value, low, high]: [f64; 3]) -> String {
    let interval = if low.is_finite() { format!(" \\[{low:.4}, {high:.4}\\]") } else { String::new() };
    format!("{value:.4}{interval}")
}

/// Data as a template's value.
fn data(value: &impl serde::Serialize) -> Value {
    plain(&serde_json::to_value(value).expect("plain data serialises"))
}

fn plain(value: &serde_json::Value) -> Value {
    use serde_json::Value as Json;
    match value {
        Json::Null => Value::from(()),
        Json::Bool(value) => Value::from(*value),
        Json::Number(value) => value.as_i64().map_or_else(|| Value::from(value.as_f64()), Value::from),
        Json::String(value) => Value::from(value.as_str()),
        Json::Array(values) => values.iter().map(plain).collect(),
        Json::Object(values) => {
            // Collected pairs would become a list of lists.
            Value::from(
                values.iter().map(|(key, value)| (key.clone(), plain(value))).collect::<BTreeMap<String, Value>>(),
            )
        }
    }
}

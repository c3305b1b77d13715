//! Trials in groups: all of them, then those of each value of a column, or of each pair of values of two.
//!
//! A cell compares the bona fide trials of its value with the spoofs of its value, as `codec = C05`. Where bona fide trials
//! have values of their own, as in the column `attack`, all of them meet the spoofs of each value: so the ASVspoof evaluations do it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::measure::{MeasureSettings, POOLED};
use crate::{
    error::{Error, Result},
    metrics::Resampling,
    tables::ScoreTable,
    trial::Label,
};

/// Labelled trials of a table that are measured together.
#[derive(Clone, Debug)]
pub(super) struct Group {
    /// The columns, as `attack, codec`; `-` for all trials.
    pub(super) by: String,
    /// A value for each of the columns; `pooled` for all of them.
    pub(super) values: Vec<String>,
    /// In table order.
    pub(super) trials: Vec<(f64, Label)>,
    /// What is drawn together, where not trials are drawn; one number for each trial.
    pub(super) clusters: Option<Vec<u32>>,
}

impl Group {
    /// As `A17, C05`; `pooled` for all trials.
    pub(super) fn name(&self) -> String {
        if self.values.is_empty() { POOLED.into() } else { self.values.join(", ") }
    }
}

/// What a column says of the labelled trials.
struct Axis<'a> {
    /// A value's number for each trial.
    codes: Vec<usize>,
    names: Vec<&'a str>,
    /// Bona fide trials have no part in the values.
    spoof_only: bool,
}

/// All trials first, then each group that holds both classes; `-` comes last among the values.
pub(super) fn groups(system: &str, table: &ScoreTable, settings: &MeasureSettings) -> Result<Vec<Group>> {
    let labels = table.labels();
    let places: Vec<usize> = (0..table.len()).filter(|&at| labels[at].is_some()).collect();
    if places.is_empty() {
        return Err(Error::data(
            format!("the scores of {system} carry no labels"),
            "join them with a protocol or key file: --protocol FILE",
        ));
    }
    let label = |at: usize| labels[at].expect("only labelled trials are kept");
    let scores = table.scores();
    let clusters = clusters(table, settings.resampling)?;
    let group = |by: String, values: Vec<String>, chosen: &[usize]| Group {
        by,
        values,
        trials: chosen.iter().map(|&at| (scores[at], label(at))).collect(),
        clusters: clusters.as_ref().map(|numbers| chosen.iter().map(|&at| numbers[at]).collect()),
    };
    let mut all = vec![group("-".into(), Vec::new(), &places)];
    let axes = settings.by.iter().map(|column| Axis::of(table, column, &places, &label));
    let axes = axes.collect::<Result<Vec<_>>>()?;
    let by = settings.by.join(", ");
    let buckets = buckets(&axes, &places, &label);
    for values in cells(&axes) {
        let fits = |(human, codes): &(bool, Vec<usize>)| {
            let mut pairs = axes.iter().zip(&values).zip(codes);
            pairs.all(|((axis, value), code)| value.is_none_or(|value| (*human && axis.spoof_only) || *code == value))
        };
        let mut chosen: Vec<usize> =
            buckets.iter().filter(|(key, _)| fits(key)).flat_map(|(_, places)| places.iter().copied()).collect();
        chosen.sort_unstable();
        let both = [Label::Bonafide, Label::Spoof].iter().all(|class| chosen.iter().any(|&at| label(at) == *class));
        if both {
            let named = axes.iter().zip(&values);
            let names = named.map(|(axis, value)| value.map_or(POOLED, |value| axis.names[value]).to_owned());
            all.push(group(by.clone(), names.collect(), &chosen));
        }
    }
    Ok(all)
}

impl<'a> Axis<'a> {
    fn of(table: &'a ScoreTable, column: &str, places: &[usize], label: &impl Fn(usize) -> Label) -> Result<Self> {
        let texts = table.texts(column)?;
        let of = |class: Label| -> BTreeSet<&str> {
            places.iter().filter(|&&at| label(at) == class).map(|&at| texts[at]).collect()
        };
        let (human, made) = (of(Label::Bonafide), of(Label::Spoof));
        let spoof_only = human.is_disjoint(&made);
        let shown: BTreeSet<&str> = if spoof_only { made } else { human.union(&made).copied().collect() };
        if shown.iter().all(|&name| name == "-") {
            let message = format!("column {column} says nothing of any trial");
            return Err(Error::config("by", message, "join the scores with a protocol that knows it: --protocol FILE"));
        }
        let mut names: Vec<&str> = shown.into_iter().collect();
        names.sort_by_key(|&name| (name == "-", name));
        let numbers: BTreeMap<&str, usize> = names.iter().enumerate().map(|(number, &name)| (name, number)).collect();
        let codes = places.iter().map(|&at| numbers.get(texts[at]).copied().unwrap_or(usize::MAX)).collect();
        Ok(Self { codes, names, spoof_only })
    }
}

/// The trials of each class by their values, so that a cell need not look at all of them.
fn buckets(
    axes: &[Axis<'_>],
    places: &[usize],
    label: &impl Fn(usize) -> Label,
) -> BTreeMap<(bool, Vec<usize>), Vec<usize>> {
    let mut buckets: BTreeMap<(bool, Vec<usize>), Vec<usize>> = BTreeMap::new();
    if axes.is_empty() {
        return buckets;
    }
    for (place, &at) in places.iter().enumerate() {
        let codes = axes.iter().map(|axis| axis.codes[place]).collect();
        buckets.entry((label(at) == Label::Bonafide, codes)).or_default().push(at);
    }
    buckets
}

/// All combinations of values; `None` is all trials, first, and stands alone only where there are two columns.
fn cells(axes: &[Axis<'_>]) -> Vec<Vec<Option<usize>>> {
    let mut cells: Vec<Vec<Option<usize>>> = vec![Vec::new()];
    for axis in axes {
        let values = || std::iter::once(None).chain((0..axis.names.len()).map(Some));
        cells = cells.iter().flat_map(|cell| values().map(|value| [cell.as_slice(), &[value]].concat())).collect();
    }
    cells.retain(|cell| cell.iter().any(Option::is_some));
    cells
}

/// For each trial of the table the number of what it is drawn with; `None` where trials are drawn.
///
/// # Errors
/// Where the table does not know the speakers or attacks.
pub(super) fn clusters(table: &ScoreTable, resampling: Resampling) -> Result<Option<Vec<u32>>> {
    let needs = |column: &str| -> Result<Vec<&str>> {
        if table.knows(column) {
            return table.texts(column);
        }
        let message = format!("{resampling} needs to know each trial's {column}");
        let remedy = "join the scores with a protocol: --protocol FILE; or use --bootstrap exact";
        Err(Error::config("bootstrap", message, remedy))
    };
    let speakers = match resampling {
        Resampling::Exact | Resampling::Numpy => return Ok(None),
        Resampling::Speaker | Resampling::SpeakerAttack => needs("speaker")?,
    };
    let attacks = if resampling == Resampling::SpeakerAttack { needs("attack")? } else { vec![""; table.len()] };
    // A speaker's bona fide trials are a cell of their own.
    let human = |label: Option<Label>| label == Some(Label::Bonafide) && resampling == Resampling::SpeakerAttack;
    let mut numbers: HashMap<(&str, &str, bool), u32> = HashMap::new();
    let cells = speakers.into_iter().zip(attacks).zip(table.labels()).map(|((speaker, attack), label)| {
        let cell = if human(label) { (speaker, "", true) } else { (speaker, attack, false) };
        let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        *numbers.entry(cell).or_insert(next)
    });
    Ok(Some(cells.collect()))
}

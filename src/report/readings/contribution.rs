//! What the course of the contribution says: whether the reference's part falls, by what factor, in which stage, and since when
//! it is quiet.

use super::{
    super::{context::Context, escape::markdown as escaped},
    counted,
    layers::layers,
    share,
};
use crate::tables::{ContributionRow, ContributionTable};

/// Below this share of itself a thing counts as unchanged by what becomes of the reference.
pub(super) const QUIET: f64 = 0.05;
/// A change by less than this factor is called neither a fall nor a rise.
const FACTOR: f64 = 2.0;
/// An MLP output that changes by more than this has seen the reference, which it cannot.
const IMPOSSIBLE: f64 = 1e-6;

/// Of all systems that were traced.
pub(in crate::report) fn contribution(context: &Context) -> Vec<String> {
    let mut sentences: Vec<String> = context.notes.iter().map(|note| escaped(note)).collect();
    for system in &context.systems {
        let Some(table) = &system.contribution else { continue };
        sentences.extend(of_system(&system.name, table));
        sentences.extend(system.layers.iter().flat_map(|table| layers(&system.name, table)));
    }
    if context.systems.iter().all(|system| system.contribution.is_none()) {
        sentences.push(
            "No run holds a contribution table: its network takes no reference, or was not traced; `rat-report trace` measures it."
                .into(),
        );
    }
    sentences
}

fn of_system(system: &str, table: &ContributionTable) -> Vec<String> {
    let system = &escaped(system);
    let of = |name: &str| -> Vec<&ContributionRow> {
        let own = table.rows.iter().filter(|row| row.degradation == name && row.epoch > 0);
        own.filter(|row| row.delta_margin_normalised.is_finite()).collect()
    };
    let (silence, noise) = (of("silence"), of("noise"));
    let Some(first) = silence.first().or(noise.first()).copied() else {
        return vec![format!(
            "The contribution table of {system} holds no epoch that was measured with silence or noise."
        )];
    };
    let mut sentences = Vec::new();
    let courses: Vec<Course> = [("silence", silence), ("noise of the same power", noise)]
        .into_iter()
        .filter_map(|(name, rows)| Course::of(name, rows))
        .collect();
    if courses.is_empty() {
        sentences.push(single(system, first));
    }
    for course in &courses {
        sentences.push(course.sentence(system));
        sentences.extend(course.detour());
    }
    sentences.extend(courses.first().and_then(Course::stages));
    sentences.extend(courses.iter().map(Course::quiet));
    sentences.extend(verdict(system, &courses));
    sentences.extend(courses.first().map(|course| branch(course)));
    sentences.extend(impossible(table));
    sentences.push(format!(
        "Measured on {}, without intervals: a step between neighbouring epochs may be chance.",
        counted(first.trials, "trial")
    ));
    sentences
}

fn single(system: &str, row: &ContributionRow) -> String {
    format!(
        "Only epoch {} of {system} was measured: with {} for the reference the logit margin moves by {} of its size. Of a course \
         nothing can be said.",
        row.epoch,
        row.degradation,
        share(row.delta_margin_normalised)
    )
}

fn impossible(table: &ContributionTable) -> Option<String> {
    let row = table.rows.iter().find(|row| row.delta_mlp.abs() > IMPOSSIBLE)?;
    Some(format!(
        "Something is wrong: the MLP, which never sees the reference, changes with it after epoch {} (by {:.1e}).",
        row.epoch, row.delta_mlp
    ))
}

/// How a change between two epochs is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Falls,
    Stays,
    Rises,
}

/// A factor and its word.
fn change(first: f64, last: f64) -> (Way, f64) {
    match last / first.max(1e-300) {
        ratio if ratio <= 1.0 / FACTOR => (Way::Falls, 1.0 / ratio.max(1e-300)),
        ratio if ratio >= FACTOR => (Way::Rises, ratio),
        ratio => (Way::Stays, ratio),
    }
}

fn by_factor(first: f64, last: f64) -> String {
    let digits = |factor: f64| if factor >= 10.0 { format!("{factor:.0}") } else { format!("{factor:.1}") };
    match change(first, last) {
        (Way::Falls, factor) if factor > 1e6 => "falls to nothing".into(),
        (Way::Falls, factor) => format!("falls by a factor of {}", digits(factor)),
        (Way::Rises, factor) => format!("rises by a factor of {}", digits(factor)),
        (Way::Stays, ratio) => format!("stays within a factor of {FACTOR:.0} ({ratio:.2} times)"),
    }
}

/// At least two epochs measured against one degradation, in order.
struct Course<'a> {
    degradation: &'static str,
    rows: Vec<&'a ContributionRow>,
    first: &'a ContributionRow,
    last: &'a ContributionRow,
}

impl<'a> Course<'a> {
    fn of(degradation: &'static str, rows: Vec<&'a ContributionRow>) -> Option<Self> {
        let (first, last) = (*rows.first()?, *rows.last()?);
        (rows.len() > 1).then_some(Self { degradation, rows, first, last })
    }

    fn way(&self) -> Way {
        change(self.first.delta_margin_normalised, self.last.delta_margin_normalised).0
    }

    fn sentence(&self, system: &str) -> String {
        let (from, to) = (self.first.delta_margin_normalised, self.last.delta_margin_normalised);
        format!(
            "With {} for the reference, the logit margin of {system} moves by {} of its size after epoch {} and by {} after epoch \
             {}: what the reference contributes {}.",
            self.degradation,
            share(from),
            self.first.epoch,
            share(to),
            self.last.epoch,
            by_factor(from, to)
        )
    }

    /// Where it goes up and down between its ends, which a factor between them does not tell.
    fn detour(&self) -> Option<String> {
        let share_of = |row: &&&ContributionRow| row.delta_margin_normalised;
        let by_size = |a: &&&ContributionRow, b: &&&ContributionRow| share_of(a).total_cmp(&share_of(b));
        let (high, low) = (self.rows.iter().max_by(by_size)?, self.rows.iter().min_by(by_size)?);
        let ends = [self.first.epoch, self.last.epoch];
        (!(ends.contains(&high.epoch) && ends.contains(&low.epoch))).then(|| {
            format!(
                "Not steadily: with {} it is at its highest, {}, after epoch {} and at its lowest, {}, after epoch {}.",
                self.degradation,
                share(high.delta_margin_normalised),
                high.epoch,
                share(low.delta_margin_normalised),
                low.epoch
            )
        })
    }

    /// What happens with the encoder frozen, and what while it is trained.
    fn stages(&self) -> Option<String> {
        let frozen = self.rows.iter().rfind(|row| row.stage == "train")?;
        let tuned = self.rows.iter().find(|row| row.stage == "finetune")?;
        let (from, middle, to) =
            (self.first.delta_margin_normalised, frozen.delta_margin_normalised, self.last.delta_margin_normalised);
        let span = |from: usize, to: usize| {
            if from == to { format!("epoch {from}") } else { format!("epochs {from} to {to}") }
        };
        let before = if self.first.epoch == frozen.epoch {
            format!("With the encoder frozen only epoch {} was measured", frozen.epoch)
        } else {
            format!("With the encoder frozen ({}) it {}", span(self.first.epoch, frozen.epoch), by_factor(from, middle))
        };
        Some(format!(
            "{before}; while the encoder is trained ({}) it {} ({}).",
            span(tuned.epoch, self.last.epoch),
            by_factor(middle, to),
            self.degradation
        ))
    }

    /// Since when the margin hardly moves.
    fn quiet(&self) -> String {
        let quiet = |row: &&ContributionRow| row.delta_margin_normalised < QUIET;
        let since = self.rows.len() - self.rows.iter().rev().take_while(|row| quiet(row)).count();
        match self.rows.get(since) {
            Some(row) => {
                format!("With {} it stays below {} from epoch {} on.", self.degradation, share(QUIET), row.epoch)
            }
            None => format!("With {} it does not stay below {}.", self.degradation, share(QUIET)),
        }
    }
}

fn verdict(system: &str, courses: &[Course<'_>]) -> Option<String> {
    let falls = courses.iter().filter(|course| course.way() == Way::Falls).count();
    let rises = courses.iter().filter(|course| course.way() == Way::Rises).count();
    let all = courses.len();
    Some(match (falls, rises) {
        _ if all == 0 => return None,
        (falls, _) if falls == all => {
            format!("So {system} has stopped using much of its reference while it was trained: less than half is left.")
        }
        (0, rises) if rises == all => format!("So {system} has come to use its reference more while it was trained."),
        (0, _) => format!("So the contribution of the reference to {system} has not decayed: more than half is left."),
        _ => format!(
            "So whether the contribution of the reference to {system} has decayed depends on what stands in for it."
        ),
    })
}

/// The attention branch may stay large while what it says no longer depends on the reference.
fn branch(course: &Course<'_>) -> String {
    let (first, last) = (course.first, course.last);
    let still = if course.way() == Way::Falls && last.branch_ratio > first.branch_ratio / FACTOR {
        " The branch has kept more than half of its size: it goes on speaking, but what it says depends less on the reference."
    } else {
        ""
    };
    format!(
        "The attention branch has {:.2} of the MLP branch's size after epoch {} and {:.2} after epoch {}; the gradient at the \
         reference is {:.3} and {:.3} of that at the test.{still}",
        first.branch_ratio, first.epoch, last.branch_ratio, last.epoch, first.gradient_ratio, last.gradient_ratio
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three epochs frozen, three tuned; `shares` of the margin with silence, the same with noise but for `noise`.
    fn table(shares: [f64; 6], noise: f64) -> ContributionTable {
        let row = |at: usize, degradation: &str, factor: f64| ContributionRow {
            epoch: at + 1,
            stage: if at < 3 { "train".into() } else { "finetune".into() },
            degradation: degradation.into(),
            trials: 96,
            delta_margin_normalised: shares[at] * factor,
            branch_ratio: 0.8,
            gradient_ratio: 0.3 * shares[at],
            ..ContributionRow::default()
        };
        ContributionTable { rows: (0..6).flat_map(|at| [row(at, "silence", 1.0), row(at, "noise", noise)]).collect() }
    }

    fn said(shares: [f64; 6]) -> String {
        of_system("RAT_1", &table(shares, 1.0)).join("\n")
    }

    #[test]
    fn a_decay_is_told_with_factor_stage_and_epoch() {
        let text = said([0.4, 0.2, 0.1, 0.05, 0.04, 0.01]);
        assert!(
            text.contains(
                "margin of RAT\\_1 moves by 40.0\u{a0}% of its size after epoch 1 and by 1.00\u{a0}% after epoch 6"
            ),
            "{text}"
        );
        assert!(text.contains("falls by a factor of 40."), "{text}");
        assert!(text.contains("With the encoder frozen (epochs 1 to 3) it falls by a factor of 4.0; while the encoder is trained (epochs 4 to 6) it falls by a factor of 10"), "{text}");
        assert!(text.contains("With silence it stays below 5.00\u{a0}% from epoch 5 on."), "{text}");
        assert!(
            text.contains("has stopped using much of its reference") && text.contains("goes on speaking"),
            "{text}"
        );
    }

    #[test]
    fn what_has_not_decayed_is_not_called_so() {
        let text = said([0.4, 0.5, 0.4, 0.35, 0.3, 0.3]);
        assert!(text.contains("stays within a factor of 2 (0.75 times)"), "{text}");
        assert!(text.contains("has not decayed") && !text.contains("stopped") && !text.contains("goes on"), "{text}");
        assert!(text.contains("does not stay below 5.00\u{a0}%."), "{text}");
        let text = said([0.1, 0.1, 0.1, 0.1, 0.2, 0.4]);
        assert!(text.contains("has come to use its reference more"), "{text}");
        let rows = table([0.1, 0.1, 0.1, 0.1, 0.2, 0.4], 1.0).rows.into_iter();
        let rows = rows.map(|row| match row.degradation.as_str() {
            "noise" => ContributionRow { delta_margin_normalised: 0.3, ..row },
            _ => row,
        });
        let text = of_system("RAT", &ContributionTable { rows: rows.collect() }).join("\n");
        assert!(text.contains("has not decayed") && !text.contains("depends on"), "{text}");
        let rows = table([0.4, 0.4, 0.4, 0.4, 0.4, 0.1], 1.0).rows.into_iter();
        let rows = rows.map(|row| match row.degradation.as_str() {
            "noise" => ContributionRow { delta_margin_normalised: 0.3, ..row },
            _ => row,
        });
        let text = of_system("RAT", &ContributionTable { rows: rows.collect() }).join("\n");
        assert!(text.contains("depends on what stands in for it"), "{text}");
    }

    #[test]
    fn little_is_said_of_little() {
        let mut one = table([0.4; 6], 1.0);
        one.rows.truncate(2);
        let text = of_system("RAT", &one).join("\n");
        assert!(text.contains("Only epoch 1 of RAT") && text.contains("nothing can be said"), "{text}");
        assert!(!text.contains("So "), "{text}");
        one.rows[0].delta_mlp = 0.1;
        assert!(of_system("RAT", &one).join("\n").contains("Something is wrong"));
        assert!(of_system("RAT", &ContributionTable::default()).join("").contains("no epoch"));
    }
}

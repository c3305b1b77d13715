//! How the lines of one score file are read: what [`detect`](super::detect) finds out and [`row`](super::row) follows.

use super::{LabelConvention, Polarity, ScoreFileOptions, ScoreFormat};
use crate::protocol::fields::Delimiter;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The trial's name.
    File,
    /// The score, or the part of it that speaks for bona fide.
    Score,
    /// The part of the score that speaks for spoof, taken from the other.
    Minus,
    /// The label.
    Label,
    /// Kept as text: the place in [`Plan::extra`].
    Extra(usize),
    /// Passed over.
    Skip,
}

/// How the lines of one file are read.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) format: ScoreFormat,
    /// What was found, for people.
    pub(super) note: String,
    pub(super) delimiter: Delimiter,
    /// Whether the first line is a header.
    pub(super) header: bool,
    /// What the lines that count begin with; others are passed over.
    pub(super) prefix: Option<&'static str>,
    /// A role for each column.
    pub(super) roles: Vec<Role>,
    /// The names of the columns kept as text.
    pub(super) extra: Vec<String>,
    /// Whether the score is a list `[fake, real]`.
    pub(super) list: bool,
    pub(super) labels: LabelConvention,
    pub(super) negate: bool,
}

impl Plan {
    /// A plan of columns by place, without header; `columns` name what each holds.
    pub(super) fn placed(format: ScoreFormat, delimiter: Delimiter, columns: &[&str], note: &str) -> Self {
        let mut extra = Vec::new();
        let role = |name: &&str| match *name {
            "file" => Role::File,
            "score" => Role::Score,
            "label" => Role::Label,
            "_" => Role::Skip,
            other => {
                extra.push(other.to_owned());
                Role::Extra(extra.len() - 1)
            }
        };
        let roles = columns.iter().map(role).collect();
        Self {
            format,
            note: note.to_owned(),
            delimiter,
            header: false,
            prefix: None,
            roles,
            extra,
            list: false,
            labels: LabelConvention::Auto,
            negate: false,
        }
    }

    /// Whether the trial's name is the first column and takes surplus fields.
    pub(super) fn peels(&self) -> bool {
        self.roles.first() == Some(&Role::File)
    }

    /// Applies what the options say of labels and sign, and completes the note.
    pub(super) fn settled(mut self, options: &ScoreFileOptions) -> Self {
        let own = match self.format {
            ScoreFormat::ProjectNn | ScoreFormat::AntiDeepfake | ScoreFormat::DeepFense => {
                LabelConvention::BonafideIsOne
            }
            _ => LabelConvention::Auto,
        };
        self.labels = if options.labels == LabelConvention::Auto { own } else { options.labels };
        if self.labels == LabelConvention::BonafideIsZero {
            self.exchange_classes();
        }
        let labels = match (self.roles.contains(&Role::Label), self.labels) {
            (false, _) => "no labels",
            (true, LabelConvention::Auto) => "labels as words, or 0 = bona fide",
            (true, LabelConvention::BonafideIsZero) => "label 0 = bona fide",
            (true, LabelConvention::BonafideIsOne) => "label 1 = bona fide",
            (true, LabelConvention::Words) => "labels as words",
        };
        self.negate = options.polarity == Polarity::HigherIsSpoof;
        let sign = if self.negate { "scores negated, since higher = more spoof" } else { "higher = more bona fide" };
        self.note = format!("{}: {}; {labels}; {sign}", self.format, self.note);
        self
    }

    /// DeepFense's class columns are named by the label's number.
    fn exchange_classes(&mut self) {
        if self.format == ScoreFormat::DeepFense {
            for role in &mut self.roles {
                *role = match *role {
                    Role::Score => Role::Minus,
                    Role::Minus => Role::Score,
                    other => other,
                };
            }
            self.note = "score = class 0 - class 1".into();
        }
    }
}

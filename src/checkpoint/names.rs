//! Names: from a file's spelling to the module's and back, by tables of patterns.
//!
//! A pattern that ends with a dot is a beginning, any other a whole name; `*` stands for a layer's number. Rows are tried in
//! order. The tables themselves stand with the modules that they name: `ssl::checkpoint`, `model::checkpoint`.

use std::fmt;

use super::open::{Checkpoint, Form};

/// Who names the tensors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// This library, in a `.bpk`.
    Own,
    /// torchaudio, also for files that it converted from fairseq.
    Torchaudio,
    /// Hugging Face's transformers.
    HuggingFace,
    /// The authors of RAT: torchaudio's names below `extractor.model.`, and a classifier.
    Authors,
    /// fairseq itself, whose files must be converted first.
    Fairseq,
    /// Nobody known.
    Unknown,
}

impl fmt::Display for Naming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Own => "own",
            Self::Torchaudio => "torchaudio",
            Self::HuggingFace => "hugging-face",
            Self::Authors => "authors",
            Self::Fairseq => "fairseq",
            Self::Unknown => "unknown",
        })
    }
}

/// Beginnings that wrap the names of whole checkpoints: data parallel training, dictionaries around the weights, and the
/// attribute under which a model with a task's head keeps its encoder.
const WRAPPERS: [&str; 7] = ["module.", "model_state_dict.", "state_dict.", "model.", "wav2vec2.", "hubert.", "wavlm."];

/// Parts of the names of tensors that no inference needs: what masks and predicts in pre-training, heads of speech
/// recognition, BatchNorm's counter of steps, and the state of an optimiser saved beside the weights.
const UNNEEDED: [&str; 17] = [
    "masked_spec_embed",
    "mask_generator",
    "mask_emb",
    "num_batches_tracked",
    "logit_generator",
    "label_embs",
    "label_embs_concat",
    "final_proj",
    "lm_head",
    "quantizer",
    "project_q",
    "project_hid",
    "aux",
    "optimizer",
    "optimizer_state_dict",
    "scheduler",
    "lr_scheduler",
];

impl Naming {
    /// Who named the tensors of a checkpoint.
    pub fn of(checkpoint: &Checkpoint) -> Self {
        let any = |test: &dyn Fn(&str) -> bool| checkpoint.tensors().iter().any(|tensor| test(bare(tensor.name())));
        if checkpoint.form() == Form::Burnpack || any(&|name| name.starts_with("head.linear_in.")) {
            Self::Own
        } else if any(&|name| name.starts_with("extractor.model.")) {
            Self::Authors
        } else if any(&|name| name.starts_with("encoder.feature_projection.")) {
            Self::Torchaudio
        } else if any(&|name| name.starts_with("feature_projection.")) {
            Self::HuggingFace
        } else if any(&|name| name.contains("post_extract_proj.") || name.contains("self_attn.")) {
            Self::Fairseq
        } else {
            Self::Unknown
        }
    }
}

/// A name without what wraps whole checkpoints.
pub(super) fn bare(name: &str) -> &str {
    let mut bare = name;
    while let Some(rest) = WRAPPERS.iter().find_map(|wrapper| bare.strip_prefix(wrapper)) {
        bare = rest;
    }
    bare
}

/// Whether inference does without the tensor.
pub(super) fn is_unneeded(name: &str) -> bool {
    bare(name).split('.').any(|part| UNNEEDED.contains(&part))
}

/// A name on the other side of a map, and which third of a fused tensor it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamed {
    /// The name.
    pub name: String,
    /// Query 0, key 1, value 2 of projections that stand in one tensor.
    pub third: Option<usize>,
}

#[derive(Clone, Debug)]
struct Row {
    ours: String,
    theirs: String,
    third: Option<usize>,
}

/// A table of names, read in both directions.
#[derive(Clone, Debug, Default)]
pub struct KeyMap {
    rows: Vec<Row>,
}

impl KeyMap {
    /// A table of pairs: our pattern, theirs.
    pub fn new<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let rows =
            pairs.into_iter().map(|(ours, theirs)| Row { ours: ours.into(), theirs: theirs.into(), third: None });
        Self { rows: rows.collect() }
    }

    /// A table of fused tensors: our patterns of query, key and value, and theirs of the one that holds all three.
    pub fn fused<'a>(rows: impl IntoIterator<Item = ([&'a str; 3], &'a str)>) -> Self {
        let rows = rows.into_iter().flat_map(|(parts, theirs)| {
            let row = move |(third, ours): (usize, &'a str)| Row {
                ours: ours.into(),
                theirs: theirs.into(),
                third: Some(third),
            };
            parts.into_iter().enumerate().map(row)
        });
        Self { rows: rows.collect() }
    }

    /// These rows, then those.
    #[must_use]
    pub fn then(mut self, other: Self) -> Self {
        self.rows.extend(other.rows);
        self
    }

    /// The same rows below a beginning on either side.
    #[must_use]
    pub fn below(mut self, ours: &str, theirs: &str) -> Self {
        for row in &mut self.rows {
            row.ours.insert_str(0, ours);
            row.theirs.insert_str(0, theirs);
        }
        self
    }

    /// What a name of theirs is to us: one name, three for a fused tensor, none where no row knows it.
    pub fn ours(&self, theirs: &str) -> Vec<Renamed> {
        let Some(first) = self.rows.iter().find(|row| rename(&row.theirs, &row.ours, theirs).is_some()) else {
            return vec![];
        };
        let same = self
            .rows
            .iter()
            .filter(|row| std::ptr::eq(*row, first) || (row.third.is_some() && row.theirs == first.theirs));
        same.filter_map(|row| Some(Renamed { name: rename(&row.theirs, &row.ours, theirs)?, third: row.third }))
            .collect()
    }

    /// What our name is to them.
    pub fn theirs(&self, ours: &str) -> Option<Renamed> {
        self.rows.iter().find_map(|row| Some(Renamed { name: rename(&row.ours, &row.theirs, ours)?, third: row.third }))
    }
}

/// The name under the other pattern, if the first one matches it.
fn rename(from: &str, to: &str, name: &str) -> Option<String> {
    let (mut rest, mut number) = (name, "");
    if let Some((before, after)) = from.split_once('*') {
        rest = rest.strip_prefix(before)?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        (number, rest) = rest.split_at(digits);
        rest = rest.strip_prefix(after).filter(|_| digits > 0)?;
    } else {
        rest = rest.strip_prefix(from)?;
    }
    let is_beginning = from.ends_with('.');
    (is_beginning || rest.is_empty()).then(|| to.replacen('*', number, 1) + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_there_and_back() {
        let map = KeyMap::fused([(["l.*.q.w", "l.*.k.w", "l.*.v.w"], "layers.*.qkv.w")])
            .then(KeyMap::new([("g", "original0"), ("l.*.", "layers.*.")]))
            .below("encoder.", "model.");
        assert_eq!(
            map.ours("model.layers.11.norm.bias"),
            [Renamed { name: "encoder.l.11.norm.bias".into(), third: None }]
        );
        let fused = map.ours("model.layers.3.qkv.w");
        assert_eq!(fused[1], Renamed { name: "encoder.l.3.k.w".into(), third: Some(1) });
        assert_eq!(fused.len(), 3);
        assert_eq!(map.theirs("encoder.l.3.v.w").expect("is known").third, Some(2));
        assert_eq!(map.theirs("encoder.g").expect("is known").name, "model.original0");
        assert!(map.ours("model.original01").is_empty() && map.ours("model.layers.x.y").is_empty());
    }

    #[test]
    fn wrappers_come_off() {
        assert_eq!(bare("module.model.feature_extractor.x"), "feature_extractor.x");
        assert_eq!(bare("extractor.model.model.x"), "extractor.model.model.x");
        assert!(is_unneeded("classifier.1.num_batches_tracked") && !is_unneeded("classifier.1.weight"));
    }
}

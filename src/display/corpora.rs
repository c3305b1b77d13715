//! Data sets show their splits and published counts.

use super::{Grid, grouped, shows_a_grid, shows_itself};
use crate::data::{Corpus, CorpusInfo, Split};

shows_itself!(Corpus, CorpusInfo);
shows_a_grid!(CorpusInfo => CorpusInfo::grid, Corpus => Corpus::grid);

/// Published counts of a split; dashes where they are not known.
fn counts(info: &CorpusInfo, split: Split, subset: Option<&str>) -> [String; 3] {
    let dash = || "-".to_owned();
    let Some(published) = info.published(split, subset) else { return [dash(), dash(), dash()] };
    [grouped(published.bonafide), grouped(published.spoof), published.speakers.map_or_else(dash, grouped)]
}

const COUNTS: [&str; 3] = ["bona fide", "spoof", "speakers"];

impl CorpusInfo {
    fn grid(&self) -> Grid {
        let rows = self.published.iter().map(|published| {
            let subset = published.subset.unwrap_or("-").to_owned();
            let names = [published.split.to_string(), subset];
            names.into_iter().chain(counts(self, published.split, published.subset)).collect()
        });
        Grid::new(format!("{} ({}), {}", self.title, self.name, self.source))
            .columns(&["split", "subset"], &COUNTS)
            .rows(rows)
            .note(self.description)
    }
}

impl Corpus {
    fn grid(&self) -> Grid {
        let rows = self.splits().iter().map(|&split| {
            let path = self.protocol_path(split);
            let name = path.strip_prefix(self.root()).unwrap_or(&path).display().to_string();
            let there = if path.is_file() { "" } else { " (missing)" };
            let names = [split.to_string(), format!("{name}{there}")];
            names.into_iter().chain(counts(self.info(), split, self.subset())).collect()
        });
        let subset = self.subset().map_or_else(String::new, |subset| format!(", subset {subset}"));
        Grid::new(format!("{} ({}{subset}) in {}", self.info().title, self.name(), self.root().display()))
            .columns(&["split", "protocol"], &COUNTS)
            .rows(rows)
            .note("counts as published; .trials(Split::Dev)? reads a protocol")
    }
}

//! In which layer of the encoder the reference goes quiet first.

use super::{super::escape::markdown as escaped, contribution::QUIET, counted, share};
use crate::tables::{LayerContributionRow, LayerContributionTable};

/// Of one system, with silence for the reference.
pub(super) fn layers(system: &str, table: &LayerContributionTable) -> Vec<String> {
    let own =
        table.rows.iter().filter(|row| row.degradation == "silence" && row.epoch > 0 && row.delta_output.is_finite());
    let rows: Vec<&LayerContributionRow> = own.collect();
    let Some(last) = rows.iter().map(|row| row.epoch).max() else { return Vec::new() };
    let system = escaped(system);
    let of = |epoch: usize| rows.iter().filter(move |row| row.epoch == epoch).copied();
    let count = of(last).count();
    let quietest = |epoch: usize| of(epoch).min_by(|a, b| a.delta_output.total_cmp(&b.delta_output));
    let mut sentences = Vec::new();
    let first_quiet = rows.iter().filter(|row| row.delta_output < QUIET).map(|row| row.epoch).min();
    match first_quiet.and_then(quietest) {
        Some(row) => sentences.push(format!(
            "Layer by layer: the first of {count} layers of {system} whose block output changes by less than {} with silence is layer \
             {} ({}), after epoch {}; after epoch {last} {} below.",
            share(QUIET),
            row.layer,
            share(row.delta_output),
            row.epoch,
            quiet_layers(of(last).filter(|row| row.delta_output < QUIET).count(), count)
        )),
        None => sentences.push(format!(
            "Layer by layer: in none of the {} of {system} does the block's output change by less than {} with silence.",
            counted(count, "layer"),
            share(QUIET)
        )),
    }
    let loudest = of(last).max_by(|a, b| a.delta_output.total_cmp(&b.delta_output));
    if let (Some(low), Some(high)) = (quietest(last), loudest.filter(|_| count > 1)) {
        sentences.push(format!(
            "After epoch {last} the reference counts most in layer {} ({}) and least in layer {} ({}).",
            high.layer,
            share(high.delta_output),
            low.layer,
            share(low.delta_output)
        ));
    }
    sentences
}

fn quiet_layers(quiet: usize, all: usize) -> String {
    match quiet {
        0 => "none is".into(),
        quiet if quiet == all => "all are".into(),
        1 => "1 is".into(),
        quiet => format!("{quiet} are"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Epochs by layers.
    fn table(changes: &[[f64; 3]]) -> LayerContributionTable {
        let rows = changes.iter().enumerate().flat_map(|(epoch, layers)| {
            layers.iter().enumerate().map(move |(layer, &delta_output)| LayerContributionRow {
                epoch: epoch + 1,
                layer: layer + 1,
                degradation: "silence".into(),
                delta_output,
                ..LayerContributionRow::default()
            })
        });
        LayerContributionTable { rows: rows.collect() }
    }

    #[test]
    fn the_first_quiet_layer_is_named() {
        let text = layers("RAT", &table(&[[0.3, 0.2, 0.4], [0.2, 0.04, 0.3], [0.02, 0.03, 0.1]])).join("\n");
        assert!(text.contains("first of 3 layers of RAT"), "{text}");
        assert!(text.contains("is layer 2 (4.00\u{a0}%), after epoch 2; after epoch 3 2 are below."), "{text}");
        assert!(text.contains("most in layer 3 (10.0\u{a0}%) and least in layer 1 (2.00\u{a0}%)"), "{text}");
    }

    #[test]
    fn none_is_quiet() {
        let text = layers("RAT", &table(&[[0.3, 0.2, 0.4]])).join("\n");
        assert!(text.contains("in none of the 3 layers"), "{text}");
        assert!(layers("RAT", &LayerContributionTable::default()).is_empty());
    }
}

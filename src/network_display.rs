//! The network's types show themselves: scores, detectors, checkpoints.

use burn::module::Module;

use crate::{
    checkpoint::Checkpoint,
    display::{Grid, Rich, grouped, shows_a_grid, shows_itself},
    model::{Detector, Inspection, TrialScore},
};

shows_itself!(TrialScore, Detector, Checkpoint, Inspection);
shows_a_grid!(Detector => of_detector, Checkpoint => of_checkpoint, Inspection => of_inspection);

/// A checkpoint's sizes, as `[512, 1, 10]`.
fn sizes(shape: &[usize]) -> String {
    format!("{shape:?}")
}

impl Rich for TrialScore {
    fn to_text(&self) -> String {
        format!("{self}: probability of bona fide, logit of bona fide less that of spoof")
    }

    fn to_html(&self) -> String {
        format!(
            "<p><b>{:.6}</b> bona fide; margin <b>{:.4}</b> (logit of bona fide less that of spoof)</p>",
            self.score, self.margin
        )
    }
}

fn of_detector(detector: &Detector) -> Grid {
    let part = |name: &str, count: usize| vec![name.to_owned(), grouped(count)];
    let block = detector.block.as_ref().map_or(0, Module::num_params);
    let rows = [
        part("encoder", detector.encoder.num_params()),
        part("reference block", block),
        part("head", detector.head.num_params()),
        part("all", detector.num_params()),
    ];
    let title = format!("Detector {}, {} transformer layers", detector.conditioning(), detector.encoder.layers());
    Grid::new(title).columns(&["part"], &["parameters"]).rows(rows)
}

fn of_checkpoint(checkpoint: &Checkpoint) -> Grid {
    let rows = checkpoint.tensors().iter();
    let rows = rows.map(|tensor| vec![tensor.name().into(), tensor.dtype().to_string(), sizes(tensor.shape())]);
    let count: usize = checkpoint.tensors().iter().map(|tensor| tensor.count()).sum();
    let files = if checkpoint.files() > 1 { format!(" in {} files", checkpoint.files()) } else { String::new() };
    let title = format!(
        "{}: {}{files}, {} tensors, {} numbers",
        checkpoint.path().display(),
        checkpoint.form(),
        grouped(checkpoint.tensors().len()),
        grouped(count)
    );
    Grid::new(title).columns(&["tensor", "type", "shape"], &[]).rows(rows)
}

fn of_inspection(inspection: &Inspection) -> Grid {
    let Inspection { path, form, naming, network, encoders, classifiers, parameters, groups, .. } = inspection;
    let row = |group: &crate::model::TensorGroup| {
        vec![group.name.clone(), group.dtype.clone(), sizes(&group.shape), group.tensors.to_string()]
    };
    let or = |names: &[String]| if names.is_empty() { "unknown".to_owned() } else { names.join(" or ") };
    let parts = [("missing", &inspection.missing), ("unused", &inspection.unused)];
    let odd = parts.into_iter().filter(|(_, notes)| !notes.is_empty());
    let odd = odd.map(|(what, notes)| format!("{what}: {} tensors", notes.len()));
    let grid = Grid::new(format!("{}: {form}, {naming} names, network: {network}", path.display()))
        .columns(&["tensors", "type", "shape"], &["how many"])
        .rows(groups.iter().map(row))
        .note(inspection.reason.clone().unwrap_or_default())
        .note(if encoders.is_empty() { String::new() } else { format!("encoder: {}", or(encoders)) })
        .note(if classifiers.is_empty() { String::new() } else { format!("classifier: {}", or(classifiers)) })
        .note(parameters.map_or_else(String::new, |counts| format!("parameters: {}", grouped(counts.total))));
    odd.fold(grid, Grid::note)
}

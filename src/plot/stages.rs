//! The boundary between the frozen and the fine-tuned epochs, marked in every figure over epochs.

use plotters::backend::DrawingBackend;

use super::{
    canvas::{Align, Canvas, Drawn, Stroke, Type},
    palette::Ink,
    panel::Panel,
};

/// Dashes of whatever is secondary.
pub(super) const DASHED: &[f64] = &[6.0, 4.0];
/// Dashes of rules that are no data.
pub(super) const DOTTED: &[f64] = &[1.5, 3.0];

/// Where the stage changes: halfway between the last epoch of one and the first of the next.
pub(super) fn boundary<'a>(epochs: impl Iterator<Item = (usize, &'a str)>) -> Option<f64> {
    let (mut frozen, mut tuned) = (None::<usize>, None::<usize>);
    for (epoch, stage) in epochs {
        if stage == "finetune" {
            tuned = Some(tuned.map_or(epoch, |first| first.min(epoch)));
        } else {
            frozen = Some(frozen.map_or(epoch, |last| last.max(epoch)));
        }
    }
    Some((frozen? as f64 + tuned? as f64) / 2.0)
}

/// What a stage is called in a figure.
pub(super) fn name(stage: &str) -> &str {
    match stage {
        "train" => "frozen",
        "finetune" => "fine-tuned",
        other => other,
    }
}

/// A rule at the boundary with the stages' names on either side.
pub(super) fn mark<DB: DrawingBackend>(canvas: &Canvas<DB>, panel: &Panel, boundary: Option<f64>) -> Drawn<DB> {
    let Some(boundary) = boundary else { return Ok(()) };
    let (x, top) = (panel.x_at(boundary), panel.frame.top);
    canvas.line(&[(x, top), (x, panel.bottom())], Stroke::solid(Ink::Axis, 1.0).dashed(DOTTED))?;
    let note = Type { size: 11.5, ..Type::NOTE };
    canvas.text("frozen", (x - 6.0, top + 11.0), note.aligned(Align::Right))?;
    canvas.text("fine-tuned", (x + 6.0, top + 11.0), note)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_boundary_lies_between_the_stages() {
        assert_eq!(boundary([(0, "train"), (2, "train"), (3, "finetune")].into_iter()), Some(2.5));
        assert_eq!(boundary([(1, "train")].into_iter()), None);
    }
}

//! Figures of the reference's contribution layer by layer.

use super::{
    super::{block::Block, context::Context},
    figure,
};
use crate::{
    error::Result,
    plot::{self, Figure},
    tables::LayerContributionTable,
};

/// Epochs by layers, of one system; by default of the first that was traced so.
pub(in crate::report) fn layer_map(context: &Context, system: Option<&str>) -> Result<Block> {
    drawn(context, system, plot::layer_map)
}

/// Lines over the layers.
pub(in crate::report) fn layer_lines(context: &Context, system: Option<&str>) -> Result<Block> {
    drawn(context, system, plot::layer_lines)
}

fn drawn(
    context: &Context,
    system: Option<&str>,
    draw: fn(&str, &LayerContributionTable) -> Result<Figure>,
) -> Result<Block> {
    let wanted = context.systems.iter().filter(|known| system.is_none_or(|system| known.name == system));
    match wanted.filter_map(|known| Some((&known.name, known.layers.as_ref()?))).next() {
        Some((name, table)) => draw(name, table).map(figure),
        None => Ok(Block::Remark(
            "The contribution was not measured layer by layer; `rat-report trace` does it from saved checkpoints."
                .into(),
        )),
    }
}

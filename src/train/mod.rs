//! Training in two stages: with the encoder frozen, then jointly (RAT paper, section 3.2).

mod checkpoint;
mod difference;
mod exchange;
mod gradients;
mod position;
mod recipe;
mod replica;
mod run;
mod step;
mod trainer;

pub use exchange::Exchange;
pub use gradients::clip_norm;
pub use position::Position;
pub use recipe::{Recipe, StageRecipe};
pub(crate) use run::LOST;
pub use run::{RunConfig, RunDirectory};
pub use step::{Stage, TrainState};
pub use trainer::{EpochReport, TrainEvent, Trainer, TrainerHooks};

//! Self-supervised speech encoders: the wav2vec 2.0 family with the outputs of all layers.
//!
//! Modules are named as in torchaudio, so that a checkpoint's keys are the paths of its parameters; see
//! [`checkpoint`] for the other spellings.

mod attention;
pub mod checkpoint;
mod config;
mod cpu;
mod encoder;
mod extractor;
mod fused;
mod graph;
mod identify;
mod mask;
mod positional;
mod precision;
mod transformer;
mod wavlm;
mod weights;

pub use attention::attend;
pub use config::{CONV_KERNELS, CONV_STRIDES, EncoderConfig, ExtractorNorm, MIN_SAMPLES, NormOrder};
pub use encoder::{SslEncoder, SslFeatures, waveform_batch};
pub use fused::{Then, layer_norm, linear, norm_pool, pool, project};
pub use identify::{IdentifiedEncoder, METADATA, identify};
pub use mask::Lengths;
pub use precision::products_in;
pub use transformer::Outputs;
pub use wavlm::RelativePositions;
pub use weights::draw_weights;

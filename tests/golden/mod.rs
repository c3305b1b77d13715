//! Reading the golden tensors.

use std::path::PathBuf;

use burn::tensor::Device;
use rat::{
    model::{Conditioning, Detector},
    ssl::{EncoderConfig, ExtractorNorm, NormOrder},
};
use safetensors::SafeTensors;

/// A file of `tests/fixtures/golden`.
pub fn fixture(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/golden").join(file)
}

/// The sizes that all golden networks share.
pub fn shapes_like() -> EncoderConfig {
    EncoderConfig {
        name: "golden".into(),
        conv_channels: 16,
        conv_bias: true,
        extractor_norm: ExtractorNorm::Layer,
        features: 32,
        layers: 2,
        heads: 4,
        feed_forward: 64,
        norm_order: NormOrder::Pre,
        positional_kernel: 16,
        positional_groups: 4,
        normalise_waveform: true,
    }
}

/// The same with the real models' positional convolution.
pub fn wide_kernel() -> EncoderConfig {
    EncoderConfig { positional_kernel: 128, positional_groups: 16, ..shapes_like() }
}

/// The golden RAT.
pub fn rat(file: &str, conditioning: Conditioning, device: &Device) -> Detector {
    Detector::load_as(fixture(file), &wide_kernel(), conditioning, device).expect("the fixture fits")
}

/// Named f32 tensors of one file.
pub struct Tensors(Vec<(String, Vec<usize>, Vec<f32>)>);

#[allow(dead_code)] // Each test binary uses its part.
impl Tensors {
    pub fn read(file: &str) -> Self {
        let bytes = std::fs::read(fixture(file)).expect("the fixture is there");
        let tensors = SafeTensors::deserialize(&bytes).expect("valid safetensors");
        let f32s = |data: &[u8]| data.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        let read = tensors.tensors().into_iter().filter(|(_, view)| view.dtype() == safetensors::Dtype::F32);
        Self(read.map(|(name, view)| (name, view.shape().to_vec(), f32s(view.data()))).collect())
    }

    pub fn single(name: &str, dims: Vec<usize>, values: Vec<f32>) -> Self {
        Self(vec![(name.into(), dims, values)])
    }

    pub fn single_of(other: &Self, name: &str) -> Self {
        let (dims, values) = other.get(name);
        Self::single(name, dims.to_vec(), values.to_vec())
    }

    pub fn get(&self, name: &str) -> (&[usize], &[f32]) {
        let (_, dims, values) =
            self.0.iter().find(|entry| entry.0 == name).unwrap_or_else(|| panic!("no tensor {name}"));
        (dims, values)
    }
}

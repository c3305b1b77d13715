//! WavLM checkpoints under the encoder's own names: torchaudio packs three projections and keeps the embedding in layer 0.

use std::path::Path;

use safetensors::{Dtype, serialize_to_file, tensor::TensorView};

use crate::golden::Tensors;

/// Writes the checkpoint again, unpacked and renamed.
pub fn write(path: &Path, to: &Path) {
    let tensors = Tensors::open(path);
    let mut out: Vec<(String, Vec<usize>, Vec<u8>)> = Vec::new();
    for name in tensors.names() {
        let (dims, values) = tensors.get(name);
        let bytes = |values: &[f32]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
        let Some((layer, kind)) = name.split_once("attention.in_proj_") else {
            let renamed = name
                .replace("attention.attention.", "attention.")
                .replace("transformer.layers.0.attention.rel_attn_embed", "transformer.rel_attn_embed")
                .replace("encoder.layers.0.attention.rel_attn_embed", "encoder.transformer.rel_attn_embed");
            out.push((renamed, dims.to_vec(), bytes(values)));
            continue;
        };
        let dims = [&[dims[0] / 3], &dims[1..]].concat();
        for (part, values) in ["q_proj", "k_proj", "v_proj"].iter().zip(values.chunks_exact(values.len() / 3)) {
            out.push((format!("{layer}{part}.{kind}"), dims.clone(), bytes(values)));
        }
    }
    let views = out.iter().map(|(name, dims, bytes)| {
        (name.as_str(), TensorView::new(Dtype::F32, dims.clone(), bytes).expect("the bytes fit"))
    });
    serialize_to_file(views, None, to).expect("the temporary folder is writable");
}

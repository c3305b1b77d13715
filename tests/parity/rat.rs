//! RAT's block, pooling and head under every reference and conditioning, and the whole way from waveform to logits.

use burn::tensor::{Device, Tensor, TensorData};
use rat::{
    model::{Conditioning, Detector},
    ssl::{Lengths, SslFeatures},
};

use crate::{
    closeness::{HEAD, LAYER, relative, values},
    devices::on_every_device,
    given::{batch, normalised_as_a_whole},
    golden::{self, Tensors},
};

on_every_device! {
    every_tensor_of_rat_under_each_reference: every_reference;
    every_conditioning_from_the_same_checkpoint: every_conditioning;
    from_waveform_to_logits_and_with_the_older_weight_norm: from_waveform_to_logits;
}

/// Names in the fixture: torch keeps `[frames, layers x batch, features]`.
fn assert_traced(found: Option<Tensor<4>>, io: &Tensors, key: &str) {
    let found = found.expect("the network has a block");
    let [layers, rows, frames, features] = found.dims();
    let found = found.reshape([layers * rows, frames, features]).swap_dims(0, 1);
    let (dims, expected) = io.get(key);
    assert_eq!(dims, [frames, layers * rows, features]);
    let error = relative(&values(found), expected);
    assert!(error < HEAD, "{key}: {error:e}");
}

fn assert_close(found: Tensor<2>, io: &Tensors, key: &str) {
    let error = relative(&values(found), io.get(key).1);
    assert!(error < HEAD, "{key}: {error:e}");
}

fn features(io: &Tensors, key: &str, device: &Device) -> SslFeatures {
    let (dims, values) = io.get(key);
    let dims = [dims[0], dims[1], dims[2], dims[3]];
    let layers = Tensor::from_data(TensorData::new(values.to_vec(), dims), device);
    SslFeatures { layers, lengths: Lengths::full(dims[1], dims[2]) }
}

fn every_reference(device: &Device) {
    let io = Tensors::read("rat_io.safetensors");
    for file in ["rat.pt", "rat.safetensors"] {
        let detector = golden::rat(file, Conditioning::Reference, device);
        let test = features(&io, "emb_test_layers", device);
        for condition in ["matched", "mismatched", "silence", "noise"] {
            let reference = features(&io, &format!("emb_ref_layers.{condition}"), device);
            let trace = detector.forward_traced(&test, Some(&reference));
            assert_close(trace.embedding, &io, &format!("{condition}.emb"));
            assert_close(trace.logits, &io, &format!("{condition}.logits"));
            if ["matched", "silence"].contains(&condition) {
                assert_traced(trace.attention, &io, &format!("{condition}.attn_map"));
                assert_traced(trace.mlp, &io, &format!("{condition}.mlp_out"));
                assert_traced(trace.combined, &io, &format!("{condition}.combined"));
                assert_traced(trace.residual, &io, &format!("{condition}.residual"));
            }
        }
        assert_close(detector.forward_zeroed(&test).logits, &io, "zeroref.logits");
    }
}

fn every_conditioning(device: &Device) {
    let io = Tensors::read("rat_io.safetensors");
    let attention = Tensors::read("rat_attention.safetensors");
    let test = features(&io, "emb_test_layers", device);
    for (conditioning, key) in [(Conditioning::Own, "selfattn"), (Conditioning::Zeros, "zeroref")] {
        let trace = golden::rat("rat.safetensors", conditioning, device).forward_traced(&test, None);
        assert_close(trace.embedding, &io, &format!("{key}.emb"));
        assert_close(trace.logits, &io, &format!("{key}.logits"));
        assert_traced(trace.attention, &attention, &format!("{key}.attn_map"));
        // The MLP sees the test frames alone.
        assert_traced(trace.mlp, &io, "matched.mlp_out");
    }
    let mut baseline: Detector = golden::rat("rat.safetensors", Conditioning::Reference, device);
    baseline.block = None;
    let trace = baseline.forward_traced(&test, None);
    assert_close(trace.embedding, &io, "baseline.emb");
    assert_close(trace.logits, &io, "baseline.logits");
}

fn from_waveform_to_logits(device: &Device) {
    let io = Tensors::read("rat_io.safetensors");
    for file in ["rat.pt", "rat_ddp_legacy_weightnorm.pt"] {
        // The fixture was made with the whole batch normalised at once.
        let detector = golden::rat(file, Conditioning::Reference, device);
        let encode = |key: &str| {
            let dims = io.get(key).0;
            let encoder = detector.encoder.clone().with_normalise_waveform(false);
            let input = batch(&normalised_as_a_whole(&io, key), "x", device);
            encoder.forward(input, &Lengths::full(dims[0], dims[1]))
        };
        let trace = detector.forward_traced(&encode("test"), Some(&encode("ref.matched")));
        let error = relative(&values(trace.logits), io.get("matched.logits").1);
        assert!(error < LAYER, "{file}: {error:e}");
    }
}

//! A full XLS-R 300M with random weights that PyTorch wrote, from `.pt` and from `.safetensors`, on all 24 layers.
//!
//! `tests/fixtures/make_full_size.py` writes the files: 2.6 GB, hence not in the repository.

#![cfg(feature = "network")]

#[allow(dead_code)]
#[path = "parity/closeness.rs"]
mod closeness;
#[allow(dead_code)]
mod golden;

use std::{path::PathBuf, time::Instant};

use closeness::{LAYER, relative, row_of};
use golden::Tensors;
use rat::{
    Waveform,
    ssl::{SslEncoder, SslFeatures, waveform_batch},
};

fn folder() -> PathBuf {
    let folder = std::env::var_os("RAT_FULL_SIZE_DIR");
    folder.expect("RAT_FULL_SIZE_DIR names the folder that tests/fixtures/make_full_size.py filled").into()
}

/// The worst error of each layer over the rows, and whether each is small enough.
fn compare(what: &str, features: &[(&SslFeatures, usize)], io: &Tensors) {
    let mut worst = Vec::new();
    for layer in 0..24 {
        let errors = features.iter().enumerate().map(|(place, &(features, row))| {
            let (dims, expected) = io.get(&format!("alone.{place}"));
            let &[24, frames, width] = dims else { panic!("{dims:?}") };
            assert_eq!(features.lengths.as_slice()[row], frames);
            let start = layer * frames * width;
            relative(&row_of(features, layer, row, frames), &expected[start..start + frames * width])
        });
        worst.push(errors.fold(0.0, f64::max));
    }
    let listed: Vec<_> = worst.iter().map(|error| format!("{error:.1e}")).collect();
    println!("{what}, worst error of each layer over its RMS: {}", listed.join(" "));
    assert!(worst.iter().all(|&error| error < LAYER), "{what}: {worst:?}");
}

fn check(file: &str) {
    let device = rat::device::open("cpu").expect("the CPU is there").device;
    let io = Tensors::open(&folder().join("xlsr_300m_io.safetensors"));
    let waveforms = ["0", "1"].map(|name| Waveform::new(io.get(name).1.to_vec()));
    let begun = Instant::now();
    let encoder = SslEncoder::load(folder().join(file), &device).unwrap_or_else(|error| panic!("{file}: {error}"));
    println!("{file}: loaded in {:.2} s", begun.elapsed().as_secs_f64());
    let encode = |waveforms: &[Waveform]| {
        let (batch, lengths) = waveform_batch(waveforms, &device).expect("long enough");
        encoder.forward(batch, &lengths)
    };
    let alone = [encode(&waveforms[..1]), encode(&waveforms[1..])];
    compare(&format!("{file}, alone"), &[(&alone[0], 0), (&alone[1], 0)], &io);
    let padded = encode(&waveforms);
    compare(&format!("{file}, in one padded batch"), &[(&padded, 0), (&padded, 1)], &io);
}

#[test]
#[ignore = "needs 2.6 GB: RAT_FULL_SIZE_DIR=DIR python tests/fixtures/make_full_size.py; RAT_FULL_SIZE_DIR=DIR cargo test --release --test full_size -- --ignored --nocapture --test-threads 1"]
fn xlsr_300m_from_safetensors() {
    check("xlsr_300m.safetensors");
}

#[test]
#[ignore = "needs 2.6 GB: RAT_FULL_SIZE_DIR=DIR python tests/fixtures/make_full_size.py; RAT_FULL_SIZE_DIR=DIR cargo test --release --test full_size -- --ignored --nocapture --test-threads 1"]
fn xlsr_300m_from_pt() {
    check("xlsr_300m.pt");
}

//! How long a full XLS-R 300M takes to load, and how much memory.

use std::{path::PathBuf, time::Instant};

use burn::tensor::Device;
use rat::ssl::SslEncoder;

/// The most memory that this process ever held, in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells it");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("is listed");
    1024 * line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number")
}

#[test]
#[ignore = "needs 2.6 GB: RAT_FULL_SIZE_DIR=DIR python tests/fixtures/make_full_size.py; RAT_FULL_SIZE_DIR=DIR cargo test --release --test checkpoints full_size -- --ignored --nocapture"]
fn a_file_is_loaded_in_two_seconds_and_held_once() {
    let folder = std::env::var_os("RAT_FULL_SIZE_DIR");
    let folder = PathBuf::from(folder.expect("RAT_FULL_SIZE_DIR names what tests/fixtures/make_full_size.py filled"));
    for file in ["xlsr_300m.safetensors", "xlsr_300m.pt"] {
        let path = folder.join(file);
        let bytes = std::fs::metadata(&path).expect("is there").len();
        let mut best = f64::INFINITY;
        for _ in 0..3 {
            let begun = Instant::now();
            drop(SslEncoder::load(&path, &Device::flex()).expect("is whole"));
            best = best.min(begun.elapsed().as_secs_f64());
        }
        println!("{file}: {bytes} bytes, loaded in {best:.2} s, peak of the process {} bytes", peak());
        assert!(peak() < bytes + bytes / 4, "the file is held once");
        assert!(best < 2.0 || file.ends_with(".pt"), "{best} s");
    }
}

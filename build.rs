//! Tells the library which git revision it is built from, for the provenance of pages; `unknown` outside a checkout.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=.git/HEAD");
    println!("cargo::rerun-if-changed=.git/refs/heads");
    let output = Command::new("git").args(["rev-parse", "--short=12", "HEAD"]).output();
    let revision = output.ok().filter(|output| output.status.success());
    let revision = revision.and_then(|output| String::from_utf8(output.stdout).ok());
    println!("cargo::rustc-env=RAT_REVISION={}", revision.as_deref().map_or("unknown", str::trim));
}

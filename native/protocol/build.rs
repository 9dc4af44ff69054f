//! Compiles the protocol files without a system `protoc`.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let root = "proto";
    let files = ["licensing/v1/licensing.proto", "licensing/v1/control.proto"];
    for file in files {
        println!("cargo::rerun-if-changed={root}/{file}");
    }
    let descriptors = protox::compile(files, [root])?;
    tonic_prost_build::configure().compile_fds(descriptors)?;
    Ok(())
}

//! The gRPC messages and services of the licensing ports, generated from `proto/`.

/// What products say to a license server.
#[allow(missing_docs, clippy::all)]
pub mod licensing {
    tonic::include_proto!("licensing.v1");
}

/// What the license manager says to its vendor daemons.
#[allow(missing_docs, clippy::all)]
pub mod control {
    tonic::include_proto!("licensing.control.v1");
}

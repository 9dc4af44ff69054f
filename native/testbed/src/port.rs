//! Ports that nobody else comes by.

use std::net::{Ipv4Addr, TcpListener};

use anyhow::{Context, bail};

/// The first of the ports to choose from.
const FIRST: u16 = 15_000;
/// How many there are. They end below the ports that systems give to programs that ask for any port, so that other tests,
/// which ask for any, do not get the one that was chosen before it is used.
const COUNT: u16 = 17_000;
/// Ports that are tried.
const TRIES: u32 = 100;

/// A TCP port of the loopback interface where nobody listens: for a program that has to be told its port before it starts, or
/// for a client that is to find nobody.
///
/// # Errors
/// If somebody listens on every port that is tried.
pub fn free_port() -> anyhow::Result<u16> {
    for _ in 0..TRIES {
        let mut random = [0; 2];
        getrandom::fill(&mut random).context("there is no randomness")?;
        let port = FIRST + u16::from_ne_bytes(random) % COUNT;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("somebody listens on each of {TRIES} ports")
}

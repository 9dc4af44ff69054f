//! Rules of the license management service, for both ends: the license server that uploads and the service that receives.
//!
//! Nothing here reads a file, a socket or a clock: instants, keys and random bytes come in as arguments.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`alert`] | which conditions are worth an alert, and what is told of each while it lasts |
//! | [`schedule`] | when the next upload is due |
//! | [`upload`] | what an upload says, its canonical bytes and its integrity hash |
//! | [`exchange`] | registration, receipts, bundles and errors between server and receiver |
//! | [`key`] | the keys that sign uploads and receipts |
//! | [`compliance`] | duplicates, legacy licenses, rescinded licenses and the other findings, and their life cycle |
//! | [`health`] | whether a license server is well, with what to do |
//! | [`capacity`] | forecast of the day on which seats run out, products that nobody uses |
//! | [`usage`] | exact peaks from events, and their roll-ups |

pub mod alert;
pub mod canonical;
pub mod capacity;
pub mod compliance;
pub mod exchange;
pub mod health;
pub mod id;
pub mod key;
pub mod schedule;
pub mod schema;
pub mod upload;
pub mod usage;

//! The one way in: every port of the server is served through here.

mod server_tls;

pub use server_tls::{ServerTls, TlsError};

//! Connections of administrators.

use std::path::PathBuf;
use std::sync::Arc;

use interoptopus::{ffi_function, ffi_type};
use licensing_api::{Problem, Secret};
use licensing_client::{AdminClient, ConnectOptions, Credentials, Trust};
use serde::Deserialize;

use crate::boundary::{guarded, licensing_status};
use crate::buffer::{self, licensing_buffer};
use crate::handles::Table;
use crate::input;
use crate::panics::quiet;

/// A connection to the web services. Free it with licensing_connection_free; its tasks go on without it.
#[ffi_type(opaque, name = "Connection")]
pub struct licensing_connection {
    _private: [u8; 0],
}

pub(crate) static CONNECTIONS: Table<licensing_connection, AdminClient> = Table::new();

/// Options of `licensing_connection_open` as JSON.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OpenOptions {
    address: String,
    #[serde(default)]
    cert_hash: Option<String>,
    #[serde(default)]
    ca_file: Option<PathBuf>,
    #[serde(default)]
    account: Option<String>,
    #[serde(default)]
    connect_timeout_ms: u32,
    #[serde(default)]
    timeout_ms: u32,
}

/// Which certificate to trust, from the two ways to say so.
pub(crate) fn trust(cert_hash: Option<&str>, ca_file: Option<PathBuf>) -> Result<Trust, Problem> {
    match (cert_hash, ca_file) {
        (Some(_), Some(_)) => Err(input::invalid(
            "caFile",
            "certHash and caFile exclude each other.".to_owned(),
        )),
        (Some(hash), None) => Ok(Trust::CertHash(hash.parse()?)),
        (None, Some(path)) => Ok(Trust::CaFile(path)),
        (None, None) => Ok(Trust::System),
    }
}

/// Prepares a connection; nothing is sent before the first task.
///
/// `options` is JSON: address, certHash, caFile, account, connectTimeoutMs, timeoutMs, all but the address
/// optional. `secret` is the password of the account, or a token when there is no account; it may be wiped as soon
/// as the call returns.
///
/// # Safety
/// `options` and `secret` are NULL or have as many bytes as their lengths say; `connection` and `error` are NULL
/// or may be written.
#[ffi_function]
#[no_mangle]
pub unsafe extern "C" fn licensing_connection_open(
    options: *const u8,
    options_length: u64,
    secret: *const u8,
    secret_length: u64,
    connection: *mut *mut licensing_connection,
    error: *mut *mut licensing_buffer,
) -> licensing_status {
    let body = || {
        let connection = input::writable(connection, "connection")?;
        // SAFETY: the caller promised the bytes of both.
        let (options, secret) = unsafe {
            (
                input::bytes(options, options_length, "options")?,
                input::bytes(secret, secret_length, "secret")?,
            )
        };
        let client = Arc::new(client(options, secret)?);
        // SAFETY: checked for NULL, and the caller promised that it may be written.
        unsafe { connection.write(CONNECTIONS.insert(client)) };
        Ok(())
    };
    // SAFETY: the caller's promise about `error`.
    unsafe { guarded(error, body) }
}

fn client(options: &[u8], secret: &[u8]) -> Result<AdminClient, Problem> {
    let options: OpenOptions = input::json(options, "options")?;
    let secret = std::str::from_utf8(secret)
        .map(Secret::new)
        .map_err(|_| input::invalid("secret", "The secret is not valid UTF-8.".to_owned()))?;
    let mut connect = ConnectOptions::new(options.address.parse()?);
    connect.trust = trust(options.cert_hash.as_deref(), options.ca_file)?;
    connect.credentials = match options.account {
        Some(account) => Credentials::Basic {
            account,
            password: secret,
        },
        None if secret.is_empty() => Credentials::None,
        None => Credentials::Bearer(secret),
    };
    connect.connect_timeout = input::milliseconds(options.connect_timeout_ms, connect.connect_timeout);
    connect.timeout = input::milliseconds(options.timeout_ms, connect.timeout);
    AdminClient::connect(connect)
}

/// The address of a connection in its one form, `https://host:port/`, as a buffer of text: host in lower case, port
/// always there, so that two connections to the same place can be told by it.
///
/// # Safety
/// `address` and `error` are NULL or may be written.
#[ffi_function]
#[no_mangle]
pub unsafe extern "C" fn licensing_connection_address(
    connection: *const licensing_connection,
    address: *mut *mut licensing_buffer,
    error: *mut *mut licensing_buffer,
) -> licensing_status {
    let body = || {
        let address = input::writable(address, "address")?;
        let text = CONNECTIONS.get(connection)?.address().to_string();
        // SAFETY: checked for NULL, and the caller promised that it may be written.
        unsafe { address.write(buffer::of_bytes(text.into_bytes())) };
        Ok(())
    };
    // SAFETY: the caller's promise about `error`.
    unsafe { guarded(error, body) }
}

/// Frees a connection. NULL and handles that are not valid are left alone.
#[ffi_function]
#[no_mangle]
pub extern "C" fn licensing_connection_free(connection: *mut licensing_connection) {
    quiet((), || drop(CONNECTIONS.remove(connection)));
}

//! Connections of products.

use std::ffi::c_char;
use std::path::PathBuf;
use std::sync::Arc;

use interoptopus::{ffi_function, ffi_type};
use licensing_api::{Problem, Secret};
use licensing_client::{
    Address, ClientIdentity, DEFAULT_LICENSE_PORT, Heartbeats, IssuerKeys, ProductClient, ProductOptions,
    Transport,
};
use serde_json::{Value, json};

use crate::boundary::{guarded, licensing_status};
use crate::buffer::{self, licensing_buffer};
use crate::call_error::CallError;
use crate::connection::trust;
use crate::handles::Table;
use crate::input;
use crate::panics::quiet;
use crate::runtime::{is_forked, wait_for};

/// A product's connection to a vendor daemon. Free it with licensing_product_free; its leases live on without it.
#[ffi_type(opaque, name = "Product")]
pub struct licensing_product {
    _private: [u8; 0],
}

/// How to reach a vendor daemon. Set it to zero, then fill in what is known; texts are UTF-8.
#[ffi_type(name = "ProductOptions")]
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct licensing_product_options {
    /// Host of the license server; NULL for this machine.
    pub host: *const c_char,
    /// Vendor whose daemon is wanted; NULL for the first that serves.
    pub vendor: *const c_char,
    /// Token of the product; NULL for none.
    pub token: *const c_char,
    /// SHA-256 of the server's certificate in hex, for servers other than this machine; NULL when an authority
    /// vouches for it.
    pub cert_hash: *const c_char,
    /// PEM file of authorities; NULL for those of the operating system.
    pub ca_file: *const c_char,
    /// PEM file of the product's own certificate, where the server demands one; NULL for none.
    pub client_certificate: *const c_char,
    /// PEM file of its private key; NULL when the file of the certificate holds it.
    pub client_key: *const c_char,
    /// Folder for tickets, which grace and borrowing need; NULL for none. Whoever can change its files can make up
    /// tickets.
    pub ticket_folder: *const c_char,
    /// Port of the license manager; 0 for 27000.
    pub port: u32,
    /// Longest time for one attempt in milliseconds; 0 for 5000.
    pub attempt_timeout_ms: u32,
    /// Longest time for one call with all its attempts in milliseconds; 0 for 15000.
    pub timeout_ms: u32,
    /// 1 when the product calls licensing_heartbeat itself; 0 for heartbeats in the background.
    pub manual_heartbeats: u32,
    /// 1 to make each question a call of its own; 0 to ask over one stream where the server has it.
    pub calls_only: u32,
}

pub(crate) static PRODUCTS: Table<licensing_product, ProductClient> = Table::new();

/// Finds the vendor daemon and connects to it. When the server cannot be reached and the folder has valid tickets,
/// that is no failure.
///
/// # Safety
/// `options` is NULL or points to such a structure, whose texts are NULL or end with a NUL; `product` and `error`
/// are NULL or may be written.
#[ffi_function]
#[no_mangle]
pub unsafe extern "C" fn licensing_product_open(
    options: *const licensing_product_options,
    product: *mut *mut licensing_product,
    error: *mut *mut licensing_buffer,
) -> licensing_status {
    let body = || {
        let product = input::writable(product, "product")?;
        // SAFETY: the caller's promise about `options`, and a place that may be written.
        unsafe { open(options, None, product) }
    };
    // SAFETY: the caller's promise about `error`.
    unsafe { guarded(error, body) }
}

/// As licensing_product_open, for a product that accepts licenses of certain issuers alone. `issuer_keys` has their public
/// keys, 32 bytes in base64 each with blanks between them, and is a constant of the product. Every seat is then held
/// against the signed lines that grant it, also by a ticket; others fail with LICENSING_ERROR_LICENSE_NOT_GENUINE.
///
/// # Safety
/// As licensing_product_open; `issuer_keys` is NULL or ends with a NUL.
#[ffi_function]
#[no_mangle]
pub unsafe extern "C" fn licensing_product_open_pinned(
    options: *const licensing_product_options,
    issuer_keys: *const c_char,
    product: *mut *mut licensing_product,
    error: *mut *mut licensing_buffer,
) -> licensing_status {
    let body = || {
        let product = input::writable(product, "product")?;
        // SAFETY: the caller's promise about `issuer_keys`.
        let keys = unsafe { input::text(issuer_keys, "issuer_keys")? }.unwrap_or_default();
        let keys = IssuerKeys::parse(&keys)?;
        // SAFETY: the caller's promise about `options`, and a place that may be written.
        unsafe { open(options, Some(keys), product) }
    };
    // SAFETY: the caller's promise about `error`.
    unsafe { guarded(error, body) }
}

/// # Safety
/// `options` is NULL or points to such a structure with such texts; `product` may be written.
unsafe fn open(
    options: *const licensing_product_options,
    issuer_keys: Option<IssuerKeys>,
    product: *mut *mut licensing_product,
) -> Result<(), CallError> {
    if options.is_null() {
        return Err(input::invalid("options", "options is NULL.".to_owned()).into());
    }
    // SAFETY: not NULL, and the caller promised that it points to such a structure with such texts.
    let mut options = unsafe { read_options(&*options)? };
    options.issuer_keys = issuer_keys;
    let client = wait_for(ProductClient::connect(options))??;
    // SAFETY: the caller promised that it may be written.
    unsafe { product.write(PRODUCTS.insert(Arc::new(client))) };
    Ok(())
}

/// # Safety
/// The texts are NULL or end with a NUL.
unsafe fn read_options(options: &licensing_product_options) -> Result<ProductOptions, Problem> {
    // SAFETY: the caller promised it for each of the texts.
    let text = |text, what| unsafe { input::text(text, what) };
    let port = match u16::try_from(options.port) {
        Ok(0) => DEFAULT_LICENSE_PORT,
        Ok(port) => port,
        Err(_) => return Err(input::invalid("port", format!("{} is no port.", options.port))),
    };
    let host = text(options.host, "host")?.unwrap_or_else(|| "localhost".to_owned());
    let mut read = ProductOptions::new("localhost")?;
    read.manager = Address::parse(&host, port)?;
    read.vendor = text(options.vendor, "vendor")?.filter(|vendor| !vendor.is_empty());
    read.token = text(options.token, "token")?.map(Secret::new);
    let cert_hash = text(options.cert_hash, "cert_hash")?;
    read.trust = trust(
        cert_hash.as_deref(),
        text(options.ca_file, "ca_file")?.map(PathBuf::from),
    )?;
    let certificate = text(options.client_certificate, "client_certificate")?;
    let key = text(options.client_key, "client_key")?;
    read.identity = identity(certificate.map(PathBuf::from), key.map(PathBuf::from))?;
    read.ticket_folder = text(options.ticket_folder, "ticket_folder")?
        .filter(|folder| !folder.is_empty())
        .map(PathBuf::from);
    read.transport = if options.calls_only == 0 {
        Transport::Session
    } else {
        Transport::Calls
    };
    read.attempt_timeout = input::milliseconds(options.attempt_timeout_ms, read.attempt_timeout);
    read.timeout = input::milliseconds(options.timeout_ms, read.timeout);
    read.heartbeats = if options.manual_heartbeats == 0 {
        Heartbeats::Automatic
    } else {
        Heartbeats::Manual
    };
    Ok(read)
}

/// The product's own certificate; its key may be in the same file.
fn identity(certificate: Option<PathBuf>, key: Option<PathBuf>) -> Result<Option<ClientIdentity>, Problem> {
    match (certificate, key) {
        (Some(certificate), key) => {
            let key = key.unwrap_or_else(|| certificate.clone());
            ClientIdentity::read(&certificate, &key).map(Some)
        }
        (None, None) => Ok(None),
        (None, Some(_)) => Err(input::invalid(
            "client_certificate",
            "There is a key but no certificate.".to_owned(),
        )),
    }
}

/// Keeps all leases of this connection alive, for products that do it themselves. `ended` tells how many of them
/// had ended; it may be NULL.
///
/// # Safety
/// `ended` and `error` are NULL or may be written.
#[ffi_function]
#[no_mangle]
pub unsafe extern "C" fn licensing_heartbeat(
    product: *const licensing_product,
    ended: *mut u32,
    error: *mut *mut licensing_buffer,
) -> licensing_status {
    let body = || {
        let product = PRODUCTS.get(product)?;
        let found = wait_for(product.heartbeat())??;
        if !ended.is_null() {
            // SAFETY: not NULL, and the caller promised that it may be written.
            unsafe { ended.write(u32::try_from(found).unwrap_or(u32::MAX)) };
        }
        Ok(())
    };
    // SAFETY: the caller's promise about `error`.
    unsafe { guarded(error, body) }
}

/// What the vendor daemon says about itself, as JSON: vendor, version, serving, reason and features (feature,
/// version, count, overdraft, inUse).
///
/// # Safety
/// `status` and `error` are NULL or may be written.
#[ffi_function]
#[no_mangle]
pub unsafe extern "C" fn licensing_product_status(
    product: *const licensing_product,
    status: *mut *mut licensing_buffer,
    error: *mut *mut licensing_buffer,
) -> licensing_status {
    let body = || {
        let status = input::writable(status, "status")?;
        let product = PRODUCTS.get(product)?;
        let found = wait_for(product.status(""))??;
        let features: Vec<Value> = found.features.iter().map(feature).collect();
        let object = json!({
            "vendor": found.vendor,
            "version": found.version,
            "serving": found.serving,
            "reason": found.reason,
            "features": features,
        });
        // SAFETY: checked for NULL, and the caller promised that it may be written.
        unsafe { status.write(buffer::of_bytes(object.to_string().into_bytes())) };
        Ok(())
    };
    // SAFETY: the caller's promise about `error`.
    unsafe { guarded(error, body) }
}

fn feature(pool: &licensing_client::FeatureStatus) -> Value {
    json!({
        "feature": pool.feature,
        "version": pool.version,
        "count": pool.count,
        "overdraft": pool.overdraft,
        "inUse": pool.in_use,
    })
}

/// Frees a connection. Leases taken through it keep their seats and their heartbeats in the background. NULL and
/// handles that are not valid are left alone.
#[ffi_function]
#[no_mangle]
pub extern "C" fn licensing_product_free(product: *mut licensing_product) {
    if !is_forked() {
        quiet((), || drop(PRODUCTS.remove(product)));
    }
}

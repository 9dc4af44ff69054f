//! The table of operations for callers that build typed objects and have no logic of their own.

use std::sync::OnceLock;

use interoptopus::ffi_function;
use licensing_api::license_file::MAX_LICENSE_FILE_BYTES;
use licensing_api::names::ErrorDescription;
use licensing_api::operation::{OperationInfo, TABLE};
use serde_json::{Value, json};

use crate::boundary::{guarded, licensing_status};
use crate::buffer::{self, licensing_buffer};
use crate::dsc;
use crate::input;
use crate::version::ABI_VERSION;

/// The table of operations as JSON: abiVersion, version, licenseFileBytes and operations; each of these has number, name, method,
/// path, permission, words, cmdlets, summary, errors, rows, and the fields of its request and row. And errors: code, number,
/// title and action of each error code and each reason for which seats are refused, in English. And resources: name, summary and
/// the fields of the state of each resource of Microsoft DSC.
///
/// # Safety
/// `table` and `error` are NULL or may be written.
#[ffi_function]
#[no_mangle]
pub unsafe extern "C" fn licensing_operations(
    table: *mut *mut licensing_buffer,
    error: *mut *mut licensing_buffer,
) -> licensing_status {
    let body = || {
        let table = input::writable(table, "table")?;
        let description = buffer::of_bytes(description().as_bytes().to_vec());
        // SAFETY: checked for NULL, and the caller promised that it may be written.
        unsafe { table.write(description) };
        Ok(())
    };
    // SAFETY: the caller's promise about `error`.
    unsafe { guarded(error, body) }
}

fn description() -> &'static str {
    static DESCRIPTION: OnceLock<String> = OnceLock::new();
    DESCRIPTION.get_or_init(|| {
        let operations: Vec<Value> = TABLE.iter().map(operation).collect();
        let description = json!({
            "abiVersion": ABI_VERSION,
            "version": env!("CARGO_PKG_VERSION"),
            "licenseFileBytes": MAX_LICENSE_FILE_BYTES,
            "operations": operations,
            "errors": ErrorDescription::all(),
            "resources": dsc::descriptions(),
        });
        description.to_string()
    })
}

fn operation(info: &OperationInfo) -> Value {
    json!({
        "number": info.number,
        "name": info.name,
        "method": info.method.name(),
        "path": info.path,
        "permission": info.permission,
        "words": info.words,
        "cmdlets": info.cmdlets,
        "summary": info.summary,
        "errors": info.errors,
        "rows": info.rows,
        "request": info.request_type(),
        "row": info.row_type(),
    })
}

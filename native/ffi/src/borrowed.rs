//! Seats that were borrowed, also by earlier runs of the product.

use std::ffi::c_char;

use interoptopus::ffi_function;
use licensing_client::Borrowed;
use serde_json::{Value, json};

use crate::boundary::{guarded, licensing_status};
use crate::buffer::{self, licensing_buffer};
use crate::input;
use crate::product::{PRODUCTS, licensing_product};
use crate::runtime::wait_for;

/// Seats that are borrowed by way of the product's folder for tickets, as a JSON array: id, feature, version, count,
/// user, host, since and until.
///
/// # Safety
/// `borrowed` and `error` are NULL or may be written.
#[ffi_function]
#[no_mangle]
pub unsafe extern "C" fn licensing_borrowed(
    product: *const licensing_product,
    borrowed: *mut *mut licensing_buffer,
    error: *mut *mut licensing_buffer,
) -> licensing_status {
    let body = || {
        let place = input::writable(borrowed, "borrowed")?;
        let product = PRODUCTS.get(product)?;
        let found = wait_for(product.borrowed())??;
        let rows = Value::Array(found.iter().map(row).collect());
        // SAFETY: checked for NULL, and the caller promised that it may be written.
        unsafe { place.write(buffer::of_bytes(rows.to_string().into_bytes())) };
        Ok(())
    };
    // SAFETY: the caller's promise about `error`.
    unsafe { guarded(error, body) }
}

fn row(borrowed: &Borrowed) -> Value {
    json!({
        "id": borrowed.id,
        "feature": borrowed.feature,
        "version": borrowed.version,
        "count": borrowed.count,
        "user": borrowed.user,
        "host": borrowed.host,
        "since": borrowed.since,
        "until": borrowed.until,
    })
}

/// Gives borrowed seats back before the end of their period, by the `id` that licensing_borrowed tells. `was_held`
/// becomes 1 when they were still out, else 0; it may be NULL.
///
/// # Safety
/// `id` is NULL or ends with a NUL; `was_held` and `error` are NULL or may be written.
#[ffi_function]
#[no_mangle]
pub unsafe extern "C" fn licensing_return_borrowed(
    product: *const licensing_product,
    id: *const c_char,
    was_held: *mut u32,
    error: *mut *mut licensing_buffer,
) -> licensing_status {
    let body = || {
        let product = PRODUCTS.get(product)?;
        // SAFETY: the caller's promise about `id`.
        let id = unsafe { input::text(id, "id")? }.unwrap_or_default();
        let found = wait_for(product.borrowed())??;
        let loan = found.iter().find(|loan| loan.id == id);
        let loan = loan
            .ok_or_else(|| input::invalid("id", format!("Nothing is borrowed here under the id {id:?}.")))?;
        let held = wait_for(product.return_borrowed(loan))??;
        if !was_held.is_null() {
            // SAFETY: not NULL, and the caller promised that it may be written.
            unsafe { was_held.write(u32::from(held)) };
        }
        Ok(())
    };
    // SAFETY: the caller's promise about `error`.
    unsafe { guarded(error, body) }
}

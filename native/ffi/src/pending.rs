//! Checkouts on their way: waiting in the queue without standing still.

use std::sync::Arc;
use std::time::Duration;

use interoptopus::{ffi_function, ffi_type};
use licensing_client::PendingCheckout;
use tokio::sync::Mutex;

use crate::boundary::{guarded, licensing_status};
use crate::buffer::licensing_buffer;
use crate::handles::Table;
use crate::input;
use crate::lease::{handle, licensing_checkout_request, licensing_lease, read_request};
use crate::panics::quiet;
use crate::product::{PRODUCTS, licensing_product};
use crate::runtime::{is_forked, wait_for};

/// A checkout on its way. Free it with licensing_pending_free, which gives it up when it has not been answered.
#[ffi_type(opaque, name = "Pending")]
pub struct licensing_pending {
    _private: [u8; 0],
}

/// None once it has been answered.
static PENDING: Table<licensing_pending, Mutex<Option<PendingCheckout>>> = Table::new();

/// Begins a checkout and returns at once; licensing_checkout_wait tells how it goes.
///
/// # Safety
/// `request` is NULL or points to such a structure, whose texts are NULL or end with a NUL; `pending` and `error`
/// are NULL or may be written.
#[ffi_function]
#[no_mangle]
pub unsafe extern "C" fn licensing_checkout_begin(
    product: *const licensing_product,
    request: *const licensing_checkout_request,
    pending: *mut *mut licensing_pending,
    error: *mut *mut licensing_buffer,
) -> licensing_status {
    let body = || {
        let place = input::writable(pending, "pending")?;
        let product = PRODUCTS.get(product)?;
        // SAFETY: the caller's promise about `request`.
        let options = unsafe { read_request(request)? };
        let checkout = product.start_checkout(&options);
        // SAFETY: checked for NULL, and the caller promised that it may be written.
        unsafe { place.write(PENDING.insert(Arc::new(Mutex::new(Some(checkout))))) };
        Ok(())
    };
    // SAFETY: the caller's promise about `error`.
    unsafe { guarded(error, body) }
}

/// Waits for the answer to a checkout for at most so many milliseconds. `lease` becomes NULL while there is none;
/// then `position`, which may be NULL, tells where the request stands in the queue: 1 for the next, 0 when it is not
/// known to wait. After a lease or a failure there is nothing more to wait for.
///
/// # Safety
/// `position`, `lease` and `error` are NULL or may be written.
#[ffi_function]
#[no_mangle]
pub unsafe extern "C" fn licensing_checkout_wait(
    pending: *const licensing_pending,
    milliseconds: u32,
    position: *mut u32,
    lease: *mut *mut licensing_lease,
    error: *mut *mut licensing_buffer,
) -> licensing_status {
    let body = || {
        let place = input::writable(lease, "lease")?;
        let pending = PENDING.get(pending)?;
        let limit = Duration::from_millis(milliseconds.into());
        let (answer, at) = wait_for(async {
            let mut pending = pending.lock().await;
            let Some(checkout) = pending.as_mut() else {
                let detail = "The checkout has been answered before.".to_owned();
                return (Some(Err(input::invalid("pending", detail).into())), 0);
            };
            let answer = tokio::time::timeout(limit, &mut *checkout).await.ok();
            let at = checkout.position().unwrap_or(0);
            if answer.is_some() {
                *pending = None;
            }
            (answer, at)
        })?;
        let lease = answer.transpose()?.map_or(std::ptr::null_mut(), handle);
        // SAFETY: checked for NULL, and the caller promised that it may be written.
        unsafe { place.write(lease) };
        if !position.is_null() {
            let at = if lease.is_null() { at } else { 0 };
            // SAFETY: not NULL, and the caller promised that it may be written.
            unsafe { position.write(at) };
        }
        Ok(())
    };
    // SAFETY: the caller's promise about `error`.
    unsafe { guarded(error, body) }
}

/// Frees a checkout. One that has not been answered leaves the queue, and what it might have got by then is given back.
/// NULL and handles that are not valid are left alone.
#[ffi_function]
#[no_mangle]
pub extern "C" fn licensing_pending_free(pending: *mut licensing_pending) {
    if !is_forked() {
        quiet((), || drop(PENDING.remove(pending)));
    }
}

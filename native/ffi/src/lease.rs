//! Seats in use.

use std::ffi::{CString, c_char};
use std::sync::{Arc, Once};
use std::time::Duration;

use futures_util::future::join_all;
use interoptopus::{ffi_function, ffi_type};
use jiff::Timestamp;
use licensing_api::Problem;
use licensing_client::{CheckoutOptions, Lease, LeaseState};
use tokio::time::timeout;

use crate::boundary::{guarded, licensing_status};
use crate::buffer::{c_text, licensing_buffer};
use crate::handles::Table;
use crate::input;
use crate::panics::quiet;
use crate::product::{PRODUCTS, licensing_product};
use crate::runtime::{is_forked, runtime, wait_for};

/// Seats in use. Free it with licensing_lease_free, after licensing_checkin.
#[ffi_type(opaque, name = "Lease")]
pub struct licensing_lease {
    _private: [u8; 0],
}

/// What a product wants. Set it to zero, then fill in what is known; texts are UTF-8.
#[ffi_type(name = "CheckoutRequest")]
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct licensing_checkout_request {
    /// Feature; must be given.
    pub feature: *const c_char,
    /// Lowest version that will do, such as 2.1 or 2026.0401; NULL for any.
    pub version: *const c_char,
    /// User; NULL for the one this process runs as.
    pub user: *const c_char,
    /// Host; NULL for this machine's name.
    pub host: *const c_char,
    /// Display or terminal; may be NULL.
    pub display: *const c_char,
    /// What letter V of DUP_GROUP compares, usually the id of the client device; may be NULL.
    pub vendor_data: *const c_char,
    /// Name and version of the product, for reports; may be NULL.
    pub product: *const c_char,
    /// Project that the work is done for, as PROJECT rules of the options file name it; may be NULL.
    pub project: *const c_char,
    /// Seats; 0 means 1.
    pub count: u32,
    /// Process id, for reports; 0 for this process.
    pub process_id: u32,
    /// Longest time to wait in the queue when all seats are out, in milliseconds; 0 to be refused at once.
    pub queue_wait_ms: u32,
    /// Take the seats along for so many seconds; 0 for an ordinary checkout. Needs a folder for tickets.
    pub borrow_seconds: u32,
    /// 1 to go without a grace ticket although there is a folder for tickets.
    pub without_grace: u32,
}

/// Whether a lease still holds its seats.
#[ffi_type(name = "LeaseState")]
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum licensing_lease_state {
    /// It does, as far as the server last said.
    Held = 0,
    /// The server said that it ended: too long without a heartbeat, or revoked.
    Ended = 1,
    /// Given back.
    CheckedIn = 2,
    /// The server cannot be reached: the product goes on by a ticket, and back to the server by itself.
    Grace = 3,
    /// The server did not answer the last heartbeat, and no ticket stands in. It keeps the seats until
    /// unconfirmed_until; then it is asked once more before the lease ends.
    Unconfirmed = 4,
}

/// What was given out. The texts stay until the lease is freed.
#[ffi_type(name = "LeaseInfo")]
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct licensing_lease_info {
    /// Feature.
    pub feature: *const c_char,
    /// Version of the pool the seats came from.
    pub version: *const c_char,
    /// When it was given out, in seconds since 1970 UTC; 0 when the server did not say.
    pub since: i64,
    /// When the license itself expires, in seconds since 1970 UTC; 0 when it is permanent.
    pub license_expires: i64,
    /// When borrowed seats come back by themselves, in seconds since 1970 UTC; 0 unless they are borrowed.
    pub borrowed_until: i64,
    /// While the state is Grace: until when the product may go on; else 0. In seconds since 1970 UTC.
    pub grace_until: i64,
    /// Until when the ticket at hand would help without the server, in seconds since 1970 UTC; 0 without one.
    pub ticket_until: i64,
    /// While the state is Unconfirmed: since when the server has not answered; else 0. In seconds since 1970 UTC.
    pub unconfirmed_since: i64,
    /// While the state is Unconfirmed: until when the server keeps the seats; else 0. In seconds since 1970 UTC.
    pub unconfirmed_until: i64,
    /// Seats.
    pub count: u32,
    /// How many of them are overdraft.
    pub overdraft: u32,
    /// A heartbeat is due at least this often, in seconds; 0 when a ticket stands for the lease.
    pub heartbeat_seconds: u32,
    /// Without a heartbeat the lease ends after this time, in seconds.
    pub lifetime_seconds: u32,
    /// 1 when an answer had got lost and the server gave the same lease once more.
    pub repeated_request: u32,
    /// Whether it still holds its seats.
    pub state: licensing_lease_state,
}

struct Kept {
    lease: Lease,
    feature: CString,
    version: CString,
}

/// Longest time for giving seats back when a lease is freed, or all of them at the end.
const GIVING_BACK: Duration = Duration::from_secs(2);

static LEASES: Table<licensing_lease, Kept> = Table::new();

/// Takes seats, waiting in the queue for as long as the request says. A refusal is LICENSING_ERROR_SEAT_DENIED with its
/// number in licensing_problem_denial. Seats that are borrowed and cover the request are used without asking the server;
/// when the server cannot be reached, a grace ticket stands for the seats.
///
/// # Safety
/// `request` is NULL or points to such a structure, whose texts are NULL or end with a NUL; `lease` and `error`
/// are NULL or may be written.
#[ffi_function]
#[no_mangle]
pub unsafe extern "C" fn licensing_checkout(
    product: *const licensing_product,
    request: *const licensing_checkout_request,
    lease: *mut *mut licensing_lease,
    error: *mut *mut licensing_buffer,
) -> licensing_status {
    let body = || {
        let place = input::writable(lease, "lease")?;
        let product = PRODUCTS.get(product)?;
        // SAFETY: the caller's promise about `request`.
        let options = unsafe { read_request(request)? };
        let lease = wait_for(product.checkout(&options))??;
        // SAFETY: checked for NULL, and the caller promised that it may be written.
        unsafe { place.write(handle(lease)) };
        Ok(())
    };
    // SAFETY: the caller's promise about `error`.
    unsafe { guarded(error, body) }
}

/// A handle for a lease.
pub(crate) fn handle(lease: Lease) -> *mut licensing_lease {
    let info = lease.info();
    let kept = Kept {
        feature: c_text(&info.feature),
        version: c_text(&info.version),
        lease,
    };
    static AT_EXIT: Once = Once::new();
    AT_EXIT.call_once(give_back_at_exit);
    LEASES.insert(Arc::new(kept))
}

/// # Safety
/// `request` is NULL or points to such a structure, whose texts are NULL or end with a NUL.
pub(crate) unsafe fn read_request(
    request: *const licensing_checkout_request,
) -> Result<CheckoutOptions, Problem> {
    if request.is_null() {
        return Err(input::invalid("request", "request is NULL.".to_owned()));
    }
    // SAFETY: not NULL, and the caller promised that it points to such a structure.
    let request = unsafe { &*request };
    // SAFETY: the caller promised it for each of the texts.
    let text = |text, what| unsafe { input::text(text, what) };
    let feature = text(request.feature, "feature")?.filter(|feature| !feature.is_empty());
    let feature = feature.ok_or_else(|| input::invalid("feature", "The feature is missing.".to_owned()))?;
    let mut options = CheckoutOptions::new(feature);
    options.version = text(request.version, "version")?.unwrap_or_default();
    options.user = text(request.user, "user")?.unwrap_or(options.user);
    options.host = text(request.host, "host")?.unwrap_or(options.host);
    options.display = text(request.display, "display")?.unwrap_or_default();
    options.vendor_data = text(request.vendor_data, "vendor_data")?.unwrap_or_default();
    options.product = text(request.product, "product")?.unwrap_or_default();
    options.project = text(request.project, "project")?.unwrap_or_default();
    options.queue = some(request.queue_wait_ms).map(|wait| Duration::from_millis(wait.into()));
    options.borrow = some(request.borrow_seconds).map(|time| Duration::from_secs(time.into()));
    options.grace = request.without_grace == 0;
    options.count = request.count.max(1);
    if request.process_id != 0 {
        options.process_id = request.process_id;
    }
    Ok(options)
}

/// 0 stands for none.
fn some(number: u32) -> Option<u32> {
    (number != 0).then_some(number)
}

/// Tells what was given out and whether it still holds; nothing is asked of the server.
///
/// # Safety
/// `info` and `error` are NULL or may be written.
#[ffi_function]
#[no_mangle]
pub unsafe extern "C" fn licensing_lease_read(
    lease: *const licensing_lease,
    info: *mut licensing_lease_info,
    error: *mut *mut licensing_buffer,
) -> licensing_status {
    let body = || {
        let place = input::writable(info, "info")?;
        let kept = LEASES.get(lease)?;
        // SAFETY: checked for NULL, and the caller promised that it may be written.
        unsafe { place.write(describe(&kept)) };
        Ok(())
    };
    // SAFETY: the caller's promise about `error`.
    unsafe { guarded(error, body) }
}

/// Seconds since 1970; 0 for none.
fn seconds(at: Option<Timestamp>) -> i64 {
    at.map_or(0, Timestamp::as_second)
}

fn describe(kept: &Kept) -> licensing_lease_info {
    let info = kept.lease.info();
    licensing_lease_info {
        feature: kept.feature.as_ptr(),
        version: kept.version.as_ptr(),
        since: seconds(info.since),
        license_expires: seconds(info.license_expires),
        borrowed_until: seconds(info.borrowed_until),
        grace_until: seconds(kept.lease.grace_until()),
        ticket_until: seconds(kept.lease.ticket_until()),
        unconfirmed_since: seconds(kept.lease.unconfirmed_since()),
        unconfirmed_until: seconds(kept.lease.unconfirmed_until()),
        count: info.count,
        overdraft: info.overdraft,
        heartbeat_seconds: info.heartbeat_seconds,
        lifetime_seconds: info.lifetime_seconds,
        repeated_request: u32::from(info.repeated_request),
        state: match kept.lease.state() {
            LeaseState::Held => licensing_lease_state::Held,
            LeaseState::Grace => licensing_lease_state::Grace,
            LeaseState::Unconfirmed => licensing_lease_state::Unconfirmed,
            LeaseState::Ended => licensing_lease_state::Ended,
            LeaseState::CheckedIn => licensing_lease_state::CheckedIn,
        },
    }
}

/// Gives the seats back, borrowed ones before the end of their period. A lease that uses seats which were borrowed
/// before leaves them borrowed; licensing_return_borrowed gives those back. `was_held` becomes 1 when they were held until now, else 0; it may be NULL. Doing it twice
/// is no error. The lease must still be freed.
///
/// # Safety
/// `was_held` and `error` are NULL or may be written.
#[ffi_function]
#[no_mangle]
pub unsafe extern "C" fn licensing_checkin(
    lease: *const licensing_lease,
    was_held: *mut u32,
    error: *mut *mut licensing_buffer,
) -> licensing_status {
    let body = || {
        let kept = LEASES.get(lease)?;
        let held = wait_for(kept.lease.checkin())??;
        if !was_held.is_null() {
            // SAFETY: not NULL, and the caller promised that it may be written.
            unsafe { was_held.write(u32::from(held)) };
        }
        Ok(())
    };
    // SAFETY: the caller's promise about `error`.
    unsafe { guarded(error, body) }
}

/// Frees a lease. Seats that it still holds are given back unless they are borrowed, for which this waits two seconds at
/// most; what took longer goes on in the background. The same happens to all leases when the process ends by exit or by
/// returning from main. NULL and handles that are not valid are left alone.
#[ffi_function]
#[no_mangle]
pub extern "C" fn licensing_lease_free(lease: *mut licensing_lease) {
    if is_forked() {
        return;
    }
    quiet((), || {
        if let Some(kept) = LEASES.remove(lease) {
            // A lease that could not be given back in time is dropped, which goes on trying in the background.
            let _ = wait_for(async { timeout(GIVING_BACK, kept.lease.release()).await });
        }
    });
}

/// Has the leases that are left given back when the process ends in good order.
fn give_back_at_exit() {
    #[cfg(unix)]
    // SAFETY: the function takes nothing, lets no panic out, and belongs to a library that is never unloaded.
    unsafe {
        libc::atexit(give_back_all);
    }
}

#[cfg(unix)]
extern "C" fn give_back_all() {
    if is_forked() {
        return;
    }
    quiet((), || {
        let left = LEASES.take_all();
        if left.is_empty() {
            return;
        }
        let Ok(runtime) = runtime() else {
            return;
        };
        // This thread has no thread-local values any more, without which it cannot wait for the runtime in its way.
        let (done, all) = std::sync::mpsc::channel();
        runtime.spawn(async move {
            join_all(left.iter().map(|kept| kept.lease.release())).await;
            // Nobody waits any more when it took too long.
            let _ = done.send(());
        });
        let _ = all.recv_timeout(GIVING_BACK);
    });
}

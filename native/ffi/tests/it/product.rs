//! Seats through the C ABI.

use std::ffi::{CStr, CString};
use std::ptr;

use licensing_api::{ErrorCode, Problem};
use licensing_ffi::*;

use crate::calls::{outcome, part, take_json};
use crate::daemon::{Asked, LicenseServer};

fn open(server: &LicenseServer, manual_heartbeats: u32) -> *mut licensing_product {
    let host = CString::new("127.0.0.1").unwrap();
    let options = licensing_product_options {
        host: host.as_ptr(),
        vendor: ptr::null(),
        token: ptr::null(),
        cert_hash: ptr::null(),
        ca_file: ptr::null(),
        client_certificate: ptr::null(),
        client_key: ptr::null(),
        ticket_folder: ptr::null(),
        port: server.manager.port().into(),
        attempt_timeout_ms: 0,
        timeout_ms: 0,
        manual_heartbeats,
        calls_only: 0,
    };
    let (mut product, mut error) = (ptr::null_mut(), ptr::null_mut());
    // SAFETY: a structure with texts, and places to write to.
    let status = unsafe { licensing_product_open(&options, &mut product, &mut error) };
    outcome(status, error).expect("a product");
    product
}

fn request(feature: &CStr) -> licensing_checkout_request {
    licensing_checkout_request {
        feature: feature.as_ptr(),
        version: ptr::null(),
        user: c"eve".as_ptr(),
        host: ptr::null(),
        display: ptr::null(),
        vendor_data: ptr::null(),
        product: ptr::null(),
        project: ptr::null(),
        count: 0,
        process_id: 0,
        queue_wait_ms: 0,
        borrow_seconds: 0,
        without_grace: 0,
    }
}

fn checkout(product: *const licensing_product) -> Result<*mut licensing_lease, (i32, Problem)> {
    let request = request(c"ACME_CAD");
    let (mut lease, mut error) = (ptr::null_mut(), ptr::null_mut());
    // SAFETY: a structure with texts, and places to write to.
    let status = unsafe { licensing_checkout(product, &request, &mut lease, &mut error) };
    let denial = licensing_problem_denial(error);
    outcome(status, error)
        .map(|()| lease)
        .map_err(|problem| (denial, problem))
}

fn state(lease: *const licensing_lease) -> licensing_lease_state {
    let mut info = std::mem::MaybeUninit::uninit();
    // SAFETY: a place to write to; it is written when the call succeeds.
    unsafe {
        assert_eq!(licensing_lease_read(lease, info.as_mut_ptr(), ptr::null_mut()), 0);
        info.assume_init().state
    }
}

fn checkin(lease: *const licensing_lease) -> Result<u32, Problem> {
    let (mut was_held, mut error) = (7, ptr::null_mut());
    // SAFETY: places to write to.
    let status = unsafe { licensing_checkin(lease, &mut was_held, &mut error) };
    outcome(status, error).map(|()| was_held)
}

#[test]
fn a_seat_is_taken_read_kept_and_given_back() {
    let mut server = LicenseServer::start(1);
    let product = open(&server, 1);
    let lease = checkout(product).expect("a seat");
    let mut info = std::mem::MaybeUninit::uninit();
    // SAFETY: a place to write to; it is written when the call succeeds, and its texts live as long as the lease.
    unsafe {
        assert_eq!(licensing_lease_read(lease, info.as_mut_ptr(), ptr::null_mut()), 0);
        let info: licensing_lease_info = info.assume_init();
        assert_eq!(CStr::from_ptr(info.feature), c"ACME_CAD");
        assert_eq!(CStr::from_ptr(info.version), c"2026.0401");
        assert_eq!((info.count, info.overdraft, info.repeated_request), (1, 0, 0));
        assert_eq!((info.heartbeat_seconds, info.lifetime_seconds), (300, 900));
        assert_eq!((info.since, info.license_expires), (1_800_000_000, 0));
        assert_eq!(info.state, licensing_lease_state::Held);
    }
    let (denial, problem) = checkout(product).expect_err("only one seat");
    assert_eq!((denial, problem.code), (-4, ErrorCode::SeatDenied));

    let mut ended = 7;
    // SAFETY: a place to write to.
    let beat = unsafe { licensing_heartbeat(product, &mut ended, ptr::null_mut()) };
    assert_eq!(beat, 0);
    assert_eq!(ended, 0);
    let mut status = ptr::null_mut();
    // SAFETY: a place to write to.
    let asked = unsafe { licensing_product_status(product, &mut status, ptr::null_mut()) };
    assert_eq!(asked, 0);
    assert_eq!(take_json(status)["features"][0]["inUse"], 1);

    licensing_product_free(product);
    assert_eq!(checkin(lease), Ok(1));
    assert_eq!(state(lease), licensing_lease_state::CheckedIn);
    assert_eq!(checkin(lease), Ok(0));
    licensing_lease_free(lease);
    assert_eq!(checkin(lease).expect_err("freed").code, ErrorCode::InvalidHandle);
    assert!(
        server
            .so_far()
            .iter()
            .any(|asked| matches!(asked, Asked::Checkout { user, .. } if user == "eve"))
    );
}

#[test]
fn a_lease_that_is_only_freed_is_given_back() {
    let mut server = LicenseServer::start(1);
    let product = open(&server, 1);
    licensing_lease_free(checkout(product).expect("a seat"));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async { while !matches!(server.next().await, Asked::Checkin(_)) {} });
    assert_eq!(server.truth().leases.len(), 0);
    licensing_product_free(product);
}

#[test]
fn heartbeats_go_out_in_the_background() {
    let mut server = LicenseServer::start(1);
    server.truth().heartbeat_seconds = 1;
    let product = open(&server, 0);
    let lease = checkout(product).expect("a seat");
    licensing_product_free(product);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async { while !matches!(server.next().await, Asked::Heartbeat(_)) {} });
    assert_eq!(state(lease), licensing_lease_state::Held);
    licensing_lease_free(lease);
}

#[test]
fn a_checkout_without_a_feature_is_refused() {
    let server = LicenseServer::start(1);
    let product = open(&server, 1);
    for feature in [ptr::null(), c"".as_ptr()] {
        let mut request = request(c"");
        request.feature = feature;
        let (mut lease, mut error) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: a structure with texts, and places to write to.
        let status = unsafe { licensing_checkout(product, &request, &mut lease, &mut error) };
        assert_eq!(part(error, licensing_problem_part::Target), "feature");
        assert_eq!(
            outcome(status, error).expect_err("no feature").code,
            ErrorCode::InvalidRequest
        );
    }
    licensing_product_free(product);
}

#[test]
fn eight_threads_take_and_give_back() {
    let server = LicenseServer::start(1000);
    let product = open(&server, 1).addr();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(move || {
                for _ in 0..20 {
                    let lease = checkout(ptr::without_provenance(product)).expect("a seat");
                    licensing_lease_free(lease);
                }
            });
        }
    });
    licensing_product_free(ptr::without_provenance_mut(product));
}

#[test]
fn a_checkout_waits_in_slices_and_leaves_when_it_is_freed() {
    let mut server = LicenseServer::start(0);
    let product = open(&server, 1);
    let mut request = request(c"ACME_CAD");
    request.queue_wait_ms = 600_000;
    let (mut pending, mut error) = (ptr::null_mut(), ptr::null_mut());
    // SAFETY: a structure with texts, and places to write to.
    let status = unsafe { licensing_checkout_begin(product, &request, &mut pending, &mut error) };
    outcome(status, error).expect("begun");
    let wait = |milliseconds| {
        let (mut position, mut lease, mut error) = (0, ptr::null_mut(), ptr::null_mut());
        // SAFETY: places to write to.
        let status =
            unsafe { licensing_checkout_wait(pending, milliseconds, &mut position, &mut lease, &mut error) };
        outcome(status, error).map(|()| (position, lease))
    };
    let position = loop {
        match wait(50).expect("no failure") {
            (0, _) => {}
            (position, lease) => {
                assert!(lease.is_null());
                break position;
            }
        }
    };
    assert_eq!(position, 1);
    server.set_seats(1);
    let (_, lease) = wait(u32::MAX).expect("a seat");
    assert_eq!(state(lease), licensing_lease_state::Held);
    assert_eq!(wait(0).expect_err("answered").code, ErrorCode::InvalidRequest);
    licensing_pending_free(pending);
    assert_eq!(wait(0).expect_err("freed").code, ErrorCode::InvalidHandle);

    // SAFETY: a structure with texts, and a place to write to.
    let status = unsafe { licensing_checkout_begin(product, &request, &mut pending, ptr::null_mut()) };
    assert_eq!(status, 0);
    licensing_pending_free(pending);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async { while !matches!(server.next().await, Asked::GivenUp(_)) {} });
    licensing_lease_free(lease);
    licensing_product_free(product);
}

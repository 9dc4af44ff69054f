//! Arguments that no caller should pass, and some do.

use std::ffi::CString;
use std::ptr;

use licensing_api::ErrorCode;
use licensing_ffi::*;
use proptest::prelude::*;

use crate::calls::{Peer, cancel, open, outcome, start, submit, wait};
use crate::web::Behaviour;

const OPTIONS: &[u8] = br#"{"address":"licserver","certHash":"00000000000000000000000000000000000000000000000000000000000000AA"}"#;

/// A pointer that was never handed out.
fn wild<T>(number: usize) -> *mut T {
    ptr::without_provenance_mut(number)
}

#[test]
fn null_is_an_error_everywhere_and_never_a_crash() {
    let connection = open(OPTIONS, b"").expect("a connection");
    let (none_task, none_error): (*mut *mut licensing_task, *mut *mut licensing_buffer) =
        (ptr::null_mut(), ptr::null_mut());
    let invalid_request = ErrorCode::InvalidRequest.number();
    let invalid_handle = ErrorCode::InvalidHandle.number();
    let (mut task, mut buffer, mut lease, mut product) =
        (ptr::null_mut(), ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
    let mut kind = licensing_event::Pending;
    // SAFETY: that NULL is harmless is what the test is about.
    unsafe {
        assert_eq!(licensing_operations(ptr::null_mut(), none_error), invalid_request);
        assert_eq!(
            licensing_connection_open(ptr::null(), 0, ptr::null(), 0, ptr::null_mut(), none_error),
            invalid_request
        );
        assert_eq!(
            licensing_connection_open(ptr::null(), 5, ptr::null(), 0, &mut wild(0), none_error),
            invalid_request
        );
        assert_eq!(
            licensing_task_submit(connection, 3, ptr::null(), 0, none_task, none_error),
            invalid_request
        );
        assert_eq!(
            licensing_task_submit(connection, 3, ptr::null(), 9, &mut task, none_error),
            invalid_request
        );
        assert_eq!(
            licensing_task_submit(ptr::null(), 3, ptr::null(), 0, &mut task, none_error),
            invalid_handle
        );
        assert_eq!(
            licensing_certificate_fetch(ptr::null(), 0, none_task, none_error),
            invalid_request
        );
        assert_eq!(
            licensing_location_discover(ptr::null(), 0, none_task, none_error),
            invalid_request
        );
        assert_eq!(
            licensing_task_wait(ptr::null(), 0, &mut kind, &mut buffer, none_error),
            invalid_handle
        );
        assert_eq!(
            licensing_task_wait(ptr::null(), 0, ptr::null_mut(), &mut buffer, none_error),
            invalid_request
        );
        assert_eq!(
            licensing_task_wait(ptr::null(), 0, &mut kind, ptr::null_mut(), none_error),
            invalid_request
        );
        assert_eq!(licensing_task_cancel(ptr::null(), none_error), invalid_handle);
        assert_eq!(
            licensing_product_open(ptr::null(), &mut product, none_error),
            invalid_request
        );
        assert_eq!(
            licensing_product_open(ptr::null(), ptr::null_mut(), none_error),
            invalid_request
        );
        for keys in [ptr::null(), c"".as_ptr(), c"no key".as_ptr()] {
            assert_eq!(
                licensing_product_open_pinned(ptr::null(), keys, &mut product, none_error),
                invalid_request
            );
        }
        assert_eq!(
            licensing_product_status(ptr::null(), &mut buffer, none_error),
            invalid_handle
        );
        assert_eq!(
            licensing_checkout(ptr::null(), ptr::null(), &mut lease, none_error),
            invalid_handle
        );
        assert_eq!(
            licensing_heartbeat(ptr::null(), ptr::null_mut(), none_error),
            invalid_handle
        );
        assert_eq!(
            licensing_lease_read(ptr::null(), ptr::null_mut(), none_error),
            invalid_request
        );
        assert_eq!(
            licensing_checkin(ptr::null(), ptr::null_mut(), none_error),
            invalid_handle
        );
    }
    assert!(task.is_null() && buffer.is_null() && lease.is_null() && product.is_null());
    licensing_buffer_free(ptr::null_mut());
    licensing_connection_free(ptr::null_mut());
    licensing_task_free(ptr::null_mut());
    licensing_product_free(ptr::null_mut());
    licensing_lease_free(ptr::null_mut());
    assert!(licensing_buffer_data(ptr::null()).is_null());
    assert_eq!(licensing_buffer_length(ptr::null()), 0);
    assert_eq!(
        (
            licensing_problem_code(ptr::null()),
            licensing_problem_denial(ptr::null())
        ),
        (0, 0)
    );
    assert!(!licensing_problem_text(ptr::null(), 0).is_null());
    licensing_connection_free(connection);
}

#[test]
fn handles_that_were_freed_made_up_or_of_another_kind_are_refused() {
    let peer = Peer::new(Behaviour::Silent);
    let task = submit(peer.connection, 3, b"").expect("a task");
    let problem = submit(task.cast(), 3, b"").expect_err("a task is no connection");
    assert_eq!(
        (problem.code, problem.target.as_str()),
        (ErrorCode::InvalidHandle, "licensing_connection")
    );
    assert_eq!(
        wait(peer.connection.cast(), 0).expect_err("no task").code,
        ErrorCode::InvalidHandle
    );
    licensing_task_free(peer.connection.cast());
    licensing_buffer_free(task.cast());
    cancel(task).expect("still there");
    licensing_task_free(task);
    licensing_task_free(task);
    assert_eq!(cancel(task).expect_err("freed").code, ErrorCode::InvalidHandle);
    for number in [1, 2, 3, 8, 4096, usize::MAX, usize::MAX / 2] {
        licensing_lease_free(wild(number));
        licensing_product_free(wild(number));
    }
    assert_eq!(
        wait(wild(usize::MAX), 0).expect_err("made up").code,
        ErrorCode::InvalidHandle
    );
}

#[test]
fn options_that_make_no_sense_are_explained() {
    for (options, code) in [
        (&b""[..], ErrorCode::InvalidRequest),
        (b"{}", ErrorCode::InvalidRequest),
        (b"[]", ErrorCode::InvalidRequest),
        (b"{\"address\":\"x\",\"unknown\":1}", ErrorCode::InvalidRequest),
        (b"{\"address\":7}", ErrorCode::InvalidRequest),
        (b"{\"address\":\"x\",\"timeoutMs\":-1}", ErrorCode::InvalidRequest),
        (
            b"{\"address\":\"x\",\"certHash\":\"12\"}",
            ErrorCode::InvalidRequest,
        ),
        (
            b"{\"address\":\"x\",\"certHash\":\"12\",\"caFile\":\"y\"}",
            ErrorCode::InvalidRequest,
        ),
        (
            b"{\"address\":\"x\",\"caFile\":\"/nowhere/at.all\"}",
            ErrorCode::LocalFileUnreadable,
        ),
        (b"{\"address\":\"http://x\"}", ErrorCode::InvalidAddress),
        (b"{\"address\":\"\xff\xfe\"}", ErrorCode::InvalidRequest),
        (b"\x00\x01", ErrorCode::InvalidRequest),
    ] {
        let text = String::from_utf8_lossy(options).into_owned();
        assert_eq!(open(options, b"").expect_err(&text).code, code, "{text}");
    }
    assert_eq!(
        open(OPTIONS, b"\xff").expect_err("no UTF-8").code,
        ErrorCode::InvalidRequest
    );
    assert_eq!(
        open(OPTIONS, b"line\nbreak").expect_err("no token").code,
        ErrorCode::InvalidRequest
    );
}

#[test]
fn an_error_never_repeats_a_secret() {
    let peer = Peer::new(Behaviour::Silent);
    let problem =
        submit(peer.connection, 11, br#"{"account":"eve","password":"s3cret"#).expect_err("cut off");
    assert_eq!(problem.code, ErrorCode::InvalidRequest);
    assert!(!format!("{problem:?}").contains("s3cret"), "{problem:?}");
    let problem = open(br#"{"address":"x","password":"s3cret"}"#, b"").expect_err("not here");
    assert!(!format!("{problem:?}").contains("s3cret"), "{problem:?}");
}

#[test]
fn an_input_that_is_too_long_is_not_read() {
    let (mut connection, mut error) = (ptr::null_mut(), ptr::null_mut());
    // SAFETY: a length this large is refused before anything is read.
    let status = unsafe {
        licensing_connection_open(
            b"x".as_ptr(),
            u64::MAX,
            ptr::null(),
            0,
            &mut connection,
            &mut error,
        )
    };
    assert_eq!(
        outcome(status, error).expect_err("too long").code,
        ErrorCode::RequestTooLarge
    );
}

#[test]
fn texts_of_products_are_checked() {
    let text = CString::new([0xff_u8, 0xfe]).unwrap();
    let mut options = licensing_product_options {
        host: text.as_ptr(),
        vendor: ptr::null(),
        token: ptr::null(),
        cert_hash: ptr::null(),
        ca_file: ptr::null(),
        client_certificate: ptr::null(),
        client_key: ptr::null(),
        ticket_folder: ptr::null(),
        port: 0,
        attempt_timeout_ms: 0,
        timeout_ms: 0,
        manual_heartbeats: 0,
        calls_only: 0,
    };
    let open = |options: &licensing_product_options| {
        let (mut product, mut error) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: a structure with texts, and places to write to.
        let status = unsafe { licensing_product_open(options, &mut product, &mut error) };
        outcome(status, error)
    };
    let problem = open(&options).expect_err("no UTF-8");
    assert_eq!(
        (problem.code, problem.target.as_str()),
        (ErrorCode::InvalidRequest, "host")
    );
    options.host = ptr::null();
    options.port = 65_536;
    assert_eq!(open(&options).expect_err("no port").target, "port");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_refused_or_understood(options in prop::collection::vec(any::<u8>(), 0..80), secret in prop::collection::vec(any::<u8>(), 0..20)) {
        if let Ok(connection) = open(&options, &secret) {
            licensing_connection_free(connection);
        }
        for function in [licensing_certificate_fetch as crate::calls::Start, licensing_location_discover] {
            if let Ok(task) = start(function, &options) {
                licensing_task_free(task);
            }
        }
    }

    #[test]
    fn any_request_is_refused_or_understood(operation in 0u32..60, request in "(\\{\"[a-zA-Z]{1,9}\":(null|1|\"\\PC{0,9}\"|\\[\\])\\})|\\PC{0,30}") {
        let connection = open(OPTIONS, b"").expect("a connection");
        if let Ok(task) = submit(connection, operation, request.as_bytes()) {
            let _ = cancel(task);
            let _ = wait(task, 0);
            licensing_task_free(task);
        }
        licensing_connection_free(connection);
    }
}

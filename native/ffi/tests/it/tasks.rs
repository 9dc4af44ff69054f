//! Tasks: rows in batches, ends that stay, cancellation and many threads.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use licensing_api::license_file::MAX_LICENSE_FILE_BYTES;
use licensing_api::operation::TABLE;
use licensing_api::{ErrorCode, OperationId};
use licensing_ffi::*;
use serde_json::{Value, json};

use crate::calls::{Event, Peer, cancel, finish, next, open, start, submit, take_json, wait};
use crate::daemon::LicenseServer;
use crate::web::{Behaviour, Seen};

const PERMISSION: &str = r#"{"account":"LICSERVER\\admin","permissions":"Full"}"#;
const GET_PERMISSION: u32 = OperationId::GetEffectivePermission as u32;
const GET_USAGE: u32 = OperationId::GetUsage as u32;

/// Handles may go to any thread.
#[derive(Clone, Copy)]
struct Shared(*mut licensing_task);
// SAFETY: the handle is a number to be looked up; the header promises that any thread may use it.
unsafe impl Send for Shared {}
// SAFETY: as above.
unsafe impl Sync for Shared {}

impl Shared {
    fn task(&self) -> *mut licensing_task {
        self.0
    }
}

#[test]
fn an_object_comes_with_done_and_comes_again() {
    let mut peer = Peer::new(Behaviour::json(200, PERMISSION));
    let task = submit(peer.connection, GET_PERMISSION, b"").expect("a task");
    let expected = json!({ "account": "LICSERVER\\admin", "permissions": "Full" });
    assert_eq!(next(task), Event::Done(expected.clone()));
    assert_eq!(wait(task, 0), Ok(Event::Done(expected.clone())));
    cancel(task).expect("ended tasks stay as they are");
    assert_eq!(finish(task), Ok(expected));
    let seen = peer.runtime.block_on(peer.server.next());
    let Seen::Request { head, .. } = seen else {
        panic!("no request")
    };
    // base64 of "admin:s3cret"
    assert!(head.contains("authorization: Basic YWRtaW46czNjcmV0"), "{head}");
}

#[test]
fn rows_come_in_batches_of_five_hundred() {
    let rows: Vec<Value> = (0..1234)
        .map(|number| json!({ "feature": format!("F{number}") }))
        .collect();
    let peer = Peer::new(Behaviour::json(200, json!({ "items": rows }).to_string()));
    let task = submit(peer.connection, GET_USAGE, b"{}").expect("a task");
    let mut sizes = Vec::new();
    let mut taken = Vec::new();
    let end = loop {
        match next(task) {
            Event::Rows(batch) => {
                sizes.push(batch.len());
                taken.extend(batch);
            }
            end => break end,
        }
    };
    assert_eq!(sizes, [500, 500, 234]);
    assert_eq!(taken, rows);
    assert_eq!(end, Event::Done(json!({ "rows": 1234 })));
    assert_eq!(finish(task), Ok(json!({ "rows": 1234 })));
}

#[test]
fn no_rows_are_no_batch() {
    let peer = Peer::new(Behaviour::json(200, r#"{"items":[]}"#));
    let task = submit(peer.connection, GET_USAGE, b"").expect("a task");
    assert_eq!(finish(task), Ok(json!({ "rows": 0 })));
}

#[test]
fn a_list_without_items_is_a_protocol_error() {
    for body in ["{}", "[]", r#"{"items":7}"#, "null"] {
        let peer = Peer::new(Behaviour::json(200, body));
        let task = submit(peer.connection, GET_USAGE, b"").expect("a task");
        assert_eq!(
            finish(task).expect_err(body).code,
            ErrorCode::ProtocolError,
            "{body}"
        );
    }
}

#[test]
fn a_failure_carries_the_problem() {
    let peer = Peer::new(Behaviour::Close);
    let task = submit(peer.connection, GET_PERMISSION, b"").expect("a task");
    let problem = finish(task).expect_err("closed");
    assert_eq!(problem.code, ErrorCode::CommunicationError);
    assert_eq!(problem.target, peer.server.address.to_string());
}

#[test]
fn progress_is_reported_while_the_answer_comes() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n{";
    // The rest never comes, so the only news besides the end is how far it got.
    let mut peer = Peer::new(Behaviour::RawThenSilent(head.into()));
    let task = submit(peer.connection, GET_PERMISSION, b"").expect("a task");
    peer.runtime.block_on(peer.server.next());
    let progress = loop {
        match wait(task, 200).expect("a live task") {
            Event::Pending => {}
            other => break other,
        }
    };
    assert_eq!(
        progress,
        Event::Progress(json!({ "received": 1, "total": 1_000_000 }))
    );
    licensing_task_free(task);
    assert_eq!(peer.runtime.block_on(peer.server.next()), Seen::Gone);
}

#[test]
fn cancelling_ends_the_wait_of_another_thread_and_the_request() {
    let mut peer = Peer::new(Behaviour::Silent);
    let task = Shared(submit(peer.connection, GET_PERMISSION, b"").expect("a task"));
    peer.runtime.block_on(peer.server.next());
    let waiting = thread::spawn(move || next(task.task()));
    cancel(task.task()).expect("cancelled");
    cancel(task.task()).expect("twice is fine");
    let Event::Failed(problem) = waiting.join().unwrap() else {
        panic!("not cancelled")
    };
    assert_eq!(problem.code, ErrorCode::Cancelled);
    assert_eq!(peer.runtime.block_on(peer.server.next()), Seen::Gone);
    assert_eq!(
        finish(task.task()).expect_err("cancelled").code,
        ErrorCode::Cancelled
    );
}

#[test]
fn cancelling_a_change_says_that_its_outcome_is_unknown() {
    let mut peer = Peer::new(Behaviour::Silent);
    let request = br#"{"fileName":"a.lic"}"#;
    let task = submit(peer.connection, OperationId::RemoveLicenseFile as u32, request).expect("a task");
    peer.runtime.block_on(peer.server.next());
    cancel(task).expect("cancelled");
    let problem = finish(task).expect_err("cancelled");
    assert!(problem.detail.contains("not known"), "{problem:?}");
}

#[test]
fn freeing_during_a_wait_is_safe() {
    let mut peer = Peer::new(Behaviour::Silent);
    for _ in 0..50 {
        let task = Shared(submit(peer.connection, GET_PERMISSION, b"").expect("a task"));
        peer.runtime.block_on(peer.server.next());
        let waiters: Vec<_> = (0..3)
            .map(|_| {
                thread::spawn(move || {
                    loop {
                        match wait(task.task(), 200) {
                            Ok(Event::Pending) => {}
                            other => break other,
                        }
                    }
                })
            })
            .collect();
        licensing_task_free(task.task());
        licensing_task_free(task.task());
        for waiter in waiters {
            match waiter.join().unwrap() {
                Ok(Event::Failed(problem)) => assert_eq!(problem.code, ErrorCode::Cancelled),
                Err(problem) => assert_eq!(problem.code, ErrorCode::InvalidHandle),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(peer.runtime.block_on(peer.server.next()), Seen::Gone);
    }
}

#[test]
fn a_task_outlives_its_connection() {
    let peer = Peer::new(Behaviour::json(200, PERMISSION));
    let task = submit(peer.connection, GET_PERMISSION, b"").expect("a task");
    licensing_connection_free(peer.connection);
    assert!(finish(task).is_ok());
    let problem = submit(peer.connection, GET_PERMISSION, b"").expect_err("freed");
    assert_eq!(problem.code, ErrorCode::InvalidHandle);
}

#[test]
fn many_threads_use_many_sessions_at_once() {
    let rows: Vec<Value> = (0..600)
        .map(|number| json!({ "feature": format!("F{number}") }))
        .collect();
    let peer = Peer::new(Behaviour::json(200, json!({ "items": rows }).to_string()));
    let options =
        json!({ "address": peer.server.address.to_string(), "certHash": peer.cert_hash }).to_string();
    let rows_seen = AtomicUsize::new(0);
    thread::scope(|scope| {
        for thread in 0..8 {
            let (options, rows_seen) = (&options, &rows_seen);
            scope.spawn(move || {
                for round in 0..15 {
                    let connection = open(options.as_bytes(), b"token").expect("a connection");
                    let tasks: Vec<_> = (0..3)
                        .map(|_| submit(connection, GET_USAGE, b"").expect("a task"))
                        .collect();
                    if (thread + round) % 3 == 0 {
                        cancel(tasks[0]).expect("cancelled");
                    }
                    for task in tasks {
                        loop {
                            match next(task) {
                                Event::Rows(batch) => {
                                    rows_seen.fetch_add(batch.len(), Ordering::Relaxed);
                                }
                                Event::Done(_) => break,
                                Event::Failed(problem) => {
                                    assert_eq!(problem.code, ErrorCode::Cancelled, "{problem:?}");
                                    break;
                                }
                                other => panic!("{other:?}"),
                            }
                        }
                        licensing_task_free(task);
                    }
                    licensing_connection_free(connection);
                }
            });
        }
    });
    assert!(rows_seen.load(Ordering::Relaxed) >= 8 * 15 * 2 * 600);
}

#[test]
fn a_certificate_is_fetched_without_a_connection() {
    let mut peer = Peer::new(Behaviour::json(200, PERMISSION));
    let options = json!({ "address": peer.server.address.to_string() }).to_string();
    let certificate =
        finish(start(licensing_certificate_fetch, options.as_bytes()).expect("a task")).expect("shown");
    assert_eq!(certificate["certHash"], json!(peer.cert_hash));
    assert_eq!(peer.server.so_far(), []);
}

#[test]
fn a_location_is_asked_of_the_manager() {
    let server = LicenseServer::start(1);
    let options = |kind: &str| {
        json!({ "host": "127.0.0.1", "port": server.manager.port(), "addressType": kind, "timeoutMs": 30_000 }).to_string()
    };
    let found = finish(start(licensing_location_discover, options("WSL").as_bytes()).expect("a task"))
        .expect("found");
    assert_eq!(found["address"], "https://127.0.0.1:8083/");
    assert_eq!(found["serverName"], "licserver");
    let daemon = format!("127.0.0.1:{}", server.daemon.port());
    assert_eq!(
        found["vendors"],
        json!([{ "vendor": "ACME", "address": daemon, "serving": true }])
    );
    let problem = start(licensing_location_discover, options("XYZ").as_bytes()).expect_err("no type");
    assert_eq!(problem.code, ErrorCode::InvalidType);
}

#[test]
fn the_table_describes_every_operation() {
    let (mut table, mut error) = (std::ptr::null_mut(), std::ptr::null_mut());
    // SAFETY: places to write to.
    let status = unsafe { licensing_operations(&mut table, &mut error) };
    assert_eq!(status, 0);
    let table = take_json(table);
    assert_eq!(table["abiVersion"], json!(licensing_abi_version()));
    assert_eq!(table["licenseFileBytes"], json!(MAX_LICENSE_FILE_BYTES));
    let operations = table["operations"].as_array().expect("operations");
    assert_eq!(operations.len(), TABLE.len());
    for (described, info) in operations.iter().zip(TABLE) {
        assert_eq!(described["number"], json!(info.number));
        assert_eq!(described["name"], json!(info.name));
        assert_eq!(described["rows"], json!(info.rows));
        assert!(
            !described["row"]["fields"].as_array().expect("fields").is_empty(),
            "{}",
            info.name
        );
    }
}

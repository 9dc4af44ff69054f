//! What products ask and are answered.

use std::time::Duration;

use futures_util::StreamExt;
use licensing_api::{ErrorCode, Problem};
use licensing_protocol::licensing::session_reply::Body as Reply;
use licensing_protocol::licensing::session_request::Body as Asked;
use licensing_protocol::licensing::{
    CheckinRequest, CheckoutRequest, HeartbeatRequest, SessionRequest, StatusRequest, checkout_reply,
};
use tonic::Code;

use crate::support::{
    acme, builder, check_in, check_out, daemon, daemon_address, in_use, request, server_with, start, status,
};

#[tokio::test]
async fn seats_go_out_until_none_is_left_and_come_back() {
    let server = server_with(2).await;
    let mut client = daemon(&server).await;
    let first = check_out(&mut client, 1).await.unwrap();
    assert_eq!(
        (first.lease_id.len(), first.count, first.feature.as_str()),
        (16, 1, "cad")
    );
    assert_eq!((first.heartbeat_seconds, first.lifetime_seconds), (300, 900));
    assert_eq!(first.license_expires, None);
    check_out(&mut client, 2).await.unwrap();
    let denial = check_out(&mut client, 3).await.unwrap_err();
    assert_eq!((denial.number, denial.reason.as_str()), (-4, "AllSeatsTaken"));
    assert!(!denial.text.is_empty() && !denial.action.is_empty());

    assert!(check_in(&mut client, &first).await);
    assert!(
        !check_in(&mut client, &first).await,
        "giving back twice is no error"
    );
    check_out(&mut client, 4).await.unwrap();
    server.stop().unwrap();
}

#[tokio::test]
async fn the_same_request_key_gives_the_same_lease() {
    let server = server_with(5).await;
    let mut client = daemon(&server).await;
    let first = check_out(&mut client, 1).await.unwrap();
    let again = check_out(&mut client, 1).await.unwrap();
    assert_eq!(first.lease_id, again.lease_id);
    assert!(!first.repeated_request && again.repeated_request);
    assert_eq!(in_use(&mut client).await, 1);
    server.stop().unwrap();
}

#[tokio::test]
async fn a_lease_ends_without_heartbeats_and_lives_with_them() {
    let server = start(
        builder()
            .license("acme.lic", &acme(2))
            .setting("licensing.heartbeat_seconds", "1")
            // Long enough for a machine that pauses between two heartbeats.
            .setting("licensing.lifetime_seconds", "8"),
    )
    .await;
    let mut client = daemon(&server).await;
    let kept = check_out(&mut client, 1).await.unwrap();
    let silent = check_out(&mut client, 2).await.unwrap();
    let beat = |ids: Vec<Vec<u8>>| HeartbeatRequest {
        lease_ids: ids,
        ..Default::default()
    };
    let mut beats = 0;
    loop {
        let answer = client
            .heartbeat(beat(vec![kept.lease_id.clone()]))
            .await
            .unwrap()
            .into_inner();
        assert_eq!(answer.ended, Vec::<u32>::new());
        assert_eq!(answer.heartbeat_seconds, 1);
        beats += 1;
        if in_use(&mut client).await == 1 {
            break;
        }
        assert!(beats < 600, "the silent lease never ends");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let both = beat(vec![silent.lease_id.clone(), kept.lease_id.clone()]);
    assert_eq!(client.heartbeat(both).await.unwrap().into_inner().ended, [0]);
    server.stop().unwrap();
}

#[tokio::test]
async fn status_shows_the_features() {
    let server = server_with(3).await;
    let mut client = daemon(&server).await;
    check_out(&mut client, 1).await.unwrap();
    let all = status(&mut client).await;
    assert!(all.serving && all.reason.is_empty());
    assert_eq!(all.vendor, "ACME");
    assert_eq!(all.features.len(), 1);
    assert_eq!((all.features[0].count, all.features[0].in_use), (3, 1));
    let none = client
        .status(StatusRequest {
            feature: "cam".to_owned(),
        })
        .await
        .unwrap()
        .into_inner();
    assert_eq!(none.features, []);
    server.stop().unwrap();
}

#[tokio::test]
async fn a_request_out_of_bounds_is_refused_with_code_and_advice() {
    let server = server_with(1).await;
    let mut client = daemon(&server).await;
    let long = CheckoutRequest {
        feature: "f".repeat(300),
        ..request(1)
    };
    let status = client.checkout(long).await.expect_err("the name is too long");
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(status.metadata().get("licensing-code").unwrap(), "InvalidRequest");
    assert!(status.metadata().get("licensing-action").is_some());
    let problem: Problem = serde_json::from_slice(status.details()).unwrap();
    assert_eq!(
        (problem.code, problem.target.as_str()),
        (ErrorCode::InvalidRequest, "feature")
    );

    let huge = HeartbeatRequest {
        lease_ids: vec![vec![1; 16]; 100_000],
        ..Default::default()
    };
    let status = client
        .heartbeat(huge)
        .await
        .expect_err("the message is too large");
    assert_eq!(status.code(), Code::OutOfRange);
    check_out(&mut client, 1).await.expect("others are served");
    server.stop().unwrap();
}

#[tokio::test]
async fn one_session_carries_everything() {
    let server = server_with(1).await;
    let mut client = daemon(&server).await;
    let (sender, receiver) = tokio::sync::mpsc::channel(8);
    let mut replies = client
        .session(tokio_stream::wrappers::ReceiverStream::new(receiver))
        .await
        .unwrap()
        .into_inner();
    let mut ask = async |id: u64, body: Option<Asked>| {
        sender.send(SessionRequest { id, body }).await.unwrap();
        let reply = replies.next().await.unwrap().unwrap();
        assert_eq!(reply.id, id);
        reply.body.unwrap()
    };
    let Reply::Checkout(granted) = ask(10, Some(Asked::Checkout(request(1)))).await else {
        panic!("no checkout")
    };
    let Some(checkout_reply::Outcome::Lease(lease)) = granted.outcome else {
        panic!("no lease")
    };
    let Reply::Checkout(refused) = ask(11, Some(Asked::Checkout(request(2)))).await else {
        panic!("no checkout")
    };
    assert!(matches!(
        refused.outcome,
        Some(checkout_reply::Outcome::Denial(_))
    ));
    let beat = HeartbeatRequest {
        lease_ids: vec![vec![9; 16], lease.lease_id.clone()],
        ..Default::default()
    };
    let Reply::Heartbeat(beat) = ask(12, Some(Asked::Heartbeat(beat))).await else {
        panic!("no heartbeat")
    };
    assert_eq!(beat.ended, [0]);
    let Reply::Failure(failure) = ask(13, None).await else {
        panic!("no failure")
    };
    assert_eq!(failure.code, "InvalidRequest");
    let checkin = CheckinRequest {
        lease_id: lease.lease_id,
        ..Default::default()
    };
    let Reply::Checkin(checkin) = ask(14, Some(Asked::Checkin(checkin))).await else {
        panic!("no checkin")
    };
    assert!(checkin.was_held);
    drop(sender);
    assert!(
        replies.next().await.is_none(),
        "the daemon ends the session after the product has"
    );
    server.stop().unwrap();
}

#[tokio::test]
async fn a_token_that_is_wrong_is_refused_even_where_none_is_needed() {
    let server = server_with(1).await;
    let mut client = daemon(&server).await;
    let mut wrong = tonic::Request::new(StatusRequest::default());
    wrong
        .metadata_mut()
        .insert("authorization", "Bearer id.wrong".parse().unwrap());
    let status = client.status(wrong).await.expect_err("the token is wrong");
    assert_eq!(status.code(), Code::Unauthenticated);
    assert_eq!(
        status.metadata().get("licensing-code").unwrap(),
        "AuthorizationFailed"
    );
    server.stop().unwrap();
}

#[tokio::test]
async fn without_a_token_nobody_is_served_where_one_is_needed() {
    let server = start(
        builder()
            .license("acme.lic", &acme(1))
            .setting("licensing.anonymous", "never"),
    )
    .await;
    let mut client = daemon(&server).await;
    let status = client.checkout(request(1)).await.expect_err("there is no token");
    assert_eq!(status.code(), Code::Unauthenticated);
    let found = crate::support::discover(server.endpoints().licensing).await;
    assert_eq!(found.version, "", "a stranger is not told the version");
    assert_eq!(found.vendors.len(), 1);
    server.stop().unwrap();
}

#[tokio::test]
async fn rules_over_address_and_project_hold_for_whoever_asks() {
    let server = tokio::task::spawn_blocking(|| {
        // More seats than requests, so that seats that run out refuse none of them.
        let mut server = builder().license("acme.lic", &acme(255)).prepare().unwrap();
        let options = "EXCLUDE cad PROJECT secret\nMAX 2 cad PROJECT dam\nINCLUDE cad INTERNET 127.0.*.*\n";
        std::fs::write(server.data().join("licenses/ACME.opt"), options).unwrap();
        server.start_again().unwrap();
        server
    })
    .await
    .unwrap();
    let mut client = daemon(&server).await;
    let of = |key, host: &str, project: &str| {
        let mut request = request(key);
        let holder = request.holder.as_mut().unwrap();
        host.clone_into(&mut holder.host);
        project.clone_into(&mut holder.project);
        request
    };
    let mut number = async |request| match client.checkout(request).await.unwrap().into_inner().outcome {
        Some(checkout_reply::Outcome::Lease(_)) => 0,
        Some(checkout_reply::Outcome::Denial(denial)) => denial.number,
        other => panic!("neither lease nor denial: {other:?}"),
    };
    assert_eq!(number(of(1, "pc", "secret")).await, -38);
    assert_eq!(number(of(2, "pc", "dam")).await, 0);
    assert_eq!(number(of(3, "pc", "dam")).await, 0);
    assert_eq!(number(of(4, "pc", "dam")).await, -87);
    assert_eq!(number(of(5, "10.1.2.3", "")).await, 0, "the connection counts");
    let options = "EXCLUDE cad INTERNET 127.*.*.*\n";
    std::fs::write(server.data().join("licenses/ACME.opt"), options).unwrap();
    server.reread().unwrap();
    let mut key = 10;
    while number(of(key, "10.1.2.3", "")).await == 0 {
        key += 1;
        tokio::time::sleep(Duration::from_millis(250)).await;
        assert!(key < 250, "the address of the connection is not looked at");
    }
    server.stop().unwrap();
}

#[tokio::test]
async fn a_call_waits_in_the_queue_until_a_seat_comes_back() {
    let server = server_with(1).await;
    let mut client = daemon(&server).await;
    let first = check_out(&mut client, 1).await.unwrap();
    let waiting = |number| CheckoutRequest {
        queue: true,
        ..request(number)
    };
    let mut other = daemon(&server).await;
    let waits = tokio::spawn(async move { other.checkout(waiting(2)).await.unwrap().into_inner() });
    // Whoever does not wait is told that others do, as soon as they do.
    loop {
        let denial = check_out(&mut client, 3).await.unwrap_err();
        if denial.number == -24 {
            break;
        }
        assert_eq!(denial.number, -4);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(check_in(&mut client, &first).await);
    let Some(checkout_reply::Outcome::Lease(lease)) = waits.await.unwrap().outcome else {
        panic!("no lease")
    };
    let by_key = CheckinRequest {
        request_key: waiting(2).request_key,
        ..Default::default()
    };
    assert!(client.checkin(by_key).await.unwrap().into_inner().was_held);
    assert!(!check_in(&mut client, &lease).await);
    assert_eq!(in_use(&mut client).await, 0);
    server.stop().unwrap();
}

#[tokio::test]
async fn a_session_tells_the_place_at_once_and_the_lease_later() {
    let server = server_with(1).await;
    let mut client = daemon(&server).await;
    let first = check_out(&mut client, 1).await.unwrap();
    let (sender, receiver) = tokio::sync::mpsc::channel(8);
    let mut replies = client
        .session(tokio_stream::wrappers::ReceiverStream::new(receiver))
        .await
        .unwrap()
        .into_inner();
    let mut next = async || {
        let reply = replies.next().await.unwrap().unwrap();
        let Some(Reply::Checkout(checkout)) = reply.body else {
            panic!("no checkout")
        };
        (reply.id, checkout.outcome.unwrap())
    };
    for number in [2, 3] {
        let waiting = CheckoutRequest {
            queue: true,
            ..request(number)
        };
        let message = SessionRequest {
            id: u64::from(number),
            body: Some(Asked::Checkout(waiting)),
        };
        sender.send(message).await.unwrap();
        let (id, checkout_reply::Outcome::Queued(queued)) = next().await else {
            panic!("not queued")
        };
        assert_eq!((id, queued.position), (u64::from(number), u32::from(number) - 1));
        assert_eq!(queued.kept_seconds, 60);
    }
    assert!(check_in(&mut client, &first).await);
    let (id, checkout_reply::Outcome::Lease(second)) = next().await else {
        panic!("no lease")
    };
    assert_eq!(id, 2);
    assert!(check_in(&mut client, &second).await);
    let (id, checkout_reply::Outcome::Lease(_)) = next().await else {
        panic!("no lease")
    };
    assert_eq!(id, 3);
    drop(sender);
    server.stop().unwrap();
}

#[tokio::test]
async fn a_caller_that_asks_for_too_much_is_told_when_to_come_again_and_others_are_served() {
    let settings = builder().license("acme.lic", &acme(100));
    let server = start(settings.setting("licensing.checkouts_per_second", "1")).await;
    let mut client = daemon(&server).await;
    let mut granted = 0;
    let refused = loop {
        match client.checkout(request(granted + 1)).await {
            Ok(_) => granted += 1,
            Err(status) => break status,
        }
        assert!(granted < 50, "ten at once, and one a second");
    };
    assert!(granted >= 10, "{granted}");
    let problem: Problem = serde_json::from_slice(refused.details()).unwrap();
    assert_eq!(
        (refused.code(), problem.code),
        (Code::ResourceExhausted, ErrorCode::TooManyRequests)
    );
    assert_eq!(problem.retry_after, Some(1));
    // What takes no seat is answered, and nothing of the refused is recorded.
    assert_eq!(in_use(&mut client).await, u32::from(granted));
    server.stop().unwrap();
}

#[tokio::test]
async fn signed_lines_are_shown_to_who_asks_for_them_and_has_them_not() {
    let server = server_with(5).await;
    let mut client = daemon(&server).await;
    let mut wanting = request(1);
    assert!(check_out(&mut client, 9).await.unwrap().lines.is_empty());
    wanting.wants_lines = true;
    let lease = |reply: checkout_reply::Outcome| match reply {
        checkout_reply::Outcome::Lease(lease) => lease,
        other => panic!("{other:?}"),
    };
    let reply = client.checkout(wanting.clone()).await.unwrap().into_inner();
    let first = lease(reply.outcome.unwrap());
    let [line] = first.lines.as_slice() else {
        panic!("{:?}", first.lines)
    };
    assert!(line.text.contains("\nfeature cad\n"), "{}", line.text);
    assert!(line.signature.starts_with("ed25519:"));
    let again = CheckoutRequest {
        known_lines: vec![line.id.clone()],
        ..request(2)
    };
    let again = CheckoutRequest {
        wants_lines: true,
        ..again
    };
    let reply = client.checkout(again).await.unwrap().into_inner();
    let second = lease(reply.outcome.unwrap());
    assert_eq!(second.lines.len(), 1);
    assert_eq!(
        (&second.lines[0].id, second.lines[0].text.as_str()),
        (&line.id, "")
    );
    server.stop().unwrap();
}

/// `grpc-status` of a session that sends these bytes and ends.
async fn end_of_session(server: &licensing_testbed::Server, bytes: Vec<u8>) -> String {
    let stream = tokio::net::TcpStream::connect(daemon_address(server))
        .await
        .unwrap();
    let (mut sender, connection) = hyper::client::conn::http2::handshake(
        hyper_util::rt::TokioExecutor::new(),
        hyper_util::rt::TokioIo::new(stream),
    )
    .await
    .unwrap();
    tokio::spawn(connection);
    let request = http::Request::post("http://localhost/licensing.v1.VendorDaemon/Session")
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(http_body_util::Full::new(bytes::Bytes::from(bytes)))
        .unwrap();
    let answer = sender.send_request(request).await.unwrap();
    let headers = answer.headers().clone();
    let collected = http_body_util::BodyExt::collect(answer.into_body())
        .await
        .unwrap();
    let trailers = collected.trailers().cloned().unwrap_or(headers);
    trailers["grpc-status"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn bytes_that_are_no_message_end_a_session_as_a_fault_of_the_product() {
    let server = server_with(1).await;
    for bytes in [
        // No message of this length.
        vec![0, 0, 0, 0, 2, 0xff, 0xff],
        // Compressed, without saying how.
        vec![1, 0, 0, 0, 2, 0, 0],
        // A length that does not follow.
        vec![0, 0, 0, 0, 9, 0],
        // Larger than any message.
        vec![0, 0xff, 0xff, 0xff, 0xff, 0],
    ] {
        assert_eq!(end_of_session(&server, bytes.clone()).await, "3", "{bytes:?}");
    }
    assert_eq!(end_of_session(&server, Vec::new()).await, "0");
    check_out(&mut daemon(&server).await, 1)
        .await
        .expect("others are served");
    server.stop().unwrap();
}

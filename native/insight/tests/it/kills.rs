//! A license server that is killed while it uploads.

use std::time::Duration;

use licensing_api::management::StartUpload;
use licensing_api::operation::op;
use licensing_proofs::{Dice, Form};

use crate::full_circle::{administrator, delivered, license_server, point_at, upload};
use crate::support::Program;

#[tokio::test(flavor = "multi_thread")]
async fn uploads_of_a_license_server_that_is_killed_arrive_exactly_once() {
    let kills = Form::of_this_run().pick(5, 500);
    let mut dice = Dice::new("kills of a license server");
    let program = Program::start(&[]);
    let mut server = license_server("lic1").await;
    point_at(&administrator(&server), &program).await;
    // How long an upload takes here says when to kill.
    let begun = std::time::Instant::now();
    upload(&administrator(&server)).await;
    let longest = begun.elapsed().as_millis().clamp(2, 2000);
    for _ in 0..kills {
        let client = administrator(&server);
        let sending = tokio::spawn(async move { client.call::<op::StartUpload>(&StartUpload {}).await });
        // Anywhere between the request and the answer, which may be lost.
        let moment = dice.u64(0..u64::try_from(longest).unwrap());
        tokio::time::sleep(Duration::from_millis(moment)).await;
        server = tokio::task::spawn_blocking(move || {
            server.kill().unwrap();
            server.start_again().unwrap();
            server
        })
        .await
        .unwrap();
        let _lost_or_answered = sending.await.unwrap();
    }
    let client = administrator(&server);
    upload(&client).await;
    let delivered = delivered(&client).await;
    let made = delivered.iter().map(|row| row.sequence).max().unwrap();
    let listed = program.uploads().await;
    let mut sequences: Vec<u64> = listed.iter().map(|row| row.sequence).collect();
    sequences.sort_unstable();
    assert_eq!(sequences, (1..=made).collect::<Vec<u64>>());
    for row in &delivered {
        assert!(listed.iter().any(|stored| stored.integrity == row.integrity));
    }
    // A number that was used twice would look like a copy of the server.
    let found = program.findings().await;
    assert!(found.is_empty(), "{found:?}");
}

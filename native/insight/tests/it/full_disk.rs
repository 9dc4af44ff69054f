//! A receiver whose disk is full.

use licensing_management::exchange::{ReceiverErrorCode, ReceiverProblem};
use licensing_proofs::Form;
use licensing_proofs::power_cut::Disk;
use reqwest::StatusCode;

use crate::http::{register, send};
use crate::site::Site;
use crate::support::Program;

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_and_no_upload_is_lost_or_stored_twice() {
    let rounds = Form::of_this_run().pick(12, 200);
    let mut program = Program::start(&[]);
    let mut disk = Disk::new(&program.data().join("state"), program.folder.path(), false).unwrap();
    let environment = disk.environment();
    let environment: Vec<(&str, &str)> = environment
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    program.kill_and_start(&environment);
    let mut site = Site::new(1);
    register(&program, "Example", &site).await;
    let begin = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(400);
    let mut refused = 0;
    for round in 0..rounds {
        let made = begin + jiff::SignedDuration::from_hours(i64::from(round));
        let upload = site.upload(made, &["SN-1"]);
        let signature = upload.sign(&site.key).to_string();
        let bytes = upload.bytes().to_vec();
        // An upload is some writes in two transactions: these end at each of them, one after the other.
        disk.fail_after(Some(round % 12), None).unwrap();
        let answer = send(&program, &site, &upload, signature.clone(), bytes.clone()).await;
        let stored = answer.status() == StatusCode::CREATED;
        if !stored {
            refused += 1;
            assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert!(answer.headers().contains_key("retry-after"));
            let problem: ReceiverProblem = answer.json().await.unwrap();
            assert_eq!(problem.code, ReceiverErrorCode::StorageUnavailable);
        }
        disk.heal().unwrap();
        let again = send(&program, &site, &upload, signature, bytes).await;
        assert!(again.status().is_success(), "{}", again.status());
        if stored {
            assert_eq!(again.status(), StatusCode::OK, "an answered upload is stored");
        }
    }
    assert!(refused > 0, "the disk was never full");
    let listed = program.uploads().await;
    let mut sequences: Vec<u64> = listed.iter().map(|upload| upload.sequence).collect();
    sequences.sort_unstable();
    assert_eq!(sequences, (1..=u64::from(rounds)).collect::<Vec<u64>>());
}

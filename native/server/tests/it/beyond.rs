//! More requests than seats, and seats that are taken along.

use licensing_api::alert::GetAlerts;
use licensing_api::inventory::GetInventory;
use licensing_api::operation::op;

use crate::full_circle::{LOOPBACK, administrator};
use crate::support::{acme, builder, check_in, check_out, daemon, start};

#[tokio::test(flavor = "multi_thread")]
async fn where_the_vendor_allows_it_requests_beyond_the_seats_are_granted_for_a_time() {
    let mut server = start(
        builder()
            .license("acme.lic", &acme(1))
            .setting("licensing.burst", "[\"ACME\"]")
            .setting("licensing.burst_days", "3"),
    )
    .await;
    let mut client = daemon(&server).await;
    let kept = check_out(&mut client, 1).await.unwrap();
    check_out(&mut client, 2).await.unwrap();
    server.kill().unwrap();
    let server = tokio::task::spawn_blocking(move || {
        server.start_again()?;
        Ok::<_, anyhow::Error>(server)
    })
    .await
    .unwrap()
    .unwrap();
    let mut client = daemon(&server).await;
    check_out(&mut client, 3).await.unwrap();
    let admin = administrator(&server, LOOPBACK);
    let wanted = GetInventory::default();
    let mut inventory = admin.call::<op::GetInventory>(&wanted).await.unwrap();
    let row = inventory.items.swap_remove(0);
    assert_eq!((row.licenses_in_use, row.burst, row.free), (3, 2, 0));
    let left = row.burst_until.unwrap().duration_since(jiff::Timestamp::now());
    assert!((71..=72).contains(&left.as_hours()), "{left}");
    let alerts = admin.call::<op::GetAlerts>(&GetAlerts::default()).await.unwrap();
    let alert = alerts
        .items
        .iter()
        .find(|alert| alert.code == "BurstActive")
        .unwrap();
    assert!(alert.detail.contains("cad until "), "{alert:?}");
    check_in(&mut client, &kept).await;
    server.stop().unwrap();
}

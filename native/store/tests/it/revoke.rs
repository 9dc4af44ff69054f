//! Seats that an administrator takes back, on the disk.

use licensing_api::usage::{GetUsage, RevokeLeases};
use licensing_seats::audit::{RevokedSeats, RevokedSeatsOfPool};
use licensing_seats::seat::RevokeFilter;

use crate::support::{TestClock, granted, pool, pools, request, start};

#[tokio::test]
async fn what_was_revoked_stays_revoked_and_the_audit_tells_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.db");
    let clock = TestClock::at("2026-11-24T12:00:00Z");
    let mut pools = pools("CAD", 5);
    pools.pools.push(pool("CAD_STD_UD", 5));
    let service = start(&path, pools.clone(), clock.clone());
    for number in 1..=3 {
        granted(service.checkout(request("CAD", number)).await.unwrap());
        granted(
            service
                .checkout(request("CAD_STD_UD", 10 + number))
                .await
                .unwrap(),
        );
    }
    let filter = RevokeFilter::new(&RevokeLeases {
        user: "user*1".into(),
        ..RevokeLeases::default()
    });
    let revoked = service.revoke(filter.unwrap(), "admin").await.unwrap();
    let mut users: Vec<&str> = revoked.iter().map(|row| row.user.as_str()).collect();
    users.sort_unstable();
    assert_eq!(users, ["user1", "user11"]);
    let report = service.verify_audit().await.unwrap();
    assert_eq!((report.opened, report.closed), (6, 2));
    let (from, to) = ("2026-11-24T11:00:00Z", "2026-11-24T13:00:00Z");
    let period = (from.parse().unwrap(), to.parse().unwrap());
    let count = service.audit_period(period.0, period.1, RevokedSeats::default(), |revoked, record| {
        revoked.note(record);
    });
    let counted = count.await.unwrap();
    let of = |feature| counted.of(feature, "1.0");
    assert_eq!(of("CAD_STD_UD"), RevokedSeatsOfPool { users: 1, devices: 0 });
    // The end of a session releases no assigned seat.
    assert_eq!(of("CAD"), RevokedSeatsOfPool::default());
    service.shutdown().await.unwrap();
    drop(service);

    let service = start(&path, pools, clock);
    let mut users: Vec<String> = service
        .usage(&GetUsage::default())
        .into_iter()
        .map(|row| row.user)
        .collect();
    users.sort();
    assert_eq!(users, ["user12", "user13", "user2", "user3"]);
    service.shutdown().await.unwrap();
}

//! What is shown of the use of seats.

use jiff::{Timestamp, ToSpan as _};
use licensing_insight::service::Account;

use crate::site::Site;
use crate::support::{Backend, on_both, register, take};

fn a_license_that_was_taken_out_has_no_forecast_and_is_not_unused(backend: &Backend) {
    let insight = backend.service();
    let mut site = Site::new(1);
    register(&insight, "Example", &site);
    let begin: Timestamp = "2026-04-01T06:00:00Z".parse().unwrap();
    for number in 0..14_i64 {
        let made = site.upload_with(begin + (24 * number).hours(), &[], |body| {
            let sample = &mut body.features[0];
            (sample.count_used_max, sample.installed) = (0, Some(0));
            (sample.used_from, sample.used_until) = (None, None);
        });
        take(&insight, &site, &made).unwrap();
    }
    let rows = insight.capacity(&Account::local(), None).unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].forecast.as_str(), rows[0].unused), ("None", false));
}

on_both! {
    a_license_that_was_taken_out_has_no_forecast_and_is_not_unused,
}

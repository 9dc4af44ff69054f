//! Whether the record of seats grows unusually fast: somebody may be filling the disk.

use std::collections::VecDeque;
use std::time::Duration;

use licensing_api::alert::{Alert, AlertCode};

/// How often the number of records is noted.
pub(super) const EVERY: Duration = Duration::from_secs(60);
/// So many notes span an hour.
const NOTES: usize = 61;

/// Numbers of records, the newest last.
#[derive(Debug)]
pub(super) struct AuditGrowth {
    most_per_hour: u64,
    notes: VecDeque<u64>,
}

impl AuditGrowth {
    pub(super) fn new(most_per_hour: u64) -> Self {
        Self {
            most_per_hour,
            notes: VecDeque::with_capacity(NOTES),
        }
    }

    /// Notes how many records there are.
    pub(super) fn note(&mut self, records: u64) {
        if self.notes.len() == NOTES {
            self.notes.pop_front();
        }
        self.notes.push_back(records);
    }

    /// The active alert; none while the records of the last hour are as many as is usual.
    pub(super) fn alert(&self, vendor: &str) -> Option<Alert> {
        let grown = self.notes.back()?.saturating_sub(*self.notes.front()?);
        (grown > self.most_per_hour).then(|| {
            Alert::new(AlertCode::AuditGrowsFast)
                .saying(format!(
                    "The vendor daemon {vendor} recorded {grown} events within an hour; {} are usual at most.",
                    self.most_per_hour
                ))
                .about(vendor)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_within_an_hour_raises_the_alert_until_an_hour_was_calm() {
        let mut growth = AuditGrowth::new(100);
        growth.note(5_000_000);
        assert_eq!(growth.alert("ACME"), None, "what was there before does not count");
        growth.note(5_000_100);
        assert_eq!(growth.alert("ACME"), None);
        growth.note(5_000_101);
        let alert = growth.alert("ACME").expect("an alert");
        assert!(alert.detail.contains("101 events"), "{}", alert.detail);
        for _ in 0..NOTES - 3 {
            growth.note(5_000_101);
        }
        assert!(growth.alert("ACME").is_some());
        growth.note(5_000_101);
        growth.note(5_000_101);
        assert_eq!(growth.alert("ACME"), None);
    }
}

//! What the debug log says when an options file takes effect.

use licensing_texts::debug_log::OptionsEvent;

use super::compile::{Policy, RuleKind, Setting};
use super::{PoolPolicy, Reservation};

impl Policy {
    /// Events for the debug log: the rules that hold, in the order of the file, then the seats set aside in `pools`.
    pub fn announcements<'a>(&'a self, pools: impl Iterator<Item = &'a PoolPolicy>) -> Vec<OptionsEvent<'a>> {
        let mut events: Vec<_> = self
            .timeout_all
            .map(|seconds| OptionsEvent::TimeoutAll { seconds })
            .into_iter()
            .collect();
        for rule in &self.rules {
            let feature = rule.selector.as_ref().map(|selector| selector.feature.as_str());
            match (&rule.kind, feature) {
                (RuleKind::Access { list, who, .. }, feature) => {
                    events.push(OptionsEvent::Access {
                        list: *list,
                        who,
                        feature,
                    });
                }
                (RuleKind::Setting(Setting::Timeout(seconds)), Some(feature)) => {
                    events.push(OptionsEvent::Timeout {
                        feature,
                        seconds: *seconds,
                    });
                }
                (RuleKind::Setting(Setting::MaxBorrowHours(hours)), Some(feature)) => {
                    events.push(OptionsEvent::MaxBorrow {
                        feature,
                        hours: *hours,
                    });
                }
                (
                    RuleKind::Setting(_)
                    | RuleKind::Max { .. }
                    | RuleKind::Reserve { .. }
                    | RuleKind::Unread(_),
                    _,
                ) => {}
            }
        }
        events.extend(pools.flat_map(PoolPolicy::reservations).map(reserving));
        events
    }
}

fn reserving(held: &Reservation) -> OptionsEvent<'_> {
    OptionsEvent::Reserving {
        seats: held.seats,
        feature: &held.selector.feature,
        who: &held.who,
    }
}

//! What applies to one pool.

use std::collections::HashSet;
use std::time::Duration;

use licensing_api::denial::DenialReason;

use licensing_license_file::options_file::{Selector, Who};

use super::host_table::HostTable;
use super::roster::Roster;
use super::{GroupId, Identity};

/// Everything the options file says about one pool, ready to be asked by a checkout.
#[derive(Debug, Clone)]
pub struct PoolPolicy {
    pub(super) exclude: Roster<u32>,
    pub(super) include: Roster<u32>,
    pub(super) exclude_borrow: Roster<u32>,
    pub(super) include_borrow: Roster<u32>,
    pub(super) closed: Closed,
    pub(super) named: Named,
    pub(super) max: MaxRules,
    pub(super) reservations: Vec<Reservation>,
    pub(super) drawers: Roster<usize>,
    pub(super) settings: Settings,
}

/// Lines of the options file that cannot be read, by what they may have closed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Closed {
    pub(super) to_all: Option<u32>,
    /// To whom no INCLUDE line names.
    pub(super) to_others: Option<u32>,
    pub(super) borrowing: Option<u32>,
    pub(super) borrowing_to_others: Option<u32>,
}

/// Users and hosts that USER_BASED and HOST_BASED features are named for.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) users: Option<NamedUsers>,
    pub(super) hosts: Option<HostTable<()>>,
}

/// Users named by themselves and through groups.
#[derive(Debug, Clone, Default)]
pub(super) struct NamedUsers {
    pub(super) fold_members: bool,
    pub(super) users: HashSet<String>,
    pub(super) members: HashSet<String>,
}

/// MAX lines of a pool.
#[derive(Debug, Clone)]
pub(super) struct MaxRules {
    pub(super) one: Roster<Limited>,
    pub(super) all_users: Vec<AllUsers>,
    pub(super) all_groups: Vec<AllGroups>,
}

/// Line of a MAX rule and its seats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Limited {
    pub(super) line: u32,
    pub(super) seats: u32,
}

#[derive(Debug, Clone)]
pub(super) struct AllUsers {
    pub(super) limited: Limited,
    /// Users with a line of their own before it.
    pub(super) except: HashSet<String>,
}

#[derive(Debug, Clone)]
pub(super) struct AllGroups {
    pub(super) limited: Limited,
    /// Groups with a line of their own before it.
    pub(super) except: HashSet<GroupId>,
}

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Settings {
    pub(super) max_overdraft: Option<u32>,
    pub(super) borrow_low_water: u32,
    pub(super) max_borrow_hours: Option<u32>,
    pub(super) linger_seconds: u32,
    pub(super) timeout_seconds: Option<u32>,
    pub(super) queue_passing_seconds: u32,
}

/// Why somebody may not have a seat at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAdmitted {
    /// Line of the options file that excludes them.
    #[error("line {0} of the options file excludes the requester")]
    Excluded(u32),
    /// INCLUDE lines name others only.
    #[error("the INCLUDE lines of the options file do not name the requester")]
    NotIncluded,
    /// USER_BASED or HOST_BASED, and no INCLUDE line names anybody.
    #[error("the feature is for named users or hosts only, and the options file has no INCLUDE line for it")]
    NobodyNamed,
    /// Line of the options file that excludes them from borrowing.
    #[error("line {0} of the options file excludes the requester from borrowing")]
    ExcludedFromBorrowing(u32),
    /// Line of the options file that cannot be read and may have shut them out; 0 for the whole file.
    #[error("line {0} of the options file cannot be read, and may shut the requester out")]
    Unread(u32),
    /// INCLUDE_BORROW lines name others only.
    #[error("the INCLUDE_BORROW lines of the options file do not name the requester")]
    NotIncludedInBorrowing,
}

impl NotAdmitted {
    /// The numbered reason of the denial.
    pub fn reason(self) -> DenialReason {
        match self {
            Self::Excluded(_) | Self::ExcludedFromBorrowing(_) | Self::Unread(_) => DenialReason::Excluded,
            Self::NotIncluded | Self::NotIncludedInBorrowing => DenialReason::NotIncluded,
            Self::NobodyNamed => DenialReason::NotNamed,
        }
    }
}

/// What a limit counts: seats that are out under equal keys count together, over all pools. Keys of different policies
/// say nothing about each other; after a reread the ledger counts its leases again.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum LimitKey {
    /// Everybody whom the MAX line on this line of the file names.
    Line(u32),
    /// One user under a line for ALL_USERS.
    User(u32, String),
    /// One group under a line for ALL_GROUPS.
    Group(u32, GroupId),
}

/// A MAX line that counts the requester.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// What it counts.
    pub key: LimitKey,
    /// Most seats out under the key; 0 forbids.
    pub seats: u32,
    /// Line of the options file.
    pub line: u32,
}

/// Seats set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    /// Line of the options file.
    pub line: u32,
    /// Seats that hold: less than the line says when there are not enough.
    pub seats: u32,
    /// The licenses as the line names them.
    pub selector: Selector,
    /// For whom.
    pub who: Who,
}

impl PoolPolicy {
    /// Whether the requester may have a seat. EXCLUDE is looked at first and wins; INCLUDE and INCLUDEALL make one list
    /// that shuts out everybody else.
    pub fn admit(&self, identity: &Identity<'_>) -> Result<(), NotAdmitted> {
        if let Some(line) = self.closed.to_all {
            return Err(NotAdmitted::Unread(line));
        }
        if let Some(line) = self.exclude.first(identity) {
            return Err(NotAdmitted::Excluded(line));
        }
        self.named.admit(identity)?;
        if let Some(line) = self.closed.to_others
            && self.include.first(identity).is_none()
        {
            return Err(NotAdmitted::Unread(line));
        }
        if !self.include.is_empty() && self.include.first(identity).is_none() {
            return Err(NotAdmitted::NotIncluded);
        }
        Ok(())
    }

    /// Whether the requester may borrow. [`PoolPolicy::admit`] is asked besides.
    pub fn admit_borrowing(&self, identity: &Identity<'_>) -> Result<(), NotAdmitted> {
        if let Some(line) = self.closed.borrowing {
            return Err(NotAdmitted::Unread(line));
        }
        if let Some(line) = self.exclude_borrow.first(identity) {
            return Err(NotAdmitted::ExcludedFromBorrowing(line));
        }
        if let Some(line) = self.closed.borrowing_to_others
            && self.include_borrow.first(identity).is_none()
        {
            return Err(NotAdmitted::Unread(line));
        }
        if !self.include_borrow.is_empty() && self.include_borrow.first(identity).is_none() {
            return Err(NotAdmitted::NotIncludedInBorrowing);
        }
        Ok(())
    }

    /// MAX lines that count the requester, in the order of the file. All of them hold.
    pub fn limits(&self, identity: &Identity<'_>) -> Vec<Limit> {
        let mut limits: Vec<Limit> = Vec::new();
        if !self.max.one.is_empty() {
            limits.extend(self.max.one.find(identity).into_iter().map(|limited| Limit {
                key: LimitKey::Line(limited.line),
                seats: limited.seats,
                line: limited.line,
            }));
        }
        for rule in &self.max.all_users {
            let Limited { line, seats } = rule.limited;
            if !identity.requester.users().any(|user| rule.except.contains(user)) {
                let key = LimitKey::User(line, identity.requester.counted_user().to_owned());
                limits.push(Limit { key, seats, line });
            }
        }
        for rule in &self.max.all_groups {
            let Limited { line, seats } = rule.limited;
            for group in identity
                .groups
                .iter()
                .filter(|group| !rule.except.contains(group))
            {
                limits.push(Limit {
                    key: LimitKey::Group(line, *group),
                    seats,
                    line,
                });
            }
        }
        limits.sort_by_key(|limit| limit.line);
        limits
    }

    /// Seats set aside, in the order of the file.
    pub fn reservations(&self) -> &[Reservation] {
        &self.reservations
    }

    /// Seats set aside altogether.
    pub fn reserved(&self) -> u32 {
        self.reservations
            .iter()
            .fold(0, |sum, reservation| sum.saturating_add(reservation.seats))
    }

    /// Positions in [`PoolPolicy::reservations`] that the requester draws from, in the order of the file.
    pub fn draws_from(&self, identity: &Identity<'_>) -> Vec<usize> {
        if self.reservations.is_empty() {
            Vec::new()
        } else {
            self.drawers.find(identity)
        }
    }

    /// Seats beyond the installed ones that may be given out, of those the licenses allow (MAX_OVERDRAFT).
    pub fn overdraft(&self, licensed: u32) -> u32 {
        self.settings
            .max_overdraft
            .map_or(licensed, |most| most.min(licensed))
    }

    /// Seats that must stay unborrowed (BORROW_LOWWATER).
    pub fn borrow_low_water(&self) -> u32 {
        self.settings.borrow_low_water
    }

    /// Longest borrow period in hours, of what the license allows (MAX_BORROW_HOURS can only shorten it).
    pub fn borrow_hours(&self, licensed: u32) -> u32 {
        self.settings
            .max_borrow_hours
            .map_or(licensed, |most| most.min(licensed))
    }

    /// Seconds a seat stays out after checkin: the longer one of the publisher's and the administrator's.
    pub fn linger_seconds(&self, licensed: u32) -> u32 {
        self.settings.linger_seconds.max(licensed)
    }

    /// How long those who wait may be passed by smaller requests; zero for strict order.
    pub fn queue_passing(&self) -> Duration {
        Duration::from_secs(self.settings.queue_passing_seconds.into())
    }

    /// Seconds without a sign of life after which a seat is taken back, not below the publisher's least; none when the
    /// options file sets no timeout.
    pub fn timeout_seconds(&self, least: u32) -> Option<u32> {
        self.settings.timeout_seconds.map(|seconds| seconds.max(least))
    }
}

impl Named {
    fn admit(&self, identity: &Identity<'_>) -> Result<(), NotAdmitted> {
        if let Some(users) = &self.users {
            users.admit(identity)?;
        }
        if let Some(hosts) = &self.hosts {
            if hosts.is_empty() {
                return Err(NotAdmitted::NobodyNamed);
            }
            let mut found = false;
            hosts.each(identity, &mut |()| found = true);
            if !found {
                return Err(NotAdmitted::NotIncluded);
            }
        }
        Ok(())
    }
}

impl NamedUsers {
    fn admit(&self, identity: &Identity<'_>) -> Result<(), NotAdmitted> {
        if self.users.is_empty() && self.members.is_empty() {
            return Err(NotAdmitted::NobodyNamed);
        }
        let member = |user: &str| match self.fold_members {
            true => self.members.contains(&user.to_lowercase()),
            false => self.members.contains(user),
        };
        let named = identity
            .requester
            .users()
            .any(|user| self.users.contains(user) || member(user));
        if named {
            Ok(())
        } else {
            Err(NotAdmitted::NotIncluded)
        }
    }
}

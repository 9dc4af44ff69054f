//! Denials as they are kept: bounded, and one for what is refused over and over.

mod holders;

use std::collections::{HashMap, VecDeque};

use licensing_api::denial::DenialReason;
use sha2::{Digest, Sha256};

use crate::Moment;

use crate::seat::ledger::Ledger;
use crate::seat::{Change, CheckoutRequest, Decision, Denial, DeniedRequest, Holder, SeatSettings};

/// For how long equal denials of one requester are one record, in milliseconds.
const TOGETHER_MS: u64 = 60_000;

/// Records that may be made at once, and how many more each second. What is refused beyond that is counted in one record
/// for each feature and reason, so that a storm of made-up names can fill neither disk nor memory.
const AT_ONCE: u64 = 1_000;
const EACH_SECOND: u64 = 20;

/// Longest name in a record, in characters.
const NAME_CHARS: usize = 64;

/// Who held a seat when somebody else was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatHolder {
    /// User; empty where a seat is assigned to a device.
    pub user: String,
    /// Device; empty where a seat is assigned to a user.
    pub device: String,
    /// Product; where seats are assigned the last one.
    pub product: String,
    /// Seats.
    pub count: u32,
    /// Since when, in milliseconds since 1970.
    pub since_ms: i64,
}

/// Who held seats of a feature at one time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HoldersThen {
    /// Seats out, over all pools of the feature.
    pub seats: u32,
    /// Number of holders.
    pub holders: u32,
    /// Up to 50 of them, those who have had theirs for longest.
    pub named: Vec<SeatHolder>,
}

/// A denial as it is stored. It does not change; what changes is its [`DenialCount`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DenialRecord {
    /// Number within this ledger, rising, never used twice.
    pub serial: u64,
    /// Feature asked for.
    pub feature: String,
    /// Version asked for.
    pub version: String,
    /// Seats asked for.
    pub count: u32,
    /// Who asked; without a user when it counts many requesters.
    pub holder: Holder,
    /// Why not.
    pub denial: Denial,
    /// When, in milliseconds since 1970.
    pub first_ms: i64,
    /// Who held the seats.
    pub then: HoldersThen,
}

/// How a stored denial went on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DenialCount {
    /// Number of its record.
    pub serial: u64,
    /// How often it was refused.
    pub times: u32,
    /// When it was last refused, in milliseconds since 1970.
    pub last_ms: i64,
    /// When the requester got seats of the feature after all, in milliseconds since 1970.
    pub granted_ms: Option<i64>,
}

type RequesterKey = [u8; 16];

/// A record whose requester has not got seats since.
#[derive(Debug)]
struct Open {
    reason: DenialReason,
    /// Until when further ones count in it.
    together_until_ms: u64,
    count: DenialCount,
}

/// What is known of the records that are kept.
#[derive(Debug)]
pub(in crate::seat) struct Denials {
    next_serial: u64,
    open: HashMap<RequesterKey, Vec<Open>>,
    /// The open records, oldest first.
    order: VecDeque<(u64, RequesterKey)>,
    allowance: u64,
    allowed_at_ms: u64,
}

impl Denials {
    pub(in crate::seat) fn new(now: Moment) -> Self {
        Self {
            next_serial: 1,
            open: HashMap::new(),
            order: VecDeque::new(),
            allowance: AT_ONCE,
            allowed_at_ms: now.monotonic_ms,
        }
    }

    /// Whether one more record may be made now.
    fn allow(&mut self, now: Moment) -> bool {
        let passed = now.monotonic_ms.saturating_sub(self.allowed_at_ms) / 1000;
        self.allowed_at_ms = self.allowed_at_ms.saturating_add(passed * 1000);
        let earned = passed.saturating_mul(EACH_SECOND);
        self.allowance = self.allowance.saturating_add(earned).min(AT_ONCE);
        match self.allowance.checked_sub(1) {
            Some(rest) => {
                self.allowance = rest;
                true
            }
            None => false,
        }
    }

    /// Counts a denial in the record that there is for it.
    fn count(&mut self, key: &RequesterKey, reason: DenialReason, now: Moment) -> Option<DenialCount> {
        let open = self.open.get_mut(key)?;
        let record = open
            .iter_mut()
            .rev()
            .find(|one| one.reason == reason && now.monotonic_ms < one.together_until_ms)?;
        record.count.times = record.count.times.saturating_add(1);
        record.count.last_ms = now.wall.as_millisecond();
        Some(record.count)
    }

    fn enter(
        &mut self,
        key: RequesterKey,
        reason: DenialReason,
        until_ms: u64,
        count: DenialCount,
        keep: u64,
    ) {
        self.next_serial = self.next_serial.max(count.serial.saturating_add(1));
        self.order.push_back((count.serial, key));
        self.open.entry(key).or_default().push(Open {
            reason,
            together_until_ms: until_ms,
            count,
        });
        while let Some((serial, key)) = self.order.front().copied() {
            if serial.saturating_add(keep) >= self.next_serial {
                break;
            }
            self.order.pop_front();
            if let Some(open) = self.open.get_mut(&key) {
                open.retain(|one| one.count.serial != serial);
                if open.is_empty() {
                    self.open.remove(&key);
                }
            }
        }
    }
}

/// Whether a reason is about seats that others have.
const fn is_about_holders(reason: DenialReason) -> bool {
    match reason {
        DenialReason::AllSeatsTaken
        | DenialReason::MoreThanExist
        | DenialReason::QueuedBehindOthers
        | DenialReason::Queued
        | DenialReason::AboveMaximum
        | DenialReason::AllReserved => true,
        DenialReason::NoSuchFeature
        | DenialReason::BadSignature
        | DenialReason::WrongHost
        | DenialReason::Expired
        | DenialReason::VersionTooOld
        | DenialReason::NotStarted
        | DenialReason::Excluded
        | DenialReason::NotIncluded
        | DenialReason::BadParameter
        | DenialReason::NotNamed
        | DenialReason::FeatureRemoved
        | DenialReason::BorrowTooLong
        | DenialReason::NotBorrowable
        | DenialReason::RequestKeyInUse
        | DenialReason::ComponentNotBorrowable => false,
    }
}

fn requester_key(feature: &str, user: &str, device: &str) -> RequesterKey {
    let mut hash = Sha256::new();
    for part in [feature, user, device] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let mut key = [0; 16];
    key.copy_from_slice(&hash.finalize()[..16]);
    key
}

fn key_of(settings: &SeatSettings, feature: &str, holder: &Holder) -> RequesterKey {
    let user = settings.user_key(&holder.user);
    requester_key(&feature.to_lowercase(), &user, &holder.device().to_lowercase())
}

impl Ledger {
    /// Takes a stored denial back, oldest first.
    pub fn restore_denial(&mut self, record: &DenialRecord, count: DenialCount) {
        let denials = &mut self.denials;
        denials.next_serial = denials.next_serial.max(record.serial.saturating_add(1));
        if count.granted_ms.is_some() || record.holder.user.is_empty() {
            return;
        }
        let key = key_of(&self.settings, &record.feature, &record.holder);
        let keep = self.settings.kept_denials;
        denials.enter(key, record.denial.reason, 0, count, keep);
    }

    /// Refuses a request, and keeps that.
    pub(in crate::seat) fn deny(
        &mut self,
        request: &CheckoutRequest,
        denial: Denial,
        now: Moment,
    ) -> Decision {
        let denied = self.denied(request, denial.clone(), now);
        self.changes.push(Change::Denied(denied));
        Decision::Denied(denial)
    }

    fn denied(&mut self, request: &CheckoutRequest, denial: Denial, now: Moment) -> DeniedRequest {
        let reason = denial.reason;
        let asked = Asked::of(request);
        let mut recorded = asked.clone();
        let mut key = key_of(&self.settings, &asked.feature, &asked.holder);
        let mut counted = self.denials.count(&key, reason, now);
        if counted.is_none() && !self.denials.allow(now) {
            recorded = self.by_many(&asked);
            key = requester_key(&recorded.feature.to_lowercase(), "", "");
            counted = self.denials.count(&key, reason, now);
        }
        let (stored, record) = match counted {
            Some(count) => (count, None),
            None => {
                let (count, record) = self.new_denial(key, recorded, denial.clone(), now);
                (count, Some(Box::new(record)))
            }
        };
        DeniedRequest {
            feature: asked.feature,
            version: asked.version,
            count: asked.count,
            holder: asked.holder,
            denial,
            stored,
            record,
        }
    }

    /// What stands for further requesters: the feature alone, and not even that when anybody could make it up.
    fn by_many(&self, asked: &Asked) -> Asked {
        let known = self
            .pools
            .serving(&asked.feature)
            .iter()
            .any(|pools| !pools.is_empty());
        Asked {
            feature: if known {
                asked.feature.clone()
            } else {
                String::new()
            },
            version: String::new(),
            count: 0,
            holder: Holder::default(),
        }
    }

    fn new_denial(
        &mut self,
        key: RequesterKey,
        asked: Asked,
        denial: Denial,
        now: Moment,
    ) -> (DenialCount, DenialRecord) {
        let first_ms = now.wall.as_millisecond();
        let count = DenialCount {
            serial: self.denials.next_serial,
            times: 1,
            last_ms: first_ms,
            granted_ms: None,
        };
        let then = match is_about_holders(denial.reason) {
            true => self.holders_of(&asked.feature),
            false => HoldersThen::default(),
        };
        let until_ms = now.monotonic_ms.saturating_add(TOGETHER_MS);
        let keep = self.settings.kept_denials;
        self.denials.enter(key, denial.reason, until_ms, count, keep);
        let record = DenialRecord {
            serial: count.serial,
            feature: asked.feature,
            version: asked.version,
            count: asked.count,
            holder: asked.holder,
            denial,
            first_ms,
            then,
        };
        (count, record)
    }

    /// A requester gets seats: what was refused before has been granted later.
    pub(in crate::seat) fn note_grant(&mut self, feature: &str, holder: &Holder, now: Moment) {
        if self.denials.open.is_empty() {
            return;
        }
        let key = key_of(&self.settings, feature, holder);
        let granted_ms = Some(now.wall.as_millisecond());
        for open in self.denials.open.remove(&key).into_iter().flatten() {
            self.changes.push(Change::GrantedLater(DenialCount {
                granted_ms,
                ..open.count
            }));
        }
    }
}

/// A request with its names cut to what is stored: a refused request may be arbitrarily long.
#[derive(Debug, Clone)]
struct Asked {
    feature: String,
    version: String,
    count: u32,
    holder: Holder,
}

impl Asked {
    fn of(request: &CheckoutRequest) -> Self {
        let cut = |text: &str| {
            let shown = text.chars().filter(|c| !c.is_control());
            shown.take(NAME_CHARS).collect::<String>()
        };
        Self {
            feature: cut(&request.feature),
            version: cut(&request.version),
            count: request.count,
            holder: Holder {
                user: cut(&request.holder.user),
                host: cut(&request.holder.host),
                display: cut(&request.holder.display),
                vendor_data: cut(&request.holder.vendor_data),
                product: cut(&request.holder.product),
                process_id: request.holder.process_id,
                project: cut(&request.holder.project),
                address: request.holder.address,
            },
        }
    }
}

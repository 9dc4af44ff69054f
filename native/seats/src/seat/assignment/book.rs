//! The assignments of one pool.

use std::collections::{HashMap, HashSet};

use crate::pool::PoolId;
use crate::seat::ReleaseReason;

use super::cover::Cover;
use super::products::{ProductId, Products};
use super::{PairRecord, SeatModel};

/// Time by which a stored last use may lag behind, in milliseconds: an hour, to spare the disk.
const LAG_MS: i64 = 60 * 60 * 1000;

/// Most pairs of one pool. A seat that is paid for once could otherwise take any amount of memory.
const MAX_PAIRS: usize = 1_000_000;

/// A user on a device: as they are compared, and as the product named them.
#[derive(Debug, Clone, Copy)]
pub(in crate::seat) struct Sighting<'a> {
    pub(in crate::seat) user: &'a str,
    pub(in crate::seat) device: &'a str,
    pub(in crate::seat) named_user: &'a str,
    pub(in crate::seat) named_device: &'a str,
}

/// A user or device.
#[derive(Debug)]
struct Name {
    /// As it is compared.
    key: String,
    /// As the first product named it that named it otherwise; kept for good, so that all pairs of it say the same.
    named: Option<Box<str>>,
}

impl Name {
    fn new(key: &str) -> Self {
        Self {
            key: key.to_owned(),
            named: None,
        }
    }

    fn shown(&self) -> &str {
        self.named.as_deref().unwrap_or(&self.key)
    }

    fn note(&mut self, named: &str) {
        if self.named.is_none() && named != self.key && !named.is_empty() {
            self.named = Some(named.into());
        }
    }
}

/// What is stored of a pair.
#[derive(Debug, Clone, Copy)]
struct Stored {
    last_ms: i64,
    /// Whether the name that the product used is stored, too.
    named_user: bool,
    named_device: bool,
}

#[derive(Debug)]
struct Pair {
    serial: u64,
    first_ms: i64,
    last_ms: i64,
    stored: Option<Stored>,
    /// Leases of this user on this device that are held now.
    leases: u32,
    /// Product that was used last in this run.
    product: ProductId,
}

/// Whether the product is known, when it was used, and the number of its pair: the largest was used last.
type LastUse = (bool, i64, u64);

/// A pair that has become old, or was used: as it is, and as it is stored, if it is.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::seat) struct PairState {
    pub(in crate::seat) record: PairRecord,
    pub(in crate::seat) before: Option<PairRecord>,
}

/// A seat and whom it is assigned to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::seat) struct Assigned {
    pub(in crate::seat) to_user: bool,
    /// As it is compared.
    pub(in crate::seat) name: String,
    /// As a product named it.
    pub(in crate::seat) shown: String,
    pub(in crate::seat) first_ms: i64,
    pub(in crate::seat) last_ms: i64,
    /// Product that used it last; empty when it was not used in this run.
    pub(in crate::seat) product: String,
}

/// Seats by whom they are assigned to.
#[derive(Debug, Default)]
pub(in crate::seat) struct SeatNames {
    users: HashSet<String>,
    devices: HashSet<String>,
}

impl SeatNames {
    pub(in crate::seat) fn insert(&mut self, to_user: bool, name: String) {
        match to_user {
            true => self.users.insert(name),
            false => self.devices.insert(name),
        };
    }

    fn have(&self, user: &str, device: &str) -> bool {
        self.users.contains(user) || self.devices.contains(device)
    }

    /// On which of these revoked seats a pair was. A pair on two of them counts for that of the user; each seat of the fewest
    /// that cover all pairs has a pair that is on it alone, so none goes uncounted.
    pub(in crate::seat) fn reason(&self, pair: &PairRecord) -> ReleaseReason {
        match self.users.contains(&pair.user) {
            true => ReleaseReason::UserRevoked,
            false => ReleaseReason::DeviceRevoked,
        }
    }
}

/// Who was seen on which device, and who is assigned a seat because of that.
#[derive(Debug)]
pub(in crate::seat) struct Book {
    pool: PoolId,
    model: SeatModel,
    users: HashMap<String, u32>,
    devices: HashMap<String, u32>,
    user_names: Vec<Name>,
    device_names: Vec<Name>,
    pairs: HashMap<(u32, u32), Pair>,
    products: Products,
    cover: Cover,
}

impl Book {
    /// A book for pools that need one.
    pub(in crate::seat) fn of(model: SeatModel, pool: PoolId) -> Option<Self> {
        match model {
            SeatModel::Concurrent | SeatModel::Server => None,
            SeatModel::UserDevice | SeatModel::User | SeatModel::Device => Some(Self::new(model, pool)),
        }
    }

    fn new(model: SeatModel, pool: PoolId) -> Self {
        Self {
            pool,
            model,
            users: HashMap::new(),
            devices: HashMap::new(),
            user_names: Vec::new(),
            device_names: Vec::new(),
            pairs: HashMap::new(),
            products: Products::default(),
            cover: Cover::default(),
        }
    }

    /// Seats assigned.
    pub(in crate::seat) fn seats(&self) -> u32 {
        self.cover.seats()
    }

    /// The pair that counts: where only one side does, the other is the same name again, so that no two share it.
    fn sides<'a>(&self, user: &'a str, device: &'a str) -> (&'a str, &'a str) {
        match self.model {
            SeatModel::Concurrent | SeatModel::Server | SeatModel::UserDevice => (user, device),
            SeatModel::User => (user, user),
            SeatModel::Device => (device, device),
        }
    }

    /// Further seats that this user on this device would need; more than there can be when the book is full.
    pub(in crate::seat) fn cost(&self, user: &str, device: &str) -> u32 {
        let (user, device) = self.sides(user, device);
        let (user, device) = (self.users.get(user).copied(), self.devices.get(device).copied());
        let known = user
            .zip(device)
            .is_some_and(|pair| self.pairs.contains_key(&pair));
        if !known && self.pairs.len() >= MAX_PAIRS {
            return u32::MAX;
        }
        self.cover.cost(user, device)
    }

    /// A lease begins. Gives the pair when it has to be stored; `serial` is its number if it is new.
    pub(in crate::seat) fn begin(
        &mut self,
        seen: Sighting<'_>,
        product: &str,
        serial: u64,
        now_ms: i64,
    ) -> Option<PairState> {
        let key = self.enter(seen);
        let product = self.products.enter(product);
        let pair = self.pairs.entry(key).or_insert(Pair {
            serial,
            first_ms: now_ms,
            last_ms: now_ms,
            stored: None,
            leases: 0,
            product,
        });
        pair.leases += 1;
        pair.product = product;
        self.touch(key, now_ms)
    }

    /// A stored lease comes back. False when its pair is not there. That the service ran on counts as use, and is
    /// stored with the next one.
    pub(in crate::seat) fn resume(&mut self, seen: Sighting<'_>, product: &str, now_ms: i64) -> bool {
        let (user, device) = self.sides(seen.user, seen.device);
        let key = self
            .users
            .get(user)
            .copied()
            .zip(self.devices.get(device).copied());
        match key.and_then(|key| Some((key, self.pairs.get_mut(&key)?))) {
            Some((key, pair)) => {
                pair.leases += 1;
                pair.product = self.products.enter(product);
                pair.last_ms = pair.last_ms.max(now_ms);
                self.note(key, seen);
                true
            }
            None => false,
        }
    }

    /// A lease ends.
    pub(in crate::seat) fn end(&mut self, user: &str, device: &str, now_ms: i64) -> Option<PairState> {
        let (user, device) = self.sides(user, device);
        let key = (*self.users.get(user)?, *self.devices.get(device)?);
        let pair = self.pairs.get_mut(&key)?;
        pair.leases = pair.leases.saturating_sub(1);
        self.touch(key, now_ms)
    }

    /// Takes a pair out that has this serial number or a later one, and no lease.
    pub(in crate::seat) fn drop_unused(
        &mut self,
        user: &str,
        device: &str,
        first_serial: u64,
    ) -> Option<PairState> {
        let (user, device) = self.sides(user, device);
        let key = (*self.users.get(user)?, *self.devices.get(device)?);
        let pair = self.pairs.get(&key)?;
        let unused = pair.leases == 0 && pair.serial >= first_serial;
        unused.then(|| self.take_out(vec![key]).pop()).flatten()
    }

    /// A stored pair comes back.
    pub(in crate::seat) fn restore(&mut self, record: &PairRecord) -> bool {
        let key = self.enter(Sighting {
            user: &record.user,
            device: &record.device,
            named_user: &record.named_user,
            named_device: &record.named_device,
        });
        let new = !self.pairs.contains_key(&key);
        self.pairs.insert(
            key,
            Pair {
                serial: record.serial,
                first_ms: record.first_ms,
                last_ms: record.last_ms,
                stored: Some(Stored {
                    last_ms: record.last_ms,
                    named_user: !record.named_user.is_empty(),
                    named_device: !record.named_device.is_empty(),
                }),
                leases: 0,
                product: ProductId::UNKNOWN,
            },
        );
        new
    }

    /// Takes out the pairs that were last used before `before_ms` and have no lease.
    pub(in crate::seat) fn expire(&mut self, before_ms: i64) -> Vec<PairState> {
        let old: Vec<(u32, u32)> = self
            .pairs
            .iter()
            .filter(|(_, pair)| pair.leases == 0 && pair.last_ms < before_ms)
            .map(|(key, _)| *key)
            .collect();
        self.take_out(old)
    }

    fn take_out(&mut self, pairs: Vec<(u32, u32)>) -> Vec<PairState> {
        if pairs.is_empty() {
            return Vec::new();
        }
        self.cover.remove(&pairs);
        pairs
            .into_iter()
            .filter_map(|key| {
                let pair = self.pairs.remove(&key)?;
                Some(self.state(key, &pair))
            })
            .collect()
    }

    /// Whether a lease of this user on this device is on one of these seats.
    pub(in crate::seat) fn is_on(&self, seats: &SeatNames, user: &str, device: &str) -> bool {
        let (user, device) = self.sides(user, device);
        seats.have(user, device)
    }

    /// Takes out all pairs on these seats. Their leases have ended.
    pub(in crate::seat) fn release(&mut self, seats: &SeatNames) -> Vec<PairState> {
        let gone: Vec<(u32, u32)> = self
            .pairs
            .keys()
            .filter(|(user, device)| {
                let user = &self.user_names[*user as usize].key;
                seats.have(user, &self.device_names[*device as usize].key)
            })
            .copied()
            .collect();
        self.take_out(gone)
    }

    /// All assignments. Lists each seat once.
    pub(in crate::seat) fn assigned(&self, now_ms: i64) -> Vec<Assigned> {
        let mut found: HashMap<(bool, u32), (Assigned, LastUse)> = HashMap::new();
        for ((user, device), pair) in &self.pairs {
            let last_ms = if pair.leases > 0 { now_ms } else { pair.last_ms };
            let this: LastUse = (pair.product != ProductId::UNKNOWN, last_ms, pair.serial);
            let holders = [
                (self.cover.has_user(*user), true, *user, &self.user_names),
                (self.cover.has_device(*device), false, *device, &self.device_names),
            ];
            for (_, to_user, index, names) in holders.into_iter().filter(|holder| holder.0) {
                let to_user = to_user && self.model != SeatModel::Device;
                let (entry, last) = found.entry((to_user, index)).or_insert_with(|| {
                    let nothing_yet = Assigned {
                        to_user,
                        name: names[index as usize].key.clone(),
                        shown: names[index as usize].shown().to_owned(),
                        first_ms: pair.first_ms,
                        last_ms,
                        product: String::new(),
                    };
                    (nothing_yet, LastUse::default())
                });
                entry.first_ms = entry.first_ms.min(pair.first_ms);
                entry.last_ms = entry.last_ms.max(last_ms);
                if this > *last {
                    *last = this;
                    self.products.name(pair.product).clone_into(&mut entry.product);
                }
            }
        }
        let mut all: Vec<Assigned> = found.into_values().map(|(assigned, _)| assigned).collect();
        all.sort_by(|a, b| (!a.to_user, &a.name).cmp(&(!b.to_user, &b.name)));
        all
    }

    /// Up to so many assignments, whichever come first: looking through all of them would take too long for a refusal.
    pub(in crate::seat) fn some_assigned(&self, limit: usize) -> Vec<Assigned> {
        let mut found: Vec<Assigned> = Vec::new();
        for ((user, device), pair) in self.pairs.iter().take(limit * 8) {
            let sides = [
                (self.cover.has_user(*user), true, &self.user_names[*user as usize]),
                (
                    self.cover.has_device(*device),
                    false,
                    &self.device_names[*device as usize],
                ),
            ];
            for (_, to_user, name) in sides.into_iter().filter(|side| side.0) {
                let to_user = to_user && self.model != SeatModel::Device;
                let known = found
                    .iter()
                    .any(|one| one.to_user == to_user && one.name == name.key);
                if !known && found.len() < limit {
                    found.push(Assigned {
                        to_user,
                        name: name.key.clone(),
                        shown: name.shown().to_owned(),
                        first_ms: pair.first_ms,
                        last_ms: pair.last_ms,
                        product: self.products.name(pair.product).to_owned(),
                    });
                }
            }
        }
        found
    }

    fn enter(&mut self, seen: Sighting<'_>) -> (u32, u32) {
        let (user, device) = self.sides(seen.user, seen.device);
        let user_index = match self.users.get(user) {
            Some(index) => *index,
            None => {
                let index = self.cover.add_user();
                self.users.insert(user.to_owned(), index);
                self.user_names.push(Name::new(user));
                index
            }
        };
        let device_index = match self.devices.get(device) {
            Some(index) => *index,
            None => {
                let index = self.cover.add_device();
                self.devices.insert(device.to_owned(), index);
                self.device_names.push(Name::new(device));
                index
            }
        };
        self.cover.add(user_index, device_index);
        self.note((user_index, device_index), seen);
        (user_index, device_index)
    }

    /// Keeps the names that a product used.
    fn note(&mut self, (user, device): (u32, u32), seen: Sighting<'_>) {
        let (named_user, named_device) = self.sides(seen.named_user, seen.named_device);
        self.user_names[user as usize].note(named_user);
        self.device_names[device as usize].note(named_device);
    }

    fn touch(&mut self, key: (u32, u32), now_ms: i64) -> Option<PairState> {
        let pair = self.pairs.get_mut(&key)?;
        pair.last_ms = pair.last_ms.max(now_ms);
        if pair
            .stored
            .is_some_and(|stored| stored.last_ms > pair.last_ms.saturating_sub(LAG_MS))
        {
            return None;
        }
        let state = self.state(key, self.pairs.get(&key)?);
        let pair = self.pairs.get_mut(&key)?;
        pair.stored = Some(Stored {
            last_ms: pair.last_ms,
            named_user: !state.record.named_user.is_empty(),
            named_device: !state.record.named_device.is_empty(),
        });
        Some(state)
    }

    fn state(&self, (user, device): (u32, u32), pair: &Pair) -> PairState {
        let (user, device) = (
            &self.user_names[user as usize],
            &self.device_names[device as usize],
        );
        let record = |last_ms, named_user, named_device| PairRecord {
            serial: pair.serial,
            pool: self.pool,
            user: user.key.clone(),
            device: device.key.clone(),
            named_user: user
                .named
                .as_deref()
                .filter(|_| named_user)
                .unwrap_or_default()
                .to_owned(),
            named_device: device
                .named
                .as_deref()
                .filter(|_| named_device)
                .unwrap_or_default()
                .to_owned(),
            first_ms: pair.first_ms,
            last_ms,
        };
        PairState {
            record: record(pair.last_ms, true, true),
            before: pair
                .stored
                .map(|stored| record(stored.last_ms, stored.named_user, stored.named_device)),
        }
    }
}

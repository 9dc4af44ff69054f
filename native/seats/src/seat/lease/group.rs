//! Those who share a seat by DUP_GROUP.

use sha2::{Digest, Sha256};

use licensing_license_file::license_file::DupGroup;

use crate::seat::limits::Drawn;
use crate::seat::{Holder, SeatSettings};

/// Name of a group within the ledger: a digest of pool and compared values.
pub(in crate::seat) type GroupKey = [u8; 16];

/// The group that a holder belongs to in a pool; none when every checkout counts.
pub(in crate::seat) fn group_key(
    dup_group: DupGroup,
    pool: u32,
    holder: &Holder,
    settings: &SeatSettings,
) -> Option<GroupKey> {
    let mut hash = Sha256::new();
    hash.update(pool.to_be_bytes());
    let mut add = |letter: u8, value: &str| {
        hash.update([letter]);
        hash.update((value.len() as u64).to_be_bytes());
        hash.update(value.as_bytes());
    };
    match dup_group {
        DupGroup::None => return None,
        DupGroup::Site => add(b'S', ""),
        DupGroup::Same {
            user,
            host,
            display,
            vendor_data,
        } => {
            if user {
                add(b'U', &settings.user_key(&holder.user));
            }
            if host {
                add(b'H', &holder.host.to_lowercase());
            }
            if display {
                add(b'D', &holder.display.to_lowercase());
            }
            if vendor_data {
                add(b'V', &holder.device().to_lowercase());
            }
        }
    }
    let mut key = [0; 16];
    key.copy_from_slice(&hash.finalize()[..16]);
    Some(key)
}

/// Seats that a group holds: as many as its largest member asked for.
#[derive(Debug, Clone)]
pub(in crate::seat) struct Group {
    pub(in crate::seat) key: GroupKey,
    /// Seats of a member and how many members ask for as many, by seats, largest last.
    members: Vec<(u32, u32)>,
    /// Those of its seats that come out of reservations.
    pub(in crate::seat) drawn: Drawn,
}

impl Group {
    pub(in crate::seat) fn new(key: GroupKey) -> Self {
        Self {
            key,
            members: Vec::with_capacity(1),
            drawn: Drawn::default(),
        }
    }

    pub(in crate::seat) fn seats(&self) -> u32 {
        self.members.last().map_or(0, |(seats, _)| *seats)
    }

    pub(in crate::seat) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Adds a member; gives the seats that the group takes more.
    pub(in crate::seat) fn add(&mut self, seats: u32) -> u32 {
        let before = self.seats();
        match self.members.binary_search_by_key(&seats, |(seats, _)| *seats) {
            Ok(at) => self.members[at].1 += 1,
            Err(at) => self.members.insert(at, (seats, 1)),
        }
        self.seats() - before
    }

    /// Removes a member; gives the seats that the group takes less.
    pub(in crate::seat) fn remove(&mut self, seats: u32) -> u32 {
        let before = self.seats();
        if let Ok(at) = self.members.binary_search_by_key(&seats, |(seats, _)| *seats) {
            self.members[at].1 -= 1;
            if self.members[at].1 == 0 {
                self.members.remove(at);
            }
        }
        before - self.seats()
    }
}

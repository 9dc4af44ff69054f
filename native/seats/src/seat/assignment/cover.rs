//! The fewest seats for the pairs seen: a smallest set of users and devices such that each pair has its user or its
//! device in it.
//!
//! Users and devices are the two sides of a graph, pairs its edges; what is wanted is a minimum vertex cover. By
//! König's theorem it is as large as a maximum matching, and it consists of the users that no alternating path from an
//! unmatched user reaches and of the devices that one does. That set does not depend on which maximum matching was
//! found, so the pairs alone determine who is assigned, in whatever order they came; and among equals it prefers
//! users: one user on one device is assigned as a user, a second user on that device makes it the device.

use std::collections::{HashMap, HashSet, VecDeque};

const NONE: u32 = u32::MAX;

#[derive(Debug, Default)]
struct Node {
    neighbours: HashSet<u32>,
    /// Partner in the matching.
    partner: Option<u32>,
    /// Whether an alternating path from an unmatched user reaches it.
    reached: bool,
}

/// The graph with its matching and the reach of the unmatched users, kept up to date pair by pair.
#[derive(Debug, Default)]
pub(super) struct Cover {
    users: Vec<Node>,
    devices: Vec<Node>,
    matched: u32,
}

impl Cover {
    /// A new user without pairs.
    pub(super) fn add_user(&mut self) -> u32 {
        self.users.push(Node {
            reached: true,
            ..Node::default()
        });
        (self.users.len() - 1) as u32
    }

    /// A new device without pairs.
    pub(super) fn add_device(&mut self) -> u32 {
        self.devices.push(Node::default());
        (self.devices.len() - 1) as u32
    }

    /// Seats needed.
    pub(super) fn seats(&self) -> u32 {
        self.matched
    }

    /// Whether the user has a seat.
    pub(super) fn has_user(&self, user: u32) -> bool {
        let node = &self.users[user as usize];
        !node.reached && !node.neighbours.is_empty()
    }

    /// Whether the device has a seat.
    pub(super) fn has_device(&self, device: u32) -> bool {
        let node = &self.devices[device as usize];
        node.reached && !node.neighbours.is_empty()
    }

    /// Further seats that a pair would need: 0 or 1. None for a user or device means one that is new.
    pub(super) fn cost(&self, user: Option<u32>, device: Option<u32>) -> u32 {
        let covered = user.is_some_and(|user| !self.users[user as usize].reached)
            || device.is_some_and(|device| self.devices[device as usize].reached);
        match device {
            _ if covered => 0,
            None => 1,
            Some(device) => u32::from(self.path_from(NONE, device).is_some()),
        }
    }

    /// Enters a pair.
    pub(super) fn add(&mut self, user: u32, device: u32) {
        if !self.users[user as usize].neighbours.insert(device) {
            return;
        }
        self.devices[device as usize].neighbours.insert(user);
        if !self.users[user as usize].reached || self.devices[device as usize].reached {
            // Covered already, and the reach cannot grow through a pair whose user is not reached.
            return;
        }
        match self.path_from(user, device) {
            None => self.spread(device),
            Some(free) => {
                self.flip(user, free);
                let component = self.component(user);
                self.refresh(&component);
            }
        }
    }

    /// Takes pairs out, and works the parts they were in out again.
    pub(super) fn remove(&mut self, pairs: &[(u32, u32)]) {
        let mut touched = HashSet::new();
        for (user, device) in pairs {
            if self.users[*user as usize].neighbours.contains(device) && !touched.contains(user) {
                touched.extend(self.component(*user).0);
            }
        }
        let mut devices = HashSet::new();
        for user in &touched {
            devices.extend(self.users[*user as usize].neighbours.iter().copied());
        }
        for (user, device) in pairs {
            self.users[*user as usize].neighbours.remove(device);
            self.devices[*device as usize].neighbours.remove(user);
        }
        for device in &devices {
            let node = &mut self.devices[*device as usize];
            node.partner = None;
            node.reached = false;
        }
        for user in &touched {
            if self.users[*user as usize].partner.take().is_some() {
                self.matched -= 1;
            }
        }
        for user in &touched {
            self.match_user(*user);
        }
        let mut users: Vec<u32> = touched.into_iter().collect();
        users.sort_unstable();
        self.refresh(&(users, devices.into_iter().collect()));
    }

    /// Looks for an unmatched device along alternating paths that begin with the pair of `user` and `device`. Gives it
    /// and how it was reached.
    fn path_from(&self, user: u32, device: u32) -> Option<(u32, HashMap<u32, u32>)> {
        let mut from = HashMap::from([(device, user)]);
        let mut queue = VecDeque::from([device]);
        while let Some(device) = queue.pop_front() {
            let Some(partner) = self.devices[device as usize].partner else {
                return Some((device, from));
            };
            for next in &self.users[partner as usize].neighbours {
                // What the unmatched users reach already has no unmatched device behind it.
                if !self.devices[*next as usize].reached && !from.contains_key(next) {
                    from.insert(*next, partner);
                    queue.push_back(*next);
                }
            }
        }
        None
    }

    /// Makes the matching larger by one along a path that was found from `start`.
    fn flip(&mut self, start: u32, (free, from): (u32, HashMap<u32, u32>)) {
        let mut device = free;
        loop {
            let Some(user) = from.get(&device).copied() else {
                return;
            };
            let before = self.users[user as usize].partner.replace(device);
            self.devices[device as usize].partner = Some(user);
            if user == start {
                // A start that had a partner leaves it to the unmatched user whose path led here.
                match before {
                    None => self.matched += 1,
                    Some(left) => self.take_over(left),
                }
                return;
            }
            match before {
                Some(next) => device = next,
                None => return,
            }
        }
    }

    /// Gives a device that lost its partner to an unmatched user along an alternating path backwards.
    fn take_over(&mut self, device: u32) {
        let mut to = HashMap::new();
        let mut queue = VecDeque::from([device]);
        let mut seen = HashSet::from([device]);
        while let Some(device) = queue.pop_front() {
            for user in &self.devices[device as usize].neighbours {
                let user = *user;
                if to.contains_key(&user) || self.users[user as usize].partner == Some(device) {
                    continue;
                }
                to.insert(user, device);
                match self.users[user as usize].partner {
                    Some(own) => {
                        if seen.insert(own) {
                            queue.push_back(own);
                        }
                    }
                    None => return self.shift(user, &to),
                }
            }
        }
    }

    fn shift(&mut self, mut user: u32, to: &HashMap<u32, u32>) {
        self.matched += 1;
        while let Some(device) = to.get(&user).copied() {
            let displaced = self.devices[device as usize].partner.replace(user);
            self.users[user as usize].partner = Some(device);
            match displaced {
                Some(next) if self.users[next as usize].partner == Some(device) => user = next,
                Some(_) | None => return,
            }
        }
    }

    fn match_user(&mut self, user: u32) {
        let devices: Vec<u32> = self.users[user as usize].neighbours.iter().copied().collect();
        for device in devices {
            if let Some(path) = self.path_from(user, device) {
                self.flip(user, path);
                return;
            }
        }
    }

    /// Extends the reach by a device and what lies behind it.
    fn spread(&mut self, device: u32) {
        let mut queue = vec![device];
        while let Some(device) = queue.pop() {
            if std::mem::replace(&mut self.devices[device as usize].reached, true) {
                continue;
            }
            if let Some(partner) = self.devices[device as usize].partner
                && !std::mem::replace(&mut self.users[partner as usize].reached, true)
            {
                queue.extend(self.users[partner as usize].neighbours.iter().copied());
            }
        }
    }

    /// Works out the reach within a part of the graph.
    fn refresh(&mut self, (users, devices): &(Vec<u32>, Vec<u32>)) {
        for device in devices {
            self.devices[*device as usize].reached = false;
        }
        for user in users {
            let node = &mut self.users[*user as usize];
            node.reached = node.partner.is_none();
        }
        for user in users {
            if self.users[*user as usize].partner.is_none() {
                let devices: Vec<u32> = self.users[*user as usize].neighbours.iter().copied().collect();
                devices.into_iter().for_each(|device| self.spread(device));
            }
        }
    }

    /// Users and devices connected with a user.
    fn component(&self, user: u32) -> (Vec<u32>, Vec<u32>) {
        let (mut users, mut devices) = (HashSet::from([user]), HashSet::new());
        let mut queue = vec![user];
        while let Some(user) = queue.pop() {
            for device in &self.users[user as usize].neighbours {
                if devices.insert(*device) {
                    let others = &self.devices[*device as usize].neighbours;
                    queue.extend(others.iter().copied().filter(|other| users.insert(*other)));
                }
            }
        }
        (users.into_iter().collect(), devices.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::Cover;

    const SIDE: u32 = 6;

    /// The smallest number of users and devices that cover all pairs, by trying all sets of users: the devices of the
    /// pairs that are left have to be taken.
    fn smallest(pairs: &BTreeSet<(u32, u32)>) -> u32 {
        (0u32..1 << SIDE)
            .map(|users| {
                let left: BTreeSet<u32> = pairs
                    .iter()
                    .filter(|(user, _)| users >> user & 1 == 0)
                    .map(|(_, device)| *device)
                    .collect();
                users.count_ones() + left.len() as u32
            })
            .min()
            .unwrap_or(0)
    }

    fn members(cover: &Cover) -> (Vec<bool>, Vec<bool>) {
        (
            (0..SIDE).map(|user| cover.has_user(user)).collect(),
            (0..SIDE).map(|device| cover.has_device(device)).collect(),
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn the_cover_is_always_smallest_and_does_not_depend_on_the_order(
            steps in prop::collection::vec((0..SIDE, 0..SIDE, 0u8..5), 1..40)
        ) {
            let mut cover = Cover::default();
            for _ in 0..SIDE {
                cover.add_user();
                cover.add_device();
            }
            let mut pairs = BTreeSet::new();
            for (user, device, what) in steps {
                if what == 0 {
                    let gone: Vec<_> = pairs.iter().copied().filter(|(u, d)| *u == user || *d == device).collect();
                    cover.remove(&gone);
                    pairs.retain(|pair| !gone.contains(pair));
                } else {
                    let before = cover.seats();
                    let cost = cover.cost(Some(user), Some(device));
                    cover.add(user, device);
                    pairs.insert((user, device));
                    prop_assert_eq!(cover.seats(), before + cost);
                }
                let expected = smallest(&pairs);
                prop_assert_eq!(cover.seats(), expected);
                let (users, devices) = members(&cover);
                let count = users.iter().chain(&devices).filter(|member| **member).count();
                prop_assert_eq!(count as u32, expected);
                for (user, device) in &pairs {
                    prop_assert!(users[*user as usize] || devices[*device as usize]);
                }
            }
            // The same pairs in another order.
            let mut other = Cover::default();
            for _ in 0..SIDE {
                other.add_user();
                other.add_device();
            }
            for (user, device) in pairs.iter().rev() {
                other.add(*user, *device);
            }
            prop_assert_eq!(members(&other), members(&cover));
        }
    }
}

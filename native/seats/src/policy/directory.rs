//! Groups of users and hosts.

use std::collections::HashMap;

use licensing_license_file::options_file::FqdnMatching;

use super::host_table::{HostEntry, HostTable};
use super::{Identity, Requester};

/// A group within one policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupId(u32);

/// Who is in which group.
#[derive(Debug, Clone)]
pub(super) struct Directory {
    fold_case: bool,
    groups: Names,
    /// Members of each group in the order they were named.
    members: Vec<Vec<String>>,
    groups_of_user: HashMap<String, Vec<GroupId>>,
    host_groups: Names,
    host_members: Vec<Vec<HostEntry>>,
    groups_of_host: HostTable<GroupId>,
}

/// Group names, case-sensitive.
#[derive(Debug, Clone, Default)]
struct Names {
    ids: HashMap<String, GroupId>,
    names: Vec<String>,
}

impl Names {
    fn id_of(&mut self, name: &str) -> GroupId {
        if let Some(id) = self.ids.get(name) {
            return *id;
        }
        let id = GroupId(u32::try_from(self.names.len()).unwrap_or(u32::MAX));
        self.names.push(name.to_owned());
        self.ids.insert(name.to_owned(), id);
        id
    }
}

impl Directory {
    pub(super) fn new(fold_case: bool, matching: FqdnMatching) -> Self {
        Self {
            fold_case,
            groups: Names::default(),
            members: Vec::new(),
            groups_of_user: HashMap::new(),
            host_groups: Names::default(),
            host_members: Vec::new(),
            groups_of_host: HostTable::new(matching),
        }
    }

    /// Adds users to a group; a group named again grows.
    pub(super) fn add_group(&mut self, name: &str, members: &[String]) {
        let id = self.groups.id_of(name);
        let index = id.0 as usize;
        if self.members.len() == index {
            self.members.push(Vec::new());
        }
        for member in members {
            let member = self.folded(member);
            let of_user = self.groups_of_user.entry(member.clone()).or_default();
            if !of_user.contains(&id) {
                of_user.push(id);
                self.members[index].push(member);
            }
        }
    }

    /// Adds hosts to a group; a group named again grows.
    pub(super) fn add_host_group(&mut self, name: &str, members: Vec<HostEntry>) {
        let id = self.host_groups.id_of(name);
        let index = id.0 as usize;
        if self.host_members.len() == index {
            self.host_members.push(Vec::new());
        }
        for member in members {
            self.groups_of_host.add(member.clone(), id);
            self.host_members[index].push(member);
        }
    }

    pub(super) fn group(&self, name: &str) -> Option<GroupId> {
        self.groups.ids.get(name).copied()
    }

    pub(super) fn host_group(&self, name: &str) -> Option<GroupId> {
        self.host_groups.ids.get(name).copied()
    }

    pub(super) fn group_name(&self, id: GroupId) -> &str {
        self.groups.names.get(id.0 as usize).map_or("", String::as_str)
    }

    /// Users of a group, as they are compared.
    pub(super) fn members(&self, id: GroupId) -> &[String] {
        self.members.get(id.0 as usize).map_or(&[], Vec::as_slice)
    }

    pub(super) fn host_members(&self, id: GroupId) -> &[HostEntry] {
        self.host_members.get(id.0 as usize).map_or(&[], Vec::as_slice)
    }

    /// Name of a group's member as it is compared.
    pub(super) fn folded(&self, user: &str) -> String {
        if self.fold_case {
            user.to_lowercase()
        } else {
            user.to_owned()
        }
    }

    pub(super) fn identify<'a>(&self, requester: Requester<'a>) -> Identity<'a> {
        let mut groups = Vec::new();
        if !self.groups_of_user.is_empty() {
            for user in requester.users() {
                let of_user = match self.fold_case {
                    true => self.groups_of_user.get(&user.to_lowercase()),
                    false => self.groups_of_user.get(user),
                };
                groups.extend(of_user.into_iter().flatten().copied());
            }
            groups.sort_unstable();
            groups.dedup();
        }
        let mut identity = Identity {
            requester,
            host: requester.host.to_lowercase(),
            addresses: [requester.address, requester.host.parse().ok()],
            groups,
            host_groups: Vec::new(),
        };
        let mut host_groups = Vec::new();
        self.groups_of_host
            .each(&identity, &mut |group| host_groups.push(group));
        host_groups.sort_unstable();
        host_groups.dedup();
        identity.host_groups = host_groups;
        identity
    }
}

//! Values by whom they are about.

use std::collections::HashMap;

use licensing_license_file::options_file::FqdnMatching;

use super::host_table::{HostEntry, HostTable, give};
use super::{GroupId, Identity};

/// Whom a rule is about, with groups looked up.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Subject {
    User(String),
    Host(HostEntry),
    Display(String),
    Project(String),
    Group(GroupId),
    HostGroup(GroupId),
}

/// Values by subject.
#[derive(Debug, Clone)]
pub(super) struct Roster<T> {
    users: HashMap<String, Vec<T>>,
    displays: HashMap<String, Vec<T>>,
    projects: HashMap<String, Vec<T>>,
    hosts: HostTable<T>,
    groups: HashMap<GroupId, Vec<T>>,
    host_groups: HashMap<GroupId, Vec<T>>,
}

impl<T: Copy + Ord> Roster<T> {
    pub(super) fn new(matching: FqdnMatching) -> Self {
        Self {
            users: HashMap::new(),
            displays: HashMap::new(),
            projects: HashMap::new(),
            hosts: HostTable::new(matching),
            groups: HashMap::new(),
            host_groups: HashMap::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.users.is_empty()
            && self.displays.is_empty()
            && self.projects.is_empty()
            && self.hosts.is_empty()
            && self.groups.is_empty()
            && self.host_groups.is_empty()
    }

    pub(super) fn add(&mut self, subject: Subject, value: T) {
        match subject {
            Subject::User(name) => self.users.entry(name).or_default().push(value),
            Subject::Host(entry) => self.hosts.add(entry, value),
            Subject::Display(name) => self.displays.entry(name).or_default().push(value),
            Subject::Project(name) => self.projects.entry(name).or_default().push(value),
            Subject::Group(group) => self.groups.entry(group).or_default().push(value),
            Subject::HostGroup(group) => self.host_groups.entry(group).or_default().push(value),
        }
    }

    /// Values that are about the requester, each once, lowest first.
    pub(super) fn find(&self, identity: &Identity<'_>) -> Vec<T> {
        let mut found = Vec::new();
        self.each(identity, &mut |value| found.push(value));
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The lowest value that is about the requester.
    pub(super) fn first(&self, identity: &Identity<'_>) -> Option<T> {
        let mut first: Option<T> = None;
        self.each(identity, &mut |value| {
            first = Some(first.map_or(value, |other| other.min(value)))
        });
        first
    }

    fn each(&self, identity: &Identity<'_>, take: &mut impl FnMut(T)) {
        for user in identity.requester.users() {
            give(self.users.get(user), take);
        }
        give(self.displays.get(identity.requester.display), take);
        give(self.projects.get(identity.requester.project), take);
        self.hosts.each(identity, take);
        for group in &identity.groups {
            give(self.groups.get(group), take);
        }
        for group in &identity.host_groups {
            give(self.host_groups.get(group), take);
        }
    }
}

//! From rules to what applies to each pool.

use std::collections::{HashMap, HashSet};

use licensing_api::finding::{Finding, Severity};

use licensing_license_file::license_file::NamedOnly;
use licensing_license_file::options_file::{AccessList, Selector, Who};

use super::compile::{Closes, MaxSubject, Policy, Rule, RuleKind, Setting, Unread};
use super::host_table::{HostEntry, HostTable};
use super::pool_policy::{AllGroups, AllUsers, Closed, Limited, MaxRules, Named, NamedUsers, Settings};
use super::roster::{Roster, Subject};
use super::{PoolFacts, PoolPolicy, Reservation};

/// Most seats that all RESERVE lines together set aside.
pub const MAX_RESERVATIONS: u32 = 10_000;

impl Policy {
    /// Works out what applies to each pool, in the order of the pools, which is the one they are tried in: a RESERVE
    /// line takes seats of the first pool it means, and of the next when that has no more. Findings are about rules
    /// that mean no pool and about reservations that find no seats.
    pub fn bind(&self, pools: &[PoolFacts]) -> (Vec<PoolPolicy>, Vec<Finding>) {
        let mut binder = Binder::new(self, pools);
        for rule in &self.rules {
            binder.rule(rule);
        }
        binder.name_the_named();
        (binder.bound, binder.findings)
    }
}

struct Binder<'a> {
    policy: &'a Policy,
    pools: &'a [PoolFacts],
    by_name: HashMap<String, Vec<usize>>,
    bound: Vec<PoolPolicy>,
    /// Seats of each pool that are not set aside yet.
    unreserved: Vec<u32>,
    reserved: u32,
    /// INCLUDE rules that mean the pool, for USER_BASED and HOST_BASED.
    included: Vec<Vec<(u32, &'a Subject)>>,
    findings: Vec<Finding>,
}

impl<'a> Binder<'a> {
    fn new(policy: &'a Policy, pools: &'a [PoolFacts]) -> Self {
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, pool) in pools.iter().enumerate() {
            for name in pool.names() {
                let indices = by_name.entry(name).or_default();
                if indices.last() != Some(&index) {
                    indices.push(index);
                }
            }
        }
        Self {
            policy,
            pools,
            by_name,
            bound: pools.iter().map(|_| unbound(policy)).collect(),
            unreserved: pools.iter().map(|pool| pool.seats.unwrap_or(0)).collect(),
            reserved: 0,
            included: vec![Vec::new(); pools.len()],
            findings: Vec::new(),
        }
    }

    fn find(&mut self, severity: Severity, line: u32, text: String, action: &str) {
        self.findings.push(Finding::new(severity, line, text, action));
    }

    /// Pools a rule is about.
    fn meant(&mut self, rule: &Rule) -> Vec<usize> {
        let Some(selector) = &rule.selector else {
            return match &rule.kind {
                RuleKind::Unread(unread) => self.concerned(rule.line, unread),
                _ => (0..self.pools.len()).collect(),
            };
        };
        let named = self
            .by_name
            .get(&selector.feature.to_lowercase())
            .map_or(&[][..], Vec::as_slice);
        let meant: Vec<usize> = named
            .iter()
            .copied()
            .filter(|index| self.pools[*index].is_narrowed_by(selector))
            .collect();
        if meant.is_empty() {
            let text = format!("No license for {selector} is installed; the line has no effect now.");
            self.find(
                Severity::Warning,
                rule.line,
                text,
                "Correct the feature, or install its license.",
            );
        }
        meant
    }

    /// Pools that a line which cannot be read may be about: those that one of its words names, or all.
    fn concerned(&mut self, line: u32, unread: &Unread) -> Vec<usize> {
        let mut concerned: Vec<usize> = match unread.words.is_empty() {
            true => (0..self.pools.len()).collect(),
            false => {
                let names = unread.words.iter().flat_map(|word| {
                    let feature = word.split(':').next().unwrap_or_default();
                    [word.to_lowercase(), feature.to_lowercase()]
                });
                names
                    .filter_map(|name| self.by_name.get(&name))
                    .flatten()
                    .copied()
                    .collect()
            }
        };
        concerned.sort_unstable();
        concerned.dedup();
        if let Some(first) = concerned.first() {
            let features = match concerned.len() {
                1 => self.pools[*first].feature.clone(),
                many => format!("{many} pools"),
            };
            let text = format!(
                "{} {features} is refused until the line can be read.",
                unread.closes.what()
            );
            self.find(
                Severity::Error,
                line,
                text,
                "Correct the line, or write # in front of it if it is not wanted.",
            );
        }
        concerned
    }

    fn rule(&mut self, rule: &'a Rule) {
        let meant = self.meant(rule);
        match &rule.kind {
            RuleKind::Access {
                list,
                subject,
                who: _,
            } => {
                for index in meant {
                    if *list == AccessList::Include && rule.selector.is_some() {
                        self.included[index].push((rule.line, subject));
                    }
                    let pool = &mut self.bound[index];
                    let roster = match list {
                        AccessList::Include => &mut pool.include,
                        AccessList::Exclude => &mut pool.exclude,
                        AccessList::IncludeBorrow => &mut pool.include_borrow,
                        AccessList::ExcludeBorrow => &mut pool.exclude_borrow,
                    };
                    roster.add(subject.clone(), rule.line);
                }
            }
            RuleKind::Max { limited, subject } => {
                for index in meant {
                    add_max(&mut self.bound[index].max, *limited, subject);
                }
            }
            RuleKind::Setting(setting) => {
                for index in meant {
                    set(&mut self.bound[index].settings, *setting);
                }
            }
            RuleKind::Unread(unread) => {
                for index in meant {
                    close(&mut self.bound[index], rule.line, unread.closes);
                }
            }
            RuleKind::Reserve { seats, subject, who } => {
                if let Some(selector) = &rule.selector {
                    for pools in self.by_feature(&meant) {
                        self.reserve(rule.line, *seats, selector, subject, who, &pools);
                    }
                }
            }
        }
    }

    /// Pools apart by feature: a package stands for each of its components.
    fn by_feature(&self, pools: &[usize]) -> Vec<Vec<usize>> {
        let mut features: Vec<(String, Vec<usize>)> = Vec::new();
        for index in pools {
            let feature = self.pools[*index].feature.to_lowercase();
            match features.iter_mut().find(|(known, _)| *known == feature) {
                Some((_, pools)) => pools.push(*index),
                None => features.push((feature, vec![*index])),
            }
        }
        features.into_iter().map(|(_, pools)| pools).collect()
    }

    /// Reservations hold in the order of the file, as long as there are seats.
    fn reserve(
        &mut self,
        line: u32,
        seats: u32,
        selector: &Selector,
        subject: &Subject,
        who: &Who,
        meant: &[usize],
    ) {
        let mut wanted = seats.min(MAX_RESERVATIONS - self.reserved);
        let mut held = 0;
        for index in meant {
            let taken = wanted.min(self.unreserved[*index]);
            if taken == 0 {
                continue;
            }
            wanted -= taken;
            held += taken;
            self.unreserved[*index] -= taken;
            self.reserved += taken;
            let pool = &mut self.bound[*index];
            pool.drawers.add(subject.clone(), pool.reservations.len());
            pool.reservations.push(Reservation {
                line,
                seats: taken,
                selector: selector.clone(),
                who: who.clone(),
            });
        }
        let missing = seats - held;
        if missing > 0 && !meant.is_empty() {
            let text = match self.reserved {
                MAX_RESERVATIONS => {
                    format!(
                        "{missing} of {seats} reservations have no effect: {MAX_RESERVATIONS} are possible in all."
                    )
                }
                _ => {
                    let feature = meant
                        .first()
                        .map_or("", |index| self.pools[*index].feature.as_str());
                    let of = match selector.feature.eq_ignore_ascii_case(feature) {
                        true => selector.to_string(),
                        false => format!("{feature} of {selector}"),
                    };
                    format!("{missing} of {seats} reservations have no effect: {of} has no more seats.")
                }
            };
            self.find(Severity::Warning, line, text, "Reserve fewer seats.");
        }
    }

    fn name_the_named(&mut self) {
        for index in 0..self.pools.len() {
            let facts = &self.pools[index];
            if let Some(named) = facts.user_based {
                self.bound[index].named.users = Some(self.named_users(index, limit(named, facts)));
            }
            if let Some(named) = facts.host_based {
                self.bound[index].named.hosts = Some(self.named_hosts(index, limit(named, facts)));
            }
        }
    }

    fn named_users(&mut self, index: usize, limit: usize) -> NamedUsers {
        let policy = self.policy;
        let mut named = NamedUsers {
            fold_members: policy.fold_members,
            ..NamedUsers::default()
        };
        let mut distinct = HashSet::new();
        let mut too_many = Vec::new();
        for (line, subject) in &self.included[index] {
            let (users, through_group) = match subject {
                Subject::User(user) => (std::slice::from_ref(user), false),
                Subject::Group(group) => (policy.directory.members(*group), true),
                Subject::Host(_) | Subject::Display(_) | Subject::Project(_) | Subject::HostGroup(_) => {
                    continue;
                }
            };
            for user in users {
                if distinct.len() >= limit && !distinct.contains(&policy.directory.folded(user)) {
                    too_many.push((*line, user.clone()));
                    continue;
                }
                distinct.insert(policy.directory.folded(user));
                let names = if through_group {
                    &mut named.members
                } else {
                    &mut named.users
                };
                names.insert(user.clone());
            }
        }
        for (line, user) in too_many {
            self.not_named(line, index, &user, limit);
        }
        named
    }

    fn named_hosts(&mut self, index: usize, limit: usize) -> HostTable<()> {
        let policy = self.policy;
        let mut named = HostTable::new(policy.matching);
        let mut distinct: HashSet<HostEntry> = HashSet::new();
        let mut too_many = Vec::new();
        for (line, subject) in &self.included[index] {
            let hosts = match subject {
                Subject::Host(host) => std::slice::from_ref(host).to_vec(),
                Subject::HostGroup(group) => policy.directory.host_members(*group).to_vec(),
                Subject::User(_) | Subject::Display(_) | Subject::Project(_) | Subject::Group(_) => continue,
            };
            for host in hosts {
                if distinct.contains(&host) {
                    continue;
                }
                if distinct.len() >= limit {
                    too_many.push((*line, host));
                    continue;
                }
                named.add(host.clone(), ());
                distinct.insert(host);
            }
        }
        for (line, host) in too_many {
            let host = match host {
                HostEntry::Name(name) => name,
                HostEntry::Address(_) | HostEntry::Connection(_) => "an address".to_owned(),
            };
            self.not_named(line, index, &host, limit);
        }
        named
    }

    fn not_named(&mut self, line: u32, index: usize, name: &str, limit: usize) {
        let feature = &self.pools[index].feature;
        let text =
            format!("{name} cannot use {feature}: the license is for {limit} that are named before it.");
        self.find(Severity::Warning, line, text, "Name fewer, or add licenses.");
    }
}

fn close(pool: &mut PoolPolicy, line: u32, closes: Closes) {
    let closed = &mut pool.closed;
    match closes {
        Closes::Everything => closed.to_all = closed.to_all.or(Some(line)),
        Closes::ToOthersThanIncluded => closed.to_others = closed.to_others.or(Some(line)),
        Closes::Borrowing => closed.borrowing = closed.borrowing.or(Some(line)),
        Closes::BorrowingToOthersThanIncluded => {
            closed.borrowing_to_others = closed.borrowing_to_others.or(Some(line));
        }
        Closes::Overdraft => pool.settings.max_overdraft = Some(0),
    }
}

fn limit(named: NamedOnly, facts: &PoolFacts) -> usize {
    let limit = named.limit.or(facts.seats);
    limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX))
}

fn unbound(policy: &Policy) -> PoolPolicy {
    let roster = || Roster::new(policy.matching);
    PoolPolicy {
        exclude: roster(),
        include: roster(),
        exclude_borrow: roster(),
        include_borrow: roster(),
        closed: Closed::default(),
        named: Named {
            users: None,
            hosts: None,
        },
        max: MaxRules {
            one: Roster::new(policy.matching),
            all_users: Vec::new(),
            all_groups: Vec::new(),
        },
        reservations: Vec::new(),
        drawers: Roster::new(policy.matching),
        settings: Settings {
            timeout_seconds: policy.timeout_all,
            ..Settings::default()
        },
    }
}

fn add_max(max: &mut MaxRules, limited: Limited, subject: &MaxSubject) {
    match subject {
        MaxSubject::One(subject) => max.one.add(subject.clone(), limited),
        MaxSubject::AllUsers { except } => {
            max.all_users.push(AllUsers {
                limited,
                except: except.iter().cloned().collect(),
            });
        }
        MaxSubject::AllGroups { except } => {
            max.all_groups.push(AllGroups {
                limited,
                except: except.iter().copied().collect(),
            });
        }
    }
}

fn set(settings: &mut Settings, setting: Setting) {
    match setting {
        Setting::MaxOverdraft(seats) => settings.max_overdraft = Some(seats),
        Setting::BorrowLowWater(seats) => settings.borrow_low_water = seats,
        Setting::MaxBorrowHours(hours) => settings.max_borrow_hours = Some(hours),
        Setting::Linger(seconds) => settings.linger_seconds = seconds,
        Setting::QueuePassing(seconds) => settings.queue_passing_seconds = seconds,
        Setting::Timeout(seconds) => settings.timeout_seconds = (seconds > 0).then_some(seconds),
    }
}

//! The rules of options files, evaluated by walking through the list of options again for each question.

use std::net::IpAddr;

use licensing_license_file::options_file::{
    AccessList, Directive, FqdnMatching, MaxWho, OptionsFile, Selector, Who, WhoKind,
};
use licensing_seats::policy::Requester;

/// A pool by name and version; the only selector the random files use is VERSION.
#[derive(Debug, Clone)]
pub(super) struct NaivePool {
    pub(super) feature: String,
    pub(super) version: String,
    pub(super) seats: u32,
}

pub(super) struct Naive<'a> {
    pub(super) file: &'a OptionsFile,
}

impl Naive<'_> {
    fn all(&self) -> impl DoubleEndedIterator<Item = (u32, &Directive)> {
        self.file.directives().collect::<Vec<_>>().into_iter()
    }

    fn lenient(&self) -> bool {
        self.all()
            .rev()
            .find_map(|(_, directive)| match directive {
                Directive::FqdnMatching(matching) => Some(*matching == FqdnMatching::Lenient),
                _ => None,
            })
            .unwrap_or(false)
    }

    fn fold(&self) -> bool {
        self.all()
            .rev()
            .find_map(|(_, directive)| match directive {
                Directive::GroupCaseInsensitive(on) => Some(*on),
                _ => None,
            })
            .unwrap_or(false)
    }

    fn is_defined(&self, who: &Who) -> bool {
        let defined = |wanted: &str, hosts: bool| {
            self.all().any(|(_, directive)| match directive {
                Directive::Group { name, .. } => !hosts && name == wanted,
                Directive::HostGroup { name, .. } => hosts && name == wanted,
                _ => false,
            })
        };
        match who.kind {
            WhoKind::Group => defined(&who.name, false),
            WhoKind::HostGroup => defined(&who.name, true),
            _ => true,
        }
    }

    fn host_is(&self, named: &str, requester: &Requester<'_>, claims_count: bool) -> bool {
        let parts: Vec<_> = named.split('.').collect();
        let is_address = parts.len() == 4
            && parts
                .iter()
                .all(|part| *part == "*" || part.parse::<u8>().is_ok());
        if is_address {
            let address = |address: IpAddr| {
                let text = address.to_string();
                let own: Vec<_> = text.split('.').collect();
                own.len() == 4
                    && parts
                        .iter()
                        .zip(own)
                        .all(|(named, own)| *named == "*" || *named == own)
            };
            let claimed = requester.host.parse().is_ok_and(address);
            return match requester.address {
                Some(own) => address(own) || claims_count && claimed,
                None => claimed,
            };
        }
        let (named, sent) = (named.to_lowercase(), requester.host.to_lowercase());
        if named == sent {
            return true;
        }
        if !self.lenient() {
            return false;
        }
        let short = |name: &str| name.split('.').next().unwrap().to_owned();
        let one_is_short = !named.contains('.') || !sent.contains('.');
        if named.starts_with('.') {
            return sent.ends_with(&named) && sent != named;
        }
        one_is_short && short(&named) == short(&sent)
    }

    fn in_group(&self, group: &str, requester: &Requester<'_>) -> bool {
        let fold = self.fold();
        let same = |a: &str, b: &str| {
            if fold {
                a.to_lowercase() == b.to_lowercase()
            } else {
                a == b
            }
        };
        self.all().any(|(_, directive)| match directive {
            Directive::Group { name, members } if name == group => members.iter().any(|member| {
                same(member, requester.user) || requester.short_user.is_some_and(|user| same(member, user))
            }),
            _ => false,
        })
    }

    fn is(&self, who: &Who, requester: &Requester<'_>) -> bool {
        match who.kind {
            WhoKind::User => who.name == requester.user || Some(who.name.as_str()) == requester.short_user,
            WhoKind::Display => who.name == requester.display,
            WhoKind::Project => who.name == requester.project,
            WhoKind::Host => self.host_is(&who.name, requester, true),
            WhoKind::Internet => self.host_is(&who.name, requester, false),
            WhoKind::Group => self.in_group(&who.name, requester),
            WhoKind::HostGroup => self.all().any(|(_, directive)| match directive {
                Directive::HostGroup { name, members } if *name == who.name => {
                    members.iter().any(|member| self.host_is(member, requester, true))
                }
                _ => false,
            }),
        }
    }

    fn means(selector: &Selector, pool: &NaivePool) -> bool {
        selector.feature.eq_ignore_ascii_case(&pool.feature)
            && selector
                .key
                .as_ref()
                .is_none_or(|(_, version)| *version == pool.version)
    }

    fn lists(&self, list: AccessList, pool: &NaivePool) -> Vec<(u32, &Who)> {
        self.all()
            .filter_map(|(line, directive)| match directive {
                Directive::Access {
                    list: own,
                    selector,
                    who,
                } if *own == list && self.is_defined(who) => {
                    let means = selector
                        .as_ref()
                        .is_none_or(|selector| Self::means(selector, pool));
                    means.then_some((line, who))
                }
                _ => None,
            })
            .collect()
    }

    /// The first line of that list, or of MAX, whose group nothing defines.
    pub(super) fn unread(&self, wanted: AccessList, with_max: bool, pool: &NaivePool) -> Option<u32> {
        self.all().find_map(|(line, directive)| {
            let (selector, who) = match directive {
                Directive::Access { list, selector, who } if *list == wanted => (selector.as_ref(), who),
                Directive::Max {
                    selector,
                    who: MaxWho::One(who),
                    ..
                } if with_max => (Some(selector), who),
                _ => return None,
            };
            let means = selector.is_none_or(|selector| Self::means(selector, pool));
            (means && !self.is_defined(who)).then_some(line)
        })
    }

    /// Whether a line of that list names the requester.
    pub(super) fn names(&self, list: AccessList, pool: &NaivePool, requester: &Requester<'_>) -> bool {
        let lines = self.lists(list, pool);
        lines.iter().any(|(_, who)| self.is(who, requester))
    }

    /// Line that excludes, and whether the INCLUDE list lets them in.
    pub(super) fn access(
        &self,
        exclude: AccessList,
        include: AccessList,
        pool: &NaivePool,
        requester: &Requester<'_>,
    ) -> (Option<u32>, bool) {
        let excluded = self
            .lists(exclude, pool)
            .into_iter()
            .find(|(_, who)| self.is(who, requester));
        let included = self.lists(include, pool);
        let is_in = included.is_empty() || included.iter().any(|(_, who)| self.is(who, requester));
        (excluded.map(|(line, _)| line), is_in)
    }

    fn same(a: &Who, b: &Who) -> bool {
        let address = |who: &Who| {
            matches!(who.kind, WhoKind::Host | WhoKind::Internet)
                && who.name.starts_with(|c: char| c.is_ascii_digit() || c == '*')
        };
        match (address(a), address(b)) {
            (true, true) => a == b,
            (false, false) if a.kind == WhoKind::Host => {
                b.kind == a.kind && a.name.eq_ignore_ascii_case(&b.name)
            }
            (false, false) => a == b,
            _ => false,
        }
    }

    /// MAX lines that count the requester: line, what is counted, seats.
    pub(super) fn limits(&self, pool: &NaivePool, requester: &Requester<'_>) -> Vec<(u32, String, u32)> {
        let mut limits = Vec::new();
        let mut before: Vec<(&Selector, &MaxWho)> = Vec::new();
        for (line, directive) in self.all() {
            let Directive::Max { seats, selector, who } = directive else {
                continue;
            };
            if matches!(who, MaxWho::One(one) if !self.is_defined(one)) {
                continue;
            }
            let earlier =
                |test: &dyn Fn(&MaxWho) -> bool| before.iter().any(|(of, who)| *of == selector && test(who));
            let void = match who {
                MaxWho::One(one) => earlier(&|who| match who {
                    MaxWho::One(other) => Self::same(one, other),
                    MaxWho::AllUsers => one.kind == WhoKind::User,
                    MaxWho::AllGroups => one.kind == WhoKind::Group,
                }),
                all => earlier(&|who| who == all),
            };
            if void {
                continue;
            }
            if Self::means(selector, pool) {
                match who {
                    MaxWho::One(one) if self.is(one, requester) => {
                        limits.push((line, "line".to_owned(), *seats))
                    }
                    MaxWho::One(_) => {}
                    MaxWho::AllUsers => {
                        let own = earlier(&|who| {
                            matches!(who, MaxWho::One(one)
                            if one.kind == WhoKind::User && self.is(one, requester))
                        });
                        if !own {
                            let user = requester.short_user.unwrap_or(requester.user);
                            limits.push((line, format!("user {user}"), *seats));
                        }
                    }
                    MaxWho::AllGroups => {
                        for group in self.groups() {
                            let own = earlier(&|who| {
                                matches!(who, MaxWho::One(one)
                                if one.kind == WhoKind::Group && one.name == group)
                            });
                            if !own && self.in_group(&group, requester) {
                                limits.push((line, format!("group {group}"), *seats));
                            }
                        }
                    }
                }
            }
            before.push((selector, who));
        }
        limits.sort();
        limits
    }

    fn groups(&self) -> Vec<String> {
        let mut groups: Vec<_> = self
            .all()
            .filter_map(|(_, directive)| match directive {
                Directive::Group { name, .. } => Some(name.clone()),
                _ => None,
            })
            .collect();
        groups.sort();
        groups.dedup();
        groups
    }

    /// Reservations of each pool that hold: line, seats, whether the requester draws from them.
    pub(super) fn reservations(
        &self,
        pools: &[NaivePool],
        requester: &Requester<'_>,
    ) -> Vec<Vec<(u32, u32, bool)>> {
        let mut held: Vec<Vec<(u32, u32, bool)>> = vec![Vec::new(); pools.len()];
        for (line, directive) in self.all() {
            let Directive::Reserve { seats, selector, who } = directive else {
                continue;
            };
            if !self.is_defined(who) {
                continue;
            }
            let mut wanted = *seats;
            for (pool, held) in pools.iter().zip(&mut held) {
                let free = pool.seats - held.iter().map(|(_, seats, _)| seats).sum::<u32>();
                let taken = if Self::means(selector, pool) {
                    wanted.min(free)
                } else {
                    0
                };
                if taken > 0 {
                    held.push((line, taken, self.is(who, requester)));
                    wanted -= taken;
                }
            }
        }
        held
    }

    pub(super) fn timeout(&self, pool: &NaivePool) -> Option<u32> {
        let own = self.all().rev().find_map(|(_, directive)| match directive {
            Directive::Timeout { selector, seconds } if Self::means(selector, pool) => Some(*seconds),
            _ => None,
        });
        let all = self.all().rev().find_map(|(_, directive)| match directive {
            Directive::TimeoutAll { seconds } => Some(*seconds),
            _ => None,
        });
        own.or(all).filter(|seconds| *seconds > 0)
    }
}

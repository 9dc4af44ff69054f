//! From an options file to tables.

use std::collections::{HashMap, HashSet};

use licensing_api::finding::{Finding, Severity};

use licensing_license_file::options_file::{
    AccessList, Directive, FqdnMatching, LogEvent, LogPath, MaxWho, OptionsFile, Restriction,
    RestrictionKind, Selector, SelectorKey, Who, WhoKind,
};

use super::directory::Directory;
use super::host_table::HostEntry;
use super::pool_policy::Limited;
use super::roster::Subject;
use super::{GroupId, Identity, Requester};

const NO_ACTIVATION: &str = "this server does not activate licenses";
const NO_POLLING: &str = "this server does not poll its connections";

/// An options file, compiled. An empty one lets everybody have everything.
#[derive(Debug, Clone)]
pub struct Policy {
    pub(super) directory: Directory,
    pub(super) matching: FqdnMatching,
    pub(super) fold_members: bool,
    pub(super) rules: Vec<Rule>,
    pub(super) timeout_all: Option<u32>,
    /// Lines that restrict somebody and cannot be read.
    unread: Vec<u32>,
    automatic_reread: bool,
    debug_log: Option<LogPath>,
    report_log: Option<(LogPath, bool)>,
    unlogged: Vec<LogEvent>,
}

/// A rule about some licenses.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) line: u32,
    /// None for all.
    pub(super) selector: Option<Selector>,
    pub(super) kind: RuleKind,
}

#[derive(Debug, Clone)]
pub(super) enum RuleKind {
    Access {
        list: AccessList,
        subject: Subject,
        who: Who,
    },
    Max {
        limited: Limited,
        subject: MaxSubject,
    },
    Reserve {
        seats: u32,
        subject: Subject,
        who: Who,
    },
    Setting(Setting),
    /// What cannot be read, and closes what it may have closed.
    Unread(Unread),
}

/// What a line that cannot be read closes.
#[derive(Debug, Clone)]
pub(super) struct Unread {
    pub(super) closes: Closes,
    /// Features among these are concerned; all where there are none.
    pub(super) words: Vec<String>,
}

/// See [`RestrictionKind`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closes {
    Everything,
    ToOthersThanIncluded,
    Borrowing,
    BorrowingToOthersThanIncluded,
    Overdraft,
}

impl Closes {
    /// What is refused, with the feature behind it.
    pub(super) fn what(self) -> &'static str {
        match self {
            Self::Everything => "Every request for",
            Self::ToOthersThanIncluded => "Every request of somebody whom no INCLUDE line names for",
            Self::Borrowing => "Borrowing of",
            Self::BorrowingToOthersThanIncluded => {
                "Borrowing by somebody whom no INCLUDE_BORROW line names of"
            }
            Self::Overdraft => "Overdraft of",
        }
    }
}

#[derive(Debug, Clone)]
pub(super) enum MaxSubject {
    One(Subject),
    AllUsers { except: Vec<String> },
    AllGroups { except: Vec<GroupId> },
}

/// A setting of which a pool has one value: the last line holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Setting {
    MaxOverdraft(u32),
    BorrowLowWater(u32),
    MaxBorrowHours(u32),
    Linger(u32),
    QueuePassing(u32),
    Timeout(u32),
}

impl Policy {
    /// Compiles an options file. A rule that cannot hold, such as one for a group that nothing defines, is reported
    /// and left out.
    pub fn compile(file: &OptionsFile) -> (Self, Vec<Finding>) {
        let mut compiler = Compiler {
            policy: Self::empty(file),
            findings: Vec::new(),
            seen: Seen::default(),
            damaged_groups: HashSet::new(),
        };
        compiler.define_groups(file);
        for (line, restriction) in file.restrictions() {
            compiler.restriction(line, restriction);
        }
        for (line, directive) in file.directives() {
            compiler.directive(line, directive);
        }
        (compiler.policy, compiler.findings)
    }

    /// One that lets nobody have anything, for an options file that cannot be read at all.
    pub fn closed() -> Self {
        let mut policy = Self::empty(&OptionsFile::default());
        policy.close(0, None, Closes::Everything, Vec::new());
        policy
    }

    /// Lines that restrict somebody and cannot be read. What they may have closed is closed; 0 stands for the whole
    /// file.
    pub fn unread_lines(&self) -> &[u32] {
        &self.unread
    }

    fn close(&mut self, line: u32, selector: Option<Selector>, closes: Closes, words: Vec<String>) {
        self.unread.push(line);
        self.rules.push(Rule {
            line,
            selector,
            kind: RuleKind::Unread(Unread { closes, words }),
        });
    }

    /// Settings that everything else depends on: of each the last line holds, wherever it stands.
    fn empty(file: &OptionsFile) -> Self {
        let (mut matching, mut fold_members) = (FqdnMatching::default(), false);
        for (_, directive) in file.directives() {
            match directive {
                Directive::FqdnMatching(value) => matching = *value,
                Directive::GroupCaseInsensitive(value) => fold_members = *value,
                _ => {}
            }
        }
        Self {
            directory: Directory::new(fold_members, matching),
            matching,
            fold_members,
            rules: Vec::new(),
            timeout_all: None,
            unread: Vec::new(),
            automatic_reread: true,
            debug_log: None,
            report_log: None,
            unlogged: Vec::new(),
        }
    }

    /// Looks up the groups of a requester, once per request.
    pub fn identify<'a>(&self, requester: Requester<'a>) -> Identity<'a> {
        self.directory.identify(requester)
    }

    /// Name of a group of users.
    pub fn group_name(&self, group: GroupId) -> &str {
        self.directory.group_name(group)
    }

    /// Whether files are reread at midnight when a license has expired (AUTOMATIC_REREAD); yes unless said otherwise.
    pub fn automatic_reread(&self) -> bool {
        self.automatic_reread
    }

    /// Where the debug log goes (DEBUGLOG).
    pub fn debug_log(&self) -> Option<&LogPath> {
        self.debug_log.as_ref()
    }

    /// Where the usage log goes (REPORTLOG), and whether it leaves out user names.
    pub fn report_log(&self) -> Option<(&LogPath, bool)> {
        self.report_log
            .as_ref()
            .map(|(path, hide_user)| (path, *hide_user))
    }

    /// Whether events of this kind go into the debug log: all that NOLOG does not name.
    pub fn logs(&self, event: LogEvent) -> bool {
        !self.unlogged.contains(&event)
    }

    /// Seconds without a sign of life after which seats of any feature are taken back (TIMEOUTALL).
    pub fn timeout_all(&self) -> Option<u32> {
        self.timeout_all
    }
}

/// Lines already seen, by what a later one could contradict.
#[derive(Default)]
struct Seen {
    max_of_one: HashMap<(Selector, Subject), u32>,
    max_of_all: HashMap<(Selector, WhoKind), u32>,
    settings: HashMap<(&'static str, Option<Selector>), u32>,
}

struct Compiler {
    policy: Policy,
    findings: Vec<Finding>,
    seen: Seen,
    /// Groups of which a member is not known.
    damaged_groups: HashSet<String>,
}

impl Compiler {
    fn find(&mut self, severity: Severity, line: u32, text: String, action: &str) {
        self.findings.push(Finding::new(severity, line, text, action));
    }

    /// Groups may be used before they are defined, hence first of all.
    fn define_groups(&mut self, file: &OptionsFile) {
        for (line, directive) in file.directives() {
            match directive {
                Directive::Group { name, members } => self.policy.directory.add_group(name, members),
                Directive::HostGroup { name, members } => {
                    let mut entries = Vec::with_capacity(members.len());
                    for member in members {
                        match self.host(line, member) {
                            Some(entry) => entries.push(entry),
                            None => drop(self.damaged_groups.insert(name.clone())),
                        }
                    }
                    self.policy.directory.add_host_group(name, entries);
                }
                _ => {}
            }
        }
        for (_, restriction) in file.restrictions() {
            if let (RestrictionKind::Group, Some(name)) = (restriction.kind, restriction.words.first()) {
                self.damaged_groups.insert(name.clone());
            }
        }
    }

    /// A line that cannot be read closes whatever it may have closed.
    fn restriction(&mut self, line: u32, restriction: &Restriction) {
        let (closes, words) = match restriction.kind {
            RestrictionKind::Include => (Closes::ToOthersThanIncluded, restriction.words.clone()),
            RestrictionKind::IncludeAnywhere => (Closes::ToOthersThanIncluded, Vec::new()),
            RestrictionKind::Anybody => (Closes::Everything, restriction.words.clone()),
            RestrictionKind::AnybodyAnywhere => (Closes::Everything, Vec::new()),
            RestrictionKind::Borrowing => (Closes::Borrowing, restriction.words.clone()),
            RestrictionKind::IncludeBorrowing => {
                (Closes::BorrowingToOthersThanIncluded, restriction.words.clone())
            }
            RestrictionKind::Overdraft => (Closes::Overdraft, restriction.words.clone()),
            // Lines that use the group say what it restricts.
            RestrictionKind::Group if !restriction.words.is_empty() => return self.policy.unread.push(line),
            RestrictionKind::Group => (Closes::Everything, Vec::new()),
        };
        self.policy.close(line, None, closes, words);
    }

    fn directive(&mut self, line: u32, directive: &Directive) {
        match directive {
            Directive::AutomaticReread(on) => self.policy.automatic_reread = *on,
            Directive::DebugLog(path) => self.policy.debug_log = Some(path.clone()),
            Directive::ReportLog { path, hide_user } => {
                self.policy.report_log = Some((path.clone(), *hide_user))
            }
            Directive::NoLog(events) => self.policy.unlogged.extend(events),
            Directive::TimeoutAll { seconds } => self.policy.timeout_all = (*seconds > 0).then_some(*seconds),
            Directive::FqdnMatching(_)
            | Directive::GroupCaseInsensitive(_)
            | Directive::Group { .. }
            | Directive::HostGroup { .. } => {}
            Directive::DaemonSelectTimeout(_) => {
                self.without_effect(line, "DAEMON_SELECT_TIMEOUT", NO_POLLING)
            }
            Directive::Entitlement { .. } => {
                self.without_effect(line, "A list of an entitlement", NO_ACTIVATION)
            }
            Directive::ActivationLowWater { .. } => {
                self.without_effect(line, "ACTIVATION_LOWWATER", NO_ACTIVATION)
            }
            Directive::ActivationExpiryDays { .. } => {
                self.without_effect(line, "ACTIVATION_EXPIRY_DAYS", NO_ACTIVATION)
            }
            Directive::Access { list, selector, who } => self.access(line, *list, selector.as_ref(), who),
            Directive::Max { seats, selector, who } => self.max(line, *seats, selector, who),
            Directive::Reserve { seats, selector, who } => self.reserve(line, *seats, selector, who),
            Directive::MaxOverdraft { selector, seats } => {
                self.setting(line, "MAX_OVERDRAFT", selector, Setting::MaxOverdraft(*seats));
            }
            Directive::BorrowLowWater { selector, seats } => {
                self.setting(line, "BORROW_LOWWATER", selector, Setting::BorrowLowWater(*seats));
            }
            Directive::MaxBorrowHours { selector, hours } => {
                self.setting(
                    line,
                    "MAX_BORROW_HOURS",
                    selector,
                    Setting::MaxBorrowHours(*hours),
                );
            }
            Directive::Linger { selector, seconds } => {
                self.setting(line, "LINGER", selector, Setting::Linger(*seconds));
            }
            Directive::QueuePassing { selector, seconds } => {
                self.setting(line, "QUEUE_PASSING", selector, Setting::QueuePassing(*seconds));
            }
            Directive::Timeout { selector, seconds } => {
                self.setting(line, "TIMEOUT", selector, Setting::Timeout(*seconds));
            }
        }
    }

    fn without_effect(&mut self, line: u32, what: &str, why: &str) {
        let text = format!("{what} has no effect: {why}.");
        self.find(
            Severity::Information,
            line,
            text,
            "Nothing; the line may stay for other license servers.",
        );
    }

    fn access(&mut self, line: u32, list: AccessList, selector: Option<&Selector>, who: &Who) {
        if let Some(Selector {
            key: Some((SelectorKey::Entitlement, _)),
            ..
        }) = selector
        {
            return self.without_effect(line, "A list of an entitlement", NO_ACTIVATION);
        }
        let Some(subject) = self.subject(line, who) else {
            let closes = match list {
                AccessList::Include => Closes::ToOthersThanIncluded,
                AccessList::Exclude => Closes::Everything,
                AccessList::IncludeBorrow => Closes::BorrowingToOthersThanIncluded,
                AccessList::ExcludeBorrow => Closes::Borrowing,
            };
            return self.policy.close(line, selector.cloned(), closes, Vec::new());
        };
        let kind = RuleKind::Access {
            list,
            subject,
            who: who.clone(),
        };
        self.policy.rules.push(Rule {
            line,
            selector: selector.cloned(),
            kind,
        });
    }

    fn max(&mut self, line: u32, seats: u32, selector: &Selector, who: &MaxWho) {
        let subject = match who {
            MaxWho::One(who) => match self.subject(line, who) {
                Some(subject) => self.max_of_one(line, selector, who.kind, subject),
                None => {
                    let selector = Some(selector.clone());
                    return self.policy.close(line, selector, Closes::Everything, Vec::new());
                }
            },
            MaxWho::AllUsers => self.max_of_all(line, selector, WhoKind::User),
            MaxWho::AllGroups => self.max_of_all(line, selector, WhoKind::Group),
        };
        if let Some(subject) = subject {
            let kind = RuleKind::Max {
                limited: Limited { line, seats },
                subject,
            };
            self.policy.rules.push(Rule {
                line,
                selector: Some(selector.clone()),
                kind,
            });
        }
    }

    fn max_of_one(
        &mut self,
        line: u32,
        selector: &Selector,
        kind: WhoKind,
        subject: Subject,
    ) -> Option<MaxSubject> {
        let first = match self.seen.max_of_all.get(&(selector.clone(), kind)) {
            Some(all) => Some(*all),
            None => self
                .seen
                .max_of_one
                .get(&(selector.clone(), subject.clone()))
                .copied(),
        };
        if let Some(first) = first {
            let text = format!("The limit has no effect: line {first} limits the same before it.");
            self.find(
                Severity::Error,
                line,
                text,
                "Put the line before the other one, or remove it.",
            );
            return None;
        }
        self.seen
            .max_of_one
            .insert((selector.clone(), subject.clone()), line);
        Some(MaxSubject::One(subject))
    }

    fn max_of_all(&mut self, line: u32, selector: &Selector, kind: WhoKind) -> Option<MaxSubject> {
        if let Some(first) = self.seen.max_of_all.get(&(selector.clone(), kind)) {
            let text = format!("The limit has no effect: line {first} limits the same before it.");
            self.find(Severity::Error, line, text, "Remove one of the lines.");
            return None;
        }
        self.seen.max_of_all.insert((selector.clone(), kind), line);
        let own_lines = self
            .seen
            .max_of_one
            .keys()
            .filter(|(of, _)| of == selector)
            .map(|(_, subject)| subject);
        Some(if kind == WhoKind::User {
            let except = own_lines.filter_map(|subject| match subject {
                Subject::User(user) => Some(user.clone()),
                _ => None,
            });
            MaxSubject::AllUsers {
                except: except.collect(),
            }
        } else {
            let except = own_lines.filter_map(|subject| match subject {
                Subject::Group(group) => Some(*group),
                _ => None,
            });
            MaxSubject::AllGroups {
                except: except.collect(),
            }
        })
    }

    fn reserve(&mut self, line: u32, seats: u32, selector: &Selector, who: &Who) {
        if let Some(subject) = self.subject(line, who) {
            let kind = RuleKind::Reserve {
                seats,
                subject,
                who: who.clone(),
            };
            self.policy.rules.push(Rule {
                line,
                selector: Some(selector.clone()),
                kind,
            });
        }
    }

    fn setting(&mut self, line: u32, option: &'static str, selector: &Selector, setting: Setting) {
        if let Some(earlier) = self.seen.settings.insert((option, Some(selector.clone())), line) {
            let text = format!(
                "{option} {selector} has no effect here: line {line} sets it again, and the last one holds."
            );
            self.find(Severity::Warning, earlier, text, "Remove one of the lines.");
        }
        let kind = RuleKind::Setting(setting);
        self.policy.rules.push(Rule {
            line,
            selector: Some(selector.clone()),
            kind,
        });
    }

    fn subject(&mut self, line: u32, who: &Who) -> Option<Subject> {
        match who.kind {
            WhoKind::User => Some(Subject::User(who.name.clone())),
            WhoKind::Display => Some(Subject::Display(who.name.clone())),
            WhoKind::Project => Some(Subject::Project(who.name.clone())),
            WhoKind::Host => self.host(line, &who.name).map(Subject::Host),
            WhoKind::Internet => Some(Subject::Host(match self.host(line, &who.name)? {
                HostEntry::Address(pattern) => HostEntry::Connection(pattern),
                entry @ (HostEntry::Name(_) | HostEntry::Connection(_)) => entry,
            })),
            WhoKind::Group => match self.policy.directory.group(&who.name) {
                Some(group) if !self.damaged_groups.contains(&who.name) => Some(Subject::Group(group)),
                Some(_) | None => self.no_group(line, "GROUP", &who.name),
            },
            WhoKind::HostGroup => match self.policy.directory.host_group(&who.name) {
                Some(group) if !self.damaged_groups.contains(&who.name) => Some(Subject::HostGroup(group)),
                Some(_) | None => self.no_group(line, "HOST_GROUP", &who.name),
            },
        }
    }

    fn no_group(&mut self, line: u32, keyword: &str, name: &str) -> Option<Subject> {
        let text = match self.damaged_groups.contains(name) {
            true => format!(
                "A {keyword} line of \"{name}\" cannot be read, so it is not known whom this line means."
            ),
            false => {
                format!("No {keyword} line defines \"{name}\", so it is not known whom this line means.")
            }
        };
        self.find(
            Severity::Error,
            line,
            text,
            "Define the group, or correct its name: case matters.",
        );
        None
    }

    fn host(&mut self, line: u32, name: &str) -> Option<HostEntry> {
        let entry = HostEntry::parse(name);
        if entry.is_none() {
            let text = format!("\"{name}\" can match no host.");
            let action = "Use * only for whole parts of an internet address, such as 10.1.*.*.";
            self.find(Severity::Error, line, text, action);
        }
        entry
    }
}

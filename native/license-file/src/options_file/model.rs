//! What an options file says, line by line.

use std::fmt;

use licensing_api::finding::Finding;

use crate::license_file::Position;

use super::restriction::Restriction;

/// An options file as read. Whatever was not understood is kept, so that writing gives back the same bytes.
#[derive(Debug, Clone, Default)]
pub struct OptionsFile {
    /// Logical lines in order, comments and blank lines included.
    pub lines: Vec<OptionLine>,
    /// What was noticed while reading, in the order of the lines.
    pub findings: Vec<Finding>,
    /// The bytes as they were read, where they were UTF-16; the lines are UTF-8 then.
    pub(super) utf16: Option<Vec<u8>>,
}

impl OptionsFile {
    /// The bytes it was read from.
    pub fn to_bytes(&self) -> Vec<u8> {
        match &self.utf16 {
            Some(bytes) => bytes.clone(),
            None => self.lines.iter().flat_map(|line| &line.raw).copied().collect(),
        }
    }

    /// Whether it has something to say and none of it can be read: it is another kind of file, or damaged.
    pub fn is_unreadable(&self) -> bool {
        let mut said = self.lines.iter().filter(|line| {
            !matches!(
                line.kind,
                OptionLineKind::Blank | OptionLineKind::Comment | OptionLineKind::SwitchedOff
            )
        });
        said.clone().next().is_some()
            && said.all(|line| matches!(line.kind, OptionLineKind::Unknown) && line.restricts.is_none())
    }

    /// Whether any line has an effect, or closes something because it cannot be read.
    pub fn has_effect(&self) -> bool {
        self.directives().next().is_some() || self.restrictions().next().is_some()
    }

    /// What lines that cannot be read were meant to restrict, with the physical line each begins on.
    pub fn restrictions(&self) -> impl Iterator<Item = (u32, &Restriction)> {
        self.lines
            .iter()
            .filter_map(|line| Some((line.at.line, line.restricts.as_ref()?)))
    }

    /// The options that hold, with the physical line each begins on.
    pub fn directives(&self) -> impl Iterator<Item = (u32, &Directive)> {
        self.lines.iter().filter_map(|line| match &line.kind {
            OptionLineKind::Option(directive) => Some((line.at.line, directive)),
            OptionLineKind::Blank
            | OptionLineKind::Comment
            | OptionLineKind::SwitchedOff
            | OptionLineKind::Unknown
            | OptionLineKind::Malformed => None,
        })
    }
}

/// One logical line: one or more physical lines joined by `\`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionLine {
    /// Where its first word begins; column 1 when it has none.
    pub at: Position,
    /// Number of physical lines it takes.
    pub physical_lines: u32,
    /// Its bytes as they stood in the file, line ends included.
    pub raw: Vec<u8>,
    /// What it says.
    pub kind: OptionLineKind,
    /// What it was meant to restrict, where it cannot be read.
    pub restricts: Option<Restriction>,
}

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OptionLineKind {
    /// Nothing, or blanks.
    Blank,
    /// Text after `#`.
    Comment,
    /// Text after `*`: the way administrators switch an option off.
    SwitchedOff,
    /// An option.
    Option(Directive),
    /// Its first word is not an option; kept, without effect.
    Unknown,
    /// An option that could not be read; the findings say why. Without effect.
    Malformed,
}

/// One option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Directive {
    /// `AUTOMATIC_REREAD ON|OFF`: whether files are reread at midnight when a license has expired.
    AutomaticReread(bool),
    /// `DAEMON_SELECT_TIMEOUT seconds`.
    DaemonSelectTimeout(u32),
    /// `DEBUGLOG [+]path`.
    DebugLog(LogPath),
    /// `REPORTLOG [+]path [HIDE_USER]`.
    ReportLog {
        /// Where the usage log goes.
        path: LogPath,
        /// Whether user names are left out.
        hide_user: bool,
    },
    /// `NOLOG event`: these events are left out of the debug log.
    NoLog(Vec<LogEvent>),
    /// `FQDN_MATCHING exact|lenient`.
    FqdnMatching(FqdnMatching),
    /// `GROUP name users`.
    Group {
        /// Name of the group.
        name: String,
        /// Users.
        members: Vec<String>,
    },
    /// `HOST_GROUP name hosts`.
    HostGroup {
        /// Name of the group.
        name: String,
        /// Host names, or internet addresses with `*`.
        members: Vec<String>,
    },
    /// `GROUPCASEINSENSITIVE ON|OFF`.
    GroupCaseInsensitive(bool),
    /// `INCLUDE`, `EXCLUDE`, `INCLUDE_BORROW`, `EXCLUDE_BORROW`, `INCLUDEALL`, `EXCLUDEALL`.
    Access {
        /// Which list it adds to.
        list: AccessList,
        /// Which licenses; none for INCLUDEALL and EXCLUDEALL.
        selector: Option<Selector>,
        /// Whom.
        who: Who,
    },
    /// `INCLUDE_ENTITLEMENT`, `EXCLUDE_ENTITLEMENT` and their ALL forms. Kept; there is no activation here.
    Entitlement {
        /// Which list it adds to.
        list: EntitlementList,
        /// Which entitlement; none for the ALL forms.
        id: Option<String>,
        /// Whom.
        who: Who,
    },
    /// `MAX seats selector TYPE name`.
    Max {
        /// Most seats; 0 forbids.
        seats: u32,
        /// Which licenses.
        selector: Selector,
        /// Whom.
        who: MaxWho,
    },
    /// `RESERVE seats selector TYPE name`.
    Reserve {
        /// Seats set aside.
        seats: u32,
        /// Which licenses.
        selector: Selector,
        /// For whom.
        who: Who,
    },
    /// `MAX_OVERDRAFT selector seats`.
    MaxOverdraft {
        /// Which licenses.
        selector: Selector,
        /// Most seats beyond the installed ones.
        seats: u32,
    },
    /// `BORROW_LOWWATER selector seats`.
    BorrowLowWater {
        /// Which licenses.
        selector: Selector,
        /// Seats that cannot be borrowed.
        seats: u32,
    },
    /// `MAX_BORROW_HOURS selector hours`.
    MaxBorrowHours {
        /// Which licenses.
        selector: Selector,
        /// Longest borrow period in hours.
        hours: u32,
    },
    /// `LINGER selector seconds`.
    Linger {
        /// Which licenses.
        selector: Selector,
        /// Seconds a seat stays out after checkin.
        seconds: u32,
    },
    /// `QUEUE_PASSING selector seconds`.
    QueuePassing {
        /// Which licenses.
        selector: Selector,
        /// Seconds for which smaller requests may pass one that waits.
        seconds: u32,
    },
    /// `TIMEOUT selector seconds`.
    Timeout {
        /// Which licenses.
        selector: Selector,
        /// Seconds without a sign of life after which a seat is taken back.
        seconds: u32,
    },
    /// `TIMEOUTALL seconds`.
    TimeoutAll {
        /// Seconds without a sign of life after which a seat is taken back.
        seconds: u32,
    },
    /// `ACTIVATION_LOWWATER id[:FID=f] n`. Kept; there is no activation here.
    ActivationLowWater {
        /// Entitlement as written.
        id: String,
        /// Seats that cannot be activated.
        seats: u32,
    },
    /// `ACTIVATION_EXPIRY_DAYS id[:FID=f] days`. Kept; there is no activation here.
    ActivationExpiryDays {
        /// Entitlement as written.
        id: String,
        /// Days.
        days: u32,
    },
}

/// Path of a log file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPath {
    /// Path without quotes and without the leading `+`.
    pub path: String,
    /// Whether the file is appended to (`+`) instead of begun again.
    pub append: bool,
}

/// An event that NOLOG can leave out of the debug log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LogEvent {
    /// Checkin.
    In,
    /// Checkout.
    Out,
    /// Refusal.
    Denied,
    /// Request that went into the queue.
    Queued,
    /// Request for a feature that is not installed.
    Unsupported,
}

/// How host names of the options file are compared with the ones clients send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FqdnMatching {
    /// As they are, case aside.
    #[default]
    Exact,
    /// A short name also stands for a full one and the other way round; `.domain` stands for all hosts in it.
    Lenient,
}

/// A list of who may or may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccessList {
    /// INCLUDE, INCLUDEALL.
    Include,
    /// EXCLUDE, EXCLUDEALL.
    Exclude,
    /// INCLUDE_BORROW.
    IncludeBorrow,
    /// EXCLUDE_BORROW.
    ExcludeBorrow,
}

/// A list of who may or may not activate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntitlementList {
    /// INCLUDE_ENTITLEMENT, INCLUDEALL_ENTITLEMENT.
    Include,
    /// EXCLUDE_ENTITLEMENT, EXCLUDEALL_ENTITLEMENT.
    Exclude,
}

/// Which licenses an option is about: `feature`, `feature:KEY=value` or `"feature KEY=value"`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Selector {
    /// Feature or package.
    pub feature: String,
    /// Narrows it to the lines of a license file that carry this value.
    pub key: Option<(SelectorKey, String)>,
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            None => f.write_str(&self.feature),
            Some((key, value)) => write!(f, "{}:{}={value}", self.feature, key.name()),
        }
    }
}

macro_rules! selector_keys {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal,)+) => {
        /// Attribute by which a selector narrows a feature.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum SelectorKey { $($(#[doc = $doc])+ $variant,)+ }

        impl SelectorKey {
            /// All keys.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its usual spelling.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

selector_keys! {
    /// Version of the line.
    Version = "VERSION",
    /// HOSTID of the line.
    HostId = "HOSTID",
    /// Last valid day of the line.
    ExpDate = "EXPDATE",
    /// Entitlement; for lists of who may use a license only.
    Entitlement = "ENTITLEMENT",
    /// License key of formats before 7.1.
    Key = "KEY",
    /// SIGN of the line.
    Sign = "SIGN",
    /// ISSUER of the line.
    Issuer = "ISSUER",
    /// NOTICE of the line.
    Notice = "NOTICE",
    /// VENDOR_STRING of the line.
    VendorString = "VENDOR_STRING",
    /// `dist_info` of the line.
    DistInfo = "dist_info",
    /// `user_info` of the line.
    UserInfo = "user_info",
    /// `asset_info` of the line.
    AssetInfo = "asset_info",
}

impl SelectorKey {
    /// The key of this name, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|key| key.name().eq_ignore_ascii_case(name))
    }
}

/// By what somebody is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WhoKind {
    /// User name, case-sensitive.
    User,
    /// Host name, case-blind, or internet address with `*`.
    Host,
    /// Display, case-sensitive.
    Display,
    /// Internet address with `*` for any part.
    Internet,
    /// Project, case-sensitive.
    Project,
    /// GROUP of users.
    Group,
    /// HOST_GROUP.
    HostGroup,
}

impl WhoKind {
    /// All kinds.
    pub const ALL: &'static [Self] = &[
        Self::User,
        Self::Host,
        Self::Display,
        Self::Internet,
        Self::Project,
        Self::Group,
        Self::HostGroup,
    ];

    /// Its word in options files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "USER",
            Self::Host => "HOST",
            Self::Display => "DISPLAY",
            Self::Internet => "INTERNET",
            Self::Project => "PROJECT",
            Self::Group => "GROUP",
            Self::HostGroup => "HOST_GROUP",
        }
    }

    /// The kind of this word in any case. `USER_GROUP` is another word for `GROUP`.
    pub fn from_name(name: &str) -> Option<Self> {
        if name.eq_ignore_ascii_case("USER_GROUP") {
            return Some(Self::Group);
        }
        Self::ALL
            .iter()
            .copied()
            .find(|kind| kind.name().eq_ignore_ascii_case(name))
    }
}

/// Whom an option is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Who {
    /// By what.
    pub kind: WhoKind,
    /// Name.
    pub name: String,
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.name(), self.name)
    }
}

/// Whom a MAX line limits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum MaxWho {
    /// One, together: a group is limited as a whole.
    One(Who),
    /// `USER ALL_USERS`: each user by itself.
    AllUsers,
    /// `GROUP ALL_GROUPS`: each group by itself.
    AllGroups,
}

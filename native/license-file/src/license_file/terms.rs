//! What the attributes of a line mean, as typed values.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{HostId, VendorString};

/// Place of a line in the order of lines when it has no `sort=`.
pub const DEFAULT_SORT: u8 = 100;

/// Hours that seats may be borrowed when BORROW gives no number.
pub const DEFAULT_BORROW_HOURS: u32 = 168;

/// The attributes of a line as typed values. A value that could not be read is a finding: an attribute that would have
/// widened the license then counts as absent, one that would have narrowed it makes the line [`super::LineKind::Malformed`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// HOSTID=: machines the feature may be used on; empty for all.
    pub host_ids: Vec<HostId>,
    /// VENDOR_STRING=.
    pub vendor_string: VendorString,
    /// DUP_GROUP=: which checkouts share a seat.
    pub dup_group: DupGroup,
    /// SUITE_DUP_GROUP=: the same for the package's own seat; none when not given.
    pub suite_dup_group: Option<DupGroup>,
    /// OVERDRAFT=: seats beyond the count. See [`super::License::overdraft`], which also knows the vendor string's.
    pub overdraft: Option<u32>,
    /// BORROW: hours that seats may be borrowed.
    pub borrow_hours: Option<u32>,
    /// FLOAT_OK: the license floats with a dongle.
    pub float_ok: Option<FloatOk>,
    /// ISSUED=.
    pub issued: Option<Date>,
    /// START=: first valid day.
    pub start: Option<Date>,
    /// ISSUER=.
    pub issuer: Option<String>,
    /// NOTICE=.
    pub notice: Option<String>,
    /// SN=.
    pub serial_number: Option<String>,
    /// SUPERSEDE.
    pub supersede: Option<Supersede>,
    /// SUPERSEDE_SIGN: lines it replaces whenever they were issued; empty for none.
    pub superseded_lines: Vec<SignedLine>,
    /// USER_BASED: only for users that the options file includes.
    pub user_based: Option<NamedOnly>,
    /// HOST_BASED: only for hosts that the options file includes.
    pub host_based: Option<NamedOnly>,
    /// LINGER=: seconds a seat stays out after it was given back.
    pub linger_seconds: Option<u32>,
    /// PLATFORMS=; empty for all.
    pub platforms: Vec<String>,
    /// VM_PLATFORMS=.
    pub vm_platforms: Option<VmPlatforms>,
    /// TZ=.
    pub time_zone: Option<TimeZoneRule>,
    /// TS_OK: terminal server clients may use an uncounted node-locked line.
    pub terminal_server: bool,
    /// ONE_TS_OK: one terminal server client at a time may.
    pub one_terminal_server: bool,
    /// `sort=`: lower first.
    pub sort: u8,
    /// `asset_info=`, the administrator's.
    pub asset_info: Option<String>,
    /// `dist_info=`, the administrator's.
    pub dist_info: Option<String>,
    /// `user_info=`, the administrator's.
    pub user_info: Option<String>,
    /// `vendor_info=`, the administrator's.
    pub vendor_info: Option<String>,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            host_ids: Vec::new(),
            vendor_string: VendorString::default(),
            dup_group: DupGroup::None,
            suite_dup_group: None,
            overdraft: None,
            borrow_hours: None,
            float_ok: None,
            issued: None,
            start: None,
            issuer: None,
            notice: None,
            serial_number: None,
            supersede: None,
            superseded_lines: Vec::new(),
            user_based: None,
            host_based: None,
            linger_seconds: None,
            platforms: Vec::new(),
            vm_platforms: None,
            time_zone: None,
            terminal_server: false,
            one_terminal_server: false,
            sort: DEFAULT_SORT,
            asset_info: None,
            dist_info: None,
            user_info: None,
            vendor_info: None,
        }
    }
}

/// Which checkouts share one seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum DupGroup {
    /// None do: every checkout counts.
    #[default]
    None,
    /// All do.
    Site,
    /// Those that are equal in all of these.
    Same {
        /// U.
        user: bool,
        /// H.
        host: bool,
        /// D.
        display: bool,
        /// V.
        vendor_data: bool,
    },
}

impl DupGroup {
    /// Whatever runs on one host shares a seat.
    pub const HOST: Self = Self::Same {
        user: false,
        host: true,
        display: false,
        vendor_data: false,
    };

    /// All of one user share a seat.
    pub const USER: Self = Self::Same {
        user: true,
        host: false,
        display: false,
        vendor_data: false,
    };
}

/// FLOAT_OK[=hostid].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FloatOk {
    /// The dongle, where named.
    pub host_id: Option<HostId>,
}

/// USER_BASED[=n] or HOST_BASED[=n].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NamedOnly {
    /// How many may be named at most; none for as many as there are seats.
    pub limit: Option<u32>,
}

/// SUPERSEDE: lines issued earlier, or without a date, count no more.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Supersede {
    /// Features it replaces; empty for the line's own feature.
    pub features: Vec<String>,
}

/// A line that SUPERSEDE_SIGN names by its signature.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SignedLine {
    /// Feature of the line.
    pub feature: String,
    /// One of its signatures, without blanks.
    pub signature: String,
}

/// VM_PLATFORMS=.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VmPlatforms {
    /// Physical machines only.
    Physical,
    /// Virtual machines only.
    VmOnly,
    /// Both.
    All,
}

/// TZ=.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimeZoneRule {
    /// SERVERTZ: the zone of the server.
    Server,
    /// Offsets from UTC in minutes.
    Offsets(Vec<i16>),
}

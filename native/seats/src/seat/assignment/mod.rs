//! Seats that are assigned to users and devices instead of sessions.

mod book;
mod cover;
mod lifecycle;
mod products;

use licensing_api::usage::LicenseModel;

use crate::pool::PoolIdentity;
use licensing_license_file::feature_code::SeatUnit;
use licensing_license_file::license_file::VendorString;

pub(in crate::seat) use book::{Assigned, Book, PairState, SeatNames, Sighting};

/// Which user was seen on which device: what assignments are worked out from, hence what is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairRecord {
    /// Number within this ledger, rising, never used twice.
    pub serial: u64,
    /// Pool it counts in.
    pub pool: crate::pool::PoolId,
    /// User as compared, see [`crate::seat::SeatSettings::user_key`]; empty where only the device counts.
    pub user: String,
    /// Device in lower case; empty where only the user counts.
    pub device: String,
    /// User as a product named them, where that is otherwise; empty where it is not, or is not known.
    pub named_user: String,
    /// Device as a product named it, where that is otherwise; empty where it is not, or is not known.
    pub named_device: String,
    /// First use in milliseconds since 1970.
    pub first_ms: i64,
    /// Last use in milliseconds since 1970, to the hour or better.
    pub last_ms: i64,
}

impl PairRecord {
    /// The user as a product named them, as far as that is known.
    pub fn shown_user(&self) -> &str {
        if self.named_user.is_empty() {
            &self.user
        } else {
            &self.named_user
        }
    }

    /// The device as a product named it, as far as that is known.
    pub fn shown_device(&self) -> &str {
        if self.named_device.is_empty() {
            &self.device
        } else {
            &self.named_device
        }
    }
}

/// By what the seats of a pool are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SeatModel {
    /// By session, shared by DUP_GROUP.
    Concurrent,
    /// By user or device, whichever needs fewer seats.
    UserDevice,
    /// By user.
    User,
    /// By device.
    Device,
    /// By the host that the product runs on, however many sessions it serves: as many seats as the largest of its
    /// requests, which for a license per core or socket is its cores or sockets.
    Server,
}

impl SeatModel {
    /// The model of a pool: what its feature name says, see [`SeatUnit`]. The licenses that the server
    /// brings itself show which servers are connected, so they count servers.
    pub fn of(identity: &PoolIdentity) -> Self {
        match SeatUnit::of(&identity.feature) {
            SeatUnit::UserOrDevice => Self::UserDevice,
            SeatUnit::User => Self::User,
            SeatUnit::Device => Self::Device,
            SeatUnit::Server => Self::Server,
            SeatUnit::Session if identity.is_built_in() => Self::Server,
            SeatUnit::Session => Self::Concurrent,
        }
    }

    /// As lists show it for a holder; assigned seats show it one by one, see [`kind`].
    pub(in crate::seat) const fn license_model(self) -> LicenseModel {
        match self {
            Self::Concurrent => LicenseModel::Concurrent,
            Self::UserDevice | Self::User => LicenseModel::User,
            Self::Device => LicenseModel::Device,
            Self::Server => LicenseModel::Server,
        }
    }
}

/// How long an assignment lasts after its last use, in milliseconds: LP of the vendor string in days, else the setting;
/// not below NUDURMIN nor above NUDURMAX, which are minutes.
pub(in crate::seat) fn period_ms(vendor_string: Option<&str>, settings: &crate::seat::SeatSettings) -> i64 {
    let text = VendorString::parse(vendor_string.unwrap_or(""));
    let minutes = |minutes: u32| i64::from(minutes) * 60_000;
    let period = match text.assignment_days() {
        Some(days) => minutes(days.saturating_mul(24 * 60)),
        None => i64::try_from(settings.assignment.as_millis()).unwrap_or(i64::MAX),
    };
    let longest = text.most_assignment_minutes().map_or(i64::MAX, minutes);
    period
        .max(text.least_assignment_minutes().map_or(0, minutes))
        .min(longest)
}

/// Whom a seat is assigned to.
pub(in crate::seat) const fn kind(user: bool) -> LicenseModel {
    if user {
        LicenseModel::User
    } else {
        LicenseModel::Device
    }
}

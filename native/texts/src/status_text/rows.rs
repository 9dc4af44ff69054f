//! What status text is made from.

use jiff::civil::DateTime;

use licensing_license_file::license_file::LicenseDate;
use licensing_license_file::options_file::Who;

/// The license manager of one host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerStatus {
    /// Host name.
    pub host: String,
    /// Port of the license manager.
    pub port: u16,
    /// License files it reads.
    pub license_files: Vec<String>,
    /// Whether it answers.
    pub state: ServerState,
}

/// Whether a license manager answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerState {
    /// It does.
    Up {
        /// Version without `v`.
        version: String,
    },
    /// It cannot be reached.
    Unreachable {
        /// Error number of the operating system.
        system_error: i32,
        /// Text of the operating system.
        text: String,
    },
}

/// A vendor daemon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VendorStatus {
    /// Vendor.
    pub vendor: String,
    /// Whether it serves.
    pub up: bool,
    /// Version without `v`.
    pub version: String,
}

/// A feature and its pools.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureStatus {
    /// Feature.
    pub feature: String,
    /// Its pools, in the order they are tried.
    pub pools: Vec<PoolLines>,
}

/// A pool and who uses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolLines {
    /// Version.
    pub version: String,
    /// Vendor.
    pub vendor: String,
    /// Last valid day.
    pub expires: LicenseDate,
    /// Vendor string, where the publisher wants it shown.
    pub vendor_string: Option<String>,
    /// Where it may be used.
    pub lock: LicenseLock,
    /// Whether it gives out seats.
    pub serving: bool,
    /// Seats installed, overdraft included; none when uncounted.
    pub issued: Option<u32>,
    /// Seats out. Holders that share one are not counted twice.
    pub in_use: u32,
    /// Which of the seats are special.
    pub special: SpecialSeats,
    /// Who holds seats.
    pub holders: Vec<HolderLine>,
    /// Seats set aside that nobody uses at the moment.
    pub reservations: Vec<ReservationLine>,
    /// Who waits.
    pub queued: Vec<QueuedLine>,
}

/// Seats of a pool that are more, or something else, than those bought and in use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SpecialSeats {
    /// Seats beyond the bought ones that may be given out.
    pub overdraft: u32,
    /// How many of them are out.
    pub overdrawn: u32,
    /// Seats out beyond even the overdraft.
    pub burst: u32,
    /// How many of the seats out are borrowed.
    pub borrowed: u32,
}

/// Where a license may be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LicenseLock {
    /// Anywhere.
    Floating,
    /// On one machine: its host id as the license file spells it.
    Host(String),
}

/// A holder of seats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolderLine {
    /// User.
    pub user: String,
    /// Host.
    pub host: String,
    /// Display; the host stands for an empty one.
    pub display: String,
    /// What the product passed; empty when nothing.
    pub data: String,
    /// Version.
    pub version: String,
    /// Number by which administrators name the seat.
    pub handle: u32,
    /// Since when.
    pub since: DateTime,
    /// Seats.
    pub count: u32,
    /// Set while the seat only lingers, or is borrowed.
    pub linger: Option<Linger>,
    /// Process id; not every reader of the text knows it.
    pub process_id: Option<u32>,
}

/// How long a seat stays out by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Linger {
    /// Seconds left.
    pub left: u64,
    /// Seconds in all.
    pub of: u64,
}

/// Seats set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReservationLine {
    /// Seats that nobody uses at the moment.
    pub idle: u32,
    /// For whom.
    pub who: Who,
}

/// Somebody who waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedLine {
    /// User.
    pub user: String,
    /// Host.
    pub host: String,
    /// Display; the host stands for an empty one.
    pub display: String,
    /// Version wanted.
    pub version: String,
    /// Number of the request.
    pub handle: u32,
    /// Seats wanted.
    pub count: u32,
}

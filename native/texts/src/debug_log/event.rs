//! What a vendor daemon and the license manager log.

use std::net::IpAddr;

use jiff::civil::{Date, DateTime};
use licensing_api::denial::DenialReason;

use licensing_license_file::license_file::LicenseDate;
use licensing_license_file::options_file::{AccessList, LogEvent, Who};

/// Something worth a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event<'a> {
    /// About seats.
    Seat(SeatEvent<'a>),
    /// About processes: starts, ports and ends.
    Process(ProcessEvent<'a>),
    /// About license files.
    Files(FilesEvent<'a>),
    /// About the options file.
    Options(OptionsEvent<'a>),
}

/// Seats that come and go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeatEvent<'a> {
    /// Checkout.
    Out(Holder<'a>),
    /// Checkin.
    In(Holder<'a>, Option<InReason>),
    /// Request that went into the queue.
    Queued(Holder<'a>),
    /// Refusal. A request for a feature that is not installed is logged as UNSUPPORTED.
    Denied {
        /// Who asked.
        holder: Holder<'a>,
        /// Why.
        reason: DenialReason,
        /// Trouble of the connection that made it worse.
        system: Option<SystemError<'a>>,
    },
    /// A holder now has more seats of the same lease.
    Upgrade {
        /// Who; its count is not logged.
        holder: Holder<'a>,
        /// Seats before.
        from: u32,
        /// Seats now.
        to: u32,
    },
}

/// Processes that start, listen and end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProcessEvent<'a> {
    /// `Server's System Date and Time:`; with it the log of a start begins.
    SystemTime {
        /// Local date and time.
        now: DateTime,
        /// Name of the time zone.
        zone: &'a str,
    },
    /// `PROGRAM (vVERSION) started on HOST (PLATFORM) (m/d/yyyy)`.
    Started {
        /// Program.
        program: &'a str,
        /// Version without `v`.
        version: &'a str,
        /// Host.
        host: &'a str,
        /// Platform.
        platform: &'a str,
        /// Local date.
        date: Date,
    },
    /// Port of the license manager.
    ManagerPort(u16),
    /// The manager started a vendor daemon.
    DaemonStarted {
        /// Vendor.
        daemon: &'a str,
        /// TCP port, where it is known.
        port: Option<u16>,
        /// Process id.
        pid: u32,
    },
    /// Port of a vendor daemon.
    DaemonPort {
        /// Vendor.
        daemon: &'a str,
        /// TCP port.
        port: u16,
    },
    /// `Server started on HOST for:` and the features served.
    ServerStarted {
        /// Host.
        host: &'a str,
        /// Features.
        features: Vec<&'a str>,
    },
    /// The date, every six hours.
    Timestamp(Date),
    /// Somebody asked for the end.
    ShutdownRequested {
        /// User.
        user: &'a str,
        /// Host.
        host: &'a str,
        /// Address.
        address: IpAddr,
    },
    /// The manager ends a vendor daemon.
    ShuttingDown {
        /// Vendor.
        daemon: &'a str,
        /// Process id.
        pid: u32,
        /// Signal number.
        signal: i32,
    },
    /// A vendor daemon has ended.
    Exited {
        /// Vendor.
        daemon: &'a str,
        /// How.
        status: ExitStatus,
    },
    /// The last line of a process.
    Exiting {
        /// Signal number.
        signal: i32,
        /// Why, as a number.
        reason: i32,
    },
}

/// License files that are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilesEvent<'a> {
    /// `License file(s):`.
    Using(Vec<&'a str>),
    /// A feature whose last day has passed, at start.
    Expired(&'a str),
    /// `Warning: F expires dd-mmm-yyyy`, once a day from 14 days ahead.
    Expires {
        /// Feature.
        feature: &'a str,
        /// Last valid day.
        date: LicenseDate,
    },
    /// `F expired -- rereading to update`.
    ExpiredRereading(&'a str),
    /// `Rereading license file...`.
    Rereading {
        /// User and host that asked for it, if somebody did.
        requested_from: Option<(&'a str, &'a str)>,
    },
    /// `Updating feature F`.
    UpdatingFeature(&'a str),
    /// `Support removed for feature F(key)`.
    SupportRemoved {
        /// Feature.
        feature: &'a str,
        /// What tells it from other licenses of the feature, in hexadecimal digits.
        key: &'a str,
    },
    /// `...Finished rereading`.
    FinishedRereading,
}

/// Options that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptionsEvent<'a> {
    /// `Using options file:`.
    Using(&'a str),
    /// `Rereading options file...`.
    Rereading,
    /// Seats set aside.
    Reserving {
        /// Seats.
        seats: u32,
        /// Feature.
        feature: &'a str,
        /// For whom.
        who: &'a Who,
    },
    /// A list of who may or may not.
    Access {
        /// Which.
        list: AccessList,
        /// Whom it names.
        who: &'a Who,
        /// Feature; none for all.
        feature: Option<&'a str>,
    },
    /// TIMEOUTALL.
    TimeoutAll {
        /// Seconds.
        seconds: u32,
    },
    /// TIMEOUT.
    Timeout {
        /// Feature.
        feature: &'a str,
        /// Seconds.
        seconds: u32,
    },
    /// MAX_BORROW_HOURS.
    MaxBorrow {
        /// Feature.
        feature: &'a str,
        /// Hours.
        hours: u32,
    },
}

/// Who holds or wants seats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder<'a> {
    /// Feature.
    pub feature: &'a str,
    /// User; may contain blanks.
    pub user: &'a str,
    /// Host.
    pub host: &'a str,
    /// What the product passed with the request; empty when nothing.
    pub data: &'a str,
    /// Seats.
    pub count: u32,
}

/// Why a seat came back without its holder giving it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InReason {
    /// No sign of life within the timeout.
    Inactive,
    /// The daemon stopped.
    Shutdown,
}

/// Error of the operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SystemError<'a> {
    /// Number.
    pub number: i32,
    /// Text; may be empty.
    pub text: &'a str,
}

/// How a vendor daemon ended, by the numbers the license manager field uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitStatus {
    /// 25: the files are bound to another host ID.
    InvalidHost,
    /// 28: the manager cannot be reached.
    Communications,
    /// 36: no file grants anything.
    NothingToServe,
    /// 46: the manager ended it.
    Requested,
    /// Anything else.
    Other(i32),
}

impl ExitStatus {
    /// Its number.
    pub const fn number(self) -> i32 {
        match self {
            Self::InvalidHost => 25,
            Self::Communications => 28,
            Self::NothingToServe => 36,
            Self::Requested => 46,
            Self::Other(number) => number,
        }
    }

    /// What it means; empty for other numbers.
    pub const fn text(self) -> &'static str {
        match self {
            Self::InvalidHost => "Invalid host",
            Self::Communications => "Communications error",
            Self::NothingToServe => "No features to serve",
            Self::Requested => "lmgrd requested vendor daemon down",
            Self::Other(_) => "",
        }
    }
}

impl Event<'_> {
    /// Which switch of NOLOG leaves it out; none when it is always logged.
    pub fn switch(&self) -> Option<LogEvent> {
        match self {
            Self::Seat(SeatEvent::Out(_)) => Some(LogEvent::Out),
            Self::Seat(SeatEvent::In(..)) => Some(LogEvent::In),
            Self::Seat(SeatEvent::Queued(_)) => Some(LogEvent::Queued),
            Self::Seat(SeatEvent::Denied {
                reason: DenialReason::NoSuchFeature,
                ..
            }) => Some(LogEvent::Unsupported),
            Self::Seat(SeatEvent::Denied { .. }) => Some(LogEvent::Denied),
            Self::Seat(SeatEvent::Upgrade { .. }) | Self::Process(_) | Self::Files(_) | Self::Options(_) => {
                None
            }
        }
    }
}

impl<'a> From<SeatEvent<'a>> for Event<'a> {
    fn from(event: SeatEvent<'a>) -> Self {
        Self::Seat(event)
    }
}

impl<'a> From<ProcessEvent<'a>> for Event<'a> {
    fn from(event: ProcessEvent<'a>) -> Self {
        Self::Process(event)
    }
}

impl<'a> From<FilesEvent<'a>> for Event<'a> {
    fn from(event: FilesEvent<'a>) -> Self {
        Self::Files(event)
    }
}

impl<'a> From<OptionsEvent<'a>> for Event<'a> {
    fn from(event: OptionsEvent<'a>) -> Self {
        Self::Options(event)
    }
}

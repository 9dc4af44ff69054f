//! Lines of the debug log.

use std::fmt;

use jiff::civil::{Date, Time};
use licensing_api::denial::DenialReason;

use licensing_license_file::options_file::{AccessList, Who, WhoKind};

use super::clean::{Bracketed, Host, Quoted, Text, User};
use super::{
    Event, ExitStatus, FilesEvent, Holder, InReason, OptionsEvent, ProcessEvent, SeatEvent, SystemError,
};

/// Features on one line of `Server started on`.
const FEATURES_PER_LINE: usize = 3;

/// Second number of an UNSUPPORTED line, the place in the code that log readers expect there.
const UNSUPPORTED_MINOR: u32 = 346;

/// What stands for the license key of a feature that is not installed.
const NO_KEY: &str = "PORT_AT_HOST_PLUS   ";

/// An event at a time of day. Its text has one or more lines, without the end of the last one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine<'a> {
    /// Local time.
    pub time: Time,
    /// Vendor, or `lmgrd` for the license manager.
    pub daemon: &'a str,
    /// What happened.
    pub event: Event<'a>,
}

impl fmt::Display for LogLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = Prefix {
            time: self.time,
            daemon: self.daemon,
        };
        prefix.fmt(f)?;
        match &self.event {
            Event::Seat(event) => seat(f, event),
            Event::Process(event) => process(f, event, &prefix),
            Event::Files(event) => files(f, event),
            Event::Options(event) => options(f, event),
        }
    }
}

/// `hh:mm:ss (daemon) `, the hour padded with a blank.
struct Prefix<'a> {
    time: Time,
    daemon: &'a str,
}

impl fmt::Display for Prefix<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute, second) = (self.time.hour(), self.time.minute(), self.time.second());
        write!(f, "{hour:2}:{minute:02}:{second:02} ({}) ", Text(self.daemon))
    }
}

/// `m/d/yyyy`.
struct Slashed(Date);

impl fmt::Display for Slashed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.0.month(), self.0.day(), self.0.year())
    }
}

/// `user@host [data]`.
struct At<'a>(&'a Holder<'a>);

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", User(self.0.user), Host(self.0.host))?;
        if self.0.data.is_empty() {
            Ok(())
        } else {
            write!(f, " [{}]", Bracketed(self.0.data))
        }
    }
}

fn seat(f: &mut fmt::Formatter<'_>, event: &SeatEvent<'_>) -> fmt::Result {
    match event {
        SeatEvent::Out(holder) => seats(f, "OUT", holder, ""),
        SeatEvent::In(holder, reason) => {
            let reason = match reason {
                None => "",
                Some(InReason::Inactive) => "  (INACTIVE)",
                Some(InReason::Shutdown) => "  (SHUTDOWN)",
            };
            seats(f, "IN", holder, reason)
        }
        SeatEvent::Queued(holder) => seats(f, "QUEUED", holder, ""),
        SeatEvent::Denied {
            holder,
            reason,
            system,
        } => denied(f, holder, *reason, *system),
        SeatEvent::Upgrade { holder, from, to } => {
            write!(
                f,
                "UPGRADE: \"{}\" {}  ({from}->{to} licenses) ",
                Quoted(holder.feature),
                At(holder)
            )
        }
    }
}

/// Two blanks stand before each parenthesis; a line ends with one blank, or with two when it has none.
fn seats(f: &mut fmt::Formatter<'_>, verb: &str, holder: &Holder<'_>, reason: &str) -> fmt::Result {
    write!(f, "{verb}: \"{}\" {}", Quoted(holder.feature), At(holder))?;
    if holder.count > 1 {
        write!(f, "  ({} licenses)", holder.count)?;
    }
    let end = if holder.count > 1 || !reason.is_empty() {
        " "
    } else {
        "  "
    };
    write!(f, "{reason}{end}")
}

fn denied(
    f: &mut fmt::Formatter<'_>,
    holder: &Holder<'_>,
    reason: DenialReason,
    system: Option<SystemError<'_>>,
) -> fmt::Result {
    let (feature, number) = (Quoted(holder.feature), reason.number());
    let minor = if reason == DenialReason::NoSuchFeature {
        write!(
            f,
            "UNSUPPORTED: \"{feature}\" ({NO_KEY}) {}  (No such feature exists. ",
            At(holder)
        )?;
        UNSUPPORTED_MINOR
    } else {
        write!(f, "DENIED: \"{feature}\" {}  ({} ", At(holder), reason.text())?;
        0
    };
    match system {
        None => write!(f, "({number},{minor}))"),
        Some(system) => write!(
            f,
            "({number},{minor}:{} \"{}\"))",
            system.number,
            Quoted(system.text)
        ),
    }
}

fn process(f: &mut fmt::Formatter<'_>, event: &ProcessEvent<'_>, prefix: &Prefix<'_>) -> fmt::Result {
    match event {
        ProcessEvent::SystemTime { now, zone } => {
            let now = now.strftime("%a %b %d %Y %H:%M:%S");
            write!(f, "Server's System Date and Time: {now} {}", Text(zone))
        }
        ProcessEvent::Started {
            program,
            version,
            host,
            platform,
            date,
        } => {
            let (program, version, platform) = (Text(program), Text(version), Text(platform));
            write!(
                f,
                "{program} (v{version}) started on {} ({platform}) ({})",
                Host(host),
                Slashed(*date)
            )
        }
        ProcessEvent::ManagerPort(port) => write!(f, "lmgrd tcp-port {port}"),
        ProcessEvent::DaemonStarted {
            daemon,
            port: None,
            pid,
        } => {
            write!(f, "Started {} (pid {pid})", Text(daemon))
        }
        ProcessEvent::DaemonStarted {
            daemon,
            port: Some(port),
            pid,
        } => {
            write!(f, "Started {} (internet tcp_port {port} pid {pid})", Text(daemon))
        }
        ProcessEvent::DaemonPort { daemon, port } => write!(f, "{} using TCP-port {port}", Text(daemon)),
        ProcessEvent::ServerStarted { host, features } => server_started(f, host, features, prefix),
        ProcessEvent::Timestamp(date) => write!(f, "TIMESTAMP {}", Slashed(*date)),
        ProcessEvent::ShutdownRequested { user, host, address } => {
            write!(
                f,
                "Shutdown requested from {}@{} IP={address} ",
                Text(user),
                Host(host)
            )
        }
        ProcessEvent::ShuttingDown { daemon, pid, signal } => {
            write!(
                f,
                "Shutting down {} pid={pid} because of signal {signal}",
                Text(daemon)
            )
        }
        ProcessEvent::Exited { daemon, status } => exited(f, daemon, *status),
        ProcessEvent::Exiting { signal, reason } => {
            write!(f, "EXITING DUE TO SIGNAL {signal} [Exit reason {reason}]")
        }
    }
}

fn exited(f: &mut fmt::Formatter<'_>, daemon: &str, status: ExitStatus) -> fmt::Result {
    write!(
        f,
        "{} exited with status {} ({})",
        Text(daemon),
        status.number(),
        status.text()
    )
}

fn server_started(
    f: &mut fmt::Formatter<'_>,
    host: &str,
    features: &[&str],
    prefix: &Prefix<'_>,
) -> fmt::Result {
    write!(f, "Server started on {} for:", Host(host))?;
    for (index, feature) in features.iter().enumerate() {
        if index > 0 && index % FEATURES_PER_LINE == 0 {
            write!(f, "\n{prefix}{}\t", Text(feature))?;
        } else {
            write!(f, "\t{}\t", Text(feature))?;
        }
    }
    Ok(())
}

fn files(f: &mut fmt::Formatter<'_>, event: &FilesEvent<'_>) -> fmt::Result {
    match event {
        FilesEvent::Using(paths) => {
            f.write_str("License file(s):")?;
            paths.iter().try_for_each(|path| write!(f, " {}", Text(path)))
        }
        FilesEvent::Expired(feature) => write!(f, "EXPIRED: {}", Text(feature)),
        FilesEvent::Expires { feature, date } => write!(f, "Warning: {} expires {date}", Text(feature)),
        FilesEvent::ExpiredRereading(feature) => {
            write!(f, "{} expired -- rereading to update", Text(feature))
        }
        FilesEvent::Rereading { requested_from: None } => f.write_str("Rereading license file..."),
        FilesEvent::Rereading {
            requested_from: Some((user, host)),
        } => {
            write!(
                f,
                "Rereading license file... Requested from {}@{}",
                Text(user),
                Host(host)
            )
        }
        FilesEvent::UpdatingFeature(feature) => write!(f, "Updating feature {}", Text(feature)),
        FilesEvent::SupportRemoved { feature, key } => {
            write!(f, "Support removed for feature {}({} )", Text(feature), Text(key))
        }
        FilesEvent::FinishedRereading => f.write_str("...Finished rereading"),
    }
}

fn options(f: &mut fmt::Formatter<'_>, event: &OptionsEvent<'_>) -> fmt::Result {
    match event {
        OptionsEvent::Using(path) => write!(f, "Using options file: \"{}\"", Quoted(path)),
        OptionsEvent::Rereading => f.write_str("Rereading options file..."),
        OptionsEvent::Reserving { seats, feature, who } => {
            write!(
                f,
                "RESERVING {seats} {}  licenses for {}",
                Text(feature),
                Named(who)
            )
        }
        OptionsEvent::Access {
            list,
            who,
            feature: Some(feature),
        } => {
            let list = match list {
                AccessList::Include => "INCLUDE",
                AccessList::Exclude => "EXCLUDE",
                AccessList::IncludeBorrow => "INCLUDE_BORROW",
                AccessList::ExcludeBorrow => "EXCLUDE_BORROW",
            };
            write!(f, "{list} {} in {}", Named(who), Text(feature))
        }
        OptionsEvent::Access {
            list,
            who,
            feature: None,
        } => {
            let list = match list {
                AccessList::Include | AccessList::IncludeBorrow => "INCLUDEALL",
                AccessList::Exclude | AccessList::ExcludeBorrow => "EXCLUDEALL",
            };
            write!(f, "{list} {}", Named(who))
        }
        OptionsEvent::TimeoutAll { seconds } => {
            write!(f, "ALL FEATURES: INACTIVITY TIMEOUT set to {seconds} seconds")
        }
        OptionsEvent::Timeout { feature, seconds } => {
            write!(
                f,
                "FEATURE   {} INACTIVITY TIMEOUT set to {seconds} seconds",
                Text(feature)
            )
        }
        OptionsEvent::MaxBorrow { feature, hours } => {
            write!(
                f,
                "Max borrow interval for feature, {}, set to {hours} hours",
                Text(feature)
            )
        }
    }
}

/// Whom a rule names, in the log's words: groups of users are `USER_GROUP` there.
struct Named<'a>(&'a Who);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.0.kind {
            WhoKind::Group => "USER_GROUP",
            kind @ (WhoKind::User
            | WhoKind::Host
            | WhoKind::Display
            | WhoKind::Internet
            | WhoKind::Project
            | WhoKind::HostGroup) => kind.name(),
        };
        write!(f, "{kind} {}", Text(&self.0.name))
    }
}

use jiff::civil::{Date, Time, date, time};
use licensing_api::denial::DenialReason;
use licensing_license_file::license_file::LicenseDate;
use licensing_license_file::options_file::{AccessList, LogEvent, Who, WhoKind};
use licensing_texts::debug_log::{
    Event, ExitStatus, FilesEvent, Holder, InReason, LogLine, OptionsEvent, ProcessEvent, SeatEvent,
    SystemError,
};
use proptest::prelude::*;

fn line<'a>(event: impl Into<Event<'a>>) -> String {
    LogLine {
        time: time(4, 30, 58, 0),
        daemon: "ACME",
        event: event.into(),
    }
    .to_string()
}

fn anna() -> Holder<'static> {
    Holder {
        feature: "cad",
        user: "anna",
        host: "host1",
        data: "",
        count: 1,
    }
}

fn who(kind: WhoKind, name: &str) -> Who {
    Who {
        kind,
        name: name.to_owned(),
    }
}

#[test]
fn seats_that_come_and_go() {
    let some = Holder { count: 3, ..anna() };
    let with_data = Holder {
        feature: "CITRIX",
        user: "MPS",
        host: "srv1",
        data: "ec26edf8",
        count: 1,
    };
    let cases = [
        (
            SeatEvent::Out(anna()),
            " 4:30:58 (ACME) OUT: \"cad\" anna@host1  ",
        ),
        (
            SeatEvent::Out(some),
            " 4:30:58 (ACME) OUT: \"cad\" anna@host1  (3 licenses) ",
        ),
        (
            SeatEvent::Out(with_data),
            " 4:30:58 (ACME) OUT: \"CITRIX\" MPS@srv1 [ec26edf8]  ",
        ),
        (
            SeatEvent::In(anna(), None),
            " 4:30:58 (ACME) IN: \"cad\" anna@host1  ",
        ),
        (
            SeatEvent::In(anna(), Some(InReason::Inactive)),
            " 4:30:58 (ACME) IN: \"cad\" anna@host1  (INACTIVE) ",
        ),
        (
            SeatEvent::In(some, Some(InReason::Shutdown)),
            " 4:30:58 (ACME) IN: \"cad\" anna@host1  (3 licenses)  (SHUTDOWN) ",
        ),
        (
            SeatEvent::Queued(anna()),
            " 4:30:58 (ACME) QUEUED: \"cad\" anna@host1  ",
        ),
        (
            SeatEvent::Denied {
                holder: anna(),
                reason: DenialReason::AllSeatsTaken,
                system: None,
            },
            " 4:30:58 (ACME) DENIED: \"cad\" anna@host1  (All seats are taken. (-4,0))",
        ),
        (
            SeatEvent::Denied {
                holder: anna(),
                reason: DenialReason::AllSeatsTaken,
                system: Some(SystemError {
                    number: 104,
                    text: "Connection reset by peer",
                }),
            },
            " 4:30:58 (ACME) DENIED: \"cad\" anna@host1  (All seats are taken. (-4,0:104 \"Connection reset by peer\"))",
        ),
        (
            SeatEvent::Denied {
                holder: anna(),
                reason: DenialReason::NoSuchFeature,
                system: None,
            },
            " 4:30:58 (ACME) UNSUPPORTED: \"cad\" (PORT_AT_HOST_PLUS   ) anna@host1  (No such feature exists. (-5,346))",
        ),
        (
            SeatEvent::Upgrade {
                holder: anna(),
                from: 1,
                to: 4,
            },
            " 4:30:58 (ACME) UPGRADE: \"cad\" anna@host1  (1->4 licenses) ",
        ),
    ];
    for (event, expected) in cases {
        assert_eq!(line(event), expected);
    }
}

#[test]
fn the_hour_is_padded_with_a_blank() {
    let at = |time| {
        LogLine {
            time,
            daemon: "lmgrd",
            event: FilesEvent::FinishedRereading.into(),
        }
        .to_string()
    };
    assert_eq!(at(time(0, 0, 36, 0)), " 0:00:36 (lmgrd) ...Finished rereading");
    assert_eq!(at(time(21, 7, 5, 999)), "21:07:05 (lmgrd) ...Finished rereading");
}

#[test]
fn processes_that_start_listen_and_end() {
    let zone = "CEST";
    let cases = [
        (
            ProcessEvent::SystemTime {
                now: date(2016, 3, 30).at(1, 56, 0, 0),
                zone,
            },
            "Server's System Date and Time: Wed Mar 30 2016 01:56:00 CEST",
        ),
        (
            ProcessEvent::Started {
                program: "Licensing Services",
                version: "0.1.0",
                host: "srv1",
                platform: "linux x86_64",
                date: date(2016, 3, 5),
            },
            "Licensing Services (v0.1.0) started on srv1 (linux x86_64) (3/5/2016)",
        ),
        (ProcessEvent::ManagerPort(27000), "lmgrd tcp-port 27000"),
        (
            ProcessEvent::DaemonStarted {
                daemon: "ACME",
                port: None,
                pid: 7,
            },
            "Started ACME (pid 7)",
        ),
        (
            ProcessEvent::DaemonStarted {
                daemon: "ACME",
                port: Some(7279),
                pid: 7,
            },
            "Started ACME (internet tcp_port 7279 pid 7)",
        ),
        (
            ProcessEvent::DaemonPort {
                daemon: "ACME",
                port: 7279,
            },
            "ACME using TCP-port 7279",
        ),
        (
            ProcessEvent::ServerStarted {
                host: "srv1",
                features: vec!["a", "b", "c", "d"],
            },
            "Server started on srv1 for:\ta\t\tb\t\tc\t\n 4:30:58 (ACME) d\t",
        ),
        (ProcessEvent::Timestamp(date(2026, 1, 9)), "TIMESTAMP 1/9/2026"),
        (
            ProcessEvent::ShutdownRequested {
                user: "anna",
                host: "h",
                address: [10, 0, 0, 1].into(),
            },
            "Shutdown requested from anna@h IP=10.0.0.1 ",
        ),
        (
            ProcessEvent::ShuttingDown {
                daemon: "ACME",
                pid: 7,
                signal: 15,
            },
            "Shutting down ACME pid=7 because of signal 15",
        ),
        (
            ProcessEvent::Exited {
                daemon: "ACME",
                status: ExitStatus::NothingToServe,
            },
            "ACME exited with status 36 (No features to serve)",
        ),
        (
            ProcessEvent::Exited {
                daemon: "ACME",
                status: ExitStatus::Other(58),
            },
            "ACME exited with status 58 ()",
        ),
        (
            ProcessEvent::Exiting {
                signal: 15,
                reason: 5,
            },
            "EXITING DUE TO SIGNAL 15 [Exit reason 5]",
        ),
    ];
    for (event, expected) in cases {
        assert_eq!(line(event), format!(" 4:30:58 (ACME) {expected}"));
    }
}

#[test]
fn files_and_options_that_are_read() {
    let group = who(WhoKind::Group, "GROUP01");
    let day = LicenseDate::Day(date(2016, 6, 30));
    let cases: [(Event<'_>, &str); 18] = [
        (
            FilesEvent::Using(vec!["a.lic", "b.lic"]).into(),
            "License file(s): a.lic b.lic",
        ),
        (FilesEvent::Expired("cad").into(), "EXPIRED: cad"),
        (
            FilesEvent::Expires {
                feature: "cad",
                date: day,
            }
            .into(),
            "Warning: cad expires 30-jun-2016",
        ),
        (
            FilesEvent::ExpiredRereading("cad").into(),
            "cad expired -- rereading to update",
        ),
        (
            FilesEvent::Rereading { requested_from: None }.into(),
            "Rereading license file...",
        ),
        (
            FilesEvent::Rereading {
                requested_from: Some(("anna", "h")),
            }
            .into(),
            "Rereading license file... Requested from anna@h",
        ),
        (FilesEvent::UpdatingFeature("cad").into(), "Updating feature cad"),
        (
            FilesEvent::SupportRemoved {
                feature: "cad",
                key: "1CD8 BF4D 5F58 412B",
            }
            .into(),
            "Support removed for feature cad(1CD8 BF4D 5F58 412B )",
        ),
        (FilesEvent::FinishedRereading.into(), "...Finished rereading"),
        (OptionsEvent::Rereading.into(), "Rereading options file..."),
        (
            OptionsEvent::Using("/etc/a b.opt").into(),
            "Using options file: \"/etc/a b.opt\"",
        ),
        (
            OptionsEvent::Reserving {
                seats: 10,
                feature: "F",
                who: &group,
            }
            .into(),
            "RESERVING 10 F  licenses for USER_GROUP GROUP01",
        ),
        (
            OptionsEvent::Access {
                list: AccessList::IncludeBorrow,
                who: &group,
                feature: Some("F"),
            }
            .into(),
            "INCLUDE_BORROW USER_GROUP GROUP01 in F",
        ),
        (
            OptionsEvent::Access {
                list: AccessList::Exclude,
                who: &group,
                feature: None,
            }
            .into(),
            "EXCLUDEALL USER_GROUP GROUP01",
        ),
        (
            OptionsEvent::TimeoutAll { seconds: 3600 }.into(),
            "ALL FEATURES: INACTIVITY TIMEOUT set to 3600 seconds",
        ),
        (
            OptionsEvent::Timeout {
                feature: "F",
                seconds: 300,
            }
            .into(),
            "FEATURE   F INACTIVITY TIMEOUT set to 300 seconds",
        ),
        (
            OptionsEvent::MaxBorrow {
                feature: "F",
                hours: 2160,
            }
            .into(),
            "Max borrow interval for feature, F, set to 2160 hours",
        ),
        (
            ProcessEvent::Exited {
                daemon: "ACME",
                status: ExitStatus::Requested,
            }
            .into(),
            "ACME exited with status 46 (lmgrd requested vendor daemon down)",
        ),
    ];
    for (event, expected) in cases {
        assert_eq!(line(event), format!(" 4:30:58 (ACME) {expected}"));
    }
}

#[test]
fn each_kind_of_event_has_its_switch() {
    let denied = |reason| {
        Event::from(SeatEvent::Denied {
            holder: anna(),
            reason,
            system: None,
        })
    };
    assert_eq!(Event::from(SeatEvent::Out(anna())).switch(), Some(LogEvent::Out));
    assert_eq!(
        Event::from(SeatEvent::In(anna(), None)).switch(),
        Some(LogEvent::In)
    );
    assert_eq!(
        Event::from(SeatEvent::Queued(anna())).switch(),
        Some(LogEvent::Queued)
    );
    assert_eq!(denied(DenialReason::Expired).switch(), Some(LogEvent::Denied));
    assert_eq!(
        denied(DenialReason::NoSuchFeature).switch(),
        Some(LogEvent::Unsupported)
    );
    assert_eq!(Event::from(FilesEvent::FinishedRereading).switch(), None);
}

/// A line about seats as a log reader takes it apart: the reader knows the documented shape, not the writer.
#[derive(Debug, PartialEq)]
struct Seen {
    time: (i8, i8, i8),
    daemon: String,
    verb: String,
    feature: String,
    user: String,
    host: String,
    data: String,
    count: u32,
    reason: String,
    number: Option<i32>,
    system: Option<(i32, String)>,
}

fn take_apart(line: &str) -> Option<Seen> {
    let (clock, rest) = line.split_once(" (")?;
    let numbers: Vec<i8> = clock
        .trim_start()
        .split(':')
        .map(|part| part.parse().unwrap())
        .collect();
    let (daemon, rest) = rest.split_once(") ")?;
    let (verb, rest) = rest.split_once(": \"")?;
    let (feature, rest) = rest.split_once("\" ")?;
    let rest = rest.strip_prefix("(PORT_AT_HOST_PLUS   ) ").unwrap_or(rest);
    let end = [rest.find(" ["), rest.find("  ("), Some(rest.trim_end().len())]
        .into_iter()
        .flatten()
        .min()?;
    let (user, host) = rest[..end].rsplit_once('@')?;
    let mut tail = &rest[end..];
    let mut data = "";
    if let Some(inside) = tail.strip_prefix(" [") {
        (data, tail) = inside.split_once(']')?;
    }
    let mut seen = Seen {
        time: (numbers[0], numbers[1], numbers[2]),
        daemon: daemon.to_owned(),
        verb: verb.to_owned(),
        feature: feature.to_owned(),
        user: user.to_owned(),
        host: host.to_owned(),
        data: data.to_owned(),
        count: 1,
        reason: String::new(),
        number: None,
        system: None,
    };
    for part in tail.trim_end().split("  (").skip(1) {
        let part = part.strip_suffix(')')?;
        if let Some(count) = part.strip_suffix(" licenses") {
            seen.count = count.parse().ok()?;
        } else if let Some((_, numbers)) = part.rsplit_once(". (") {
            let (number, minor) = numbers.strip_suffix(')')?.split_once(',')?;
            seen.number = number.parse().ok();
            if let Some((_, system)) = minor.split_once(':') {
                let (number, text) = system.split_once(' ')?;
                seen.system = Some((number.parse().ok()?, text.trim_matches('"').to_owned()));
            }
        } else {
            part.clone_into(&mut seen.reason);
        }
    }
    Some(seen)
}

prop_compose! {
    fn time_of_day()(hour in 0_i8..24, minute in 0_i8..60, second in 0_i8..60) -> Time {
        Time::new(hour, minute, second, 0).unwrap()
    }
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Out,
    In(Option<InReason>),
    Queued,
    Denied(DenialReason, bool),
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        Just(Kind::Out),
        prop::sample::select(&[None, Some(InReason::Inactive), Some(InReason::Shutdown)][..])
            .prop_map(Kind::In),
        Just(Kind::Queued),
        (prop::sample::select(DenialReason::ALL), any::<bool>())
            .prop_map(|(reason, system)| Kind::Denied(reason, system)),
    ]
}

fn event<'a>(kind: Kind, holder: Holder<'a>) -> SeatEvent<'a> {
    match kind {
        Kind::Out => SeatEvent::Out(holder),
        Kind::In(reason) => SeatEvent::In(holder, reason),
        Kind::Queued => SeatEvent::Queued(holder),
        Kind::Denied(reason, system) => SeatEvent::Denied {
            holder,
            reason,
            system: system.then_some(SystemError {
                number: 104,
                text: "Connection reset by peer",
            }),
        },
    }
}

proptest! {
    #[test]
    fn a_reader_gets_back_what_was_written(
        time in time_of_day(),
        kind in kind(),
        feature in "[A-Za-z0-9_/.:-]{1,12}",
        user in "[A-Za-zéñü$@.\\\\-]{1,6}( [A-Za-zéñü$@]{1,6}){0,2}",
        host in "[A-Za-z0-9.-]{1,12}",
        data in "([a-f0-9]{8}|[A-Z]{3}:[A-Z]{3})?",
        count in 1_u32..9,
    ) {
        let holder = Holder { feature: &feature, user: &user, host: &host, data: &data, count };
        let text = LogLine { time, daemon: "ACME", event: event(kind, holder).into() }.to_string();
        let seen = take_apart(&text);
        let (verb, reason, number, system) = match kind {
            Kind::Out => ("OUT", "", None, None),
            Kind::In(None) => ("IN", "", None, None),
            Kind::In(Some(InReason::Inactive)) => ("IN", "INACTIVE", None, None),
            Kind::In(Some(InReason::Shutdown)) => ("IN", "SHUTDOWN", None, None),
            Kind::Queued => ("QUEUED", "", None, None),
            Kind::Denied(reason, system) => (
                if reason == DenialReason::NoSuchFeature { "UNSUPPORTED" } else { "DENIED" },
                "",
                Some(reason.number()),
                system.then(|| (104, "Connection reset by peer".to_owned())),
            ),
        };
        let counted = matches!(kind, Kind::Out | Kind::In(_) | Kind::Queued);
        prop_assert_eq!(seen, Some(Seen {
            time: (time.hour(), time.minute(), time.second()),
            daemon: "ACME".to_owned(),
            verb: verb.to_owned(),
            feature,
            user,
            host,
            data,
            count: if counted { count } else { 1 },
            reason: reason.to_owned(),
            number,
            system,
        }));
    }

    #[test]
    fn whatever_a_client_sends_stays_one_line_about_itself(
        user in ".{0,20}|[ @\\[(\n\r]{0,8}x",
        host in ".{0,20}|[ @\\[(\n\r]{0,8}",
        data in ".{0,20}|[ @\\](\n\r]{0,8}",
    ) {
        let holder = Holder { feature: "cad", user: &user, host: &host, data: &data, count: 1 };
        let text = line(SeatEvent::Out(holder));
        prop_assert!(!text.contains(char::is_control), "{:?}", text);
        let seen = take_apart(&text).unwrap();
        prop_assert_eq!((seen.verb.as_str(), seen.feature.as_str(), seen.number), ("OUT", "cad", None));
        prop_assert_eq!(seen.host.chars().count(), host.chars().count());
        prop_assert_eq!(seen.user.chars().count(), user.chars().count());
    }

    #[test]
    fn dates_have_no_padding(year in 1990_i16..2100, month in 1_i8..=12, day in 1_i8..=28) {
        let text = line(ProcessEvent::Timestamp(Date::new(year, month, day).unwrap()));
        prop_assert_eq!(text, format!(" 4:30:58 (ACME) TIMESTAMP {month}/{day}/{year}"));
    }
}

//! `udadmin`: users and devices that licenses are assigned to.

use std::fmt::Write as _;

use jiff::civil::DateTime;

use super::clean::{name, word};

/// What a license is assigned to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Assignee {
    /// A user.
    User,
    /// A device.
    Device,
}

/// A license assigned to a user or a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// To what.
    pub assignee: Assignee,
    /// Name of the user or the device.
    pub name: String,
    /// Feature.
    pub feature: String,
    /// Version of the license.
    pub version: String,
    /// When it was last checked out.
    pub checked_out: DateTime,
    /// When it is free again unless it is used before.
    pub until: DateTime,
}

/// What `-list` shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ListOptions<'a> {
    /// Versions besides features (`-a`).
    pub versions: bool,
    /// Versions and times of checkout (`-times`).
    pub times: bool,
    /// Only this feature (`-f`), case aside.
    pub feature: Option<&'a str>,
    /// Minutes since the rows were read; the server here always answers from its present state, hence 0.
    pub age_minutes: u32,
    /// Minutes until they are read again.
    pub next_update_minutes: u32,
}

/// `udadmin -list`: users, then devices, in the order given.
pub fn assignment_list(assignments: &[Assignment], options: ListOptions<'_>) -> String {
    let (age, next) = (options.age_minutes, options.next_update_minutes);
    let mut text = format!("Usage data is {age} minutes old. Next update in {next} minutes.\n");
    for (title, assignee) in [("Users:", Assignee::User), ("Devices:", Assignee::Device)] {
        text.push_str(title);
        text.push('\n');
        let wanted = assignments.iter().filter(|row| {
            row.assignee == assignee
                && options
                    .feature
                    .is_none_or(|wanted| row.feature.eq_ignore_ascii_case(wanted))
        });
        for row in wanted {
            // Writing to a String cannot fail.
            let _ = write!(text, " {} {}", name(&row.name), word(&row.feature));
            if options.versions || options.times {
                let _ = write!(text, " {}", word(&row.version));
            }
            if options.times {
                let _ = write!(text, " ({})", row.checked_out.strftime("%a %b %d %H:%M:%S %Y"));
            }
            text.push('\n');
        }
    }
    text
}

/// Something that happened to assigned licenses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignmentEvent {
    /// When.
    pub at: DateTime,
    /// Whether the use of a user on a device began to count; otherwise it counts no more.
    pub begins: bool,
    /// User; empty where only devices count.
    pub user: String,
    /// Device; empty where only users count.
    pub device: String,
    /// Feature.
    pub feature: String,
    /// Version of the license.
    pub version: String,
}

/// `udadmin -events`: oldest first, events of one instant in the order given.
pub fn assignment_events(events: &[AssignmentEvent]) -> String {
    let mut sorted: Vec<_> = events.iter().collect();
    sorted.sort_by_key(|event| event.at);
    let mut text = String::new();
    for event in sorted {
        let at = event.at.strftime("%a %b %d %H:%M:%S %Y");
        let what = if event.begins { "assigned" } else { "released" };
        // Writing to a String cannot fail.
        let _ = write!(text, "({at}) {what}");
        for (kind, who) in [(Assignee::User, &event.user), (Assignee::Device, &event.device)] {
            if !who.is_empty() {
                let _ = write!(text, " {} {}", word_of(kind), name(who));
            }
        }
        let _ = writeln!(text, " {} {}", word(&event.feature), word(&event.version));
    }
    text
}

/// `udadmin -export`: comma-separated values by RFC 4180, dates as `yyyy-mm-dd hh:mm:ss`.
///
/// A name that a spreadsheet would take for a formula gets an apostrophe in front: names come from clients, and the
/// file is opened by administrators.
pub fn export_assignments(assignments: &[Assignment]) -> String {
    let mut text = "Type,Name,Feature,Version,CheckedOut,Until\r\n".to_owned();
    for row in assignments {
        let time = |time: DateTime| time.strftime("%Y-%m-%d %H:%M:%S").to_string();
        let fields = [
            word_of(row.assignee).to_owned(),
            field(&row.name),
            field(&row.feature),
            field(&row.version),
            time(row.checked_out),
            time(row.until),
        ];
        text += &fields.join(",");
        text += "\r\n";
    }
    text
}

/// `udadmin -delete`: what was taken back.
pub fn released_line(assignee: Assignee, from: &str, feature: &str, version: &str) -> String {
    format!(
        "Released {} {} {} {}\n",
        word_of(assignee),
        name(from),
        word(feature),
        word(version)
    )
}

fn word_of(assignee: Assignee) -> &'static str {
    match assignee {
        Assignee::User => "user",
        Assignee::Device => "device",
    }
}

fn field(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        "'"
    } else {
        ""
    };
    if text.contains(['"', ',', '\r', '\n']) {
        format!("\"{guard}{}\"", text.replace('"', "\"\""))
    } else {
        format!("{guard}{text}")
    }
}

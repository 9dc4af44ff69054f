//! What an option means, in a sentence.

use super::{AccessList, Directive, EntitlementList, FqdnMatching, LogPath, MaxWho, Selector, Who, WhoKind};

impl Directive {
    /// What it means, in a sentence.
    pub fn meaning(&self) -> String {
        match self {
            Self::Access { list, selector, who } => access(*list, selector.as_ref(), who),
            Self::Max { seats, selector, who } => {
                let whom = match who {
                    MaxWho::One(who) => named(who),
                    MaxWho::AllUsers => "each user".to_owned(),
                    MaxWho::AllGroups => "each group".to_owned(),
                };
                match seats {
                    0 => format!("No seat of {selector} for {whom}."),
                    seats => format!("At most {seats} seats of {selector} for {whom}."),
                }
            }
            Self::Reserve { seats, selector, who } => {
                format!("{seats} seats of {selector} are set aside for {}.", named(who))
            }
            Self::MaxOverdraft { selector, seats } => {
                format!("At most {seats} seats of {selector} beyond the installed ones.")
            }
            Self::BorrowLowWater { selector, seats } => {
                format!("{seats} seats of {selector} cannot be borrowed.")
            }
            Self::MaxBorrowHours { selector, hours } => {
                format!("Seats of {selector} are borrowed for at most {hours} hours.")
            }
            Self::Linger { selector, seconds } => {
                format!("Seats of {selector} stay out for {seconds} seconds after they are returned.")
            }
            Self::QueuePassing { selector, seconds } => {
                format!("Smaller requests for {selector} may pass one that waits for {seconds} seconds.")
            }
            Self::Timeout { selector, seconds } => {
                format!("Seats of {selector} are taken back after {seconds} seconds without a sign of life.")
            }
            Self::TimeoutAll { seconds } => {
                format!(
                    "Seats of every feature are taken back after {seconds} seconds without a sign of life."
                )
            }
            Self::Group { name, members } => format!("The group {name} has {} users.", members.len()),
            Self::HostGroup { name, members } => {
                format!("The host group {name} has {} hosts.", members.len())
            }
            other => other.meaning_for_server(),
        }
    }

    /// Of options that are about the server as a whole.
    fn meaning_for_server(&self) -> String {
        match self {
            Self::GroupCaseInsensitive(true) => "Case is ignored in the names of group members.".to_owned(),
            Self::GroupCaseInsensitive(false) => "Case counts in the names of group members.".to_owned(),
            Self::AutomaticReread(true) => {
                "Files are read again at midnight when a license has ended.".to_owned()
            }
            Self::AutomaticReread(false) => "Files are not read again by themselves.".to_owned(),
            Self::FqdnMatching(FqdnMatching::Exact) => "Host names count as they are written.".to_owned(),
            Self::FqdnMatching(FqdnMatching::Lenient) => {
                "A short host name also stands for a full one.".to_owned()
            }
            Self::DebugLog(path) => format!("The debug log goes to {}.", log(path)),
            Self::ReportLog { path, .. } => format!("The usage log goes to {}.", log(path)),
            Self::NoLog(events) => format!("{} kinds of events are left out of the debug log.", events.len()),
            Self::DaemonSelectTimeout(_) => "Kept, without effect here.".to_owned(),
            Self::Entitlement { list, who, .. } => {
                let verb = match list {
                    EntitlementList::Include => "name",
                    EntitlementList::Exclude => "exclude",
                };
                format!(
                    "Kept, without effect here: lists of activation that {verb} {}.",
                    named(who)
                )
            }
            Self::ActivationLowWater { .. } | Self::ActivationExpiryDays { .. } => {
                "Kept, without effect here: there is no activation.".to_owned()
            }
            _ => String::new(),
        }
    }
}

fn access(list: AccessList, selector: Option<&Selector>, who: &Who) -> String {
    let what = selector.map_or_else(|| "every feature".to_owned(), ToString::to_string);
    let whom = named(who);
    match list {
        AccessList::Include => format!("Only those whom INCLUDE lines name get seats of {what}: {whom}."),
        AccessList::Exclude => format!("No seat of {what} for {whom}."),
        AccessList::IncludeBorrow => {
            format!("Only those whom INCLUDE_BORROW lines name borrow seats of {what}: {whom}.")
        }
        AccessList::ExcludeBorrow => format!("{whom} cannot borrow seats of {what}."),
    }
}

fn named(who: &Who) -> String {
    let kind = match who.kind {
        WhoKind::User => "user",
        WhoKind::Host => "host",
        WhoKind::Display => "display",
        WhoKind::Internet => "address",
        WhoKind::Project => "project",
        WhoKind::Group => "group",
        WhoKind::HostGroup => "host group",
    };
    format!("{kind} {}", who.name)
}

fn log(path: &LogPath) -> String {
    match path.append {
        true => format!("{}, behind what is there", path.path),
        false => path.path.clone(),
    }
}

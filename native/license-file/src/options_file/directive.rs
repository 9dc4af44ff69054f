//! From words to options.

use crate::host_address::AddressPattern;

use super::findings::Complaint;
use super::model::{
    AccessList, Directive, EntitlementList, FqdnMatching, LogEvent, LogPath, MaxWho, Selector, SelectorKey,
    Who, WhoKind,
};
use super::words::Word;

/// What became of a line.
pub(super) enum Reading {
    /// An option, and what is odd about it.
    Understood(Directive, Vec<Complaint>),
    /// The first word is no option.
    Unknown,
    /// The option cannot be read.
    Bad(Complaint),
}

/// Reads the words of one line; the first is the option's name, in any case.
pub(super) fn read(words: &[Word]) -> Reading {
    let Some((first, rest)) = words.split_first() else {
        return Reading::Unknown;
    };
    let comment = rest
        .iter()
        .position(|word| !word.quoted && word.text.starts_with('#'));
    let mut remarks = Vec::new();
    let rest = match comment {
        None => rest,
        Some(index) => {
            remarks.push(trailing_comment(&rest[index]));
            &rest[..index]
        }
    };
    let mut cursor = Cursor {
        option: first,
        rest,
        taken: 0,
    };
    let Some(read) = option(&first.text.to_ascii_uppercase(), &mut cursor) else {
        return Reading::Unknown;
    };
    match read.and_then(|directive| cursor.end().map(|()| directive)) {
        Ok(directive) => Reading::Understood(directive, remarks),
        Err(complaint) => Reading::Bad(complaint),
    }
}

/// Text as it may stand in a message: short and without control characters.
pub(super) fn shown(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(60)
        .map(|c| if c.is_control() { '?' } else { c })
        .collect();
    if text.chars().nth(60).is_some() {
        shown.push('…');
    }
    shown
}

type Read<T> = Result<T, Complaint>;

/// The option of this name, read from the words; none when there is no such option.
fn option(name: &str, words: &mut Cursor<'_>) -> Option<Read<Directive>> {
    Some(match name {
        "AUTOMATIC_REREAD" => words.switch().map(Directive::AutomaticReread),
        "DAEMON_SELECT_TIMEOUT" => words.number("seconds", 1, 60).map(Directive::DaemonSelectTimeout),
        "DEBUGLOG" => words.log_path().map(Directive::DebugLog),
        "REPORTLOG" => report_log(words),
        "NOLOG" => words.log_events().map(Directive::NoLog),
        "FQDN_MATCHING" => words.fqdn_matching().map(Directive::FqdnMatching),
        "GROUP" | "USER_GROUP" => words
            .group()
            .map(|(name, members)| Directive::Group { name, members }),
        "HOST_GROUP" => host_group(words),
        "GROUPCASEINSENSITIVE" => words.switch().map(Directive::GroupCaseInsensitive),
        "INCLUDE" => access(AccessList::Include, true, words),
        "EXCLUDE" => access(AccessList::Exclude, true, words),
        "INCLUDE_BORROW" => access(AccessList::IncludeBorrow, true, words),
        "EXCLUDE_BORROW" => access(AccessList::ExcludeBorrow, true, words),
        "INCLUDEALL" => access(AccessList::Include, false, words),
        "EXCLUDEALL" => access(AccessList::Exclude, false, words),
        "INCLUDE_ENTITLEMENT" => entitlement(EntitlementList::Include, true, words),
        "EXCLUDE_ENTITLEMENT" => entitlement(EntitlementList::Exclude, true, words),
        "INCLUDEALL_ENTITLEMENT" => entitlement(EntitlementList::Include, false, words),
        "EXCLUDEALL_ENTITLEMENT" => entitlement(EntitlementList::Exclude, false, words),
        "MAX" => max(words),
        "RESERVE" => reserve(words),
        "MAX_OVERDRAFT" => words
            .setting("seats")
            .map(|(selector, seats)| Directive::MaxOverdraft { selector, seats }),
        "BORROW_LOWWATER" => words
            .setting("seats")
            .map(|(selector, seats)| Directive::BorrowLowWater { selector, seats }),
        "MAX_BORROW_HOURS" => words
            .setting("hours")
            .map(|(selector, hours)| Directive::MaxBorrowHours { selector, hours }),
        "LINGER" => words
            .setting("seconds")
            .map(|(selector, seconds)| Directive::Linger { selector, seconds }),
        "QUEUE_PASSING" => words
            .setting("seconds")
            .map(|(selector, seconds)| Directive::QueuePassing { selector, seconds }),
        "TIMEOUT" => words
            .setting("seconds")
            .map(|(selector, seconds)| Directive::Timeout { selector, seconds }),
        "TIMEOUTALL" => words
            .number("seconds", 0, u32::MAX)
            .map(|seconds| Directive::TimeoutAll { seconds }),
        "ACTIVATION_LOWWATER" => words
            .activation("seats")
            .map(|(id, seats)| Directive::ActivationLowWater { id, seats }),
        "ACTIVATION_EXPIRY_DAYS" => words
            .activation("days")
            .map(|(id, days)| Directive::ActivationExpiryDays { id, days }),
        _ => return None,
    })
}

fn report_log(words: &mut Cursor<'_>) -> Read<Directive> {
    let path = words.log_path()?;
    let hide_user = match words.peek() {
        Some(word) if word.text.eq_ignore_ascii_case("HIDE_USER") => {
            words.next("HIDE_USER")?;
            true
        }
        _ => false,
    };
    Ok(Directive::ReportLog { path, hide_user })
}

fn host_group(words: &mut Cursor<'_>) -> Read<Directive> {
    let (name, members) = words.group()?;
    Ok(Directive::HostGroup { name, members })
}

fn access(list: AccessList, with_selector: bool, words: &mut Cursor<'_>) -> Read<Directive> {
    let selector = match with_selector {
        true => Some(words.selector(true)?),
        false => None,
    };
    Ok(Directive::Access {
        list,
        selector,
        who: words.who()?,
    })
}

fn entitlement(list: EntitlementList, with_id: bool, words: &mut Cursor<'_>) -> Read<Directive> {
    let id = match with_id {
        true => Some(words.next("the entitlement")?.text.clone()),
        false => None,
    };
    Ok(Directive::Entitlement {
        list,
        id,
        who: words.who()?,
    })
}

fn max(words: &mut Cursor<'_>) -> Read<Directive> {
    let seats = words.number("seats", 0, u32::MAX)?;
    let selector = words.selector(false)?;
    let who = words.who()?;
    let who = match (who.kind, who.name.as_str()) {
        (WhoKind::User, "ALL_USERS") => MaxWho::AllUsers,
        (WhoKind::Group, "ALL_GROUPS") => MaxWho::AllGroups,
        _ => MaxWho::One(who),
    };
    Ok(Directive::Max { seats, selector, who })
}

fn reserve(words: &mut Cursor<'_>) -> Read<Directive> {
    let seats = words.number("seats", 1, u32::MAX)?;
    Ok(Directive::Reserve {
        seats,
        selector: words.selector(false)?,
        who: words.who()?,
    })
}

/// The words after the option's name.
struct Cursor<'a> {
    option: &'a Word,
    rest: &'a [Word],
    taken: usize,
}

impl<'a> Cursor<'a> {
    fn peek(&self) -> Option<&'a Word> {
        self.rest.get(self.taken)
    }

    fn next(&mut self, what: &str) -> Read<&'a Word> {
        let word = self.peek().ok_or_else(|| Complaint {
            at: self.rest.last().unwrap_or(self.option).at,
            text: format!("{} ends where {what} should stand.", shown(&self.option.text)),
            action: format!("Write {}", usage(&self.option.text)),
        })?;
        self.taken += 1;
        if word.text.is_empty() {
            return Err(bad(word, format!("{what} is empty."), self.option));
        }
        Ok(word)
    }

    fn end(&self) -> Read<()> {
        match self.peek() {
            None => Ok(()),
            Some(word) => Err(bad(
                word,
                format!("\"{}\" is one word too many.", shown(&word.text)),
                self.option,
            )),
        }
    }

    fn number(&mut self, what: &str, least: u32, most: u32) -> Read<u32> {
        let word = self.next(what)?;
        let number = word
            .text
            .parse::<u32>()
            .ok()
            .filter(|number| (least..=most).contains(number));
        number.ok_or_else(|| {
            let range = match most {
                u32::MAX => format!("a whole number from {least}"),
                _ => format!("a whole number from {least} to {most}"),
            };
            bad(
                word,
                format!("\"{}\" should be {what}: {range}.", shown(&word.text)),
                self.option,
            )
        })
    }

    fn switch(&mut self) -> Read<bool> {
        let word = self.next("ON or OFF")?;
        match word.text.to_ascii_uppercase().as_str() {
            "ON" => Ok(true),
            "OFF" => Ok(false),
            _ => Err(bad(
                word,
                format!("\"{}\" should be ON or OFF.", shown(&word.text)),
                self.option,
            )),
        }
    }

    fn log_path(&mut self) -> Read<LogPath> {
        let word = self.next("a path")?;
        let (path, append) = match word.text.strip_prefix('+') {
            Some(path) => (path, true),
            None => (word.text.as_str(), false),
        };
        if path.is_empty() {
            return Err(bad(word, "The path is empty.".to_owned(), self.option));
        }
        Ok(LogPath {
            path: path.to_owned(),
            append,
        })
    }

    fn log_events(&mut self) -> Read<Vec<LogEvent>> {
        let mut events = Vec::new();
        while events.is_empty() || self.peek().is_some() {
            let word = self.next("an event")?;
            events.push(match word.text.to_ascii_uppercase().as_str() {
                "IN" => LogEvent::In,
                "OUT" => LogEvent::Out,
                "DENIED" => LogEvent::Denied,
                "QUEUED" => LogEvent::Queued,
                "UNSUPPORTED" => LogEvent::Unsupported,
                _ => {
                    let text = format!(
                        "\"{}\" should be IN, OUT, DENIED, QUEUED or UNSUPPORTED.",
                        shown(&word.text)
                    );
                    return Err(bad(word, text, self.option));
                }
            });
        }
        Ok(events)
    }

    fn fqdn_matching(&mut self) -> Read<FqdnMatching> {
        let word = self.next("exact or lenient")?;
        match word.text.to_ascii_lowercase().as_str() {
            "exact" => Ok(FqdnMatching::Exact),
            "lenient" => Ok(FqdnMatching::Lenient),
            _ => Err(bad(
                word,
                format!("\"{}\" should be exact or lenient.", shown(&word.text)),
                self.option,
            )),
        }
    }

    fn group(&mut self) -> Read<(String, Vec<String>)> {
        let name = self.next("the group's name")?.text.clone();
        let mut members = Vec::new();
        while members.is_empty() || self.peek().is_some() {
            members.push(self.next("a member")?.text.clone());
        }
        Ok((name, members))
    }

    fn setting(&mut self, what: &str) -> Read<(Selector, u32)> {
        let selector = self.selector(false)?;
        Ok((selector, self.number(what, 0, u32::MAX)?))
    }

    fn activation(&mut self, what: &str) -> Read<(String, u32)> {
        let id = self.next("the entitlement")?.text.clone();
        Ok((id, self.number(what, 0, u32::MAX)?))
    }

    fn who(&mut self) -> Read<Who> {
        let word = self.next("USER, HOST, DISPLAY, INTERNET, PROJECT, GROUP or HOST_GROUP")?;
        let Some(kind) = WhoKind::from_name(&word.text) else {
            let text = format!(
                "\"{}\" should be USER, HOST, DISPLAY, INTERNET, PROJECT, GROUP or HOST_GROUP.",
                shown(&word.text)
            );
            return Err(bad(word, text, self.option));
        };
        let name = self.next("a name")?;
        if kind == WhoKind::Internet && AddressPattern::parse(&name.text).is_none() {
            let text = format!("\"{}\" is not an internet address.", shown(&name.text));
            return Err(Complaint {
                at: name.at,
                text,
                action: "Write all parts of the address, with * for any value, such as 10.1.*.*.".to_owned(),
            });
        }
        Ok(Who {
            kind,
            name: name.text.clone(),
        })
    }

    /// `feature`, `feature:KEY=value` or `"feature KEY=value"`. ENTITLEMENT is for INCLUDE and EXCLUDE only.
    fn selector(&mut self, entitlement: bool) -> Read<Selector> {
        let word = self.next("a feature")?;
        let selector = match split_selector(word) {
            Split::Feature(feature) => Selector {
                feature: feature.to_owned(),
                key: None,
            },
            Split::Narrowed(feature, key, value) => Selector {
                feature: feature.to_owned(),
                key: Some((key, value.to_owned())),
            },
            Split::UnknownKey(key) => {
                let names: Vec<_> = SelectorKey::ALL.iter().map(|key| key.name()).collect();
                return Err(Complaint {
                    at: word.at,
                    text: format!(
                        "\"{}\" is not an attribute by which licenses can be selected.",
                        shown(key)
                    ),
                    action: format!("Use one of {}.", names.join(", ")),
                });
            }
        };
        if selector.feature.is_empty() || selector.feature.contains(char::is_whitespace) {
            let text = format!("\"{}\" does not name a feature.", shown(&word.text));
            return Err(bad(word, text, self.option));
        }
        if !entitlement && matches!(selector.key, Some((SelectorKey::Entitlement, _))) {
            let text = "ENTITLEMENT can only be used with INCLUDE and EXCLUDE.".to_owned();
            return Err(bad(word, text, self.option));
        }
        Ok(selector)
    }
}

enum Split<'a> {
    Feature(&'a str),
    Narrowed(&'a str, SelectorKey, &'a str),
    UnknownKey(&'a str),
}

/// Finds the first `:KEY=` (or ` KEY=` inside quotes). A colon that no `KEY=` follows belongs to the feature's name.
fn split_selector(word: &Word) -> Split<'_> {
    let text = word.text.as_str();
    let mut unknown = None;
    for (index, separator) in text.char_indices() {
        let separates = separator == ':' || (word.quoted && separator == ' ');
        if !separates {
            continue;
        }
        let after = text[index + separator.len_utf8()..].trim_start();
        let Some((key, value)) = after.split_once('=') else {
            continue;
        };
        match SelectorKey::from_name(key) {
            Some(key) => return Split::Narrowed(text[..index].trim_end(), key, value.trim_matches(' ')),
            None if !key.contains([':', ' ']) => unknown = unknown.or(Some(key)),
            None => {}
        }
    }
    match unknown {
        Some(key) => Split::UnknownKey(key),
        None => Split::Feature(text),
    }
}

fn bad(word: &Word, text: String, option: &Word) -> Complaint {
    Complaint {
        at: word.at,
        text,
        action: format!("Write {}", usage(&option.text)),
    }
}

fn trailing_comment(word: &Word) -> Complaint {
    Complaint {
        at: word.at,
        text: "What follows # is taken as a comment.".to_owned(),
        action: "Put the comment on a line of its own; other license servers read it as part of the option."
            .to_owned(),
    }
}

/// How the option is written.
fn usage(option: &str) -> &'static str {
    match option.to_ascii_uppercase().as_str() {
        "AUTOMATIC_REREAD" => "AUTOMATIC_REREAD ON or AUTOMATIC_REREAD OFF.",
        "GROUPCASEINSENSITIVE" => "GROUPCASEINSENSITIVE ON or GROUPCASEINSENSITIVE OFF.",
        "DAEMON_SELECT_TIMEOUT" => "DAEMON_SELECT_TIMEOUT seconds, from 1 to 60.",
        "DEBUGLOG" => "DEBUGLOG path or DEBUGLOG +path; quote a path with blanks.",
        "REPORTLOG" => {
            "REPORTLOG path or REPORTLOG +path, HIDE_USER after it if wanted; quote a path with blanks."
        }
        "NOLOG" => "NOLOG IN, OUT, DENIED, QUEUED or UNSUPPORTED.",
        "FQDN_MATCHING" => "FQDN_MATCHING exact or FQDN_MATCHING lenient.",
        "GROUP" | "USER_GROUP" => "GROUP name user user …",
        "HOST_GROUP" => "HOST_GROUP name host host …",
        "INCLUDEALL" => "INCLUDEALL TYPE name, such as INCLUDEALL USER anna.",
        "EXCLUDEALL" => "EXCLUDEALL TYPE name, such as EXCLUDEALL USER anna.",
        "MAX" => "MAX seats feature TYPE name, such as MAX 5 cad GROUP design.",
        "RESERVE" => "RESERVE seats feature TYPE name, such as RESERVE 1 cad USER anna.",
        "MAX_OVERDRAFT" => "MAX_OVERDRAFT feature seats.",
        "BORROW_LOWWATER" => "BORROW_LOWWATER feature seats.",
        "MAX_BORROW_HOURS" => "MAX_BORROW_HOURS feature hours.",
        "LINGER" => "LINGER feature seconds.",
        "QUEUE_PASSING" => "QUEUE_PASSING feature seconds.",
        "TIMEOUT" => "TIMEOUT feature seconds.",
        "TIMEOUTALL" => "TIMEOUTALL seconds.",
        "ACTIVATION_LOWWATER" => "ACTIVATION_LOWWATER entitlement seats.",
        "ACTIVATION_EXPIRY_DAYS" => "ACTIVATION_EXPIRY_DAYS entitlement days.",
        "INCLUDE_ENTITLEMENT" | "EXCLUDE_ENTITLEMENT" => "the option, entitlement, TYPE and name.",
        "INCLUDEALL_ENTITLEMENT" | "EXCLUDEALL_ENTITLEMENT" => "the option, TYPE and name.",
        _ => "the option, feature, TYPE and name, such as INCLUDE cad USER anna.",
    }
}

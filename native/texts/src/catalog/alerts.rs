//! Alerts in words.

use licensing_api::alert::Alert;

use super::Locale;

/// The texts of an alert in a language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertTexts {
    /// Short title.
    pub title: String,
    /// What it is about.
    pub detail: String,
    /// What to do.
    pub action: String,
}

impl AlertTexts {
    /// Of an alert. English is what whoever raised it says; another language has the texts of its code, and the detail in
    /// English where only whoever raised it can tell.
    pub fn of(alert: &Alert, locale: Locale) -> Self {
        let text = |key: &str| {
            let section = match locale {
                Locale::ENGLISH => return None,
                // An alert may be an error.
                _ if locale.text("alert", &format!("{}.title", alert.code)).is_some() => "alert",
                _ => "error",
            };
            locale.text(section, &format!("{}.{key}", alert.code))
        };
        let or = |translated: Option<&str>, english: &str| translated.unwrap_or(english).to_owned();
        let mut detail = or(text("detail").filter(|_| !alert.values.is_empty()), &alert.detail);
        for (name, value) in &alert.values {
            detail = detail.replace(&format!("{{{name}}}"), value);
        }
        Self {
            title: or(text("title"), &alert.title),
            action: or(text("action"), &alert.action),
            detail,
        }
    }
}

macro_rules! phrases {
    ($($(#[doc = $doc:literal])+ $name:ident = $key:literal;)+) => {
        /// A short text of the server's own.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Phrase { $($(#[doc = $doc])+ $name,)+ }

        impl Phrase {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Key in the section `phrase`.
            pub const fn key(self) -> &'static str {
                match self { $(Self::$name => $key,)+ }
            }
        }
    };
}

phrases! {
    /// An alert is new.
    AlertRaised = "alert-raised";
    /// An alert has become more urgent.
    AlertWorsened = "alert-worsened";
    /// An alert is over.
    AlertOver = "alert-over";
    /// Before the name of the server.
    AlertServer = "alert-server";
    /// Before the level.
    AlertLevel = "alert-level";
    /// Before the code.
    AlertCode = "alert-code";
    /// Before the time of the beginning.
    AlertSince = "alert-since";
    /// Title of the message that a test sends.
    TestTitle = "test-title";
    /// Detail of the message that a test sends.
    TestDetail = "test-detail";
}

impl Locale {
    /// A short text.
    pub fn phrase(self, phrase: Phrase) -> &'static str {
        self.text("phrase", phrase.key()).unwrap_or(phrase.key())
    }
}

//! Lists of which a server gives the newest rows alone unless the request says how many: that there may be more is said on
//! standard error.

use std::collections::BTreeMap;

use licensing_api::{OperationId, audit, insight};
use serde_json::Value;

use crate::print;
use crate::text::plain;

/// How many rows such a list has when the request does not say.
pub(super) struct Usual {
    /// Most rows.
    rows: usize,
    /// Field whose values are counted apart; none where all rows are counted together.
    source: Option<&'static str>,
    /// What the rows are.
    what: &'static str,
    /// How to get further rows.
    action: &'static str,
}

/// That of the list which this request asks for; none where all rows come, or the request says how many.
pub(super) fn of(operation: OperationId, request: &Value) -> Option<Usual> {
    let (field, usual) = match operation {
        OperationId::GetAudit => (
            "newest",
            Usual {
                rows: audit::USUAL_RECORDS as usize,
                source: Some("vendor"),
                what: "records",
                action: "Give --newest for more, or --until for earlier ones.",
            },
        ),
        OperationId::GetInsightUploads => (
            "most",
            Usual {
                rows: insight::USUAL_UPLOADS as usize,
                source: None,
                what: "uploads",
                action: "Give --most for more.",
            },
        ),
        _ => return None,
    };
    request.get(field).is_none().then_some(usual)
}

impl Usual {
    /// Says that there may be more rows, where the answer has as many as it can have.
    pub(super) fn note(&self, answer: &Value) {
        for hint in self.hints(answer) {
            print::note(&hint);
        }
    }

    fn hints(&self, answer: &Value) -> Vec<String> {
        let rows = answer["items"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut counts = BTreeMap::<&str, usize>::new();
        for row in rows {
            let source = self.source.and_then(|field| row[field].as_str());
            *counts.entry(source.unwrap_or_default()).or_default() += 1;
        }
        counts.retain(|_, count| *count >= self.rows);
        let hint = |source: &str| {
            let of = match source {
                "" => String::new(),
                source => format!(" of {}", plain(source)),
            };
            format!(
                "licensing: Only the newest {} {}{of} are listed, and there may be older ones. {}",
                self.rows, self.what, self.action
            )
        };
        counts.into_keys().map(hint).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_that_is_full_says_so_of_each_vendor_unless_it_was_asked_how_many() {
        let row = |vendor| json!({ "vendor": vendor });
        let mut items = vec![row("ACME"); 1000];
        items.extend(vec![row("server"); 999]);
        let usual = of(OperationId::GetAudit, &json!({ "since": "2026-01-01T00:00:00Z" })).unwrap();
        let hints = usual.hints(&json!({ "items": items }));
        assert_eq!(hints.len(), 1, "{hints:?}");
        assert!(
            hints[0].starts_with("licensing: Only the newest 1000 records of ACME are listed"),
            "{hints:?}"
        );
        assert!(of(OperationId::GetAudit, &json!({ "newest": 1000 })).is_none());
        assert!(of(OperationId::GetUsage, &json!({})).is_none());
    }

    #[test]
    fn the_uploads_of_all_servers_are_counted_together() {
        let usual = of(OperationId::GetInsightUploads, &json!({})).unwrap();
        let rows = |count| json!({ "items": vec![json!({ "serverGuid": "a" }); count] });
        assert_eq!(usual.hints(&rows(99)), Vec::<String>::new());
        assert_eq!(
            usual.hints(&rows(100)),
            [
                "licensing: Only the newest 100 uploads are listed, and there may be older ones. Give --most for more."
            ]
        );
    }
}

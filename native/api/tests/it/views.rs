//! The views of the PowerShell module, made from the columns of the rows.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write;

use licensing_api::column::Column;
use licensing_api::operation::TABLE;
use licensing_api::schema::{self, Field, FieldKind};

use crate::generated::{module, read};

/// Rows that have hand-made views alone, in `LicensingAdmin.Views.ps1xml`: their records are read better as lists.
const BY_HAND: &[&str] = &[
    "ServerInfo",
    "Certificate",
    "IssuedToken",
    "LicenseFileInfo",
    "ManagementService",
];

/// Rows that are the same on every server.
const OF_NO_SERVER: &[&str] = &["ErrorDescription"];

/// A type with columns.
struct View {
    fields: Vec<Field>,
    /// Whether it is a row of an operation, which has the property `Server`.
    is_row: bool,
}

/// Types with columns by their names.
fn all() -> BTreeMap<String, View> {
    let mut views = BTreeMap::new();
    for info in TABLE {
        let row = info.row_type();
        add_nested(&row.fields, &mut views);
        if !schema::columns(&row.fields).is_empty() && !BY_HAND.contains(&row.name.as_str()) {
            let view = View {
                fields: row.fields,
                is_row: true,
            };
            views.insert(row.name, view);
        }
    }
    views
}

fn add_nested(fields: &[Field], views: &mut BTreeMap<String, View>) {
    for field in fields {
        add_nested(&field.fields, views);
        if !schema::columns(&field.fields).is_empty() && !views.contains_key(&field.type_name) {
            let view = View {
                fields: field.fields.clone(),
                is_row: false,
            };
            views.insert(field.type_name.clone(), view);
        }
    }
}

/// Headings of names that say how well something is; on a terminal they have a color.
const STATES: [&str; 5] = ["Level", "Severity", "Signature", "State", "Status"];

/// A name on the wire as PowerShell writes it.
fn property(name: &str) -> String {
    let mut letters = name.chars();
    letters
        .next()
        .map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
        .unwrap_or_default()
}

/// The property that a column shows, which is also its heading.
fn heading(field: &Field, column: &Column) -> String {
    column.heading.clone().unwrap_or_else(|| property(&field.name))
}

/// Width in characters; none where it depends on the rows.
fn width(field: &Field, heading: &str) -> Option<usize> {
    let widest = match field.kind {
        FieldKind::Integer | FieldKind::Number => 6,
        FieldKind::Boolean => 5,
        FieldKind::Instant => 19,
        FieldKind::Date => 10,
        FieldKind::Name => field.names.iter().map(String::len).max()?,
        FieldKind::Text | FieldKind::TextList | FieldKind::Secret | FieldKind::Nested => return None,
    };
    Some(widest.max(heading.len()))
}

fn table(name: &str, view: &View) -> String {
    let (mut headers, mut items, mut wrap) = (String::new(), String::new(), "");
    for (field, column) in schema::columns(&view.fields)
        .into_iter()
        .filter(|(_, column)| !column.wide)
    {
        let heading = heading(field, column);
        let width = column.width.map(|width| width as usize);
        let width = width
            .or_else(|| self::width(field, &heading))
            .map_or(String::new(), |width| format!("<Width>{width}</Width>"));
        let alignment = match field.kind {
            FieldKind::Integer | FieldKind::Number => "<Alignment>Right</Alignment>",
            _ => "",
        };
        let format = match field.kind {
            FieldKind::Instant => "<FormatString>{0:yyyy-MM-dd HH:mm:ss}</FormatString>",
            FieldKind::Date => "<FormatString>{0:yyyy-MM-dd}</FormatString>",
            FieldKind::Number => "<FormatString>{0:0.##}</FormatString>",
            _ => "",
        };
        if column.wrapped {
            wrap = "            <Wrap />\n";
        }
        // Writing into a String cannot fail.
        let _ = writeln!(
            headers,
            "          <TableColumnHeader><Label>{heading}</Label>{width}{alignment}</TableColumnHeader>"
        );
        let value = match field.kind {
            FieldKind::Name if STATES.contains(&heading.as_str()) => {
                format!("<ScriptBlock>[LicensingAdmin.StatusColor]::Of($_.{heading})</ScriptBlock>")
            }
            // What others have named is shown without what would make it look like something else.
            FieldKind::Text | FieldKind::TextList => {
                format!("<ScriptBlock>[LicensingAdmin.ShownText]::Of($_.{heading})</ScriptBlock>")
            }
            _ => format!("<PropertyName>{heading}</PropertyName>{format}"),
        };
        let _ = writeln!(items, "              <TableColumnItem>{value}</TableColumnItem>");
    }
    let group = if view.is_row && !OF_NO_SERVER.contains(&name) {
        "      <GroupBy>\n        <PropertyName>Server</PropertyName>\n      </GroupBy>\n"
    } else {
        ""
    };
    format!(
        "    <View>\n      <Name>{name}</Name>\n      <ViewSelectedBy>\n        <TypeName>LicensingAdmin.{name}</TypeName>\n      \
         </ViewSelectedBy>\n{group}      <TableControl>\n        <TableHeaders>\n{headers}        </TableHeaders>\n        \
         <TableRowEntries>\n          <TableRowEntry>\n{wrap}            <TableColumnItems>\n{items}            \
         </TableColumnItems>\n          </TableRowEntry>\n        </TableRowEntries>\n      </TableControl>\n    </View>\n"
    )
}

/// The whole file of views.
pub(crate) fn format_file() -> String {
    let views: String = all().iter().map(|(name, view)| table(name, view)).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- Generated from the columns of the rows in native/api by cargo xtask \
         generate; do not edit. Views made by hand are in LicensingAdmin.Views.ps1xml. -->\n<Configuration>\n  \
         <ViewDefinitions>\n{views}  </ViewDefinitions>\n</Configuration>\n"
    )
}

#[test]
fn every_list_has_columns_each_at_a_place_of_its_own() {
    for info in TABLE {
        let row = info.row_type();
        assert!(
            !info.rows || !row.columns().is_empty(),
            "{} has no columns",
            row.name
        );
    }
    for (name, view) in all() {
        let mut places = HashSet::new();
        for (field, column) in schema::columns(&view.fields) {
            assert!(
                places.insert(column.order),
                "{name}: {} shares a place",
                field.name
            );
        }
    }
}

#[test]
fn every_heading_is_a_property() {
    let types = read(&module().join("LicensingAdmin.Types.ps1xml"));
    for (name, view) in all() {
        let members = types
            .split_once(&format!("<Name>LicensingAdmin.{name}</Name>"))
            .and_then(|(_, rest)| rest.split("</Type>").next())
            .unwrap_or_default();
        for (field, column) in schema::columns(&view.fields) {
            let heading = heading(field, column);
            assert!(
                heading == property(&field.name) || members.contains(&format!("<Name>{heading}</Name>")),
                "LicensingAdmin.Types.ps1xml has no property {heading} of {name}"
            );
        }
    }
}

#[test]
fn rows_with_views_by_hand_have_them() {
    let views = read(&module().join("LicensingAdmin.Views.ps1xml"));
    for name in BY_HAND.iter().filter(|name| **name != "Certificate") {
        assert!(
            views.contains(&format!("<TypeName>LicensingAdmin.{name}</TypeName>")),
            "{name}"
        );
    }
}

#[test]
fn what_matters_stands_in_the_first_eighty_characters() {
    let views = all();
    let headings = |name: &str, count: usize| -> Vec<String> {
        let columns = schema::columns(&views[name].fields);
        columns
            .into_iter()
            .take(count)
            .map(|(field, column)| heading(field, column))
            .collect()
    };
    let first = headings("InventoryRow", 7);
    for heading in ["Feature", "InUse", "Free", "Expires", "Status"] {
        assert!(
            first.iter().any(|one| one == heading),
            "{heading} is not in {first:?}"
        );
    }
    assert_eq!(headings("UsageRow", 4), ["Feature", "User", "Device", "State"]);
}

//! Numbers of operations and errors for other languages, read from the tables of the API.

use std::fmt::Write;

use heck::ToShoutySnakeCase;
use interoptopus::lang::c::{CType, Documentation, EnumType, Meta, Variant};
use interoptopus::lang::rust::CTypeInfo;
use licensing_api::ErrorCode;
use licensing_api::operation::TABLE;

use crate::version::ABI_VERSION;

/// Stands for the enumeration of operations in the generated C#.
pub struct OperationNumbers;

/// Stands for the enumeration of errors in the generated C#.
pub struct ErrorNumbers;

// SAFETY: an enumeration of plain numbers; no function takes or returns it, so no layout can disagree.
unsafe impl CTypeInfo for OperationNumbers {
    fn type_info() -> CType {
        let variants = TABLE
            .iter()
            .map(|info| variant(info.name, info.number, info.summary));
        enumeration("Operation", " Numbers of the operations.", variants.collect())
    }
}

// SAFETY: as above.
unsafe impl CTypeInfo for ErrorNumbers {
    fn type_info() -> CType {
        let variants = ErrorCode::ALL
            .iter()
            .map(|code| variant(code.name(), code.number(), code.title()));
        enumeration("ErrorCode", " Numbers of the errors.", variants.collect())
    }
}

fn variant(name: &str, number: u32, summary: &str) -> Variant {
    Variant::new(
        name.to_owned(),
        number as usize,
        Documentation::from_line(&format!(" {summary}")),
    )
}

fn enumeration(name: &str, summary: &str, variants: Vec<Variant>) -> CType {
    let meta = Meta::with_documentation(Documentation::from_line(summary), None);
    CType::Enum(EnumType::new(name.to_owned(), variants, meta))
}

/// The part of `licensing.h` that cbindgen cannot read from the source.
pub fn c_enumerations() -> String {
    let mut text = format!(
        "/**\n * Version of the ABI that this header describes; licensing_abi_version() must return the same.\n */\n\
         #define LICENSING_ABI_VERSION {ABI_VERSION}\n"
    );
    let operations = TABLE.iter().map(|info| (info.name, info.number, info.summary));
    let errors = ErrorCode::ALL
        .iter()
        .map(|code| (code.name(), code.number(), code.title()));
    c_enumeration(
        &mut text,
        "operation",
        "Numbers of the operations, for licensing_task_submit.",
        operations,
    );
    c_enumeration(
        &mut text,
        "error",
        "Numbers of the errors: what licensing_status is.",
        errors,
    );
    text
}

fn c_enumeration<'a>(
    text: &mut String,
    name: &str,
    summary: &str,
    members: impl Iterator<Item = (&'a str, u32, &'a str)>,
) {
    // Writing into a String cannot fail.
    let _ = writeln!(text, "\n/**\n * {summary}\n */\nenum licensing_{name} {{");
    for (member, number, summary) in members {
        let member = member.to_shouty_snake_case();
        let prefix = name.to_ascii_uppercase();
        let _ = writeln!(
            text,
            "    /** {summary} */\n    LICENSING_{prefix}_{member} = {number},"
        );
    }
    text.push_str("};\n");
}

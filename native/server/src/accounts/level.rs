//! Permissions as the database names them.

use licensing_api::Permission;

/// What stands in the columns of a level.
pub(super) fn level_name(permission: Permission) -> &'static str {
    match permission {
        Permission::None => "None",
        Permission::ReadOnly => "ReadOnly",
        Permission::Full => "Full",
    }
}

/// Anything else than the two names opens nothing.
pub(super) fn level(name: &str) -> Permission {
    match name {
        "Full" => Permission::Full,
        "ReadOnly" => Permission::ReadOnly,
        _ => Permission::None,
    }
}

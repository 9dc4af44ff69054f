//! What a request needs, by its route.

use http::Method;
use licensing_api::Permission;
use licensing_api::operation::OperationInfo;

/// A route besides those of the table: method, path and what it needs.
pub type SystemRoute = (Method, &'static str, Permission);

/// What a request needs at least. A route that is in no list needs Full, so that a forgotten entry closes it; a path
/// or method that does not exist needs ReadOnly, so that strangers cannot ask around.
pub fn required<'a>(
    method: &Method,
    route: Option<&str>,
    operations: impl IntoIterator<Item = &'a OperationInfo>,
    system: &[SystemRoute],
) -> Permission {
    let Some(route) = route else {
        return Permission::ReadOnly;
    };
    let method = if method == Method::HEAD {
        &Method::GET
    } else {
        method
    };
    let operations = operations
        .into_iter()
        .map(|info| (info.method.name(), info.path, info.permission));
    let system = system
        .iter()
        .map(|(method, path, permission)| (method.as_str(), *path, *permission));
    let mut known = false;
    for (name, path, permission) in operations.chain(system) {
        if path == route {
            if name == method.as_str() {
                return permission;
            }
            known = true;
        }
    }
    if known {
        Permission::ReadOnly
    } else {
        Permission::Full
    }
}

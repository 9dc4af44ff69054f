//! The one table of everything that can be asked of a license server, and of Insight Services.
//!
//! An entry of the table names, in this order: method and path; the permission that the caller needs; the words of
//! the `licensing` command; the cmdlets that call it; request and answer (`one` object, or `rows` of a list); how large
//! the body of the request may be, when it is not small; who answers it; and the errors it can give besides those of
//! every operation.
//!
//! `answered: manager` needs a handler in the web services, `answered: daemons within 5 seconds` an answer in the vendor
//! daemon, whose rows the web services pass on unread. `daemons(reader)` needs both: the handler in the web services
//! reads the rows of the daemons before they are passed on. `answered: insight` needs an answer in Insight Services,
//! `answered: fulfilment` one in their fulfilment.

use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::{ErrorCode, Problem};
use crate::license_file;
use crate::permission::Permission;

/// HTTP method of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Reads.
    Get,
    /// Adds, or asks with a body.
    Post,
    /// Replaces.
    Put,
    /// Changes in part.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// The method in capitals.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Whether the request travels in the body; otherwise it travels in path and query.
    pub const fn has_body(self) -> bool {
        matches!(self, Self::Post | Self::Put | Self::Patch)
    }
}

/// How large the body of a request may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum BodySize {
    /// 64 KiB: a few fields.
    Small,
    /// 21 MiB: a license file, or a long list.
    Large,
}

impl BodySize {
    /// Most bytes.
    pub const fn bytes(self) -> usize {
        match self {
            Self::Small => 64 * 1024,
            // The largest license file in base64, and some room around it.
            Self::Large => license_file::MAX_LICENSE_FILE_BYTES / 3 * 4 + 64 * 1024,
        }
    }
}

/// Who answers an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnsweredBy {
    /// The license manager, in its web services.
    Manager,
    /// Each vendor daemon; the web services put their rows together.
    Daemons {
        /// Longest time that is waited for one daemon.
        time_limit: Duration,
    },
    /// Insight Services. A license server says so and answers `OperationNotFound`.
    Insight,
}

/// A list on the wire.
///
/// A part that could not be asked, such as a vendor daemon that is down, is a problem beside the rows of the others.
/// Where no part answered there is no list: the operation fails with the first problem, which names all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rows<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Why rows are missing: one problem for each part that could not be asked. Absent when the list is complete.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
}

impl<T> From<Vec<T>> for Rows<T> {
    /// A complete list.
    fn from(items: Vec<T>) -> Self {
        Self {
            items,
            problems: Vec::new(),
        }
    }
}

/// An operation as a type: ties its entry in the table to its request and response.
pub trait Operation: 'static {
    /// Entry in the table.
    const ID: OperationId;
    /// What is asked.
    type Request: Serialize + DeserializeOwned + JsonSchema + Send + 'static;
    /// What is answered; [`Rows`] for lists.
    type Response: Serialize + DeserializeOwned + JsonSchema + Send + 'static;
}

/// One entry of the table.
pub struct OperationInfo {
    /// Which operation.
    pub id: OperationId,
    /// Stable name, also the OpenAPI `operationId`.
    pub name: &'static str,
    /// Stable number, the value in `licensing.h`.
    pub number: u32,
    /// HTTP method.
    pub method: Method,
    /// Path; `{field}` is filled from the request's field of that name.
    pub path: &'static str,
    /// What the caller must at least be allowed.
    pub permission: Permission,
    /// Words of the `licensing` command.
    pub words: &'static str,
    /// Cmdlets that call it.
    pub cmdlets: &'static [&'static str],
    /// One line of help.
    pub summary: &'static str,
    /// Errors of its own, besides those every operation can give.
    pub errors: &'static [ErrorCode],
    /// How large a request may be.
    pub body: BodySize,
    /// Who answers it.
    pub answered: AnsweredBy,
    /// Whether the answer is a list of rows.
    pub rows: bool,
    /// JSON schema of the request.
    pub request_schema: fn(&mut SchemaGenerator) -> Schema,
    /// JSON schema of the answer.
    pub response_schema: fn(&mut SchemaGenerator) -> Schema,
    /// JSON schema of one row of a list, or of the answer as it is.
    pub row_schema: fn(&mut SchemaGenerator) -> Schema,
}

impl OperationInfo {
    /// Names of the fields that travel in the path.
    pub fn path_fields(&self) -> impl Iterator<Item = &'static str> {
        self.path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }
}

macro_rules! response {
    (rows $row:ty) => { Rows<$row> };
    (one $row:ty) => { $row };
}

macro_rules! is_rows {
    (rows) => {
        true
    };
    (one) => {
        false
    };
}

macro_rules! body_size {
    () => {
        BodySize::Small
    };
    ($size:ident) => {
        BodySize::$size
    };
}

macro_rules! answered_by {
    (manager) => {
        AnsweredBy::Manager
    };
    (insight) => {
        AnsweredBy::Insight
    };
    (fulfilment) => {
        AnsweredBy::Insight
    };
    (daemons $(reader)? within $seconds:literal) => {
        AnsweredBy::Daemons {
            time_limit: std::time::Duration::from_secs($seconds),
        }
    };
}

macro_rules! errors {
    (manager, [$($error:ident),*]) => {
        &[$(ErrorCode::$error),*]
    };
    (insight, [$($error:ident),*]) => {
        &[$(ErrorCode::$error,)* ErrorCode::OperationNotFound]
    };
    (fulfilment, [$($error:ident),*]) => {
        &[$(ErrorCode::$error,)* ErrorCode::OperationNotFound]
    };
    (daemons, [$($error:ident),*]) => {
        &[$(ErrorCode::$error,)* ErrorCode::CitrixLicensingVendorOrServiceDown]
    };
}

/// Makes everything of the entries: the numbers, the operations as types, the table, and
/// [`for_each_operation`](crate::for_each_operation). The first token is a `$`, with which a macro can write a macro.
macro_rules! operations {
    (($d:tt) $(
        #[doc = $summary:literal]
        $name:ident = $number:literal {
            route: $method:ident $path:literal,
            permission: $permission:ident,
            words: $words:literal,
            cmdlets: [$($cmdlet:literal),*],
            request: $request:ty => $form:ident $row:ty,
            $(body: $size:ident,)?
            answered: $answered:ident $(($reader:ident))? $(within $seconds:literal seconds)?,
            errors: $errors:tt,
        }
    )+) => {
        /// Every operation, by its stable number.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[repr(u32)]
        pub enum OperationId { $(#[doc = $summary] $name = $number,)+ }

        /// Operations as types.
        pub mod op {
            use super::*;
            $(
                #[doc = $summary]
                #[derive(Debug, Clone, Copy)]
                pub struct $name;

                impl Operation for $name {
                    const ID: OperationId = OperationId::$name;
                    type Request = $request;
                    type Response = response!($form $row);
                }
            )+
        }

        /// The table.
        pub static TABLE: &[OperationInfo] = &[$(
            OperationInfo {
                id: OperationId::$name,
                name: stringify!($name),
                number: $number,
                method: Method::$method,
                path: $path,
                permission: Permission::$permission,
                words: $words,
                cmdlets: &[$($cmdlet),*],
                summary: $summary.trim_ascii_start(),
                errors: errors!($answered, $errors),
                body: body_size!($($size)?),
                answered: answered_by!($answered $($reader)? $(within $seconds)?),
                rows: is_rows!($form),
                request_schema: SchemaGenerator::subschema_for::<$request>,
                response_schema: SchemaGenerator::subschema_for::<response!($form $row)>,
                row_schema: SchemaGenerator::subschema_for::<$row>,
            },
        )+];

        /// Hands every operation on to a macro of the caller, as `Name: manager,`, `Name: daemons,`,
        /// `Name: daemons(reader),`, `Name: insight,` or `Name: fulfilment,`. A dispatch that is written like this has an arm for each operation, and does not
        /// compile before each has what its arm needs.
        #[macro_export]
        macro_rules! for_each_operation {
            ($d callback:ident) => {
                $d callback! { $($name: $answered $(($reader))?,)+ }
            };
        }
    };
}

mod table;

pub use table::{OperationId, TABLE, op};

impl OperationId {
    /// Entry of this operation.
    pub fn info(self) -> &'static OperationInfo {
        TABLE
            .iter()
            .find(|info| info.id == self)
            .unwrap_or_else(|| unreachable!("the macro writes the enum and the table from the same entries"))
    }

    /// The operation of that number.
    pub fn from_number(number: u32) -> Option<Self> {
        TABLE
            .iter()
            .find(|info| info.number == number)
            .map(|info| info.id)
    }

    /// The operation of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        TABLE.iter().find(|info| info.name == name).map(|info| info.id)
    }
}

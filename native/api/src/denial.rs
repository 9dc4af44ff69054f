//! Why a seat was refused, numbered as the license manager field numbers it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::column::column;
use crate::patterns::Patterns;

macro_rules! denial_reasons {
    ($($(#[doc = $doc:literal])+ $name:ident = $number:literal, $text:literal, $action:literal;)+) => {
        /// Reason of a denial. The discriminant is the error number that administrators know from license manager logs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum DenialReason { $($(#[doc = $doc])+ $name = $number,)+ }

        impl DenialReason {
            /// All reasons.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Stable name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)+ }
            }

            /// Error number, negative.
            pub const fn number(self) -> i32 {
                self as i32
            }

            /// The reason that has this number.
            pub fn from_number(number: i32) -> Option<Self> {
                match number { $($number => Some(Self::$name),)+ _ => None }
            }

            /// What happened, in English.
            pub const fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// What to do about it, in English.
            pub const fn action(self) -> &'static str {
                match self { $(Self::$name => $action,)+ }
            }
        }
    };
}

denial_reasons! {
    /// All seats are out.
    AllSeatsTaken = -4, "All seats are taken.", "Wait for a seat, or add licenses.";
    /// No increment of that name is installed.
    NoSuchFeature = -5, "No license for this feature is installed.", "Import a license file that contains the feature.";
    /// The signature does not fit the line.
    BadSignature = -8, "The signature of the license does not fit its text.", "Import the file again as it was issued.";
    /// The license is bound to another host.
    WrongHost = -9, "The license is bound to another host ID.", "Have it allocated to this server's host name.";
    /// The printed date has passed.
    Expired = -10, "The license has expired.", "Renew the license and import the new file.";
    /// The installed version is older than the requested one.
    VersionTooOld = -21, "The installed version or Subscription Advantage date is older than the product needs.", "Import the renewal for the feature.";
    /// More seats were asked for than exist.
    MoreThanExist = -26, "More seats were requested than are installed.", "Request fewer seats, or add licenses.";
    /// START is in the future.
    NotStarted = -31, "The license is not valid yet.", "Wait until its start date.";
    /// Others wait for this feature before the request.
    QueuedBehindOthers = -24, "Other requests wait for this feature.", "Wait in the queue.";
    /// The request now waits in the queue.
    Queued = -35, "The request is queued.", "Wait: the seat is granted when its turn comes.";
    /// The options file excludes the requester.
    Excluded = -38, "The options file excludes this requester.", "Ask the administrator of the license server.";
    /// The options file includes others only.
    NotIncluded = -39, "The options file does not include this requester.", "Ask the administrator of the license server.";
    /// The request itself makes no sense.
    BadParameter = -42, "The request is not valid.", "Correct the request; the detail says what is wrong.";
    /// USER_BASED or HOST_BASED without a list of who may use it.
    NotNamed = -84, "The feature is for named users or hosts, and none are named.", "Add an INCLUDE line to the options file.";
    /// A MAX line limits the requester.
    AboveMaximum = -87, "The options file limits this requester.", "Ask the administrator of the license server.";
    /// The feature went away at a reread.
    FeatureRemoved = -92, "The feature is no longer installed.", "Import a license file that contains the feature.";
    /// The remaining seats are reserved for others.
    AllReserved = -101, "The remaining seats are reserved for others.", "Ask the administrator of the license server.";
    /// The borrow period is longer than allowed.
    BorrowTooLong = -104, "The borrow period is longer than allowed.", "Borrow for a shorter time.";
    /// The feature cannot be borrowed.
    NotBorrowable = -67, "The feature cannot be borrowed.", "Use it while connected.";
    /// A component of a package with SUITE_RESERVED cannot be borrowed by itself.
    ComponentNotBorrowable = -107, "A component of a suite cannot be borrowed by itself.", "Borrow the package, or use the component while connected.";
    /// The key of the request belongs to a request of somebody else. Not a number of license managers in the field.
    RequestKeyInUse = -1001, "The key of the request belongs to another request.", "Use 16 fresh random bytes as the key of each request.";
}

/// Lists refused requests, the newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetDenials {
    /// Features, wildcards `*` and `?` allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub feature: Patterns,
    /// Users, wildcards allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub user: Patterns,
    /// Devices, wildcards allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub device: Patterns,
    /// Only this reason, by its number; `4` means the same as `-4`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<i32>,
    /// Only what was refused since then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Only what was first refused until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Vendors, wildcards allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub vendor: Patterns,
    /// Most rows, the newest, 1 to 10,000; all that are kept when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Who held a seat while another one was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DenialHolder {
    /// User; empty where a seat was assigned to a device.
    pub user: String,
    /// Device; empty where a seat was assigned to a user.
    pub device: String,
    /// Product that held it.
    pub product: String,
    /// Seats held.
    pub count: u32,
    /// Since when.
    pub since: Timestamp,
}

/// A refused request. What is refused again within a minute, for the same reason, counts in the same row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DenialRow {
    /// When it was first refused.
    pub time: Timestamp,
    /// When it was last refused.
    #[schemars(extend("x-column" = column(1)))]
    pub last_time: Timestamp,
    /// How often it was refused.
    #[schemars(extend("x-column" = column(2)))]
    pub times: u32,
    /// Feature asked for.
    #[schemars(extend("x-column" = column(3)))]
    pub feature: String,
    /// Version asked for; empty for any.
    pub version: String,
    /// Seats asked for.
    pub count: u32,
    /// User; empty where a storm of refusals to many is counted in one row.
    #[schemars(extend("x-column" = column(4)))]
    pub user: String,
    /// Device: the host the product ran on or served.
    #[schemars(extend("x-column" = column(5)))]
    pub device: String,
    /// Host the product ran on.
    pub host: String,
    /// Display or terminal; empty when the product gave none.
    pub display: String,
    /// Product that asked.
    pub product: String,
    /// Process id of the product; 0 when it gave none.
    pub process_id: u32,
    /// Number of the reason, such as -4.
    #[schemars(extend("x-column" = column(8).wide()))]
    pub number: i32,
    /// Name of the reason, such as `AllSeatsTaken`.
    #[schemars(extend("x-column" = column(6)))]
    pub reason: String,
    /// The reason in words.
    pub text: String,
    /// What it was in this case.
    #[schemars(extend("x-column" = column(10).wide()))]
    pub detail: String,
    /// What to do about it.
    pub action: String,
    /// Whether the requester got seats of the feature after all.
    pub granted_later: bool,
    /// When that was.
    #[schemars(extend("x-column" = column(7).wide()))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub granted_at: Option<Timestamp>,
    /// Seats of the feature that were out when it was first refused; 0 where the reason is not about seats.
    pub seats_out: u32,
    /// Number of those who held them.
    #[schemars(extend("x-column" = column(9).wide()))]
    pub holder_count: u32,
    /// Up to 50 of them, those first who had theirs for longest.
    pub holders: Vec<DenialHolder>,
    /// Vendor whose daemon refused it.
    pub vendor: String,
    /// Number of the row within its vendor.
    pub denial_id: u64,
}

//! Why a seat was refused, numbered as the license manager field numbers it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
    WrongHost = -9, "The license is made out to another host.", "Have it allocated to this server's host name.";
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
}

//! From the contents to a sealed upload.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use licensing_api::{ErrorCode, Problem};
use licensing_management::id::UploadId;
use licensing_management::upload::{
    ClockReport, FORMAT_VERSION, MAX_WINDOW_HOURS, PRODUCT, SealedUpload, ServerReport, SuppliedReason,
    UploadBody, UploadType,
};
use licensing_management::usage::Hour;
use zeroize::Zeroizing;

use super::source::{Contents, Wanted};
use super::state::State;

/// The window of the next upload: from the end of the one before to the last full hour.
fn window(state: &State, now: Timestamp) -> (Hour, Hour) {
    let end = Hour::of(now);
    let from = Hour::of(state.window_stop.unwrap_or(state.installed));
    // A data folder that was made before anybody set the clock; of so long ago nothing is recorded.
    let from = from.max(Hour(end.0.saturating_sub(MAX_WINDOW_HOURS)));
    // A clock that was set back gives an empty window, not one that begins twice.
    (from, end.max(from))
}

/// What has to be read for the next upload.
pub(super) fn wanted(state: &State, salt: &Zeroizing<[u8; 32]>, now: Timestamp) -> Wanted {
    let (from, to) = window(state, now);
    Wanted {
        from,
        to,
        salt: state.settings.include_user_hashes.then(|| salt.clone()),
        ceip: state.settings.ceip,
    }
}

/// What the trusted clock shows, by which use is recorded.
pub(super) fn trusted(now: Timestamp, clock_jump_seconds: i64) -> Timestamp {
    now.checked_sub(jiff::SignedDuration::from_secs(clock_jump_seconds))
        .unwrap_or(now)
}

/// The next upload of this state.
///
/// # Errors
/// When it cannot be written canonically, which holds for no upload.
pub(super) fn seal(
    state: &State,
    wanted: &Wanted,
    contents: Contents,
    upload_id: UploadId,
    upload_type: UploadType,
    now: Timestamp,
) -> Result<SealedUpload, Problem> {
    let local = now.to_zoned(TimeZone::system());
    SealedUpload::seal(UploadBody {
        product: PRODUCT.to_owned(),
        format_version: FORMAT_VERSION,
        upload_id,
        sequence: state.sequence + 1,
        previous: state.previous.clone(),
        upload_type,
        created: now,
        created_local: local.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
        window_start: wanted.from.start(),
        window_stop: wanted.to.start(),
        server: ServerReport {
            guid: state.guid,
            hardware_id: contents.hardware_id,
            host_name: contents.host_name,
            installed: state.installed,
            product_version: env!("CARGO_PKG_VERSION").to_owned(),
            disaster_recovery_partner: state.settings.disaster_recovery_partner,
            clock: ClockReport {
                jump_seconds: contents.clock_jump_seconds,
                latest: trusted(now, contents.clock_jump_seconds),
            },
            supplied: match contents.burst_days_left {
                Some(_) => SuppliedReason::SeatsOut,
                None => SuppliedReason::None,
            },
            supplied_days_left: contents.burst_days_left.unwrap_or(0),
        },
        licenses: contents.licenses,
        features: contents.features,
        products: contents.products,
        statistics: contents.statistics,
        diagnostic: contents.diagnostic,
    })
    .map_err(|error| Problem::new(ErrorCode::InternalError, error.to_string()))
}

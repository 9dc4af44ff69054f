//! The list of those who hold seats, part by part.

use licensing_api::Problem;
use licensing_api::usage::UsageRow;
use licensing_store::SeatService;

use crate::blocking::blocking;
use crate::control::{HoldersFrom, HoldersPage};

/// Rows of one part, or a few more.
const ROWS: usize = 2_000;

/// A part of the list.
pub(super) async fn part(
    seats: SeatService,
    HoldersFrom { request, from }: HoldersFrom,
) -> Result<HoldersPage<Vec<UsageRow>>, Problem> {
    blocking(move || {
        let mut rows = Vec::new();
        let next = seats.usage_page(&request, from, ROWS, &mut rows);
        HoldersPage {
            items: sorted(rows),
            next,
        }
    })
    .await
}

/// By feature, version and user.
pub(super) fn sorted(mut rows: Vec<UsageRow>) -> Vec<UsageRow> {
    rows.sort_by(|one, other| {
        (&one.feature, &one.version, &one.user).cmp(&(&other.feature, &other.version, &other.user))
    });
    rows
}

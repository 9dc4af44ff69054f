//! Where findings are delivered to.

use licensing_api::insight::{
    AddedInsightTarget, GetInsightTargets, InsightTarget, InsightTargetKind, NewInsightTarget,
    RemoveInsightTarget,
};
use licensing_api::operation::{Rows, op};
use licensing_api::{Permission, Problem};
use licensing_delivery::shown_address;

use crate::service::{Account, Insight, Target, TargetKind};
use crate::web::dispatch::Answer;

/// A target without its secret.
fn target_row(target: Target) -> InsightTarget {
    InsightTarget {
        address: target.address,
        kind: match target.kind {
            TargetKind::Mail => InsightTargetKind::Mail,
            TargetKind::Webhook => InsightTargetKind::Webhook,
        },
        organization: target.organization,
        cert_hash: target.cert_hash,
    }
}

impl Answer for op::GetInsightTargets {
    fn answer(
        insight: &Insight,
        caller: &Account,
        _: GetInsightTargets,
    ) -> Result<Rows<InsightTarget>, Problem> {
        let targets = insight.visible_targets(caller)?;
        let mut rows: Vec<InsightTarget> = targets.into_iter().map(target_row).collect();
        if caller.permission != Permission::Full {
            for row in &mut rows {
                row.address = shown_address(&row.address);
            }
        }
        Ok(rows.into())
    }
}

impl Answer for op::NewInsightTarget {
    fn answer(
        insight: &Insight,
        caller: &Account,
        request: NewInsightTarget,
    ) -> Result<AddedInsightTarget, Problem> {
        let (target, secret) = insight.new_target(
            caller,
            &request.address,
            request.organization.as_deref(),
            request.cert_hash.as_deref(),
        )?;
        Ok(AddedInsightTarget {
            secret,
            target: target_row(target),
        })
    }
}

impl Answer for op::RemoveInsightTarget {
    fn answer(
        insight: &Insight,
        caller: &Account,
        request: RemoveInsightTarget,
    ) -> Result<InsightTarget, Problem> {
        Ok(target_row(insight.remove_target(
            caller,
            &request.address,
            request.organization.as_deref(),
        )?))
    }
}

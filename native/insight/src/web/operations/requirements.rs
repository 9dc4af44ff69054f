//! Dates that product versions require.

use licensing_api::Problem;
use licensing_api::insight::{
    GetInsightRequirements, ImportInsightRequirements, InsightRequirement, RemoveInsightRequirement,
};
use licensing_api::operation::{Rows, op};
use licensing_management::compliance::VersionRequirement;
use licensing_seats::wildcard::Wildcards;

use crate::service::{Account, Insight};
use crate::web::dispatch::Answer;

fn rows(requirements: Vec<VersionRequirement>) -> Rows<InsightRequirement> {
    requirements
        .into_iter()
        .map(|one| InsightRequirement {
            feature: one.feature,
            vendor: one.vendor,
            product_version: one.product_version,
            required_date: one.required_date,
        })
        .collect::<Vec<_>>()
        .into()
}

impl Answer for op::GetInsightRequirements {
    fn answer(
        insight: &Insight,
        caller: &Account,
        request: GetInsightRequirements,
    ) -> Result<Rows<InsightRequirement>, Problem> {
        let features = Wildcards::new(&request.feature);
        let mut requirements = insight.visible_requirements(caller)?;
        requirements.retain(|one| features.matches(&one.feature));
        Ok(rows(requirements))
    }
}

impl Answer for op::ImportInsightRequirements {
    fn answer(
        insight: &Insight,
        caller: &Account,
        request: ImportInsightRequirements,
    ) -> Result<Rows<InsightRequirement>, Problem> {
        Ok(rows(insight.import_requirements(caller, &request.content)?))
    }
}

impl Answer for op::RemoveInsightRequirement {
    fn answer(
        insight: &Insight,
        caller: &Account,
        request: RemoveInsightRequirement,
    ) -> Result<Rows<InsightRequirement>, Problem> {
        Ok(rows(insight.remove_requirement(
            caller,
            &request.feature,
            &request.product_version,
            request.vendor.as_deref(),
        )?))
    }
}

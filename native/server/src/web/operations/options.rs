//! The options files.

use jiff::{SignedDuration, Timestamp};
use licensing_api::denial::{DenialReason, DenialRow, GetDenials};
use licensing_api::operation::op;
use licensing_api::option::{ExplainOptions, GetOptions, OptionLine, OptionsExplanation, SetOptions};
use licensing_api::usage::{GetUsage, UsageRow};
use licensing_api::{ErrorCode, Problem, Rows};
use licensing_seats::wildcard::Wildcards;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::not_served;
use crate::license_folder::People;
use crate::web::WebServices;
use crate::web::dispatch::{Call, Handler};

/// How long ago somebody was refused who is told to gain seats.
const REFUSED_WITHIN: SignedDuration = SignedDuration::from_hours(24);

impl Handler for op::GetOptions {
    async fn handle(
        services: &WebServices,
        _: &Call,
        request: GetOptions,
    ) -> Result<Rows<OptionLine>, Problem> {
        let wanted = Wildcards::new(&request.vendor);
        let mut vendors = vendors(services).await?;
        vendors.retain(|vendor| wanted.matches(vendor));
        Ok(services.licenses.options(vendors).await?.into())
    }
}

impl Handler for op::ExplainOptions {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: ExplainOptions,
    ) -> Result<OptionsExplanation, Problem> {
        let vendor = vendor(services, &request.vendor).await?;
        let people = people(services, call, &vendor).await?;
        services
            .licenses
            .explain_options(vendor, request.content, people)
            .await
    }
}

impl Handler for op::SetOptions {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: SetOptions,
    ) -> Result<OptionsExplanation, Problem> {
        let vendor = vendor(services, &request.vendor).await?;
        let sha256 = hex::encode(Sha256::digest(request.content.as_bytes()));
        let people = match people(services, call, &vendor).await {
            Ok(people) => people,
            // Rules may be what keeps a daemon from serving.
            Err(_) if request.force => People::default(),
            Err(problem) => return Err(problem),
        };
        let checked = services
            .licenses
            .check_options(vendor.clone(), request.content, people)
            .await?;
        if !request.force && !checked.explanation.acceptable {
            return Err(
                Problem::new(ErrorCode::InvalidOptions, format!("{}.", checked.refusal)).about(vendor),
            );
        }
        let explanation = checked.explanation.clone();
        // The hash comes first: of a long file the audit does not have all lines.
        let detail = json!({
            "contentSha256": sha256,
            "lines": explanation.lines.iter().map(|line| &line.text).collect::<Vec<_>>(),
            "effects": explanation.effects.len(),
            "force": request.force,
        });
        services
            .accounts
            .record_change(call.caller()?, "SetOptions", vendor.clone(), detail)
            .await?;
        let folder = checked.carry_out().await?;
        let reread = services.setup.daemons.reread().await;
        drop(folder);
        reread.map_err(|problem| not_served("The options file is in place", &problem).about(vendor))?;
        Ok(explanation)
    }
}

/// Vendors that license files name or that have a daemon, each once.
async fn vendors(services: &WebServices) -> Result<Vec<String>, Problem> {
    let daemons = services.setup.daemons.vendors().into_iter();
    let mut vendors: Vec<String> = daemons.map(|daemon| daemon.vendor).collect();
    for vendor in services.licenses.vendors().await? {
        if !vendors.iter().any(|known| known.eq_ignore_ascii_case(&vendor)) {
            vendors.push(vendor);
        }
    }
    Ok(vendors)
}

/// A vendor as it is spelled.
async fn vendor(services: &WebServices, name: &str) -> Result<String, Problem> {
    let known = vendors(services).await?;
    let found = known
        .iter()
        .find(|vendor| vendor.eq_ignore_ascii_case(name.trim()));
    found.cloned().ok_or_else(|| {
        let detail = format!(
            "No license file names this vendor; there are {}.",
            known.join(", ")
        );
        Problem::new(ErrorCode::InvalidRequest, detail)
            .about("vendor")
            .advise("Import a license file of the vendor first.")
    })
}

/// Whom a change may concern.
async fn people(services: &WebServices, call: &Call, vendor: &str) -> Result<People, Problem> {
    let usage = GetUsage {
        vendor: vendor.into(),
        ..GetUsage::default()
    };
    let denials = GetDenials {
        vendor: vendor.into(),
        since: Timestamp::now().checked_sub(REFUSED_WITHIN).ok(),
        ..GetDenials::default()
    };
    let holders = services
        .ask_daemons::<op::GetUsage, UsageRow>(&usage.vendor, &usage, call)
        .await?;
    let refused = services
        .ask_daemons::<op::GetDenials, DenialRow>(&denials.vendor, &denials, call)
        .await?;
    let by_rules = [DenialReason::Excluded, DenialReason::NotIncluded].map(DenialReason::name);
    Ok(People {
        holders: holders.items,
        refused: refused
            .items
            .into_iter()
            .filter(|row| by_rules.contains(&row.reason.as_str()))
            .collect(),
    })
}

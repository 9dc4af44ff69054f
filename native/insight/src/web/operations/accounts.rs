//! Organizations and accounts.

use std::collections::HashMap;

use licensing_api::insight::{
    AddedInsightAccount, GetInsightAccounts, GetInsightOrganizations, InsightAccount, InsightOrganization,
    NewInsightAccount, NewInsightOrganization, RemoveInsightAccount,
};
use licensing_api::operation::{Rows, op};
use licensing_api::{Permission, Problem};
use licensing_seats::wildcard::Wildcards;

use crate::service::{Account, Insight, Organization};
use crate::web::dispatch::Answer;

fn organization_rows(
    insight: &Insight,
    caller: &Account,
    organizations: Vec<Organization>,
) -> Result<Vec<InsightOrganization>, Problem> {
    let mut servers: HashMap<String, u32> = HashMap::new();
    for server in insight.visible_servers(caller)? {
        *servers.entry(server.organization).or_default() += 1;
    }
    Ok(organizations
        .into_iter()
        .map(|organization| InsightOrganization {
            servers: servers.get(&organization.name).copied().unwrap_or_default(),
            name: organization.name,
            added: organization.added,
        })
        .collect())
}

impl Answer for op::GetInsightOrganizations {
    fn answer(
        insight: &Insight,
        caller: &Account,
        request: GetInsightOrganizations,
    ) -> Result<Rows<InsightOrganization>, Problem> {
        let names = Wildcards::new(&request.name);
        let mut organizations = insight.visible_organizations(caller)?;
        organizations.retain(|organization| names.matches(&organization.name));
        Ok(organization_rows(insight, caller, organizations)?.into())
    }
}

impl Answer for op::NewInsightOrganization {
    fn answer(
        insight: &Insight,
        caller: &Account,
        request: NewInsightOrganization,
    ) -> Result<InsightOrganization, Problem> {
        let organization = insight.new_organization(caller, &request.name)?;
        Ok(InsightOrganization {
            servers: u32::try_from(insight.servers(Some(&organization.name))?.len()).unwrap_or(u32::MAX),
            name: organization.name,
            added: organization.added,
        })
    }
}

fn account_row(account: Account) -> InsightAccount {
    InsightAccount {
        name: account.name,
        organization: account.organization,
        permissions: account.permission,
        added: account.added,
    }
}

impl Answer for op::GetInsightAccounts {
    fn answer(
        insight: &Insight,
        caller: &Account,
        request: GetInsightAccounts,
    ) -> Result<Rows<InsightAccount>, Problem> {
        let names = Wildcards::new(&request.name);
        let mut rows: Vec<InsightAccount> = insight
            .visible_accounts(caller)?
            .into_iter()
            .filter(|account| names.matches(&account.name))
            .map(account_row)
            .collect();
        rows.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(rows.into())
    }
}

impl Answer for op::NewInsightAccount {
    fn answer(
        insight: &Insight,
        caller: &Account,
        request: NewInsightAccount,
    ) -> Result<AddedInsightAccount, Problem> {
        let (account, secret) = insight.new_account(
            caller,
            &request.name,
            request.organization.as_deref(),
            request.operator,
            request.permissions.unwrap_or(Permission::ReadOnly),
        )?;
        Ok(AddedInsightAccount {
            secret,
            account: account_row(account),
        })
    }
}

impl Answer for op::RemoveInsightAccount {
    fn answer(
        insight: &Insight,
        caller: &Account,
        request: RemoveInsightAccount,
    ) -> Result<InsightAccount, Problem> {
        Ok(account_row(insight.remove_account(caller, &request.name)?))
    }
}

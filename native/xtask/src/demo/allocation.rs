//! Seats of an order at the vendor: allocated over the connection, and by files for a site without one.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::insight::Insight;
use super::site::{Site, print, write_private};
use crate::powershell::PowerShell;
use crate::{child, workspace};

/// Feature of the order.
pub(super) const FEATURE: &str = "SIM_PRO_CCU";

const ORDER: &str = r#"order_number = "SO-4712"
customer = "Example Ltd"
vendor = "ACME"

[[entitlements]]
id = "SO-4712-SIM"
product = "Acme Simulation"
count = 20
subscription_date = 2037-06-30
expires = "permanent"

[[entitlements.grants]]
feature = "SIM_PRO_CCU"
"#;

/// Entitlement of the order.
const ENTITLEMENT: &str = "SO-4712-SIM";

/// An order that the vendor has loaded.
pub(super) struct Order {
    /// File with its access code.
    code: PathBuf,
    /// File that makes license servers trust the vendor's issuer.
    issuer: PathBuf,
}

/// What `licensing entitlement list --json` says.
#[derive(Deserialize)]
struct Entitlements {
    items: Vec<Entitlement>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entitlement {
    session_id: String,
}

impl Order {
    /// Makes the vendor's issuer and loads the order.
    ///
    /// # Errors
    /// When a command fails.
    pub(super) async fn load(insight: &Insight, site: &Site) -> Result<Self> {
        let mut issuer = insight.command(site);
        issuer.args(["issuer", "init", "--name", "Acme Vendor", "--vendor", "ACME"]);
        print(&child::output(&mut issuer).await?);
        let file = site.path("so-4712.toml");
        std::fs::write(&file, ORDER).with_context(|| format!("{} cannot be written", file.display()))?;
        let mut add = insight.command(site);
        add.args(["order", "add"]).arg(&file);
        let printed = child::output(&mut add).await?;
        let code = site.path("access-code");
        write_private(&code, &printed)?;
        println!("   An order of 20 seats is loaded, and its access code is known.");
        Ok(Self {
            code,
            issuer: insight.data().join("issuers").join("acme-vendor.pub"),
        })
    }

    /// Allocates through the module.
    ///
    /// # Errors
    /// When a command of the module fails.
    pub(super) async fn in_powershell(
        &self,
        powershell: &PowerShell,
        insight: &Insight,
        site: &Site,
    ) -> Result<()> {
        let mut command = powershell.command();
        command
            .arg("-File")
            .arg(
                workspace::root()
                    .join("native")
                    .join("xtask")
                    .join("show-allocation.ps1"),
            )
            .arg("-Module")
            .arg(workspace::out().join("LicensingAdmin"))
            .arg("-Issuer")
            .arg(&self.issuer)
            .arg("-AccessCodeFile")
            .arg(&self.code)
            .args(["-EntitlementId", ENTITLEMENT, "-Folder"])
            .arg(site.path(""))
            .arg("-Insightd")
            .arg(site.program("insightd"))
            .envs(site.variables()?)
            .env("INSIGHTD_DATA", insight.data())
            .env("INSIGHT_SERVER", insight.address())
            .env("INSIGHT_CERT_HASH", insight.cert_hash());
        child::run(&mut command).await
    }

    /// Allocates through the command line.
    ///
    /// # Errors
    /// When a command fails.
    pub(super) async fn in_shell(&self, insight: &Insight, site: &Site) -> Result<()> {
        let mut trust = site.administration()?;
        trust.args(["issuer", "add"]).arg(&self.issuer);
        child::output(&mut trust).await?;
        let mut settings = site.administration()?;
        settings
            .args(["configuration", "set"])
            .arg(format!("fulfilment.address={}", insight.address()))
            .arg(format!("fulfilment.cert_hash={}", insight.cert_hash()));
        child::output(&mut settings).await?;

        println!("\n$ licensing entitlement list --json --new-access-code-file access-code");
        let mut list = site.administration()?;
        list.args(["entitlement", "list", "--json", "--new-access-code-file"])
            .arg(&self.code);
        let listed: Entitlements = serde_json::from_str(&child::output(&mut list).await?)
            .context("the entitlements cannot be understood")?;
        let session = &listed
            .items
            .first()
            .context("the order has no entitlement")?
            .session_id;
        println!("\n$ licensing allocation new {ENTITLEMENT} {session} 5");
        let mut allocate = site.administration()?;
        allocate.args(["allocation", "new", ENTITLEMENT, session, "5"]);
        print(&child::output(&mut allocate).await?);

        let (request, answer) = (site.path("seats.request.json"), site.path("seats.answer.json"));
        println!("\n$ licensing allocation request {ENTITLEMENT} 3 -o seats.request.json");
        let mut ask = site.administration()?;
        ask.args([
            "allocation",
            "request",
            ENTITLEMENT,
            "3",
            "--new-access-code-file",
        ])
        .arg(&self.code)
        .arg("-o")
        .arg(&request);
        child::output(&mut ask).await?;
        println!("$ insightd allocation answer seats.request.json --output seats.answer.json");
        let mut reply = insight.command(site);
        reply
            .args(["allocation", "answer"])
            .arg(&request)
            .arg("--output")
            .arg(&answer);
        child::output(&mut reply).await?;
        println!("$ licensing allocation answer seats.answer.json");
        let mut import = site.administration()?;
        import.args(["allocation", "answer"]).arg(&answer);
        print(&child::output(&mut import).await?);
        println!("\n$ licensing inventory --feature {FEATURE}");
        let mut inventory = site.administration()?;
        inventory.args(["inventory", "--feature", FEATURE]);
        print(&child::output(&mut inventory).await?);
        Ok(())
    }
}

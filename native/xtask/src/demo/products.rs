//! Ten products and more, each a process of its own that holds a seat.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStdin};

use super::allocation;
use super::site::Site;

/// Longest time for a checkout.
const CHECKOUT: Duration = Duration::from_secs(30);

/// User, device, feature.
const PRODUCTS: [(&str, &str, &str); 10] = [
    ("anna", "ws-101", "CAD_PRO_CCU"),
    ("bashir", "ws-102", "CAD_PRO_CCU"),
    ("chiara", "ws-103", "CAD_PRO_CCU"),
    ("dmitri", "ws-104", "CAD_PRO_CCU"),
    ("emeka", "ws-105", "CAD_PRO_CCU"),
    ("fatima", "ws-106", "CAD_PRO_CCU"),
    ("goran", "ws-107", "CAD_PRO_CCU"),
    ("hana", "ws-201", "REPORT_STD_CCU"),
    ("ines", "ws-202", "REPORT_STD_CCU"),
    ("jonas", "ws-203", "REPORT_STD_CCU"),
];

/// The running products. Dropping them kills them.
pub(super) struct Products(Vec<Product>);

struct Product {
    process: Child,
    input: ChildStdin,
}

impl Products {
    /// Starts all and waits until each holds its seat.
    pub(super) async fn start(site: &Site) -> Result<Self> {
        let mut products = Vec::new();
        for (user, device, feature) in PRODUCTS {
            products.push(Product::start(site, user, device, feature).await?);
        }
        Ok(Self(products))
    }

    /// Starts one more and waits until it holds its seat.
    pub(super) async fn add(&mut self, site: &Site, user: &str, device: &str, feature: &str) -> Result<()> {
        self.0.push(Product::start(site, user, device, feature).await?);
        Ok(())
    }

    /// Lets all give their seats back and waits for their end.
    pub(super) async fn stop(self) -> Result<()> {
        let mut processes = Vec::new();
        for Product { process, input } in self.0 {
            drop(input);
            processes.push(process);
        }
        for mut process in processes {
            let status = process.wait().await.context("a product was lost")?;
            if !status.success() {
                bail!("a product ended with {status}");
            }
        }
        Ok(())
    }
}

impl Product {
    async fn start(site: &Site, user: &str, device: &str, feature: &str) -> Result<Self> {
        let product = match feature {
            "CAD_PRO_CCU" => "Acme CAD 2.0",
            allocation::FEATURE => "Acme Simulation 3.1",
            _ => "Acme Report 1.4",
        };
        let mut process = site
            .licensing()
            .args([
                "checkout",
                feature,
                "--user",
                user,
                "--device",
                device,
                "--product",
                product,
            ])
            .args(["--manager", &site.endpoints()?.licensing])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("a product cannot be started")?;
        let input = process.stdin.take().context("a product has no input")?;
        let mut lines = BufReader::new(process.stdout.take().context("a product has no output")?).lines();
        let line = tokio::time::timeout(CHECKOUT, lines.next_line())
            .await
            .context("a product got no answer")?
            .context("a product cannot be read")?;
        let Some(line) = line else {
            let mut said = String::new();
            if let Some(mut errors) = process.stderr.take() {
                errors
                    .read_to_string(&mut said)
                    .await
                    .context("a product cannot be read")?;
            }
            bail!("{user} got no seat of {feature}:\n{said}");
        };
        println!("   {user:<8} {}", line.split(". ").next().unwrap_or(&line));
        // The product goes on writing at its end.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self { process, input })
    }
}

//! What an administrator waits for in PowerShell.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use licensing_testbed::Server;

/// A PowerShell and the built module.
#[derive(Debug, Clone)]
pub(crate) struct PowerShell {
    /// The program.
    pub(crate) program: PathBuf,
    /// Folder of the built module.
    pub(crate) module: PathBuf,
}

impl PowerShell {
    fn command(&self, script: &str) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(["-NoProfile", "-NonInteractive", "-Command", script])
            .stdin(Stdio::null());
        command
    }

    /// Median milliseconds of a whole process that runs this script.
    fn process_milliseconds(&self, script: &str, runs: usize) -> Result<f64> {
        let mut times = Vec::new();
        // The first run only fills the caches of the file system.
        for run in 0..=runs {
            let start = Instant::now();
            let output = self
                .command(script)
                .output()
                .context("PowerShell cannot be started")?;
            if !output.status.success() {
                bail!("PowerShell failed: {}", String::from_utf8_lossy(&output.stderr));
            }
            if run > 0 {
                times.push(start.elapsed().as_secs_f64() * 1000.0);
            }
        }
        Ok(median(times))
    }

    /// What importing the module costs over an empty PowerShell, in milliseconds.
    pub(crate) fn import_milliseconds(&self) -> Result<f64> {
        let import = format!("Import-Module '{}'", self.module.display());
        // Both need this module of PowerShell's own; only ours is to be measured.
        let empty = "Import-Module Microsoft.PowerShell.Utility".to_owned();
        let both = format!("{empty}; {import}");
        let without = self.process_milliseconds(&empty, 9)?;
        Ok(self.process_milliseconds(&both, 9)? - without)
    }

    /// What a script writes that runs with a session to the server. Numbers are separated by blanks.
    fn numbers(&self, server: &Server, script: &str) -> Result<Vec<f64>> {
        let (account, password) = server.administrator();
        let endpoints = server.endpoints();
        let script = format!(
            "$ErrorActionPreference = 'Stop'
            Import-Module '{}'
            $password = [System.Security.SecureString]::new()
            foreach ($letter in $env:BENCH_PASSWORD.ToCharArray()) {{ $password.AppendChar($letter) }}
            $credential = [pscredential]::new('{account}', $password)
            Connect-LicenseServer -Server 'https://{}' -CertHash '{}' -Credential $credential
            {script}",
            self.module.display(),
            endpoints.web_services,
            endpoints.cert_hash,
        );
        let output = self.command(&script).env("BENCH_PASSWORD", password).output()?;
        if !output.status.success() {
            bail!(
                "PowerShell ended with {}: {}{}",
                output.status,
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            );
        }
        let text = String::from_utf8(output.stdout)?;
        text.split_whitespace()
            .map(|number| number.parse().with_context(|| format!("answer {text:?}")))
            .collect()
    }

    /// Median milliseconds of one `Get-LicenseInventory`, and the number of rows it gave.
    pub(crate) fn inventory(&self, server: &Server) -> Result<(f64, usize)> {
        let numbers = self.numbers(
            server,
            "$null = Get-LicenseInventory
            $times = foreach ($run in 1..9) {
                $watch = [System.Diagnostics.Stopwatch]::StartNew()
                $rows = @(Get-LicenseInventory)
                $watch.Elapsed.TotalMilliseconds
            }
            \"$($rows.Count) $(($times | Sort-Object)[4].ToString([cultureinfo]::InvariantCulture))\"",
        )?;
        let &[rows, milliseconds] = numbers.as_slice() else {
            bail!("{} numbers instead of 2", numbers.len());
        };
        Ok((milliseconds, rows as usize))
    }

    /// All holders of a server, kept at once and let go of.
    pub(crate) fn holders(&self, server: &Server) -> Result<Holders> {
        let numbers = self.numbers(
            server,
            "function Get-Resident {
                foreach ($pass in 1..2) {
                    [System.GC]::Collect(2, [System.GCCollectionMode]::Aggressive, $true, $true)
                    [System.GC]::WaitForPendingFinalizers()
                }
                foreach ($line in [System.IO.File]::ReadLines('/proc/self/status')) {
                    if ($line -match '^VmRSS:\\s+(\\d+)') { [int] $Matches[1] }
                }
            }
            $null = Get-LicenseUsage -User nobody
            $before = Get-Resident
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            $rows = @(Get-LicenseUsage)
            $seconds = $watch.Elapsed.TotalSeconds
            $count = $rows.Count
            $full = Get-Resident
            $rows = $null
            $after = Get-Resident
            \"$count $($seconds.ToString([cultureinfo]::InvariantCulture)) $before $full $after\"",
        )?;
        let &[rows, seconds, before, full, after] = numbers.as_slice() else {
            bail!("{} numbers instead of 5", numbers.len());
        };
        Ok(Holders {
            rows: rows as usize,
            seconds,
            held_kib: full - before,
            kept_kib: after - before,
        })
    }
}

/// What a list of holders takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Holders {
    /// Number of holders.
    pub(crate) rows: usize,
    /// Seconds until all were there.
    pub(crate) seconds: f64,
    /// Memory over that before, while all are held.
    pub(crate) held_kib: f64,
    /// Memory over that before, after they were let go of.
    pub(crate) kept_kib: f64,
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

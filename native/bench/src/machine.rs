//! What the figures were measured on.

use std::fs;

use anyhow::{Context, Result};

/// The machine in a few lines, for the head of the table.
#[derive(Debug, Clone)]
pub(crate) struct Machine {
    /// Processor model.
    pub(crate) processor: String,
    /// Logical cores.
    pub(crate) cores: usize,
    /// Memory in GiB.
    pub(crate) memory_gib: u64,
    /// Operating system kernel.
    pub(crate) kernel: String,
    /// Load average over one minute at the start; none where the system has no such figure.
    pub(crate) load: Option<f64>,
}

impl Machine {
    /// Reads what the system tells; what it does not tell stays empty.
    pub(crate) fn describe() -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let field = |text: &str, name: &str| {
            text.lines()
                .find(|line| line.starts_with(name))
                .and_then(|line| line.split(':').nth(1))
                .map(|value| value.trim().to_owned())
        };
        let memory_kib = field(&read("/proc/meminfo"), "MemTotal")
            .and_then(|value| {
                value
                    .split(' ')
                    .next()
                    .and_then(|number| number.parse::<u64>().ok())
            })
            .unwrap_or(0);
        Self {
            processor: field(&read("/proc/cpuinfo"), "model name").unwrap_or_default(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_gib: memory_kib.div_ceil(1024 * 1024),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            load: read("/proc/loadavg")
                .split(' ')
                .next()
                .and_then(|load| load.parse().ok()),
        }
    }
}

/// Memory of a process that is in RAM, in KiB; none where the system does not tell.
pub(crate) fn resident_kib(process_id: u32) -> Option<u64> {
    status_kib(process_id, "VmRSS:")
}

/// The most of it since [`forget_peak`].
pub(crate) fn peak_kib(process_id: u32) -> Option<u64> {
    status_kib(process_id, "VmHWM:")
}

/// Has the system take the memory of now as the most.
///
/// # Errors
/// Where the system cannot.
pub(crate) fn forget_peak(process_id: u32) -> Result<()> {
    let path = format!("/proc/{process_id}/clear_refs");
    fs::write(&path, "5").with_context(|| path)
}

fn status_kib(process_id: u32, field: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process_id}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with(field))?;
    line.split_ascii_whitespace().nth(1)?.parse().ok()
}

/// Processes that this one has started, from whichever of its threads.
///
/// # Errors
/// Where the system does not tell.
pub(crate) fn children(process_id: u32) -> Result<Vec<u32>> {
    let threads = format!("/proc/{process_id}/task");
    let mut children = Vec::new();
    for thread in fs::read_dir(&threads).with_context(|| threads)? {
        let path = thread?.path().join("children");
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        for number in text.split_ascii_whitespace() {
            children.push(number.parse()?);
        }
    }
    Ok(children)
}

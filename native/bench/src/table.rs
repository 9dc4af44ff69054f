//! The figures as a Markdown table.

use std::fmt::Write;

use crate::machine::Machine;

/// One figure.
#[derive(Debug, Clone)]
pub(crate) struct Figure {
    /// What was measured.
    pub(crate) name: String,
    /// What came out.
    pub(crate) value: String,
    /// What was aimed at; empty where there is no aim.
    pub(crate) aim: String,
    /// Whether the aim was met; none where there is no aim.
    pub(crate) met: Option<bool>,
}

impl Figure {
    /// A figure without an aim, to compare others with.
    pub(crate) fn floor(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            aim: String::new(),
            met: None,
        }
    }

    /// A figure with an aim.
    pub(crate) fn aimed(
        name: impl Into<String>,
        value: impl Into<String>,
        aim: impl Into<String>,
        met: bool,
    ) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            aim: aim.into(),
            met: Some(met),
        }
    }
}

/// Head and table in Markdown.
pub(crate) fn render(machine: &Machine, figures: &[Figure]) -> String {
    let mut text = String::new();
    let load = machine
        .load
        .map_or_else(|| "unknown".to_owned(), |load| format!("{load:.2}"));
    let _ = writeln!(
        text,
        "{} · {} cores · {} GiB · kernel {} · load average at start {load}\n",
        machine.processor, machine.cores, machine.memory_gib, machine.kernel
    );
    let _ = writeln!(
        text,
        "| figure | measured | aim | met |\n| --- | ---: | ---: | --- |"
    );
    for figure in figures {
        let met = match figure.met {
            Some(true) => "yes",
            Some(false) => "**no**",
            None => "",
        };
        let _ = writeln!(
            text,
            "| {} | {} | {} | {met} |",
            figure.name, figure.value, figure.aim
        );
    }
    text
}

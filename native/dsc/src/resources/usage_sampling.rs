//! Samples of the seats in use.

use licensing_api::OperationId;
use licensing_api::schema::FieldKind;

use super::server::{CONFIGURATION, SET_CONFIGURATION};
use crate::description::{Property, Read, Resource};

/// Whether and how often samples of the seats in use are taken.
pub(super) static USAGE_SAMPLING: Resource = Resource {
    name: "UsageSampling",
    summary: "Whether and how often a license server notes the seats in use, and how long it keeps that.",
    noun: "the sampling of seats in use",
    reads: &[CONFIGURATION, Read::rows(OperationId::GetUsageSampling)],
    create: None,
    updates: &[SET_CONFIGURATION],
    delete: None,
    replaces: false,
    ends: None,
    properties: &[
        Property::shaped(
            "samples",
            "usage.samples",
            FieldKind::Boolean,
            "Whether the seats in use are noted.",
        ),
        Property::shaped(
            "pollingInterval",
            "usage.sample_minutes",
            FieldKind::Integer,
            "Minutes between two samples, 5 to 1440.",
        )
        .between(5, 1440),
        Property::shaped(
            "retentionPeriod",
            "usage.sample_days",
            FieldKind::Integer,
            "Days for which samples are kept, 30 to 3650.",
        )
        .between(30, 3650),
        Property::read_only("earliestSampleTime"),
        Property::read_only("latestSampleTime"),
    ],
};

//! The schema, and the locks.

use crate::storage::postgres::Schema;

/// Locks of this program, so that two processes on one database take turns. The numbers are arbitrary and never change.
pub(super) mod lock {
    /// Held while the schema is brought to its version.
    pub(in super::super) const SCHEMA: i64 = 0x4C46_756C_0001;
    /// Held while orders and allocations are changed: the seats of an entitlement, the allocation of a request and the end of the
    /// audit are looked up and changed by one at a time.
    pub(in super::super) const CHANGES: i64 = 0x4C46_756C_0002;
    /// Held while sessions are opened and forgotten.
    pub(in super::super) const SESSIONS: i64 = 0x4C46_756C_0003;
    /// Held while the orders of a file are moved here and until the file has its other name.
    pub(in super::super) const MOVING: i64 = 0x4C46_756C_0004;
}

/// It has versions of its own in the database that uploads are in.
pub(super) const SCHEMA: Schema = Schema {
    versions: "fulfilment_schema",
    lock: lock::SCHEMA,
    migrations: &[VERSION_1],
};

const VERSION_1: &str = "
CREATE TABLE sales_order (
    number      text COLLATE \"C\" PRIMARY KEY,
    code_id     text NOT NULL UNIQUE,
    code_secret bytea NOT NULL,
    head        text NOT NULL
);
CREATE TABLE entitlement (
    id           text COLLATE \"C\" PRIMARY KEY,
    order_number text COLLATE \"C\" NOT NULL REFERENCES sales_order,
    place        bigint NOT NULL,
    total        bigint NOT NULL,
    allocated    bigint NOT NULL DEFAULT 0 CHECK (allocated BETWEEN 0 AND total),
    renews       text COLLATE \"C\",
    terms        text NOT NULL
);
CREATE INDEX entitlement_of_order ON entitlement (order_number, place);
CREATE INDEX entitlement_renews ON entitlement (renews) WHERE renews IS NOT NULL;
CREATE TABLE fulfilment_session (
    id           text COLLATE \"C\" PRIMARY KEY,
    order_number text COLLATE \"C\" NOT NULL,
    public_key   text NOT NULL,
    ends         timestamptz NOT NULL
);
CREATE INDEX fulfilment_session_ends ON fulfilment_session (ends);
CREATE INDEX fulfilment_session_of_order ON fulfilment_session (order_number);
CREATE TABLE allocation (
    id            text COLLATE \"C\" PRIMARY KEY,
    request_id    uuid NOT NULL UNIQUE,
    fingerprint   text NOT NULL,
    server        uuid NOT NULL,
    public_key    text NOT NULL,
    entitlement   text COLLATE \"C\" NOT NULL REFERENCES entitlement,
    count         bigint NOT NULL CHECK (count > 0),
    host_id       text NOT NULL,
    serial_number text NOT NULL,
    standing      text NOT NULL,
    made          timestamptz NOT NULL,
    ended         timestamptz,
    answer        text NOT NULL,
    proof         text
);
CREATE INDEX allocation_of_entitlement ON allocation (entitlement);
CREATE INDEX allocation_of_key ON allocation (public_key, standing);
CREATE TABLE fulfilment_audit (
    sequence bigint PRIMARY KEY,
    body     bytea NOT NULL,
    hash     bytea NOT NULL
);
CREATE TABLE fulfilment_audit_end (
    only_row boolean PRIMARY KEY CHECK (only_row),
    sequence bigint NOT NULL,
    hash     bytea NOT NULL
);
";

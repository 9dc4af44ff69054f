//! The schema.

use super::Schema;

/// Its files are marked with "LIns".
pub(super) const SCHEMA: Schema = Schema {
    application_id: 0x4C49_6E73,
    migrations: &[VERSION_1, VERSION_2, VERSION_3, VERSION_4],
};

const VERSION_1: &str = "
CREATE TABLE item (
    kind         TEXT NOT NULL,
    key          TEXT NOT NULL,
    organization TEXT,
    value        TEXT NOT NULL,
    PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE upload (
    upload_id    BLOB PRIMARY KEY,
    server       BLOB NOT NULL,
    sequence     INTEGER NOT NULL,
    integrity    TEXT NOT NULL,
    previous     TEXT,
    created      TEXT NOT NULL,
    window_stop  TEXT NOT NULL,
    received     TEXT NOT NULL,
    received_ms  INTEGER NOT NULL,
    clock_offset INTEGER,
    clock_jump   INTEGER NOT NULL,
    partner      BLOB,
    document     BLOB NOT NULL
) STRICT;
CREATE INDEX upload_of_server ON upload (server, received_ms);
CREATE INDEX upload_received ON upload (received_ms);
CREATE TABLE license (
    upload_id  BLOB NOT NULL REFERENCES upload ON DELETE CASCADE,
    place      INTEGER NOT NULL,
    server     BLOB NOT NULL,
    sequence   INTEGER NOT NULL,
    created    TEXT NOT NULL,
    serial     TEXT,
    serial_key TEXT,
    vendor     TEXT NOT NULL,
    vendor_key TEXT NOT NULL,
    feature    TEXT NOT NULL,
    feature_key TEXT NOT NULL,
    version    TEXT NOT NULL,
    sa_date    TEXT,
    serving    INTEGER NOT NULL,
    PRIMARY KEY (upload_id, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX license_of_server ON license (server);
CREATE INDEX license_serial ON license (serial_key, vendor_key) WHERE serial_key IS NOT NULL;
CREATE INDEX license_feature ON license (feature_key);
CREATE TABLE usage (
    upload_id  BLOB NOT NULL REFERENCES upload ON DELETE CASCADE,
    place      INTEGER NOT NULL,
    server     BLOB NOT NULL,
    sequence   INTEGER NOT NULL,
    created    TEXT NOT NULL,
    vendor     TEXT NOT NULL,
    feature    TEXT NOT NULL,
    version    TEXT NOT NULL,
    used_max   INTEGER NOT NULL,
    installed  INTEGER,
    most       INTEGER,
    used_from  TEXT,
    used_until TEXT,
    PRIMARY KEY (upload_id, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX usage_of_server ON usage (server);
CREATE TABLE product (
    upload_id  BLOB NOT NULL REFERENCES upload ON DELETE CASCADE,
    place      INTEGER NOT NULL,
    server     BLOB NOT NULL,
    sequence   INTEGER NOT NULL,
    created    TEXT NOT NULL,
    vendor     TEXT NOT NULL,
    feature    TEXT NOT NULL,
    version    TEXT NOT NULL,
    product    TEXT NOT NULL,
    first_seen TEXT NOT NULL,
    last_seen  TEXT NOT NULL,
    PRIMARY KEY (upload_id, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX product_of_server ON product (server);
CREATE TABLE noted (
    server BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;
CREATE TABLE finding (
    key        TEXT PRIMARY KEY,
    scope      TEXT NOT NULL,
    resolved_ms INTEGER,
    record     TEXT NOT NULL
) STRICT;
CREATE INDEX finding_scope ON finding (scope);
CREATE TABLE finding_server (
    server BLOB NOT NULL,
    key    TEXT NOT NULL REFERENCES finding ON DELETE CASCADE,
    PRIMARY KEY (server, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX finding_server_key ON finding_server (key);
CREATE TABLE delivery (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    target   TEXT NOT NULL,
    message  TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due_ms   INTEGER NOT NULL
) STRICT;
CREATE INDEX delivery_due ON delivery (due_ms);
";

/// Where each server stands, so that an upload that continues a history is told from others without reading the history.
const VERSION_2: &str = "
DROP INDEX license_serial;
CREATE INDEX license_serial ON license (serial_key, vendor_key, server) WHERE serial_key IS NOT NULL;
CREATE TABLE history (
    server      BLOB PRIMARY KEY,
    sequence    INTEGER NOT NULL,
    upload_id   BLOB NOT NULL,
    integrity   TEXT NOT NULL,
    created     TEXT NOT NULL,
    received_ms INTEGER NOT NULL,
    regular     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX history_received ON history (received_ms);
INSERT INTO history
SELECT server, sequence, upload_id, integrity, created, max(received_ms) OVER of_server,
    min(follows) OVER of_server
FROM (
    SELECT *, rank = 1 OR (previous IS before AND julianday(created) >= julianday(created_before)) AS follows
    FROM (
        SELECT *, row_number() OVER history AS rank, lag(integrity) OVER history AS before,
            lag(created) OVER history AS created_before
        FROM upload WINDOW history AS (PARTITION BY server ORDER BY sequence, upload_id)
    )
)
WINDOW of_server AS (PARTITION BY server)
ORDER BY server, sequence, upload_id
ON CONFLICT (server) DO UPDATE SET sequence = excluded.sequence, upload_id = excluded.upload_id,
    integrity = excluded.integrity, created = excluded.created;
";

/// Which note it is, so that a server that was noted again while it was looked at stays noted.
const VERSION_3: &str = "
ALTER TABLE noted ADD COLUMN mark BLOB NOT NULL DEFAULT x'00000000000000000000000000000000';
";

/// Accounts say the hash of their token, which they were kept under before they had it in them.
const VERSION_4: &str = "
UPDATE item SET value = json_set(value, '$.tokenHash', key)
WHERE kind = 'account' AND json_extract(value, '$.tokenHash') IS NULL;
";

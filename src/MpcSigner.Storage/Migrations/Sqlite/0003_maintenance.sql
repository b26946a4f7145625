-- Version 3: generations of keys, the orders that make them, destructions, jobs, the chain of rosters.

-- A key's row may come from an order of any kind, or from an order that other nodes ran: it refers to no table of orders.
-- Both tables are made anew: SQLite cannot drop a reference.
CREATE TABLE key_record_3 (
  key_id       BLOB NOT NULL CHECK (length(key_id) = 32),
  generation   INTEGER NOT NULL,
  state        INTEGER NOT NULL,
  suite        INTEGER NOT NULL,
  record       BLOB NOT NULL,
  record_hash  BLOB NOT NULL CHECK (length(record_hash) = 32),
  order_hash   BLOB NOT NULL CHECK (length(order_hash) = 32),
  batch_index  INTEGER NOT NULL,
  owner        BLOB NOT NULL CHECK (length(owner) = 32),
  label        TEXT NOT NULL,
  usage        INTEGER NOT NULL,
  attempt      INTEGER NOT NULL,
  instance     BLOB NOT NULL CHECK (length(instance) = 16),
  certificate  BLOB NOT NULL,
  created_at   INTEGER NOT NULL,
  dealers      BLOB NOT NULL CHECK (length(dealers) % 34 = 0), -- (u16 pid ‖ nid)…
  PRIMARY KEY (key_id, generation),
  UNIQUE (order_hash, batch_index)
) STRICT;

INSERT INTO key_record_3
SELECT key_id, generation, state, suite, record, record_hash, order_hash, batch_index, owner, label, usage, attempt, instance, certificate, created_at, zeroblob(0)
FROM key_record;

CREATE TABLE sealed_share_3 (
  key_id      BLOB NOT NULL,
  generation  INTEGER NOT NULL,
  sealed      BLOB NOT NULL,
  PRIMARY KEY (key_id, generation),
  FOREIGN KEY (key_id, generation) REFERENCES key_record_3
) STRICT;

INSERT INTO sealed_share_3 SELECT key_id, generation, sealed FROM sealed_share;

DROP TABLE sealed_share;
DROP TABLE key_record;
ALTER TABLE key_record_3 RENAME TO key_record;
ALTER TABLE sealed_share_3 RENAME TO sealed_share;

-- Refreshes, reshares, recoveries this node has begun. Never deleted: that an attempt was begun is what refuses it the second time.
CREATE TABLE maintenance_order (
  order_hash       BLOB PRIMARY KEY CHECK (length(order_hash) = 32),
  kind             INTEGER NOT NULL,
  suite            INTEGER NOT NULL,
  attempt          INTEGER NOT NULL,
  instance         BLOB NOT NULL CHECK (length(instance) = 16),
  state            INTEGER NOT NULL,
  begun_at         INTEGER NOT NULL,
  old_root         BLOB NOT NULL CHECK (length(old_root) = 32),
  echo             BLOB NOT NULL CHECK (length(echo) = 32),
  records_root     BLOB NOT NULL CHECK (length(records_root) = 32),
  ack              BLOB NOT NULL,
  abort_kind       INTEGER NOT NULL,
  abort_signature  BLOB NOT NULL,
  signed           BLOB NOT NULL -- the order as SignedOrderEncoding writes it
) STRICT;

CREATE INDEX maintenance_open ON maintenance_order (begun_at) WHERE state IN (1, 2, 3);

-- The keys of an order with the generation that it makes, or recovers.
CREATE TABLE maintenance_key (
  key_id      BLOB NOT NULL CHECK (length(key_id) = 32),
  generation  INTEGER NOT NULL,
  recovery    INTEGER NOT NULL CHECK (recovery IN (0, 1)), -- recoveries count their attempts apart
  attempt     INTEGER NOT NULL,
  order_hash  BLOB NOT NULL REFERENCES maintenance_order,
  position    INTEGER NOT NULL,
  PRIMARY KEY (key_id, generation, recovery, attempt),
  UNIQUE (order_hash, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE maintenance_done (
  order_hash  BLOB NOT NULL REFERENCES maintenance_order,
  pid         INTEGER NOT NULL,
  signature   BLOB NOT NULL,
  PRIMARY KEY (order_hash, pid)
) STRICT, WITHOUT ROWID;

-- Clients' creation requests that keys came from, each once however many keys it made.
CREATE TABLE origin_request (
  request_hash       BLOB PRIMARY KEY CHECK (length(request_hash) = 32),
  request_client     BLOB NOT NULL CHECK (length(request_client) = 32),
  request_signature  BLOB NOT NULL,
  request_body       BLOB NOT NULL
) STRICT;

CREATE TABLE key_origin (
  key_id        BLOB PRIMARY KEY CHECK (length(key_id) = 32),
  request_hash  BLOB NOT NULL REFERENCES origin_request,
  batch_index   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE destruction (
  number       INTEGER PRIMARY KEY,
  order_hash   BLOB NOT NULL UNIQUE CHECK (length(order_hash) = 32),
  state        INTEGER NOT NULL,
  not_before   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL,
  attestation  BLOB NOT NULL,
  signed       BLOB NOT NULL
) STRICT;

CREATE INDEX destruction_waiting ON destruction (number) WHERE state = 1;

CREATE TABLE destruction_key (
  key_id      BLOB NOT NULL CHECK (length(key_id) = 32),
  order_hash  BLOB NOT NULL REFERENCES destruction (order_hash),
  position    INTEGER NOT NULL,
  PRIMARY KEY (key_id, order_hash),
  UNIQUE (order_hash, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE job (
  number      INTEGER PRIMARY KEY,
  job         BLOB NOT NULL UNIQUE CHECK (length(job) = 32),
  state       INTEGER NOT NULL,
  title       TEXT NOT NULL,
  detail      TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL
) STRICT;

CREATE INDEX job_running ON job (number) WHERE state = 1;

CREATE TABLE job_step (
  job       INTEGER NOT NULL REFERENCES job,
  position  INTEGER NOT NULL,
  tried     INTEGER NOT NULL,
  state     INTEGER NOT NULL,
  outcome   TEXT NOT NULL,
  PRIMARY KEY (job, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE job_order (
  job       INTEGER NOT NULL,
  position  INTEGER NOT NULL,
  place     INTEGER NOT NULL,
  signed    BLOB NOT NULL,
  PRIMARY KEY (job, position, place),
  FOREIGN KEY (job, position) REFERENCES job_step
) STRICT;

-- Versions without gaps from the first one that came after the roster in this node's files.
CREATE TABLE roster (
  version      INTEGER PRIMARY KEY,
  hash         BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
  accepted_at  INTEGER NOT NULL,
  signatures   BLOB NOT NULL, -- (u32 length ‖ document signature)…
  bytes        BLOB NOT NULL
) STRICT;

CREATE TABLE roster_ack (
  hash       BLOB NOT NULL CHECK (length(hash) = 32),
  nid        BLOB NOT NULL CHECK (length(nid) = 32),
  signature  BLOB NOT NULL,
  PRIMARY KEY (hash, nid)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER roster_is_never_changed BEFORE UPDATE ON roster
BEGIN SELECT RAISE(ABORT, 'rosters are never changed'); END;

-- Shares deleted ever, and how many of them were sealed under generations of the sealing key that are gone for good.
CREATE TABLE erasure (
  one      INTEGER PRIMARY KEY CHECK (one = 1),
  deleted  INTEGER NOT NULL,
  retired  INTEGER NOT NULL
) STRICT;

INSERT INTO erasure (one, deleted, retired) VALUES (1, 0, 0);

CREATE TRIGGER share_is_deleted AFTER DELETE ON sealed_share
BEGIN UPDATE erasure SET deleted = deleted + 1; END;

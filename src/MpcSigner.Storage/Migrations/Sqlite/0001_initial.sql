-- Version 1. Times are 100-nanosecond ticks since 1970-01-01 UTC. Ids and hashes are blobs of their fixed size.
-- Numbers of states, kinds and suites are those of the enums in MpcSigner.Core. Numbers that a peer chooses freely
-- (start counters, sequences: u64) are kept as the signed 64-bit integer of the same bits and compared by the program only.

CREATE TABLE meta (
  one              INTEGER PRIMARY KEY CHECK (one = 1),
  store_id         BLOB NOT NULL CHECK (length(store_id) = 16),
  cluster          BLOB NOT NULL CHECK (length(cluster) = 32),
  nid              BLOB NOT NULL CHECK (length(nid) = 32),
  seal_parameters  BLOB NOT NULL,
  seal_verifier    BLOB NOT NULL,
  created_at       INTEGER NOT NULL
) STRICT;

-- One row a process start; its number is the start counter that peers see.
CREATE TABLE instance (
  start_counter  INTEGER PRIMARY KEY,
  instance       BLOB NOT NULL UNIQUE CHECK (length(instance) = 16),
  begun_at       INTEGER NOT NULL
) STRICT;

CREATE TABLE peer (
  nid            BLOB PRIMARY KEY CHECK (length(nid) = 32),
  instance       BLOB NOT NULL CHECK (length(instance) = 16),
  start_counter  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE session_window (
  initiator      BLOB PRIMARY KEY CHECK (length(initiator) = 32),
  start_counter  INTEGER NOT NULL,
  highest        INTEGER NOT NULL,
  used           BLOB NOT NULL CHECK (length(used) = 512)
) STRICT;

CREATE TABLE request (
  client             BLOB NOT NULL CHECK (length(client) = 32),
  idempotency_key    TEXT NOT NULL,
  body_hash          BLOB NOT NULL CHECK (length(body_hash) = 32),
  request_body       BLOB NOT NULL,
  request_client     BLOB NOT NULL CHECK (length(request_client) = 32),
  request_signature  BLOB NOT NULL,
  key_id             BLOB NOT NULL CHECK (length(key_id) = 32),
  state              INTEGER NOT NULL,
  result             BLOB NOT NULL,
  received_at        INTEGER NOT NULL,
  updated_at         INTEGER NOT NULL,
  expires_at         INTEGER NOT NULL,
  PRIMARY KEY (client, idempotency_key)
) STRICT;

-- Exclusive choices: once there, a scope keeps its value.
CREATE TABLE booking (
  kind       INTEGER NOT NULL,
  scope      BLOB NOT NULL CHECK (length(scope) = 32),
  value      BLOB NOT NULL CHECK (length(value) = 32),
  booked_at  INTEGER NOT NULL,
  PRIMARY KEY (kind, scope)
) STRICT, WITHOUT ROWID;

-- Never deleted: that an order was begun is what refuses it the second time.
CREATE TABLE key_order (
  order_hash         BLOB PRIMARY KEY CHECK (length(order_hash) = 32),
  kind               INTEGER NOT NULL,
  suite              INTEGER NOT NULL,
  generation         INTEGER NOT NULL,
  attempt            INTEGER NOT NULL,
  instance           BLOB NOT NULL CHECK (length(instance) = 16),
  request_body       BLOB NOT NULL,
  request_client     BLOB NOT NULL CHECK (length(request_client) = 32),
  request_signature  BLOB NOT NULL,
  state              INTEGER NOT NULL,
  echo               BLOB NOT NULL CHECK (length(echo) = 32),
  records_root       BLOB NOT NULL CHECK (length(records_root) = 32),
  ack                BLOB NOT NULL,
  abort_kind         INTEGER NOT NULL,
  abort_signature    BLOB NOT NULL,
  abort_party        INTEGER NOT NULL, -- another party's pid; 0: this node's own ABORT, or none
  begun_at           INTEGER NOT NULL
) STRICT;

CREATE INDEX key_order_open ON key_order (state) WHERE state IN (1, 2, 5);
-- Their keys are kept and not shown.
CREATE INDEX key_order_given_up ON key_order (order_hash) WHERE state = 5;

-- One row a key and generation: while a new generation is PENDING, the old one stays in use.
CREATE TABLE key_record (
  key_id       BLOB NOT NULL CHECK (length(key_id) = 32),
  generation   INTEGER NOT NULL,
  suite        INTEGER NOT NULL,
  record       BLOB NOT NULL,
  record_hash  BLOB NOT NULL CHECK (length(record_hash) = 32),
  order_hash   BLOB NOT NULL REFERENCES key_order,
  batch_index  INTEGER NOT NULL,
  owner        BLOB NOT NULL CHECK (length(owner) = 32),
  label        TEXT NOT NULL,
  usage        INTEGER NOT NULL,
  state        INTEGER NOT NULL,
  attempt      INTEGER NOT NULL,
  instance     BLOB NOT NULL CHECK (length(instance) = 16),
  certificate  BLOB NOT NULL,
  created_at   INTEGER NOT NULL,
  PRIMARY KEY (key_id, generation),
  UNIQUE (order_hash, batch_index)
) STRICT;

CREATE TABLE sealed_share (
  key_id      BLOB NOT NULL,
  generation  INTEGER NOT NULL,
  sealed      BLOB NOT NULL,
  PRIMARY KEY (key_id, generation),
  FOREIGN KEY (key_id, generation) REFERENCES key_record
) STRICT;

-- Append-only; sequence without gaps from 1.
CREATE TABLE log_entry (
  sequence    INTEGER PRIMARY KEY,
  time        INTEGER NOT NULL,
  kind        INTEGER NOT NULL,
  request     BLOB NOT NULL CHECK (length(request) = 32),
  key_id      BLOB NOT NULL CHECK (length(key_id) = 32),
  detail      BLOB NOT NULL,
  entry_hash  BLOB NOT NULL CHECK (length(entry_hash) = 32),
  signature   BLOB NOT NULL
) STRICT;

CREATE TRIGGER log_entry_is_never_changed BEFORE UPDATE ON log_entry
BEGIN SELECT RAISE(ABORT, 'log entries are never changed'); END;

-- Version 2: what outlives the pair setups with a peer. The setups themselves are in memory only.
-- Epochs are u64, kept as the signed 64-bit integer of the same bits.

CREATE TABLE pair (
  nid                   BLOB PRIMARY KEY CHECK (length(nid) = 32),
  sending_epoch         INTEGER NOT NULL,
  receiving_epoch       INTEGER NOT NULL,
  dead_sending_epoch    INTEGER NOT NULL,
  dead_receiving_epoch  INTEGER NOT NULL,
  failures              INTEGER NOT NULL,
  day                   INTEGER NOT NULL,
  failures_on_day       INTEGER NOT NULL,
  setups_on_day         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Version 7: what only the node's operator undoes or says.

-- A start that no process made, counted when the operator said that the store was restored or is new in the place of a lost one.
ALTER TABLE instance ADD COLUMN restored INTEGER NOT NULL DEFAULT 0;

-- Peers that are left out until the operator readmits them.
CREATE TABLE exclusion (
  nid    BLOB PRIMARY KEY CHECK (length(nid) = 32),
  since  INTEGER NOT NULL,
  why    TEXT NOT NULL
) STRICT, WITHOUT ROWID;

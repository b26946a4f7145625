-- Version 5: evidence against peers, as files that a third party judges. The log entry of the fault names the file by its hash.

CREATE TABLE evidence (
  number    INTEGER PRIMARY KEY,
  id        BLOB NOT NULL UNIQUE CHECK (length(id) = 32),
  culprit   BLOB NOT NULL CHECK (length(culprit) = 32), -- zero: nobody in particular
  protocol  INTEGER NOT NULL,
  kind      INTEGER NOT NULL,
  request   BLOB NOT NULL CHECK (length(request) = 32),
  key_id    BLOB NOT NULL CHECK (length(key_id) = 32),
  found_at  INTEGER NOT NULL,
  size      INTEGER NOT NULL CHECK (size = length(file)),
  file      BLOB NOT NULL
) STRICT;

CREATE INDEX evidence_culprit ON evidence (culprit, number, size);

-- How many files were not kept, or had to make room.
CREATE TABLE evidence_not_kept (
  culprit  BLOB PRIMARY KEY CHECK (length(culprit) = 32),
  count    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Version 4: what keys are known by at nodes that took no part in their creation. The creation request alone (key_origin) proves no public key:
-- a key whose generation 0 is not here with its certificate has no anchor until a recovery or reshare brings it.
CREATE TABLE key_anchor (
  key_id        BLOB PRIMARY KEY CHECK (length(key_id) = 32),
  request_hash  BLOB NOT NULL REFERENCES origin_request,
  batch_index   INTEGER NOT NULL,
  suite         INTEGER NOT NULL,
  record        BLOB NOT NULL, -- of generation 0
  certificate   BLOB NOT NULL CHECK (length(certificate) > 0)
) STRICT;

INSERT INTO key_anchor
SELECT o.key_id, o.request_hash, o.batch_index, r.suite, r.record, r.certificate
FROM key_origin o JOIN key_record r ON r.key_id = o.key_id AND r.generation = 0
WHERE length(r.certificate) > 0;

DROP TABLE key_origin;
DELETE FROM origin_request WHERE request_hash NOT IN (SELECT request_hash FROM key_anchor);

-- Version 6: an attempt that a member has refused while it is PENDING here: how this node stands to it, the member, and its ABORT.

ALTER TABLE maintenance_order ADD COLUMN doubt INTEGER NOT NULL DEFAULT 0;
ALTER TABLE maintenance_order ADD COLUMN refused_by INTEGER NOT NULL DEFAULT 0;
ALTER TABLE maintenance_order ADD COLUMN refusal BLOB NOT NULL DEFAULT x'';

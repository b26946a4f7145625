-- Version 7: a start that no process made, counted when the operator said that the store was restored or is new in the place of a lost one.

ALTER TABLE instance ADD COLUMN restored INTEGER NOT NULL DEFAULT 0;

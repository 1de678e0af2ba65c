-- A person's input that was let through just before they lost control is under way for a moment: nobody is granted control before it has
-- landed. `infinity`, here and for permits: the loss is being written, and the time runs from its commit. Additive: runs on a database
-- in use.

alter table control_locks add column inputs_end_at timestamptz;

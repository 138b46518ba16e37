"""Many records: lines in, results out, snapshots compared."""

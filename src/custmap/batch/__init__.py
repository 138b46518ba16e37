"""Many records: lines in, results out in order, rejects, snapshots joined, output that is whole or absent."""

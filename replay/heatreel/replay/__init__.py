"""From sessions and snapshots to hits: state recognition, matching, signals, ledger."""

"""What an alert can show for itself: snapshots, who may be recognised on them, where they lie."""

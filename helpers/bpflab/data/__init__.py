"""What programs send and store: maps, rings and traces as tables."""

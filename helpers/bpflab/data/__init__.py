"""What programs hand over: maps, rings and traces as tables."""

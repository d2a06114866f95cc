"""What makes things happen: commands once, for a while, on a word, or stopped half way."""

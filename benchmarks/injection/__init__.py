"""What gets through of strings that nobody had seen when the filters were written."""

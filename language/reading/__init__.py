"""What a text says, read once: its sentences, words, figures and quotations."""

"""A parallel grammar, English and Chinese: words, phrases and sentences made in both languages at once."""

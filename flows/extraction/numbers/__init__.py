"""Every number of a text: numerals, measure words and bounds, what is counted, and what is no quantity."""

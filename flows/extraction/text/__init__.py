"""From bytes to clean text: one reader a format, the page's chrome taken off, paragraphs as a reader sees them."""

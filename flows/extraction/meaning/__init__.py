"""What the numbers mean: the indicators of the catalogue, checks of the arithmetic, and what a report cites."""

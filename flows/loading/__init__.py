"""From the archive to the warehouse: captures become documents, documents rows, rows a release; and the way back."""

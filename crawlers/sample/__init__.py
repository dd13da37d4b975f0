"""Two small fictional portals on loopback, so that the whole job can be seen without internet."""

"""Portal platforms: one small module for each way in which a list of articles is written."""

"""Scores of the extraction against folders of gold."""

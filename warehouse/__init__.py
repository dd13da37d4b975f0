"""The warehouse wing: DuckDB alone. It imports neither crawlers nor flows."""

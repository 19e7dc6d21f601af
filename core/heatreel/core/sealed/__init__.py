"""Closed days of the event log as Parquet: whole sessions, some hundred thousand events a part.

A part is five tables under one name, in folders that DuckDB, Polars or Spark read as they are:
`sealed/events/site=SITE/day=YYYY-MM-DD/NAME.parquet`, and so `sessions`, `documents`, `targets` and `states`. Rows of
events are sorted by URL, so that one page's events are read without the others. What a part holds counts only once
the log's table `parts` lists it; that row and the end of the batches that it was made from are one transaction. So a
seal that is killed leaves files that nobody reads, which the next one removes.
"""

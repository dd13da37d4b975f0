"""What an operator lives with: the Prefect server, schedules, progress, the morning report, alerts, backups."""

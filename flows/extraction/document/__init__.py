"""What a text is: its title, issuer, year and dates, its outline, and whether it is an annual report at all."""

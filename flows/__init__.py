"""The flows: from archived bytes to facts in the warehouse, and the command line that starts them."""

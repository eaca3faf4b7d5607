"""What a client is worth: the profitability statement, capital and price (02 §2.1, §2.2)."""

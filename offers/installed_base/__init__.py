"""Customers and their machines: what is covered, what fails, what ends, and who is called out."""

"""The metrics of the attach rate over the database, one function each; the formulas are in `offers.attach_rate`."""

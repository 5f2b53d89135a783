"""What something costs and how it is offered in writing: prices, quotes, their letters and pages."""

"""Work orders, 整改工单: what a school must put right, by when, and who checked that it did."""

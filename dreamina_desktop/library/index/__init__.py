"""What lists and searches read: 100,000 jobs in any order, found by any word."""

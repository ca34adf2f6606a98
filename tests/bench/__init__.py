"""What the Academy costs, as ratios within one run: `make bench`."""

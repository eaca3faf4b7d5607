"""Performance ratios within one run, so that they mean the same on every machine: features, nightly run, pages."""

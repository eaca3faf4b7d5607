"""Pages of the bank's people: list, client 360, cockpit, data quality, runs.

Composition only: everything is read through selectors inside `kernel.scope.scoped(actor)`; figures come with their
run, rules and sources. In: requests of signed-in people. Out: pages, partial pages, CSV of a chart's table.
"""

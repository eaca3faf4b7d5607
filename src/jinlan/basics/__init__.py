"""Pure values that every floor shares: money, clock, calendar, ids, periods, rules, errors, actor. No Django."""

"""Plain values everybody shares: ids, enumerations, expression nodes, errors, clock. Imports nothing of ours."""

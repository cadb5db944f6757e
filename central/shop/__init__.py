"""The shop's records: members, goods, books, terminals; their admin and the demo shop."""

"""The answers, as plain, typed and immutable values with the names that the engine gives their parts.

They know nothing of where they came from: each is made of the dicts that `ask` gives, and turns into dicts, Arrow,
pandas, text and HTML by what its class declares. A module per subject; what they share is in `record`.
"""

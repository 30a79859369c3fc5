"""The verbs, a file for each group of them that ask and print alike. Each is imported when it runs."""

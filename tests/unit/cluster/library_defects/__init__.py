"""What the client library gets wrong, a test for each: it shows the library's way, and that ours is another.

Where a newer library does a thing right, its half of a test fails: then ours may be the library's again.
"""

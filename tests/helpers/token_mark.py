"""What the tokens of the test server begin with, so that none goes into a log unseen."""

TOKEN_MARK = "canary-token"

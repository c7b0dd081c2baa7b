"""What bench/matching.py sets beside ours: other matchers on the same people, and a public set."""

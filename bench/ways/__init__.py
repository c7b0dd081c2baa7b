"""What bench/import.py is made of: a backlog, a line that fails, and three systems with their bare floors."""

"""The whole day rehearsed: from the plug-in of a stick to the closed account, in real processes and a real browser."""

"""Real hospital systems for tests and benches, from package registries: how they are installed, started and asked."""

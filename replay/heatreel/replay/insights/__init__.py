"""Insights: what the heat says, with numbers and the right doubt. One small module a kind of insight."""

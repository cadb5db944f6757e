"""What happens next: pure functions from (state, event, context) to (state, effects, deadline)."""

"""A job from its ID to its end: records, answers, states, images, marks."""

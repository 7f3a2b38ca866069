"""The instructor's pages, and the learner's pages on classes."""

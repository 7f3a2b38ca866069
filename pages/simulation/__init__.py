"""Made-up learners for a class: how they behave (`behaviour`, pure) and their world (`world`)."""

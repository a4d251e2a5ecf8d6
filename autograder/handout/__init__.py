"""The command handout: what students get, without the reference and without hidden checks."""

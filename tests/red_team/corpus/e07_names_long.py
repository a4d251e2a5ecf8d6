"""Says that a name of 300 000 characters is missing, and that there is one like it: the comparison stays bounded."""
import random

from kit.frames import answer_all, frame

LETTERS = [chr(c) for c in range(0x21, 0x7F) if chr(c) not in "\"\\'"] + [chr(c) for c in range(0xA1, 0x17F)]
random.seed(1)
NAME = "".join(random.choices(LETTERS, k=75_000))
OTHER = "".join(random.sample(NAME, len(NAME)))
TEXT = f"module 'submission' has no attribute '{NAME}'"
MISSING = {"kind": "raised", "type": "AttributeError", "text": TEXT, "frames": []}
answer_all(lambda n: frame({"id": n, **MISSING}), {"names": [OTHER]})

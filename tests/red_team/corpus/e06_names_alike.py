"""Says that the module has 40 000 names like the one that is missing: the search for the nearest stays bounded."""
from kit.frames import answer_all, frame

NAMES = [f"kl_standard_norma{i:x}" for i in range(40_000)]
TEXT = "module 'submission' has no attribute 'kl_standard_normal'"
MISSING = {"kind": "raised", "type": "AttributeError", "text": TEXT, "frames": []}
answer_all(lambda n: frame({"id": n, **MISSING}), {"names": NAMES})

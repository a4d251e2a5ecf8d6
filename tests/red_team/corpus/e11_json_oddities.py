"""Double keys, NaN, 1e999, true as a number, a lone surrogate as a key, in turn over the calls: all are refused."""
import random

from kit.frames import answer_all, frame, remote

HEADERS = [
    b'{"id": %d, "id": 2, "kind": "value", "value": 1}',
    b'{"id": %d, "kind": "value", "value": NaN}',
    b'{"id": %d, "kind": "value", "value": 1e999}',
    b'{"id": %d, "kind": "value", "value": {"tensor": true}, "tensors": [["bool", [1], false]]}',
    b'{"id": %d, "kind": "value", "value": {"\\ud800": 1}}',
    b'\xef\xbb\xbf{"id": %d, "kind": "value", "value": 1}',
    b'{"id": %d.0, "kind": "value", "value": 1}',
]
random.seed()
answer_all(lambda n: remote(n) if n == 1 else frame({}, header=random.choice(HEADERS) % n))

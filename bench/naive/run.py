"""Loads the naive handler, says how long that took, and invokes it for each line that comes in."""

import json
import sys
import time

started = time.perf_counter()
import handler  # noqa: E402

print(json.dumps({"loadMs": (time.perf_counter() - started) * 1000}), flush=True)
for _ in sys.stdin:
    try:
        handler.handler({}, None)
        print(json.dumps({"error": None}), flush=True)
    except Exception as error:  # Lambda reports whatever is raised.
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)

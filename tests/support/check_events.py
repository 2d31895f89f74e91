"""Holds the events in FILE against docs/espota-events.schema.json.

usage: check_events.py SCHEMA FILE [DEVICES]
"""
import json
import sys

import jsonschema

schema, path = sys.argv[1:3]
with open(schema, encoding="utf-8") as f:
    validator = jsonschema.Draft7Validator(json.load(f))
with open(path, encoding="utf-8") as f:
    text = f.read()
assert text.endswith("\n"), "the last line is not complete"
events = [json.loads(line) for line in text.splitlines()]
for n, event in enumerate(events):
    validator.validate(event)
    assert event["seq"] == n, f"seq {event['seq']} where {n} was due"
devices = int(sys.argv[3]) if len(sys.argv) > 3 else events[0]["devices"]
names = [event["event"] for event in events]
assert names[0] == "run_start", names[0]
assert names[-1] == "run_end" and names.count("run_end") == 1, names
assert names.count("device_end") == devices, names
assert events[0]["devices"] == devices, events[0]
ended = [e["dev"] for e in events if e["event"] == "device_end"]
assert len(set(ended)) == devices, ended

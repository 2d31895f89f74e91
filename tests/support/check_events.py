"""Holds the events in each FILE against docs/espota-events.schema.json.

usage: check_events.py SCHEMA FILE... [DEVICES]
"""
import json
import sys

import jsonschema


def check(validator, path, devices):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    assert text.endswith("\n"), "the last line is not complete"
    events = [json.loads(line) for line in text.splitlines()]
    for n, event in enumerate(events):
        validator.validate(event)
        assert event["seq"] == n, f"seq {event['seq']} where {n} was due"
    names = [event["event"] for event in events]
    if names[0] == "serve_start":
        assert names[-1] == "serve_end" and names.count("serve_end") == 1, names
        return
    devices = events[0]["devices"] if devices is None else devices
    assert names[0] == "run_start", names[0]
    assert names[-1] == "run_end" and names.count("run_end") == 1, names
    assert names.count("device_end") == devices, names
    assert events[0]["devices"] == devices, events[0]
    ended = [e["dev"] for e in events if e["event"] == "device_end"]
    assert len(set(ended)) == devices, ended


schema, *paths = sys.argv[1:]
wanted = int(paths.pop()) if len(paths) > 1 and paths[-1].isdigit() else None
with open(schema, encoding="utf-8") as f:
    draft7 = jsonschema.Draft7Validator(json.load(f))
for name in paths:
    try:
        check(draft7, name, wanted)
    except Exception:
        print(f"{name}:", file=sys.stderr)
        raise

"""What a container of the demo runs: merges a delivery once all its parts are there.

SOURCE and TARGET are S3 addresses, PARTS is how many parts a delivery has; with fewer it ends with
the exit code INCOMPLETE, as its makers agreed, and says in its log which are missing.
"""

from __future__ import annotations

import logging
import os
import sys

import boto3

log = logging.getLogger("merge")


def main() -> int:
    """Merge all parts into one object; merging them again changes nothing."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    log.setLevel(logging.INFO)
    s3 = boto3.client("s3")
    bucket, _, prefix = os.environ["SOURCE"].removeprefix("s3://").partition("/")
    expected = int(os.environ["PARTS"])
    log.info("merging %d parts of %s", expected, os.environ["SOURCE"])
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
    there = {item["Key"] for item in listed}
    wanted = [f"{prefix}part-{number:02d}.csv" for number in range(1, expected + 1)]
    for key in sorted(set(wanted) - there):
        log.error("%s is not there", key)
    if set(wanted) - there:
        log.error("%d of %d parts are there, the delivery is incomplete", len(there), expected)
        return int(os.environ["INCOMPLETE"])
    merged = b"".join(s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in wanted)
    bucket, _, key = os.environ["TARGET"].removeprefix("s3://").partition("/")
    s3.put_object(Bucket=bucket, Key=key, Body=merged)
    log.info("merged %d lines into %s", len(merged.splitlines()), os.environ["TARGET"])
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What a container of the demo runs: merges a delivery once all its parts are there.

SOURCE and TARGET are S3 addresses, PARTS is how many parts a delivery has; with fewer it ends with
the exit code INCOMPLETE, as its makers agreed, and says in its log which are missing.
"""

from __future__ import annotations

import os
import sys

import boto3


def main() -> int:
    """Merge all parts into one object; merging them again changes nothing."""
    s3 = boto3.client("s3")
    bucket, _, prefix = os.environ["SOURCE"].removeprefix("s3://").partition("/")
    expected = int(os.environ["PARTS"])
    tell(f"merging {expected} parts of {os.environ['SOURCE']}")
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
    there = {item["Key"] for item in listed}
    wanted = [f"{prefix}part-{number:02d}.csv" for number in range(1, expected + 1)]
    for key in sorted(set(wanted) - there):
        tell(f"ERROR {key} is not there")
    if set(wanted) - there:
        tell(f"{len(there)} of {expected} parts are there, the delivery is incomplete")
        return int(os.environ["INCOMPLETE"])
    merged = b"".join(s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in wanted)
    bucket, _, key = os.environ["TARGET"].removeprefix("s3://").partition("/")
    s3.put_object(Bucket=bucket, Key=key, Body=merged)
    tell(f"merged {len(merged.splitlines())} lines into {os.environ['TARGET']}")
    return 0


def tell(words: str) -> None:
    """Write a line of the log."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

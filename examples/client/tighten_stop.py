"""
Prints what is held, then moves the stop of one position a part of the way to the mark, on condition that it is as it was read.

Run it beside a running Ballast, with a key of the preset `closer`. The standard library is enough; ballast.py is in api/clients:

    BALLAST_KEY=tk_… python3 examples/client/tighten_stop.py BTCUSDT 0.25
"""

import os
import pathlib
import sys
from decimal import Decimal

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "api" / "clients"))
from ballast import Ballast, BallastError, Unreachable


def main(symbol: str, part: str) -> int:
    ballast = Ballast(os.environ.get("BALLAST_URL", "http://127.0.0.1:8080"), os.environ.get("BALLAST_KEY", ""))
    try:
        for held in ballast.get_positions()["data"]:
            print(f"holds {held['quantity']} {held['symbol']} from {held['entryPrice']}, stop {held['stopLoss']}")
        position = ballast.get_positions_by_id(symbol)
        tag = ballast.etag
        # Prices are text, so that no digit is lost: Decimal, never float.
        stop, mark = Decimal(position["stopLoss"] or "0"), Decimal(position["markPrice"])
        closer = (stop + (mark - stop) * Decimal(part)).quantize(stop)
        answer = ballast.patch_positions_protection(
            position["id"],
            {"stopLoss": str(closer), "because": "closer, after the first move"},
            if_match=tag,
        )
        # A looser stop would wait for a yes: POST /confirmations/{id}.
        print(f"{answer['status']}: {answer['reply']['title']}")
        return 0
    except BallastError as error:
        # A refusal has a code for programs and a sentence for people.
        print(f"{error.refusal or error.code}: {error}", file=sys.stderr)
    except Unreachable as error:
        print(error, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(*(sys.argv[1:3] if len(sys.argv) > 2 else ("BTCUSDT", "0.25"))))

"""
A client of Ballast's REST API, by the standard library alone. Needs Python 3.11 or newer.

Made from docs/openapi.json by `npm run docs`, not to be edited. Decimals are text, times RFC 3339 in UTC.

    from ballast import Ballast, BallastError

    ballast = Ballast("http://127.0.0.1:8080", token)
    for position in ballast.get_positions()["data"]:
        print(position["symbol"], position["quantity"])
"""

import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, Dict, List, Literal, Mapping, NotRequired, Optional, TypedDict, Union

# types stand here


class BallastError(Exception):
    """The API said no: `code` stays the same, `str()` is a sentence, `problem` is all of the answer."""

    def __init__(self, status: int, code: str, detail: str, problem: Mapping[str, Any]) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.problem = problem

    @property
    def refusal(self) -> Optional[str]:
        """Why the trader refused: a code that stays, such as day-loss."""
        refusal = self.problem.get("refusal")
        return refusal.get("code") if isinstance(refusal, dict) else None


class Unreachable(Exception):
    """Nobody answers at the address, or what answers is not Ballast."""


def _part(value: object) -> str:
    return urllib.parse.quote(str(value), safe="")


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return None


class Ballast:
    """`base_url` as http://127.0.0.1:8080; `token` of `ballast api keys create`."""

    def __init__(self, base_url: str, token: str, timeout_sec: float = 20.0) -> None:
        self._base_url = base_url.rstrip("/") + "/api/v1"
        self._token = token
        self._timeout_sec = timeout_sec
        #: ETag of the last answer, for `if_match`.
        self.etag: Optional[str] = None

    def request(
        self,
        method: str,
        path: str,
        query: Optional[Mapping[str, Any]] = None,
        body: Any = None,
        idempotency_key: Optional[str] = None,
        if_match: Optional[str] = None,
    ) -> Any:
        """Any request. Raises BallastError or Unreachable."""
        asked = {name: _text(value) for name, value in (query or {}).items() if value is not None}
        url = self._base_url + path + ("?" + urllib.parse.urlencode(asked) if asked else "")
        headers = {"Authorization": "Bearer " + self._token}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if idempotency_key is not None:
            headers["Idempotency-Key"] = idempotency_key
        if if_match is not None:
            headers["If-Match"] = if_match
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=self._timeout_sec) as response:
                self.etag = response.headers.get("ETag")
                raw = response.read()
                is_json = "json" in (response.headers.get("Content-Type") or "")
        except urllib.error.HTTPError as error:
            problem = _parsed(error.read())
            if not isinstance(problem, dict) or "code" not in problem:
                raise Unreachable(f"{url} answered {error.code}, but not as Ballast does.") from None
            raise BallastError(error.code, str(problem["code"]), str(problem.get("detail", "")), problem) from None
        except OSError as error:
            raise Unreachable(f"Ballast does not answer at {self._base_url} ({error}).") from None
        if not raw:
            return None
        return _parsed(raw) if is_json else raw.decode()

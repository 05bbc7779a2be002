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

StatusStrategies = TypedDict(
    "StatusStrategies",
    {
        "up": float,
        "total": float,
    },
)

StatusHoldsItem = TypedDict(
    "StatusHoldsItem",
    {
        "id": str,
        "scope": str,
        "effect": str,
        "cause": str,
        "actor": str,
        "reason": str,
        "since": str,
        "until": Union[str, None],
    },
)

Status = TypedDict(
    "Status",
    {
        "profile": str,
        "state": Literal["running", "paused", "reducing", "halted", "starting", "down"],
        "since": Union[str, None],
        "equity": str,
        "dayPnl": str,
        "openRisk": str,
        "strategies": "StatusStrategies",
        "streams": Dict[str, str],
        "lastFillAt": Union[str, None],
        "reconciledAt": Union[str, None],
        "barsClosedAt": Union[str, None],
        "holds": List["StatusHoldsItem"],
        "reportedAt": Union[str, None],
        "ageSec": Union[float, None],
        "isOld": bool,
        "notice": Union[str, None],
        "version": str,
    },
)

Order = TypedDict(
    "Order",
    {
        "id": str,
        "clientOrderId": str,
        "venueOrderId": Union[str, None],
        "symbol": str,
        "side": Literal["buy", "sell"],
        "type": str,
        "class": str,
        "origin": str,
        "quantity": str,
        "filledQuantity": str,
        "averagePrice": Union[str, None],
        "price": Union[str, None],
        "triggerPrice": Union[str, None],
        "stopLoss": Union[str, None],
        "takeProfit": Union[str, None],
        "status": str,
        "isOpen": bool,
        "reduceOnly": bool,
        "strategy": str,
        "parentOrderId": Union[str, None],
        "tradeNumber": Union[float, None],
        "submittedAt": str,
        "updatedAt": str,
    },
)

Trade = TypedDict(
    "Trade",
    {
        "id": str,
        "number": float,
        "symbol": str,
        "side": Literal["long", "short"],
        "strategy": str,
        "quantity": str,
        "entryPrice": str,
        "entryAt": str,
        "exitPrice": Union[str, None],
        "exitAt": Union[str, None],
        "exitReason": Union[str, None],
        "fee": str,
        "funding": str,
        "pnl": str,
        "resultR": Union[str, None],
        "mae": str,
        "mfe": str,
        "entryOrderId": str,
        "isOpen": bool,
        "note": str,
        "tags": List[str],
    },
)

WhyEntry = TypedDict(
    "WhyEntry",
    {
        "order": Any,
        "decision": "Decision",
    },
)

WhyExit = TypedDict(
    "WhyExit",
    {
        "order": Any,
        "decision": "Decision",
    },
)

Why = TypedDict(
    "Why",
    {
        "trade": "Trade",
        "entry": "WhyEntry",
        "exit": "WhyExit",
        "fills": List["Fill"],
    },
)

DecisionRow = TypedDict(
    "DecisionRow",
    {
        "id": str,
        "kind": Literal["order", "denial"],
        "orderId": Union[str, None],
        "strategy": str,
        "symbol": str,
        "class": str,
        "side": Literal["buy", "sell"],
        "rule": Union[str, None],
        "detail": Dict[str, Any],
        "ts": str,
    },
)

Decision = Union["DecisionRow", None]

Fill = TypedDict(
    "Fill",
    {
        "id": str,
        "tradeId": str,
        "orderId": str,
        "symbol": str,
        "side": Literal["buy", "sell"],
        "price": str,
        "quantity": str,
        "fee": str,
        "feeCoin": str,
        "liquidity": str,
        "strategy": str,
        "tradeNumber": Union[float, None],
        "ts": str,
    },
)

Balance = TypedDict(
    "Balance",
    {
        "id": str,
        "coin": str,
        "wallet": str,
        "equity": str,
        "unrealizedPnl": str,
        "marginUsed": str,
        "updatedAt": str,
    },
)

Flow = TypedDict(
    "Flow",
    {
        "id": str,
        "kind": str,
        "coin": str,
        "amount": str,
        "symbol": Union[str, None],
        "isBooked": bool,
        "ts": str,
    },
)

Equity = TypedDict(
    "Equity",
    {
        "id": str,
        "ts": str,
        "equity": str,
        "wallet": str,
        "dayPnl": str,
        "drawdown": float,
    },
)

StrategyLoad = TypedDict(
    "StrategyLoad",
    {
        "decisions": int,
        "p50Ms": float,
        "p99Ms": float,
        "mostMs": float,
        "keptMb": Union[float, None],
    },
)

StrategyUniverseSymbolsItem = TypedDict(
    "StrategyUniverseSymbolsItem",
    {
        "symbol": str,
        "takesEntries": bool,
        "verdict": Literal["chosen", "white", "black", "not-traded", "too-young", "volume", "spread", "volatility", "cooldown", "rank", "unmeasured"],
        "since": Union[str, None],
        "volumePerDay": Union[float, None],
        "volatilityPercent": Union[float, None],
        "spreadBps": Union[float, None],
    },
)

StrategyUniverse = TypedDict(
    "StrategyUniverse",
    {
        "selectedAt": Union[str, None],
        "symbols": List["StrategyUniverseSymbolsItem"],
    },
)

Strategy = TypedDict(
    "Strategy",
    {
        "id": str,
        "name": str,
        "definition": str,
        "version": float,
        "mode": str,
        "modeCause": str,
        "state": Literal["created", "warming", "running", "paused", "closing-only", "off", "errored"],
        "stateCause": str,
        "barsMissing": int,
        "symbols": List[str],
        "params": Dict[str, Any],
        "changedBy": Union[str, None],
        "changedAt": Union[str, None],
        "lastDecisionAt": Union[str, None],
        "lastSignalAt": Union[str, None],
        "load": Union["StrategyLoad", None],
        "universe": Union["StrategyUniverse", None],
    },
)

Alert = TypedDict(
    "Alert",
    {
        "id": str,
        "type": str,
        "severity": str,
        "symbol": Union[str, None],
        "summary": str,
        "details": Dict[str, Any],
        "ts": str,
    },
)

Event = TypedDict(
    "Event",
    {
        "id": str,
        "type": str,
        "ts": str,
        "data": Dict[str, Any],
    },
)

RiskMeasuresReasonsItem = TypedDict(
    "RiskMeasuresReasonsItem",
    {
        "measure": str,
        "value": float,
        "line": float,
        "level": Literal["low", "medium", "high", "critical"],
        "text": str,
    },
)

RiskMeasuresExposure = TypedDict(
    "RiskMeasuresExposure",
    {
        "gross": str,
        "net": str,
        "hhi": Union[float, None],
        "effectiveSymbols": Union[float, None],
    },
)

RiskMeasuresMeasuresVarHistorical = TypedDict(
    "RiskMeasuresMeasuresVarHistorical",
    {
        "95": Union[float, None],
        "99": Union[float, None],
    },
)

RiskMeasuresMeasuresVarGaussian = TypedDict(
    "RiskMeasuresMeasuresVarGaussian",
    {
        "95": Union[float, None],
        "99": Union[float, None],
    },
)

RiskMeasuresMeasuresVarCornishFisher = TypedDict(
    "RiskMeasuresMeasuresVarCornishFisher",
    {
        "95": Union[float, None],
        "99": Union[float, None],
    },
)

RiskMeasuresMeasuresVar = TypedDict(
    "RiskMeasuresMeasuresVar",
    {
        "historical": "RiskMeasuresMeasuresVarHistorical",
        "gaussian": "RiskMeasuresMeasuresVarGaussian",
        "cornishFisher": "RiskMeasuresMeasuresVarCornishFisher",
    },
)

RiskMeasuresMeasuresCvarHistorical = TypedDict(
    "RiskMeasuresMeasuresCvarHistorical",
    {
        "95": Union[float, None],
        "99": Union[float, None],
    },
)

RiskMeasuresMeasuresCvarGaussian = TypedDict(
    "RiskMeasuresMeasuresCvarGaussian",
    {
        "95": Union[float, None],
        "99": Union[float, None],
    },
)

RiskMeasuresMeasuresCvarCornishFisher = TypedDict(
    "RiskMeasuresMeasuresCvarCornishFisher",
    {
        "95": Union[float, None],
        "99": Union[float, None],
    },
)

RiskMeasuresMeasuresCvar = TypedDict(
    "RiskMeasuresMeasuresCvar",
    {
        "historical": "RiskMeasuresMeasuresCvarHistorical",
        "gaussian": "RiskMeasuresMeasuresCvarGaussian",
        "cornishFisher": "RiskMeasuresMeasuresCvarCornishFisher",
    },
)

RiskMeasuresMeasuresConsistency = TypedDict(
    "RiskMeasuresMeasuresConsistency",
    {
        "score": Union[float, None],
        "positiveWeeks": Union[float, None],
        "trendFit": Union[float, None],
        "tailSymmetry": Union[float, None],
    },
)

RiskMeasuresMeasures = TypedDict(
    "RiskMeasuresMeasures",
    {
        "returns": float,
        "volatility": Union[float, None],
        "sharpe": Union[float, None],
        "sortino": Union[float, None],
        "deviation": Union[float, None],
        "var": "RiskMeasuresMeasuresVar",
        "cvar": "RiskMeasuresMeasuresCvar",
        "maxDrawdown": Union[float, None],
        "currentDrawdown": Union[float, None],
        "ulcerIndex": Union[float, None],
        "beta": Union[float, None],
        "consistency": "RiskMeasuresMeasuresConsistency",
    },
)

RiskMeasures = TypedDict(
    "RiskMeasures",
    {
        "id": str,
        "scope": Literal["portfolio", "strategy", "symbol"],
        "stride": Literal["day", "hour"],
        "from": Union[str, None],
        "to": Union[str, None],
        "level": Literal["low", "medium", "high", "critical", None],
        "reasons": List["RiskMeasuresReasonsItem"],
        "exposure": "RiskMeasuresExposure",
        "measures": "RiskMeasuresMeasures",
        "notes": List[str],
    },
)

StressLiquidation = TypedDict(
    "StressLiquidation",
    {
        "symbol": str,
        "price": str,
        "part": float,
    },
)

StressMovesItem = TypedDict(
    "StressMovesItem",
    {
        "symbol": str,
        "move": float,
        "price": str,
        "pnl": str,
    },
)

Stress = TypedDict(
    "Stress",
    {
        "id": Literal["btc-crash", "btc-rally", "vol-double", "correlation-one", "funding-spike", "outage"],
        "loss": str,
        "lossFraction": Union[float, None],
        "lossAtStops": Union[str, None],
        "marginRatioBefore": Union[float, None],
        "marginRatioAfter": Union[float, None],
        "liquidation": Union["StressLiquidation", None],
        "moves": List["StressMovesItem"],
        "ts": str,
        "notes": List[str],
    },
)

Position = TypedDict(
    "Position",
    {
        "id": str,
        "symbol": str,
        "side": Literal["long", "short"],
        "quantity": str,
        "entryPrice": Union[str, None],
        "markPrice": str,
        "unrealizedPnl": str,
        "stopLoss": Union[str, None],
        "takeProfit": Union[str, None],
        "strategy": Union[str, None],
        "tradeNumber": Union[float, None],
        "openedAt": Union[str, None],
        "externalQuantity": str,
        "isExternalIgnored": bool,
        "updatedAt": str,
    },
)

CommandResultRefusal = TypedDict(
    "CommandResultRefusal",
    {
        "code": str,
        "figures": Dict[str, Union[str, float]],
    },
)

CommandResultReplyFieldsItem = TypedDict(
    "CommandResultReplyFieldsItem",
    {
        "name": str,
        "value": str,
    },
)

CommandResultReplyTableColumnsItem = TypedDict(
    "CommandResultReplyTableColumnsItem",
    {
        "title": str,
    },
)

CommandResultReplyTable = TypedDict(
    "CommandResultReplyTable",
    {
        "columns": List["CommandResultReplyTableColumnsItem"],
        "rows": List[List[str]],
    },
)

CommandResultReplyButtonsItem = TypedDict(
    "CommandResultReplyButtonsItem",
    {
        "label": str,
        "action": Dict[str, Any],
    },
)

CommandResultReply = TypedDict(
    "CommandResultReply",
    {
        "title": str,
        "badge": str,
        "tone": Literal["ok", "info", "warn", "bad"],
        "text": NotRequired[str],
        "fields": List["CommandResultReplyFieldsItem"],
        "table": NotRequired["CommandResultReplyTable"],
        "buttons": List["CommandResultReplyButtonsItem"],
    },
)

CommandResultConfirmation = TypedDict(
    "CommandResultConfirmation",
    {
        "id": str,
        "expiresAt": str,
        "preview": Dict[str, Any],
        "word": Union[str, None],
        "code": bool,
        "waitsForSecond": bool,
    },
)

CommandResultAgainChangesItem = TypedDict(
    "CommandResultAgainChangesItem",
    {
        "symbol": str,
        "what": Literal["side", "position", "price"],
        "from": str,
        "to": str,
        "driftBps": Union[float, None],
    },
)

CommandResultAgain = TypedDict(
    "CommandResultAgain",
    {
        "replaces": str,
        "changes": List["CommandResultAgainChangesItem"],
    },
)

CommandResult = TypedDict(
    "CommandResult",
    {
        "status": str,
        "command": Union[str, None],
        "refusal": NotRequired["CommandResultRefusal"],
        "code": str,
        "reply": "CommandResultReply",
        "confirmation": NotRequired["CommandResultConfirmation"],
        "actions": NotRequired[List[str]],
        "again": NotRequired["CommandResultAgain"],
    },
)

OrderPreviewDenial = TypedDict(
    "OrderPreviewDenial",
    {
        "rule": str,
        "figures": Dict[str, Union[str, float]],
    },
)

OrderPreviewFiguresItem = TypedDict(
    "OrderPreviewFiguresItem",
    {
        "name": str,
        "value": str,
    },
)

OrderPreviewRiskReasonsItem = TypedDict(
    "OrderPreviewRiskReasonsItem",
    {
        "name": Literal["trade-loss", "loss-left", "margin", "liquidation", "costs", "concentration", "correlation"],
        "weight": float,
        "points": float,
    },
)

OrderPreviewRisk = TypedDict(
    "OrderPreviewRisk",
    {
        "score": float,
        "level": Literal["low", "medium", "high", "critical"],
        "reasons": List["OrderPreviewRiskReasonsItem"],
        "quantity": str,
        "lossAtStop": Union[str, None],
        "lossR": Union[float, None],
        "rewardR": Union[float, None],
        "marginAfter": str,
        "marginFraction": Union[float, None],
        "liquidationPrice": Union[str, None],
        "liquidationFraction": Union[float, None],
        "liquidationRanges": Union[float, None],
        "fees": str,
        "slippage": str,
        "marginalVar95": Union[str, None],
        "var95After": Union[str, None],
        "correlation": Union[float, None],
    },
)

OrderPreview = TypedDict(
    "OrderPreview",
    {
        "passes": bool,
        "text": str,
        "denial": Union["OrderPreviewDenial", None],
        "figures": List["OrderPreviewFiguresItem"],
        "risk": Union["OrderPreviewRisk", None],
    },
)

DenialWanted = TypedDict(
    "DenialWanted",
    {
        "quantity": Union[str, None],
        "price": str,
        "stop": Union[str, None],
    },
)

Denial = TypedDict(
    "Denial",
    {
        "id": str,
        "strategy": str,
        "symbol": str,
        "class": str,
        "side": Literal["buy", "sell"],
        "rule": str,
        "text": str,
        "figures": Dict[str, Union[str, float]],
        "wanted": Union["DenialWanted", None],
        "ts": str,
    },
)

Action = TypedDict(
    "Action",
    {
        "id": str,
        "command": str,
        "status": Literal["queued", "running", "done", "refused", "failed"],
        "isOver": bool,
        "text": Union[str, None],
        "orders": List[str],
        "askedAt": str,
        "startedAt": Union[str, None],
        "endedAt": Union[str, None],
    },
)

Instrument = TypedDict(
    "Instrument",
    {
        "symbol": str,
        "category": Literal["linear", "spot"],
        "status": Literal["pre-launch", "trading", "delivering", "closed"],
        "baseCoin": str,
        "quoteCoin": str,
        "settleCoin": str,
        "tickSize": str,
        "quantityStep": str,
        "minQuantity": str,
        "maxQuantity": str,
        "maxMarketQuantity": str,
        "minNotional": str,
        "maxLeverage": float,
        "fundingHours": Union[float, None],
    },
)

Candle = TypedDict(
    "Candle",
    {
        "ts": str,
        "open": str,
        "high": str,
        "low": str,
        "close": str,
        "volume": str,
    },
)

Ticker = TypedDict(
    "Ticker",
    {
        "symbol": str,
        "last": str,
        "mark": Union[str, None],
        "index": Union[str, None],
        "bid": Union[str, None],
        "bidQuantity": Union[str, None],
        "ask": Union[str, None],
        "askQuantity": Union[str, None],
        "change24h": Union[str, None],
        "high24h": Union[str, None],
        "low24h": Union[str, None],
        "volume24h": Union[str, None],
        "turnover24h": Union[str, None],
        "openInterest": Union[str, None],
        "fundingRate": Union[str, None],
        "nextFundingAt": Union[str, None],
    },
)

OrderBookBidsItem = TypedDict(
    "OrderBookBidsItem",
    {
        "price": str,
        "quantity": str,
    },
)

OrderBookAsksItem = TypedDict(
    "OrderBookAsksItem",
    {
        "price": str,
        "quantity": str,
    },
)

OrderBook = TypedDict(
    "OrderBook",
    {
        "symbol": str,
        "bids": List["OrderBookBidsItem"],
        "asks": List["OrderBookAsksItem"],
        "ts": str,
    },
)

FundingRate = TypedDict(
    "FundingRate",
    {
        "ts": str,
        "rate": str,
    },
)

Account = TypedDict(
    "Account",
    {
        "state": str,
        "equity": str,
        "wallet": str,
        "unrealizedPnl": str,
        "marginUsed": str,
        "grossNotional": str,
        "openRisk": str,
        "dayPnl": str,
        "dayLossLeft": Union[str, None],
        "drawdown": float,
        "limits": Union[Dict[str, Any], None],
        "updatedAt": str,
    },
)

PnlSum = TypedDict(
    "PnlSum",
    {
        "key": str,
        "trades": float,
        "wins": float,
        "net": str,
        "fees": str,
        "funding": str,
        "profitFactor": Union[str, None],
    },
)

Drawdown = TypedDict(
    "Drawdown",
    {
        "depth": float,
        "peakAt": str,
        "bottomAt": str,
        "recoveredAt": Union[str, None],
    },
)

Setting = TypedDict(
    "Setting",
    {
        "key": str,
        "value": NotRequired[Any],
        "origin": str,
        "isSecret": bool,
        "isHot": bool,
    },
)

SettingKey = TypedDict(
    "SettingKey",
    {
        "key": str,
        "env": str,
        "allowed": str,
        "origin": str,
        "isSecret": bool,
        "isHot": bool,
    },
)

LogLine = TypedDict(
    "LogLine",
    {
        "id": str,
        "ts": str,
        "level": Literal["info", "warn", "error"],
        "text": str,
    },
)

Backtest = TypedDict(
    "Backtest",
    {
        "id": str,
        "status": Literal["queued", "running", "done", "failed", "canceled"],
        "progress": float,
        "spec": Dict[str, Any],
        "result": Union[Dict[str, Any], None],
        "error": Union[str, None],
        "createdAt": str,
        "finishedAt": Union[str, None],
    },
)

BacktestTrade = TypedDict(
    "BacktestTrade",
    {
        "number": float,
        "symbol": str,
        "side": Literal["long", "short"],
        "entryTime": str,
        "entryPrice": str,
        "exitTime": str,
        "exitPrice": str,
        "quantity": str,
        "fee": str,
        "funding": str,
        "pnl": str,
        "exitReason": str,
    },
)

StatsByExitItem = TypedDict(
    "StatsByExitItem",
    {
        "reason": str,
        "count": float,
        "net": str,
    },
)

Stats = TypedDict(
    "Stats",
    {
        "id": str,
        "count": float,
        "wins": float,
        "losses": float,
        "net": str,
        "gain": str,
        "loss": str,
        "best": str,
        "worst": str,
        "deviation": Union[float, None],
        "maxWinStreak": float,
        "maxLossStreak": float,
        "holdingMs": float,
        "fee": str,
        "funding": str,
        "resultR": Union[float, None],
        "mae": float,
        "mfe": float,
        "byExit": List["StatsByExitItem"],
    },
)

PeriodResult = TypedDict(
    "PeriodResult",
    {
        "from": str,
        "to": str,
        "result": Union[str, None],
        "timeWeighted": Union[float, None],
        "moneyWeighted": Union[float, None],
        "flows": str,
        "trades": float,
        "wins": float,
        "fees": str,
        "funding": str,
        "endEquity": Union[str, None],
    },
)

PerformanceGroup = TypedDict(
    "PerformanceGroup",
    {
        "name": str,
        "trades": float,
        "wins": float,
        "result": str,
        "fees": str,
        "funding": str,
        "profitFactor": Union[str, None],
    },
)

ExposurePart = TypedDict(
    "ExposurePart",
    {
        "name": str,
        "gross": float,
        "net": float,
        "ofEquity": float,
    },
)

LiveTwinTrades = TypedDict(
    "LiveTwinTrades",
    {
        "live": float,
        "twin": float,
        "paired": float,
    },
)

LiveTwinCausesItem = TypedDict(
    "LiveTwinCausesItem",
    {
        "code": str,
        "count": float,
        "amount": str,
    },
)

LiveTwinDifferencesItem = TypedDict(
    "LiveTwinDifferencesItem",
    {
        "code": str,
        "part": Literal["entry", "exit", "size", "fee", "funding", "missing", "extra"],
        "symbol": str,
        "side": Literal["long", "short"],
        "ts": str,
        "trade": Union[float, None],
        "amount": str,
        "worseBp": Union[float, None],
        "figures": Dict[str, Union[str, float]],
    },
)

LiveTwinNotesItem = TypedDict(
    "LiveTwinNotesItem",
    {
        "code": str,
        "figures": Dict[str, Union[str, float]],
    },
)

LiveTwin = TypedDict(
    "LiveTwin",
    {
        "id": str,
        "symbols": List[str],
        "from": str,
        "to": str,
        "bars": float,
        "lateBars": float,
        "live": str,
        "twin": str,
        "gap": str,
        "trades": "LiveTwinTrades",
        "causes": List["LiveTwinCausesItem"],
        "differences": List["LiveTwinDifferencesItem"],
        "notes": List["LiveTwinNotesItem"],
    },
)

CanaryCandidate = TypedDict(
    "CanaryCandidate",
    {
        "params": Dict[str, str],
        "codeHash": Union[str, None],
    },
)

CanaryRunning = TypedDict(
    "CanaryRunning",
    {
        "result": str,
        "trades": float,
        "denied": float,
        "failure": Union[str, None],
    },
)

CanaryShadow = TypedDict(
    "CanaryShadow",
    {
        "result": str,
        "trades": float,
        "denied": float,
        "failure": Union[str, None],
    },
)

Canary = TypedDict(
    "Canary",
    {
        "id": str,
        "candidate": "CanaryCandidate",
        "started": str,
        "startedBy": str,
        "to": str,
        "bars": float,
        "verdict": Literal["promote", "roll-back", "go-on"],
        "decided": Union[str, None],
        "count": float,
        "least": float,
        "alpha": float,
        "meanBp": float,
        "lowBp": Union[float, None],
        "highBp": Union[float, None],
        "running": "CanaryRunning",
        "shadow": "CanaryShadow",
    },
)

Confirmation = TypedDict(
    "Confirmation",
    {
        "id": str,
        "command": str,
        "actor": str,
        "surface": str,
        "status": str,
        "createdAt": str,
        "expiresAt": str,
        "preview": Dict[str, Any],
    },
)

ApiKey = TypedDict(
    "ApiKey",
    {
        "id": str,
        "name": str,
        "role": str,
        "scopes": List[str],
        "networks": Union[List[str], None],
        "symbols": Union[List[str], None],
        "dailyNotional": Union[str, None],
        "spentToday": Union[str, None],
        "autoConfirm": bool,
        "createdBy": Union[str, None],
        "createdAt": str,
        "expiresAt": Union[str, None],
        "lastUsedAt": Union[str, None],
        "rotatedUntil": Union[str, None],
        "revokedAt": Union[str, None],
    },
)

AuditRow = TypedDict(
    "AuditRow",
    {
        "id": str,
        "ts": str,
        "actor": str,
        "who": Union[str, None],
        "role": str,
        "surface": str,
        "command": str,
        "args": Dict[str, Any],
        "decision": str,
        "result": Union[str, None],
        "confirmationId": Union[str, None],
        "requestId": str,
        "hash": str,
    },
)

Login = TypedDict(
    "Login",
    {
        "id": str,
        "actor": str,
        "name": str,
        "role": Literal["viewer", "operator", "trader", "admin"],
        "csrf": str,
        "expiresAt": str,
        "profile": str,
        "zone": str,
    },
)

Session = TypedDict(
    "Session",
    {
        "id": str,
        "actor": str,
        "name": str,
        "role": Literal["viewer", "operator", "trader", "admin"],
        "agent": str,
        "createdAt": str,
        "lastUsedAt": str,
        "expiresAt": str,
    },
)

Limit = TypedDict(
    "Limit",
    {
        "id": str,
        "target": str,
        "key": str,
        "value": str,
        "origin": str,
    },
)

RiskChange = TypedDict(
    "RiskChange",
    {
        "id": str,
        "ts": str,
        "target": str,
        "key": str,
        "from": Union[str, None],
        "to": Union[str, None],
        "actor": str,
        "origin": str,
        "until": Union[str, None],
    },
)

RebalancePlanOrdersItem = TypedDict(
    "RebalancePlanOrdersItem",
    {
        "symbol": str,
        "side": Literal["buy", "sell"],
        "isReduction": bool,
        "quantity": str,
        "notional": str,
        "cost": str,
    },
)

RebalancePlanLeftOutItem = TypedDict(
    "RebalancePlanLeftOutItem",
    {
        "symbol": str,
        "reason": str,
        "text": str,
    },
)

RebalancePlan = TypedDict(
    "RebalancePlan",
    {
        "equity": str,
        "current": Dict[str, float],
        "target": Dict[str, float],
        "orders": List["RebalancePlanOrdersItem"],
        "turnover": float,
        "cost": str,
        "after": Dict[str, float],
        "leftOut": List["RebalancePlanLeftOutItem"],
    },
)

Rebalance = TypedDict(
    "Rebalance",
    {
        "id": str,
        "status": Literal["running", "done", "stopped"],
        "actor": str,
        "progress": List[str],
        "createdAt": str,
        "finishedAt": Union[str, None],
    },
)

Export = TypedDict(
    "Export",
    {
        "columns": List[str],
        "rows": List[List[str]],
        "sums": Dict[str, str],
        "warnings": List[str],
    },
)

AllocatorPlanStrategiesItem = TypedDict(
    "AllocatorPlanStrategiesItem",
    {
        "strategy": str,
        "now": float,
        "next": float,
        "target": float,
        "weight": float,
        "penalty": float,
        "drawdown": float,
        "isNew": bool,
        "why": str,
    },
)

AllocatorPlan = TypedDict(
    "AllocatorPlan",
    {
        "method": Literal["equal", "inverse-vol", "erc", "hrp"],
        "moves": bool,
        "obstacle": Union[str, None],
        "strategies": List["AllocatorPlanStrategiesItem"],
    },
)

Signal = TypedDict(
    "Signal",
    {
        "id": str,
        "number": int,
        "source": str,
        "status": Literal["accepted", "paper", "duplicate", "refused"],
        "code": Union[str, None],
        "symbol": Union[str, None],
        "wish": Union[str, None],
        "body": str,
        "sentAt": Union[str, None],
        "receivedAt": str,
        "duplicateOf": Union[str, None],
        "result": str,
    },
)

SignalTaken = TypedDict(
    "SignalTaken",
    {
        "id": str,
        "status": Literal["accepted", "duplicate"],
        "mode": Literal["paper", "trade"],
    },
)

SignalSent = TypedDict(
    "SignalSent",
    {
        "source": str,
    },
)

SignalSource = TypedDict(
    "SignalSource",
    {
        "id": str,
        "name": str,
        "format": str,
        "strategy": str,
        "market": str,
        "symbols": Union[List[str], None],
        "mode": str,
        "side": Union[str, None],
        "stop": Union[str, None],
        "maxAgeSec": float,
        "notionalMax": Union[str, None],
        "networks": Union[List[str], None],
        "expectEverySec": Union[float, None],
        "createdAt": str,
        "oldUntil": Union[str, None],
        "lastAt": Union[str, None],
    },
)

AlertProblemActionsItem = TypedDict(
    "AlertProblemActionsItem",
    {
        "label": str,
        "command": str,
    },
)

AlertProblem = TypedDict(
    "AlertProblem",
    {
        "number": int,
        "type": str,
        "severity": str,
        "status": Literal["open", "acked", "over"],
        "key": str,
        "symbol": Union[str, None],
        "summary": str,
        "details": Dict[str, Any],
        "count": int,
        "since": str,
        "lastAt": str,
        "ackedBy": Union[str, None],
        "ackedAt": Union[str, None],
        "next": Union[str, None],
        "actions": List["AlertProblemActionsItem"],
    },
)

AlertSilence = TypedDict(
    "AlertSilence",
    {
        "number": int,
        "filter": str,
        "reason": str,
        "by": str,
        "since": str,
        "until": str,
    },
)

AlertRule = TypedDict(
    "AlertRule",
    {
        "number": int,
        "what": str,
        "side": Literal["above", "below"],
        "level": str,
        "once": bool,
        "isArmed": bool,
        "channel": Union[str, None],
        "by": str,
    },
)

AlertRoute = TypedDict(
    "AlertRoute",
    {
        "number": Union[int, None],
        "channel": str,
        "filter": str,
        "origin": Literal["configuration", "command"],
        "by": Union[str, None],
    },
)

Webhook = TypedDict(
    "Webhook",
    {
        "name": str,
        "preset": str,
        "url": str,
        "filter": str,
        "createdAt": str,
        "oldUntil": Union[str, None],
    },
)

WebhookMessage = TypedDict(
    "WebhookMessage",
    {
        "number": int,
        "webhook": str,
        "messageId": str,
        "type": str,
        "status": Literal["pending", "sent", "failed"],
        "attempts": int,
        "nextAt": str,
        "lastStatus": Union[int, None],
        "lastError": Union[str, None],
        "createdAt": str,
        "sentAt": Union[str, None],
    },
)

ProblemRefusal = TypedDict(
    "ProblemRefusal",
    {
        "code": str,
        "figures": Dict[str, Any],
    },
)

ProblemErrorsItem = TypedDict(
    "ProblemErrorsItem",
    {
        "pointer": NotRequired[str],
        "message": NotRequired[str],
        "code": NotRequired[str],
    },
)

Problem = TypedDict(
    "Problem",
    {
        "type": str,
        "title": str,
        "status": int,
        "code": Literal["unauthorized", "forbidden_scope", "forbidden_network", "csrf_missing", "forbidden_host", "wrong_host", "not_found", "refused", "version_conflict", "confirm_expired", "idempotency_in_flight", "idempotency_missing", "idempotency_mismatch", "bad_request", "unsupported_media_type", "too_large", "validation_failed", "rate_limited", "internal", "command_failed", "exchange_unavailable", "database_down", "queue_down", "not_ready"],
        "detail": str,
        "instance": str,
        "requestId": str,
        "retryable": bool,
        "hint": NotRequired[str],
        "refusal": NotRequired["ProblemRefusal"],
        "errors": NotRequired[List["ProblemErrorsItem"]],
    },
)

GetMeAnswer = TypedDict(
    "GetMeAnswer",
    {
        "id": str,
        "name": str,
        "role": str,
        "scopes": List[str],
        "networks": Union[List[str], None],
        "autoConfirm": bool,
        "requestsPerMinute": float,
    },
)

GetHealthAnswerDataItem = TypedDict(
    "GetHealthAnswerDataItem",
    {
        "id": str,
        "status": str,
        "detail": str,
        "updatedAt": str,
    },
)

GetHealthAnswer = TypedDict(
    "GetHealthAnswer",
    {
        "data": List["GetHealthAnswerDataItem"],
        "nextCursor": Union[str, None],
        "hasMore": bool,
    },
)

GetOrdersAnswer = TypedDict(
    "GetOrdersAnswer",
    {
        "data": List["Order"],
        "nextCursor": Union[str, None],
        "hasMore": bool,
    },
)

PostOrdersBody = TypedDict(
    "PostOrdersBody",
    {
        "side": Literal["long", "short"],
        "symbol": str,
        "size": str,
        "limit": NotRequired[str],
        "at": NotRequired[str],
        "or": NotRequired[str],
        "sl": str,
        "tp": NotRequired[str],
        "tif": NotRequired[Literal["gtc", "ioc", "fok", "post-only"]],
        "for": NotRequired[str],
        "algo": NotRequired[str],
        "because": NotRequired[str],
    },
)

PatchOrdersByIdBody = TypedDict(
    "PatchOrdersByIdBody",
    {
        "price": NotRequired[str],
        "triggerPrice": NotRequired[str],
        "quantity": NotRequired[str],
        "because": NotRequired[str],
    },
)

GetTradesAnswer = TypedDict(
    "GetTradesAnswer",
    {
        "data": List["Trade"],
        "nextCursor": Union[str, None],
        "hasMore": bool,
    },
)

GetFillsAnswer = TypedDict(
    "GetFillsAnswer",
    {
        "data": List["Fill"],
        "nextCursor": Union[str, None],
        "hasMore": bool,
    },
)

GetBalancesAnswer = TypedDict(
    "GetBalancesAnswer",
    {
        "data": List["Balance"],
        "nextCursor": Union[str, None],
        "hasMore": bool,
    },
)

GetFlowsAnswer = TypedDict(
    "GetFlowsAnswer",
    {
        "data": List["Flow"],
        "nextCursor": Union[str, None],
        "hasMore": bool,
    },
)

GetEquityAnswer = TypedDict(
    "GetEquityAnswer",
    {
        "data": List["Equity"],
        "nextCursor": Union[str, None],
        "hasMore": bool,
    },
)

GetStrategiesAnswer = TypedDict(
    "GetStrategiesAnswer",
    {
        "data": List["Strategy"],
        "nextCursor": Union[str, None],
        "hasMore": bool,
    },
)

GetAlertsAnswer = TypedDict(
    "GetAlertsAnswer",
    {
        "data": List["Alert"],
        "nextCursor": Union[str, None],
        "hasMore": bool,
    },
)

GetEventsAnswer = TypedDict(
    "GetEventsAnswer",
    {
        "data": List["Event"],
        "nextCursor": Union[str, None],
        "hasMore": bool,
    },
)

GetVersionAnswer = TypedDict(
    "GetVersionAnswer",
    {
        "version": str,
        "profile": str,
    },
)

GetTimeAnswer = TypedDict(
    "GetTimeAnswer",
    {
        "time": str,
    },
)

GetRiskMeasuresAnswer = TypedDict(
    "GetRiskMeasuresAnswer",
    {
        "data": List["RiskMeasures"],
        "nextCursor": Union[str, None],
        "hasMore": bool,
    },
)

GetRiskStressAnswer = TypedDict(
    "GetRiskStressAnswer",
    {
        "data": List["Stress"],
        "nextCursor": Union[str, None],
        "hasMore": bool,
    },
)

GetPositionsAnswer = TypedDict(
    "GetPositionsAnswer",
    {
        "data": List["Position"],
        "nextCursor": Union[str, None],
        "hasMore": bool,
    },
)

PostPositionsCloseBody = TypedDict(
    "PostPositionsCloseBody",
    {
        "fraction": NotRequired[str],
        "quantity": NotRequired[str],
        "because": NotRequired[str],
        "limit": NotRequired[str],
    },
)

PatchPositionsProtectionBody = TypedDict(
    "PatchPositionsProtectionBody",
    {
        "stopLoss": NotRequired[str],
        "takeProfit": NotRequired[Union[str, None]],
        "trailing": NotRequired[Union[str, None]],
        "because": NotRequired[str],
    },
)

PostOrdersPreviewBody = TypedDict(
    "PostOrdersPreviewBody",
    {
        "side": Literal["long", "short"],
        "symbol": str,
        "size": str,
        "limit": NotRequired[str],
        "at": NotRequired[str],
        "or": NotRequired[str],
        "sl": NotRequired[str],
        "tp": NotRequired[str],
        "tif": NotRequired[Literal["gtc", "ioc", "fok", "post-only"]],
        "for": NotRequired[str],
        "algo": NotRequired[str],
    },
)

PostOrdersCancelAllBody = TypedDict(
    "PostOrdersCancelAllBody",
    {
        "symbol": NotRequired[str],
        "because": NotRequired[str],
    },
)

GetDenialsAnswer = TypedDict(
    "GetDenialsAnswer",
    {
        "data": List["Denial"],
        "nextCursor": Union[str, None],
        "hasMore": bool,
    },
)

PostWsTicketsAnswer = TypedDict(
    "PostWsTicketsAnswer",
    {
        "ticket": str,
        "expiresAt": str,
    },
)

GetInstrumentsAnswer = TypedDict(
    "GetInstrumentsAnswer",
    {
        "data": List["Instrument"],
        "nextCursor": Union[str, None],
        "hasMore": bool,
    },
)

GetCandlesAnswer = TypedDict(
    "GetCandlesAnswer",
    {
        "data": List["Candle"],
        "nextCursor": Union[str, None],
        "hasMore": bool,
    },
)

GetTickersAnswer = TypedDict(
    "GetTickersAnswer",
    {
        "data": List["Ticker"],
        "nextCursor": Union[str, None],
        "hasMore": bool,
    },
)

GetFundingBySymbolAnswer = TypedDict(
    "GetFundingBySymbolAnswer",
    {
        "data": List["FundingRate"],
        "nextCursor": Union[str, None],
        "hasMore": bool,
    },
)

GetPnlAnswer = TypedDict(
    "GetPnlAnswer",
    {
        "id": str,
        "from": str,
        "to": str,
        "total": "PnlSum",
        "groups": List["PnlSum"],
        "maxDrawdown": Union[float, None],
    },
)

GetDrawdownsAnswer = TypedDict(
    "GetDrawdownsAnswer",
    {
        "stride": Literal["day", "hour"],
        "data": List["Drawdown"],
        "nextCursor": None,
        "hasMore": bool,
    },
)

PostStrategiesOnBody = TypedDict(
    "PostStrategiesOnBody",
    {
        "because": NotRequired[str],
    },
)

PostStrategiesOffBody = TypedDict(
    "PostStrategiesOffBody",
    {
        "because": NotRequired[str],
    },
)

PostStrategiesCloseOnlyBody = TypedDict(
    "PostStrategiesCloseOnlyBody",
    {
        "because": NotRequired[str],
    },
)

PostStrategiesReloadBody = TypedDict(
    "PostStrategiesReloadBody",
    {
        "because": NotRequired[str],
    },
)

GetConfigAnswer = TypedDict(
    "GetConfigAnswer",
    {
        "data": List["Setting"],
        "nextCursor": Union[str, None],
        "hasMore": bool,
    },
)

PatchConfigBody = TypedDict(
    "PatchConfigBody",
    {
        "key": str,
        "value": Union[str, float, None],
        "for": NotRequired[str],
        "because": NotRequired[str],
    },
)

GetConfigSchemaAnswer = TypedDict(
    "GetConfigSchemaAnswer",
    {
        "data": List["SettingKey"],
        "nextCursor": Union[str, None],
        "hasMore": bool,
    },
)

GetLogsAnswer = TypedDict(
    "GetLogsAnswer",
    {
        "data": List["LogLine"],
        "nextCursor": Union[str, None],
        "hasMore": bool,
    },
)

PostBacktestsBodyModels = TypedDict(
    "PostBacktestsBodyModels",
    {
        "detail": NotRequired[Union[str, float]],
        "mark": NotRequired[Union[str, float]],
        "slippageImpact": NotRequired[Union[str, float]],
        "maxVolumeShare": NotRequired[Union[str, float]],
        "latency": NotRequired[Union[str, float]],
        "margin": NotRequired[Union[str, float]],
        "leverage": NotRequired[Union[str, float]],
        "riskTiers": NotRequired[Union[str, float]],
        "liquidation": NotRequired[Union[str, float]],
    },
)

PostBacktestsBody = TypedDict(
    "PostBacktestsBody",
    {
        "strategy": str,
        "symbol": str,
        "interval": NotRequired[str],
        "from": NotRequired[str],
        "to": NotRequired[str],
        "params": NotRequired[Dict[str, Union[str, float]]],
        "models": NotRequired["PostBacktestsBodyModels"],
    },
)

GetBacktestsAnswer = TypedDict(
    "GetBacktestsAnswer",
    {
        "data": List["Backtest"],
        "nextCursor": Union[str, None],
        "hasMore": bool,
    },
)

DeleteBacktestsByIdAnswer = TypedDict(
    "DeleteBacktestsByIdAnswer",
    {
        "id": str,
        "status": Literal["canceled"],
    },
)

GetBacktestsTradesAnswer = TypedDict(
    "GetBacktestsTradesAnswer",
    {
        "data": List["BacktestTrade"],
        "nextCursor": Union[str, None],
        "hasMore": bool,
    },
)

GetBacktestsEquityAnswerDataItem = TypedDict(
    "GetBacktestsEquityAnswerDataItem",
    {
        "at": str,
        "equity": str,
    },
)

GetBacktestsEquityAnswer = TypedDict(
    "GetBacktestsEquityAnswer",
    {
        "data": List["GetBacktestsEquityAnswerDataItem"],
    },
)

PostOptimizationsBodyModels = TypedDict(
    "PostOptimizationsBodyModels",
    {
        "detail": NotRequired[Union[str, float]],
        "mark": NotRequired[Union[str, float]],
        "slippageImpact": NotRequired[Union[str, float]],
        "maxVolumeShare": NotRequired[Union[str, float]],
        "latency": NotRequired[Union[str, float]],
        "margin": NotRequired[Union[str, float]],
        "leverage": NotRequired[Union[str, float]],
        "riskTiers": NotRequired[Union[str, float]],
        "liquidation": NotRequired[Union[str, float]],
    },
)

PostOptimizationsBody = TypedDict(
    "PostOptimizationsBody",
    {
        "strategy": str,
        "symbol": str,
        "interval": NotRequired[str],
        "from": NotRequired[str],
        "to": NotRequired[str],
        "params": NotRequired[Dict[str, Union[str, float]]],
        "models": NotRequired["PostOptimizationsBodyModels"],
        "grid": Dict[str, str],
        "sort": NotRequired[str],
    },
)

GetOptimizationsAnswer = TypedDict(
    "GetOptimizationsAnswer",
    {
        "data": List["Backtest"],
        "nextCursor": Union[str, None],
        "hasMore": bool,
    },
)

DeleteOptimizationsByIdAnswer = TypedDict(
    "DeleteOptimizationsByIdAnswer",
    {
        "id": str,
        "status": Literal["canceled"],
    },
)

GetPeriodsAnswer = TypedDict(
    "GetPeriodsAnswer",
    {
        "data": List["PeriodResult"],
    },
)

GetPerformanceAnswer = TypedDict(
    "GetPerformanceAnswer",
    {
        "id": str,
        "account": Any,
        "symbols": List["PerformanceGroup"],
        "strategies": List["PerformanceGroup"],
    },
)

GetExposureAnswer = TypedDict(
    "GetExposureAnswer",
    {
        "equity": float,
        "gross": float,
        "net": float,
        "hhi": Union[float, None],
        "symbols": List["ExposurePart"],
        "sides": List["ExposurePart"],
        "strategies": List["ExposurePart"],
        "clusters": List[Any],
        "assumed": List[str],
    },
)

GetFundingAnswerDataItem = TypedDict(
    "GetFundingAnswerDataItem",
    {
        "symbol": str,
        "settlements": float,
        "paid": str,
        "received": str,
        "next": Union[str, None],
    },
)

GetFundingAnswer = TypedDict(
    "GetFundingAnswer",
    {
        "data": List["GetFundingAnswerDataItem"],
    },
)

GetCommandsAnswer = TypedDict(
    "GetCommandsAnswer",
    {
        "data": List[Dict[str, Any]],
        "nextCursor": Union[str, None],
        "hasMore": bool,
    },
)

PostCommandsBodyAs = TypedDict(
    "PostCommandsBodyAs",
    {
        "id": str,
        "role": NotRequired[Literal["viewer", "operator", "trader", "admin"]],
        "surface": Literal["telegram", "discord", "cli", "rest", "web", "agent"],
        "chat": NotRequired[str],
        "name": NotRequired[str],
        "askedAtMs": NotRequired[int],
    },
)

PostCommandsBody = TypedDict(
    "PostCommandsBody",
    {
        "line": str,
        "because": NotRequired[str],
        "as": NotRequired["PostCommandsBodyAs"],
    },
)

PostCommandsByNameBodyAs = TypedDict(
    "PostCommandsByNameBodyAs",
    {
        "id": str,
        "role": NotRequired[Literal["viewer", "operator", "trader", "admin"]],
        "surface": Literal["telegram", "discord", "cli", "rest", "web", "agent"],
        "chat": NotRequired[str],
        "name": NotRequired[str],
        "askedAtMs": NotRequired[int],
    },
)

PostCommandsByNameBody = TypedDict(
    "PostCommandsByNameBody",
    {
        "args": NotRequired[Dict[str, Any]],
        "text": NotRequired[str],
        "because": NotRequired[str],
        "as": NotRequired["PostCommandsByNameBodyAs"],
    },
)

PostControlPauseBody = TypedDict(
    "PostControlPauseBody",
    {
        "target": NotRequired[str],
        "for": NotRequired[str],
        "reason": NotRequired[str],
    },
)

PostControlResumeBody = TypedDict(
    "PostControlResumeBody",
    {
        "target": NotRequired[str],
        "because": NotRequired[str],
    },
)

PostControlHaltBody = TypedDict(
    "PostControlHaltBody",
    {
        "reason": str,
    },
)

PostControlPanicBody = TypedDict(
    "PostControlPanicBody",
    {
        "target": NotRequired[str],
        "reason": NotRequired[str],
    },
)

PostControlReconcileBody = TypedDict(
    "PostControlReconcileBody",
    {
        "action": NotRequired[Literal["show", "fix"]],
        "because": NotRequired[str],
    },
)

GetConfirmationsAnswer = TypedDict(
    "GetConfirmationsAnswer",
    {
        "data": List["Confirmation"],
        "nextCursor": Union[str, None],
        "hasMore": bool,
    },
)

PostConfirmationsByIdBodyAs = TypedDict(
    "PostConfirmationsByIdBodyAs",
    {
        "id": str,
        "role": NotRequired[Literal["viewer", "operator", "trader", "admin"]],
        "surface": Literal["telegram", "discord", "cli", "rest", "web", "agent"],
        "chat": NotRequired[str],
        "name": NotRequired[str],
        "askedAtMs": NotRequired[int],
    },
)

PostConfirmationsByIdBody = TypedDict(
    "PostConfirmationsByIdBody",
    {
        "decision": Literal["yes", "no"],
        "word": NotRequired[str],
        "as": NotRequired["PostConfirmationsByIdBodyAs"],
    },
)

GetKeysAnswer = TypedDict(
    "GetKeysAnswer",
    {
        "data": List["ApiKey"],
        "nextCursor": Union[str, None],
        "hasMore": bool,
    },
)

PostKeysBody = TypedDict(
    "PostKeysBody",
    {
        "name": str,
        "preset": NotRequired[Literal["read-only", "dashboard", "signal-sender", "metrics", "closer", "trader", "agent", "admin"]],
        "scopes": NotRequired[List[Literal["market:read", "signal:write", "config:read", "config:write", "webhooks:manage", "keys:manage", "audit:read", "account:read", "trade:read", "strategy:read", "report:read", "report:write", "control:reduce", "control:pause", "control:resume", "trade:reduce", "trade:write", "strategy:write", "backtest:run", "alerts:read", "alerts:write", "metrics:read", "agent", "admin"]]],
        "days": NotRequired[int],
        "networks": NotRequired[List[str]],
        "symbols": NotRequired[List[str]],
        "dailyNotional": NotRequired[str],
        "autoConfirm": NotRequired[bool],
    },
)

PostKeysAnswer = TypedDict(
    "PostKeysAnswer",
    {
        "id": str,
        "token": str,
        "name": str,
        "role": str,
        "expiresAt": str,
    },
)

PostKeysRotateBody = TypedDict(
    "PostKeysRotateBody",
    {
        "days": NotRequired[int],
        "overlapHours": NotRequired[float],
    },
)

PostKeysRotateAnswer = TypedDict(
    "PostKeysRotateAnswer",
    {
        "id": str,
        "token": str,
        "name": str,
        "role": str,
        "expiresAt": str,
    },
)

GetAuditAnswer = TypedDict(
    "GetAuditAnswer",
    {
        "data": List["AuditRow"],
        "nextCursor": Union[str, None],
        "hasMore": bool,
    },
)

GetAuditVerificationAnswerHead = TypedDict(
    "GetAuditVerificationAnswerHead",
    {
        "seq": int,
        "hash": str,
    },
)

GetAuditVerificationAnswerBroken = TypedDict(
    "GetAuditVerificationAnswerBroken",
    {
        "seq": int,
        "how": str,
        "sentence": str,
    },
)

GetAuditVerificationAnswer = TypedDict(
    "GetAuditVerificationAnswer",
    {
        "isWhole": bool,
        "rows": int,
        "olderRows": int,
        "head": Union["GetAuditVerificationAnswerHead", None],
        "broken": Union["GetAuditVerificationAnswerBroken", None],
    },
)

PostSessionBody = TypedDict(
    "PostSessionBody",
    {
        "token": str,
    },
)

GetSessionsAnswer = TypedDict(
    "GetSessionsAnswer",
    {
        "data": List["Session"],
        "nextCursor": Union[str, None],
        "hasMore": bool,
    },
)

GetRiskLimitsAnswer = TypedDict(
    "GetRiskLimitsAnswer",
    {
        "data": List["Limit"],
        "nextCursor": Union[str, None],
        "hasMore": bool,
    },
)

GetRiskLimitsChangesAnswer = TypedDict(
    "GetRiskLimitsChangesAnswer",
    {
        "data": List["RiskChange"],
        "nextCursor": Union[str, None],
        "hasMore": bool,
    },
)

PutRiskLimitsByKeyBody = TypedDict(
    "PutRiskLimitsByKeyBody",
    {
        "value": Union[str, None],
        "target": NotRequired[str],
        "for": NotRequired[str],
        "because": NotRequired[str],
    },
)

PostRebalancePreviewBody = TypedDict(
    "PostRebalancePreviewBody",
    {
        "what": NotRequired[Literal["equal", "inverse-variance", "inverse-vol", "min-variance", "max-sharpe", "erc", "hrp", "black-litterman", "min-cvar", "status", "stop"]],
        "weights": NotRequired[str],
        "symbols": NotRequired[str],
        "band": NotRequired[str],
        "min": NotRequired[str],
        "turnover": NotRequired[str],
        "cost": NotRequired[str],
        "sl": NotRequired[str],
        "algo": NotRequired[str],
        "every": NotRequired[str],
        "cov": NotRequired[Literal["sample", "ewma", "ledoit-wolf"]],
        "interval": NotRequired[str],
        "bars": NotRequired[int],
        "gross": NotRequired[str],
    },
)

PostRebalanceBody = TypedDict(
    "PostRebalanceBody",
    {
        "what": NotRequired[Literal["equal", "inverse-variance", "inverse-vol", "min-variance", "max-sharpe", "erc", "hrp", "black-litterman", "min-cvar", "status", "stop"]],
        "weights": NotRequired[str],
        "symbols": NotRequired[str],
        "band": NotRequired[str],
        "min": NotRequired[str],
        "turnover": NotRequired[str],
        "cost": NotRequired[str],
        "sl": NotRequired[str],
        "algo": NotRequired[str],
        "every": NotRequired[str],
        "cov": NotRequired[Literal["sample", "ewma", "ledoit-wolf"]],
        "interval": NotRequired[str],
        "bars": NotRequired[int],
        "gross": NotRequired[str],
    },
)

GetRebalancesAnswer = TypedDict(
    "GetRebalancesAnswer",
    {
        "data": List["Rebalance"],
        "nextCursor": Union[str, None],
        "hasMore": bool,
    },
)

GetLedgerCheckAnswer = TypedDict(
    "GetLedgerCheckAnswer",
    {
        "isRight": bool,
        "entries": float,
        "wallet": str,
        "account": str,
        "sum": str,
    },
)

PutTradesNoteBody = TypedDict(
    "PutTradesNoteBody",
    {
        "note": NotRequired[str],
        "tags": NotRequired[List[str]],
    },
)

PostAllocatorBody = TypedDict(
    "PostAllocatorBody",
    {
        "method": NotRequired[Literal["equal", "inverse-vol", "erc", "hrp"]],
    },
)

GetSignalsAnswer = TypedDict(
    "GetSignalsAnswer",
    {
        "data": List["Signal"],
        "nextCursor": Union[str, None],
        "hasMore": bool,
    },
)

GetSignalSourcesAnswer = TypedDict(
    "GetSignalSourcesAnswer",
    {
        "data": List["SignalSource"],
        "nextCursor": Union[str, None],
        "hasMore": bool,
    },
)

PostSignalSourcesBody = TypedDict(
    "PostSignalSourcesBody",
    {
        "name": NotRequired[str],
        "format": NotRequired[Literal["native", "tradingview-target", "tradingview", "3commas", "line", "okx", "traderspost", "wundertrading", "altrady", "key-value", "alertatron", "cornix", "freqtrade"]],
        "symbols": NotRequired[str],
        "mode": NotRequired[Literal["paper", "trade"]],
        "side": NotRequired[Literal["long", "short"]],
        "strategy": NotRequired[str],
        "market": NotRequired[Literal["linear", "spot"]],
        "stop": NotRequired[str],
        "age": NotRequired[str],
        "most": NotRequired[str],
        "cidr": NotRequired[str],
        "expect": NotRequired[str],
    },
)

PostSignalSourcesRotateBody = TypedDict(
    "PostSignalSourcesRotateBody",
    {
        "overlap": NotRequired[str],
    },
)

PostSignalSourcesTestBody = TypedDict(
    "PostSignalSourcesTestBody",
    {
        "body": str,
    },
)

GetAlertsOpenAnswer = TypedDict(
    "GetAlertsOpenAnswer",
    {
        "data": List["AlertProblem"],
        "nextCursor": None,
        "hasMore": Literal[False],
    },
)

GetSilencesAnswer = TypedDict(
    "GetSilencesAnswer",
    {
        "data": List["AlertSilence"],
        "nextCursor": None,
        "hasMore": Literal[False],
    },
)

PostSilencesBody = TypedDict(
    "PostSilencesBody",
    {
        "filter": str,
        "for": str,
        "reason": NotRequired[str],
    },
)

PostAlertsTestBody = TypedDict(
    "PostAlertsTestBody",
    {
        "type": str,
        "severity": NotRequired[Literal["P1", "P2", "P3", "P4", "P5"]],
    },
)

GetAlertRulesAnswer = TypedDict(
    "GetAlertRulesAnswer",
    {
        "data": List["AlertRule"],
        "nextCursor": None,
        "hasMore": Literal[False],
    },
)

PostAlertRulesBody = TypedDict(
    "PostAlertRulesBody",
    {
        "what": str,
        "side": Literal["above", "below"],
        "level": str,
        "once": NotRequired[bool],
        "to": NotRequired[str],
    },
)

GetRoutesAnswer = TypedDict(
    "GetRoutesAnswer",
    {
        "data": List["AlertRoute"],
        "nextCursor": None,
        "hasMore": Literal[False],
    },
)

PostRoutesBody = TypedDict(
    "PostRoutesBody",
    {
        "to": str,
        "filter": str,
    },
)

GetWebhooksAnswer = TypedDict(
    "GetWebhooksAnswer",
    {
        "data": List["Webhook"],
        "nextCursor": None,
        "hasMore": Literal[False],
    },
)

PostWebhooksBody = TypedDict(
    "PostWebhooksBody",
    {
        "name": NotRequired[str],
        "url": NotRequired[str],
        "preset": NotRequired[Literal["standard", "slack", "discord", "mattermost", "ntfy", "pagerduty"]],
        "what": NotRequired[str],
        "token": NotRequired[str],
    },
)

GetWebhooksDeliveriesAnswer = TypedDict(
    "GetWebhooksDeliveriesAnswer",
    {
        "data": List["WebhookMessage"],
        "nextCursor": None,
        "hasMore": Literal[False],
    },
)

PatchWebhooksByNameBody = TypedDict(
    "PatchWebhooksByNameBody",
    {
        "url": NotRequired[str],
        "token": NotRequired[str],
        "what": NotRequired[str],
    },
)

PostWebhooksRotateBody = TypedDict(
    "PostWebhooksRotateBody",
    {
        "overlap": NotRequired[str],
    },
)


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

    def get_status(
        self,
    ) -> "Status":
        """GET /status: State, equity, day and streams."""
        return self.request(
            "GET",
            "/status",
        )

    def get_me(
        self,
    ) -> "GetMeAnswer":
        """GET /me: The key of this request: what it may do, and how often."""
        return self.request(
            "GET",
            "/me",
        )

    def get_health(
        self,
        *,
        fields: Optional[str] = None,
    ) -> "GetHealthAnswer":
        """GET /health: Each component with its health."""
        return self.request(
            "GET",
            "/health",
            query={"fields": fields},
        )

    def get_orders(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        symbol: Optional[str] = None,
        status: Optional[Literal["open", "closed", "all"]] = None,
        fields: Optional[str] = None,
    ) -> "GetOrdersAnswer":
        """GET /orders: Orders, newest first."""
        return self.request(
            "GET",
            "/orders",
            query={"limit": limit, "cursor": cursor, "symbol": symbol, "status": status, "fields": fields},
        )

    def post_orders(
        self,
        body: "PostOrdersBody",
        *,
        dry_run: Optional[Literal["true", "false"]] = None,
        idempotency_key: Optional[str] = None,
    ) -> Union[Union["CommandResult", "OrderPreview"], "CommandResult"]:
        """POST /orders: Open a position by hand, after a confirmation; with `dryRun=true` as POST /orders:preview."""
        return self.request(
            "POST",
            "/orders",
            query={"dryRun": dry_run},
            body=body,
            idempotency_key=idempotency_key,
        )

    def get_orders_by_id(
        self,
        id: str,
    ) -> "Order":
        """GET /orders/{id}: One order."""
        return self.request(
            "GET",
            f"/orders/{_part(id)}",
        )

    def patch_orders_by_id(
        self,
        id: str,
        body: "PatchOrdersByIdBody",
        *,
        idempotency_key: Optional[str] = None,
        if_match: Optional[str] = None,
    ) -> "CommandResult":
        """PATCH /orders/{id}: Change price, trigger or quantity of an open order in place, after a confirmation."""
        return self.request(
            "PATCH",
            f"/orders/{_part(id)}",
            body=body,
            idempotency_key=idempotency_key,
            if_match=if_match,
        )

    def delete_orders_by_id(
        self,
        id: str,
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """DELETE /orders/{id}: Cancel an entry order or a limit close, at once; protective stops are refused."""
        return self.request(
            "DELETE",
            f"/orders/{_part(id)}",
            idempotency_key=idempotency_key,
        )

    def get_trades(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        symbol: Optional[str] = None,
        strategy: Optional[str] = None,
        status: Optional[Literal["open", "closed", "all"]] = None,
        fields: Optional[str] = None,
    ) -> "GetTradesAnswer":
        """GET /trades: Trades, newest first."""
        return self.request(
            "GET",
            "/trades",
            query={"limit": limit, "cursor": cursor, "symbol": symbol, "strategy": strategy, "status": status, "fields": fields},
        )

    def get_trades_by_id(
        self,
        id: str,
    ) -> "Trade":
        """GET /trades/{id}: One trade."""
        return self.request(
            "GET",
            f"/trades/{_part(id)}",
        )

    def get_trades_why(
        self,
        id: str,
    ) -> "Why":
        """GET /trades/{id}/why: Why a trade was opened and closed."""
        return self.request(
            "GET",
            f"/trades/{_part(id)}/why",
        )

    def get_fills(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        symbol: Optional[str] = None,
        order_id: Optional[str] = None,
        fields: Optional[str] = None,
    ) -> "GetFillsAnswer":
        """GET /fills: Fills of Ballast’s orders, newest first."""
        return self.request(
            "GET",
            "/fills",
            query={"limit": limit, "cursor": cursor, "symbol": symbol, "orderId": order_id, "fields": fields},
        )

    def get_balances(
        self,
        *,
        fields: Optional[str] = None,
    ) -> "GetBalancesAnswer":
        """GET /balances: Wallet by coin."""
        return self.request(
            "GET",
            "/balances",
            query={"fields": fields},
        )

    def get_flows(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        fields: Optional[str] = None,
    ) -> "GetFlowsAnswer":
        """GET /flows: Money that moved without a trade, newest first."""
        return self.request(
            "GET",
            "/flows",
            query={"limit": limit, "cursor": cursor, "fields": fields},
        )

    def get_equity(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        from_: Optional[str] = None,
        to: Optional[str] = None,
        fields: Optional[str] = None,
    ) -> "GetEquityAnswer":
        """GET /equity: Equity samples: ascending from `from`, else newest first."""
        return self.request(
            "GET",
            "/equity",
            query={"limit": limit, "cursor": cursor, "from": from_, "to": to, "fields": fields},
        )

    def get_strategies(
        self,
        *,
        fields: Optional[str] = None,
    ) -> "GetStrategiesAnswer":
        """GET /strategies: Strategies with their symbols."""
        return self.request(
            "GET",
            "/strategies",
            query={"fields": fields},
        )

    def get_alerts(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        fields: Optional[str] = None,
    ) -> "GetAlertsAnswer":
        """GET /alerts: Alerts, newest first."""
        return self.request(
            "GET",
            "/alerts",
            query={"limit": limit, "cursor": cursor, "fields": fields},
        )

    def get_events(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        since_id: Optional[str] = None,
        types: Optional[str] = None,
        fields: Optional[str] = None,
    ) -> "GetEventsAnswer":
        """GET /events: The event log: newest first, or ascending after `since_id`."""
        return self.request(
            "GET",
            "/events",
            query={"limit": limit, "cursor": cursor, "since_id": since_id, "types": types, "fields": fields},
        )

    def get_version(
        self,
    ) -> "GetVersionAnswer":
        """GET /version: Version."""
        return self.request(
            "GET",
            "/version",
        )

    def get_time(
        self,
    ) -> "GetTimeAnswer":
        """GET /time: Server time."""
        return self.request(
            "GET",
            "/time",
        )

    def get_risk_measures(
        self,
        *,
        of: Optional[str] = None,
        fields: Optional[str] = None,
    ) -> "GetRiskMeasuresAnswer":
        """GET /risk/measures: Risk measures and level of the account, then of each strategy and symbol; or of one of them."""
        return self.request(
            "GET",
            "/risk/measures",
            query={"of": of, "fields": fields},
        )

    def get_risk_stress(
        self,
        *,
        scenario: Optional[Literal["btc-crash", "btc-rally", "vol-double", "correlation-one", "funding-spike", "outage"]] = None,
        fields: Optional[str] = None,
    ) -> "GetRiskStressAnswer":
        """GET /risk/stress: What each stress scenario would do to the open positions."""
        return self.request(
            "GET",
            "/risk/stress",
            query={"scenario": scenario, "fields": fields},
        )

    def get_positions(
        self,
        *,
        symbol: Optional[str] = None,
        fields: Optional[str] = None,
    ) -> "GetPositionsAnswer":
        """GET /positions: Open positions."""
        return self.request(
            "GET",
            "/positions",
            query={"symbol": symbol, "fields": fields},
        )

    def get_positions_by_id(
        self,
        id: str,
    ) -> "Position":
        """GET /positions/{id}: One open position; its ETag stands for what a change of its protection is judged by."""
        return self.request(
            "GET",
            f"/positions/{_part(id)}",
        )

    def post_positions_close(
        self,
        id: str,
        body: Optional["PostPositionsCloseBody"] = None,
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """POST /positions/{id}/close: Close all or part of a position, after a confirmation; reduce-only."""
        return self.request(
            "POST",
            f"/positions/{_part(id)}/close",
            body=body,
            idempotency_key=idempotency_key,
        )

    def patch_positions_protection(
        self,
        id: str,
        body: "PatchPositionsProtectionBody",
        *,
        idempotency_key: Optional[str] = None,
        if_match: Optional[str] = None,
    ) -> "CommandResult":
        """PATCH /positions/{id}/protection: Move the stop, the target or the trail of a position: a tighter stop at once, the rest after a confirmation."""
        return self.request(
            "PATCH",
            f"/positions/{_part(id)}/protection",
            body=body,
            idempotency_key=idempotency_key,
            if_match=if_match,
        )

    def post_orders_preview(
        self,
        body: "PostOrdersPreviewBody",
        *,
        idempotency_key: Optional[str] = None,
    ) -> "OrderPreview":
        """POST /orders:preview: What an entry would be: figures, assessment, and the rule that would deny it; nothing is sent."""
        return self.request(
            "POST",
            "/orders:preview",
            body=body,
            idempotency_key=idempotency_key,
        )

    def post_orders_cancel_all(
        self,
        body: Optional["PostOrdersCancelAllBody"] = None,
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """POST /orders:cancelAll: Cancel all open entries, or those of a symbol, after a confirmation; protective stops stay."""
        return self.request(
            "POST",
            "/orders:cancelAll",
            body=body,
            idempotency_key=idempotency_key,
        )

    def get_denials(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        of: Optional[str] = None,
        fields: Optional[str] = None,
    ) -> "GetDenialsAnswer":
        """GET /denials: Orders that were refused, newest first: rule, figures, and what would have been sent."""
        return self.request(
            "GET",
            "/denials",
            query={"limit": limit, "cursor": cursor, "of": of, "fields": fields},
        )

    def get_actions_by_id(
        self,
        id: str,
    ) -> "Action":
        """GET /actions/{id}: How far an action is, to the key that asked for it and to an admin."""
        return self.request(
            "GET",
            f"/actions/{_part(id)}",
        )

    def post_ws_tickets(
        self,
        *,
        idempotency_key: Optional[str] = None,
    ) -> "PostWsTicketsAnswer":
        """POST /ws-tickets: A ticket for the WebSocket of a browser: good once, for 30 s, in the name of this key."""
        return self.request(
            "POST",
            "/ws-tickets",
            idempotency_key=idempotency_key,
        )

    def get_instruments(
        self,
        *,
        fields: Optional[str] = None,
    ) -> "GetInstrumentsAnswer":
        """GET /instruments: What Ballast may trade: steps, least and largest quantities."""
        return self.request(
            "GET",
            "/instruments",
            query={"fields": fields},
        )

    def get_instruments_by_symbol(
        self,
        symbol: str,
    ) -> "Instrument":
        """GET /instruments/{symbol}: One instrument."""
        return self.request(
            "GET",
            f"/instruments/{_part(symbol)}",
        )

    def get_candles(
        self,
        *,
        symbol: str,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        interval: Optional[Literal["1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "12h", "1d", "1w"]] = None,
        from_: Optional[str] = None,
        to: Optional[str] = None,
        fields: Optional[str] = None,
    ) -> "GetCandlesAnswer":
        """GET /candles: Closed candles: ascending from `from`, else the newest first; named by their start."""
        return self.request(
            "GET",
            "/candles",
            query={"limit": limit, "cursor": cursor, "symbol": symbol, "interval": interval, "from": from_, "to": to, "fields": fields},
        )

    def get_tickers(
        self,
        *,
        symbol: Optional[str] = None,
        fields: Optional[str] = None,
    ) -> "GetTickersAnswer":
        """GET /tickers: Prices, 24 h figures and funding of a symbol, or of all that are traded."""
        return self.request(
            "GET",
            "/tickers",
            query={"symbol": symbol, "fields": fields},
        )

    def get_orderbook_by_symbol(
        self,
        symbol: str,
        *,
        depth: Optional[int] = None,
    ) -> "OrderBook":
        """GET /orderbook/{symbol}: The order book, the best prices first."""
        return self.request(
            "GET",
            f"/orderbook/{_part(symbol)}",
            query={"depth": depth},
        )

    def get_funding_by_symbol(
        self,
        symbol: str,
        *,
        limit: Optional[int] = None,
        from_: Optional[str] = None,
        to: Optional[str] = None,
        fields: Optional[str] = None,
    ) -> "GetFundingBySymbolAnswer":
        """GET /funding/{symbol}: Funding rates that were settled, newest first; without `from` of the last 30 days."""
        return self.request(
            "GET",
            f"/funding/{_part(symbol)}",
            query={"limit": limit, "from": from_, "to": to, "fields": fields},
        )

    def get_account(
        self,
    ) -> "Account":
        """GET /account: Equity, margin, the day, and the limits that count."""
        return self.request(
            "GET",
            "/account",
        )

    def get_risk(
        self,
    ) -> "Account":
        """GET /risk: How much of each limit is used: as GET /account."""
        return self.request(
            "GET",
            "/risk",
        )

    def get_pnl(
        self,
        *,
        period: Optional[str] = None,
        group_by: Optional[Literal["day", "symbol", "strategy"]] = None,
    ) -> "GetPnlAnswer":
        """GET /pnl: Result of the trades closed in a period, together and in groups, with the deepest drawdown."""
        return self.request(
            "GET",
            "/pnl",
            query={"period": period, "groupBy": group_by},
        )

    def get_drawdowns(
        self,
        *,
        fields: Optional[str] = None,
    ) -> "GetDrawdownsAnswer":
        """GET /drawdowns: Falls of equity from a peak until it was back, flows left out; the deepest 20 first."""
        return self.request(
            "GET",
            "/drawdowns",
            query={"fields": fields},
        )

    def get_strategies_by_name(
        self,
        name: str,
    ) -> "Strategy":
        """GET /strategies/{name}: One strategy."""
        return self.request(
            "GET",
            f"/strategies/{_part(name)}",
        )

    def post_strategies_on(
        self,
        name: str,
        body: Optional["PostStrategiesOnBody"] = None,
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """POST /strategies/{name}:on: As /strategy <name> on: off and close-only at once, on and reload after a confirmation."""
        return self.request(
            "POST",
            f"/strategies/{_part(name)}:on",
            body=body,
            idempotency_key=idempotency_key,
        )

    def post_strategies_off(
        self,
        name: str,
        body: Optional["PostStrategiesOffBody"] = None,
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """POST /strategies/{name}:off: As /strategy <name> off: off and close-only at once, on and reload after a confirmation."""
        return self.request(
            "POST",
            f"/strategies/{_part(name)}:off",
            body=body,
            idempotency_key=idempotency_key,
        )

    def post_strategies_close_only(
        self,
        name: str,
        body: Optional["PostStrategiesCloseOnlyBody"] = None,
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """POST /strategies/{name}:close-only: As /strategy <name> close-only: off and close-only at once, on and reload after a confirmation."""
        return self.request(
            "POST",
            f"/strategies/{_part(name)}:close-only",
            body=body,
            idempotency_key=idempotency_key,
        )

    def post_strategies_reload(
        self,
        name: str,
        body: Optional["PostStrategiesReloadBody"] = None,
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """POST /strategies/{name}:reload: As /strategy <name> reload: off and close-only at once, on and reload after a confirmation."""
        return self.request(
            "POST",
            f"/strategies/{_part(name)}:reload",
            body=body,
            idempotency_key=idempotency_key,
        )

    def get_config(
        self,
        *,
        key: Optional[str] = None,
        fields: Optional[str] = None,
    ) -> "GetConfigAnswer":
        """GET /config: The configuration as it counts, key by key, with where each value comes from; secrets are masked."""
        return self.request(
            "GET",
            "/config",
            query={"key": key, "fields": fields},
        )

    def patch_config(
        self,
        body: "PatchConfigBody",
        *,
        idempotency_key: Optional[str] = None,
        if_match: Optional[str] = None,
    ) -> "CommandResult":
        """PATCH /config: Set one key that may change while Ballast runs: a stricter value at once, a looser one after a confirmation."""
        return self.request(
            "PATCH",
            "/config",
            body=body,
            idempotency_key=idempotency_key,
            if_match=if_match,
        )

    def get_config_schema(
        self,
        *,
        fields: Optional[str] = None,
    ) -> "GetConfigSchemaAnswer":
        """GET /config/schema: Every key of the configuration: what it may hold, its name in the environment, and where its value comes from."""
        return self.request(
            "GET",
            "/config/schema",
            query={"fields": fields},
        )

    def get_logs(
        self,
        *,
        limit: Optional[int] = None,
        level: Optional[Literal["info", "warn", "error"]] = None,
        fields: Optional[str] = None,
    ) -> "GetLogsAnswer":
        """GET /logs: The last lines that the process of API, worker and bots has logged, newest first; secrets are left out."""
        return self.request(
            "GET",
            "/logs",
            query={"limit": limit, "level": level, "fields": fields},
        )

    def post_backtests(
        self,
        body: "PostBacktestsBody",
        *,
        idempotency_key: Optional[str] = None,
    ) -> "Backtest":
        """POST /backtests: Queue a backtest."""
        return self.request(
            "POST",
            "/backtests",
            body=body,
            idempotency_key=idempotency_key,
        )

    def get_backtests(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        fields: Optional[str] = None,
    ) -> "GetBacktestsAnswer":
        """GET /backtests: Backtests, newest first."""
        return self.request(
            "GET",
            "/backtests",
            query={"limit": limit, "cursor": cursor, "fields": fields},
        )

    def get_backtests_by_id(
        self,
        id: str,
    ) -> "Backtest":
        """GET /backtests/{id}: One backtest."""
        return self.request(
            "GET",
            f"/backtests/{_part(id)}",
        )

    def delete_backtests_by_id(
        self,
        id: str,
        *,
        idempotency_key: Optional[str] = None,
    ) -> "DeleteBacktestsByIdAnswer":
        """DELETE /backtests/{id}: Cancel a backtest."""
        return self.request(
            "DELETE",
            f"/backtests/{_part(id)}",
            idempotency_key=idempotency_key,
        )

    def get_backtests_report_html(
        self,
        id: str,
    ) -> str:
        """GET /backtests/{id}/report.html: The report as one page, which opens offline too."""
        return self.request(
            "GET",
            f"/backtests/{_part(id)}/report.html",
        )

    def get_backtests_report_json(
        self,
        id: str,
    ) -> Dict[str, Any]:
        """GET /backtests/{id}/report.json: Its figures, as in the page."""
        return self.request(
            "GET",
            f"/backtests/{_part(id)}/report.json",
        )

    def get_backtests_trades(
        self,
        id: str,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        fields: Optional[str] = None,
    ) -> "GetBacktestsTradesAnswer":
        """GET /backtests/{id}/trades: Its trades, newest first."""
        return self.request(
            "GET",
            f"/backtests/{_part(id)}/trades",
            query={"limit": limit, "cursor": cursor, "fields": fields},
        )

    def get_backtests_equity(
        self,
        id: str,
        *,
        fields: Optional[str] = None,
    ) -> "GetBacktestsEquityAnswer":
        """GET /backtests/{id}/equity: Its equity at the close of bars, oldest first; 10,000 points at most."""
        return self.request(
            "GET",
            f"/backtests/{_part(id)}/equity",
            query={"fields": fields},
        )

    def post_optimizations(
        self,
        body: "PostOptimizationsBody",
        *,
        idempotency_key: Optional[str] = None,
    ) -> "Backtest":
        """POST /optimizations: Queue a search over parameters."""
        return self.request(
            "POST",
            "/optimizations",
            body=body,
            idempotency_key=idempotency_key,
        )

    def get_optimizations(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        fields: Optional[str] = None,
    ) -> "GetOptimizationsAnswer":
        """GET /optimizations: Searches over parameters, newest first."""
        return self.request(
            "GET",
            "/optimizations",
            query={"limit": limit, "cursor": cursor, "fields": fields},
        )

    def get_optimizations_by_id(
        self,
        id: str,
    ) -> "Backtest":
        """GET /optimizations/{id}: One search; when it is done its best runs with their figures."""
        return self.request(
            "GET",
            f"/optimizations/{_part(id)}",
        )

    def delete_optimizations_by_id(
        self,
        id: str,
        *,
        idempotency_key: Optional[str] = None,
    ) -> "DeleteOptimizationsByIdAnswer":
        """DELETE /optimizations/{id}: Cancel a search."""
        return self.request(
            "DELETE",
            f"/optimizations/{_part(id)}",
            idempotency_key=idempotency_key,
        )

    def get_stats(
        self,
        *,
        period: Optional[str] = None,
        of: Optional[str] = None,
    ) -> "Stats":
        """GET /stats: Statistics of the trades closed in a period: all, of a strategy or of a symbol; 404 where there is none."""
        return self.request(
            "GET",
            "/stats",
            query={"period": period, "of": of},
        )

    def get_periods(
        self,
        *,
        unit: Optional[Literal["day", "week", "month"]] = None,
        n: Optional[int] = None,
        fields: Optional[str] = None,
    ) -> "GetPeriodsAnswer":
        """GET /periods: Results of the last UTC days, weeks or months, oldest first; the last one is still running."""
        return self.request(
            "GET",
            "/periods",
            query={"unit": unit, "n": n, "fields": fields},
        )

    def get_performance(
        self,
        *,
        period: Optional[str] = None,
    ) -> "GetPerformanceAnswer":
        """GET /performance: Closed trades by symbol and by strategy, the best first, with the returns of the account."""
        return self.request(
            "GET",
            "/performance",
            query={"period": period},
        )

    def get_exposure(
        self,
    ) -> "GetExposureAnswer":
        """GET /exposure: Value of what is open by symbol, side, strategy and cluster of correlated symbols."""
        return self.request(
            "GET",
            "/exposure",
        )

    def get_funding(
        self,
        *,
        period: Optional[str] = None,
        fields: Optional[str] = None,
    ) -> "GetFundingAnswer":
        """GET /funding: Funding paid and received by symbol, and the next settlement of what is held."""
        return self.request(
            "GET",
            "/funding",
            query={"period": period, "fields": fields},
        )

    def get_strategies_twin(
        self,
        name: str,
        *,
        from_: Optional[str] = None,
        to: Optional[str] = None,
        days: Optional[int] = None,
    ) -> "LiveTwin":
        """GET /strategies/{name}/twin: The live twin: the same code replayed over the bars that the strategy traded on here, and where the difference went."""
        return self.request(
            "GET",
            f"/strategies/{_part(name)}/twin",
            query={"from": from_, "to": to, "days": days},
        )

    def get_strategies_canary(
        self,
        name: str,
    ) -> "Canary":
        """GET /strategies/{name}/canary: A new version of a strategy as a shadow beside the running one, and what the sequential test says; 404 where there is none."""
        return self.request(
            "GET",
            f"/strategies/{_part(name)}/canary",
        )

    def get_commands(
        self,
    ) -> "GetCommandsAnswer":
        """GET /commands: List all commands."""
        return self.request(
            "GET",
            "/commands",
        )

    def post_commands(
        self,
        body: "PostCommandsBody",
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """POST /commands: Run a command line, as typed in chat: `close BTC 50%`."""
        return self.request(
            "POST",
            "/commands",
            body=body,
            idempotency_key=idempotency_key,
        )

    def post_commands_by_name(
        self,
        name: str,
        body: Optional["PostCommandsByNameBody"] = None,
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """POST /commands/{name}: Run a command with named arguments, or with `text` as typed in chat."""
        return self.request(
            "POST",
            f"/commands/{_part(name)}",
            body=body,
            idempotency_key=idempotency_key,
        )

    def post_control_pause(
        self,
        body: Optional["PostControlPauseBody"] = None,
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """POST /control/pause: Stop new entries; exits continue."""
        return self.request(
            "POST",
            "/control/pause",
            body=body,
            idempotency_key=idempotency_key,
        )

    def post_control_resume(
        self,
        body: Optional["PostControlResumeBody"] = None,
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """POST /control/resume: Lift holds, after a confirmation."""
        return self.request(
            "POST",
            "/control/resume",
            body=body,
            idempotency_key=idempotency_key,
        )

    def post_control_halt(
        self,
        body: "PostControlHaltBody",
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """POST /control/halt: Stop all orders except requested exits."""
        return self.request(
            "POST",
            "/control/halt",
            body=body,
            idempotency_key=idempotency_key,
        )

    def post_control_panic(
        self,
        body: Optional["PostControlPanicBody"] = None,
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """POST /control/panic: Close everything or one symbol and halt it, after a confirmation."""
        return self.request(
            "POST",
            "/control/panic",
            body=body,
            idempotency_key=idempotency_key,
        )

    def post_control_reconcile(
        self,
        body: Optional["PostControlReconcileBody"] = None,
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """POST /control/reconcile: Compare with Bybit; fix applies the proposed corrections, after a confirmation."""
        return self.request(
            "POST",
            "/control/reconcile",
            body=body,
            idempotency_key=idempotency_key,
        )

    def get_confirmations(
        self,
        *,
        fields: Optional[str] = None,
    ) -> "GetConfirmationsAnswer":
        """GET /confirmations: List pending confirmations."""
        return self.request(
            "GET",
            "/confirmations",
            query={"fields": fields},
        )

    def post_confirmations_by_id(
        self,
        id: str,
        body: "PostConfirmationsByIdBody",
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """POST /confirmations/{id}: Answer a confirmation once, in time, as its requester or an admin; 202 with `again` if it asks again."""
        return self.request(
            "POST",
            f"/confirmations/{_part(id)}",
            body=body,
            idempotency_key=idempotency_key,
        )

    def get_keys(
        self,
        *,
        fields: Optional[str] = None,
    ) -> "GetKeysAnswer":
        """GET /keys: API keys, newest first, without their secrets."""
        return self.request(
            "GET",
            "/keys",
            query={"fields": fields},
        )

    def post_keys(
        self,
        body: "PostKeysBody",
        *,
        idempotency_key: Optional[str] = None,
    ) -> "PostKeysAnswer":
        """POST /keys: Create a key; its token is returned only once, and Idempotency-Key is not used."""
        return self.request(
            "POST",
            "/keys",
            body=body,
            idempotency_key=idempotency_key,
        )

    def post_keys_rotate(
        self,
        id: str,
        body: Optional["PostKeysRotateBody"] = None,
        *,
        idempotency_key: Optional[str] = None,
    ) -> "PostKeysRotateAnswer":
        """POST /keys/{id}:rotate: Another secret for a key, returned only once; the one before works until the overlap ends."""
        return self.request(
            "POST",
            f"/keys/{_part(id)}:rotate",
            body=body,
            idempotency_key=idempotency_key,
        )

    def delete_keys_by_id(
        self,
        id: str,
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """DELETE /keys/{id}: Revoke a key, after a confirmation; its open connections close within seconds."""
        return self.request(
            "DELETE",
            f"/keys/{_part(id)}",
            idempotency_key=idempotency_key,
        )

    def get_audit(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        user: Optional[str] = None,
        since: Optional[str] = None,
        reads: Optional[Literal["true", "false"]] = None,
        fields: Optional[str] = None,
    ) -> "GetAuditAnswer":
        """GET /audit: Who did what on which surface, newest first."""
        return self.request(
            "GET",
            "/audit",
            query={"limit": limit, "cursor": cursor, "user": user, "since": since, "reads": reads, "fields": fields},
        )

    def get_audit_verification(
        self,
    ) -> "GetAuditVerificationAnswer":
        """GET /audit/verification: Whether each row follows the one before, and which is the first that does not."""
        return self.request(
            "GET",
            "/audit/verification",
        )

    def post_session(
        self,
        body: "PostSessionBody",
        *,
        idempotency_key: Optional[str] = None,
    ) -> "Login":
        """POST /session: Log a browser in with the secret of a link, once; the answer sets an HttpOnly cookie."""
        return self.request(
            "POST",
            "/session",
            body=body,
            idempotency_key=idempotency_key,
        )

    def get_session(
        self,
    ) -> "Login":
        """GET /session: Who this browser is logged in as, and its CSRF token."""
        return self.request(
            "GET",
            "/session",
        )

    def delete_session(
        self,
        *,
        idempotency_key: Optional[str] = None,
    ) -> None:
        """DELETE /session: Log this browser out."""
        return self.request(
            "DELETE",
            "/session",
            idempotency_key=idempotency_key,
        )

    def get_sessions(
        self,
        *,
        fields: Optional[str] = None,
    ) -> "GetSessionsAnswer":
        """GET /sessions: Browsers that are logged in: one’s own; of an admin everybody’s."""
        return self.request(
            "GET",
            "/sessions",
            query={"fields": fields},
        )

    def delete_sessions_by_id(
        self,
        id: str,
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """DELETE /sessions/{id}: End a login, or all of one’s own with `all`."""
        return self.request(
            "DELETE",
            f"/sessions/{_part(id)}",
            idempotency_key=idempotency_key,
        )

    def get_risk_limits(
        self,
        *,
        fields: Optional[str] = None,
    ) -> "GetRiskLimitsAnswer":
        """GET /risk/limits: Risk settings of the account, its strategies and symbols, with their origin."""
        return self.request(
            "GET",
            "/risk/limits",
            query={"fields": fields},
        )

    def get_risk_limits_changes(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        fields: Optional[str] = None,
    ) -> "GetRiskLimitsChangesAnswer":
        """GET /risk/limits/changes: Changes of risk settings, newest first: who, when, from what to what, and by which way."""
        return self.request(
            "GET",
            "/risk/limits/changes",
            query={"limit": limit, "cursor": cursor, "fields": fields},
        )

    def put_risk_limits_by_key(
        self,
        key: str,
        body: "PutRiskLimitsByKeyBody",
        *,
        idempotency_key: Optional[str] = None,
        if_match: Optional[str] = None,
    ) -> "CommandResult":
        """PUT /risk/limits/{key}: Set a risk setting; null gives it back to the configuration. A looser one asks for a confirmation."""
        return self.request(
            "PUT",
            f"/risk/limits/{_part(key)}",
            body=body,
            idempotency_key=idempotency_key,
            if_match=if_match,
        )

    def post_rebalance_preview(
        self,
        body: "PostRebalancePreviewBody",
        *,
        idempotency_key: Optional[str] = None,
    ) -> "RebalancePlan":
        """POST /rebalance/preview: Plan a rebalance: orders, cost and weights after; nothing is sent."""
        return self.request(
            "POST",
            "/rebalance/preview",
            body=body,
            idempotency_key=idempotency_key,
        )

    def post_rebalance(
        self,
        body: "PostRebalanceBody",
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """POST /rebalance: Rebalance, after a confirmation; reductions first, within what was shown."""
        return self.request(
            "POST",
            "/rebalance",
            body=body,
            idempotency_key=idempotency_key,
        )

    def get_rebalances(
        self,
        *,
        fields: Optional[str] = None,
    ) -> "GetRebalancesAnswer":
        """GET /rebalances: The last rebalances, newest first, with what was left undone."""
        return self.request(
            "GET",
            "/rebalances",
            query={"fields": fields},
        )

    def get_export_by_what(
        self,
        what: Literal["trades", "lots", "ledger", "wallet"],
        *,
        year: Optional[int] = None,
        method: Optional[Literal["fifo", "average"]] = None,
        format: Optional[Literal["csv", "json"]] = None,
    ) -> Union["Export", str]:
        """GET /export/{what}: Trades, tax lots or ledger entries of a year (UTC) as CSV by RFC 4180, or as JSON rows."""
        return self.request(
            "GET",
            f"/export/{_part(what)}",
            query={"year": year, "method": method, "format": format},
        )

    def get_ledger_check(
        self,
    ) -> "GetLedgerCheckAnswer":
        """GET /ledger/check: Whether the ledger sums to zero and ends where the account stands."""
        return self.request(
            "GET",
            "/ledger/check",
        )

    def put_trades_note(
        self,
        id: str,
        body: "PutTradesNoteBody",
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """PUT /trades/{id}/note: Write a note or tags on a trade; what is not given stays as it is."""
        return self.request(
            "PUT",
            f"/trades/{_part(id)}/note",
            body=body,
            idempotency_key=idempotency_key,
        )

    def get_allocator(
        self,
        *,
        method: Optional[Literal["equal", "inverse-vol", "erc", "hrp"]] = None,
    ) -> "AllocatorPlan":
        """GET /allocator: Plan how capital would be shared among strategies; nothing is changed."""
        return self.request(
            "GET",
            "/allocator",
            query={"method": method},
        )

    def post_allocator(
        self,
        body: Optional["PostAllocatorBody"] = None,
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """POST /allocator: Move capital among strategies, after a confirmation; what is taken before what is given."""
        return self.request(
            "POST",
            "/allocator",
            body=body,
            idempotency_key=idempotency_key,
        )

    def get_signals(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        fields: Optional[str] = None,
    ) -> "GetSignalsAnswer":
        """GET /signals: Signals that came in, newest first, with what became of each."""
        return self.request(
            "GET",
            "/signals",
            query={"limit": limit, "cursor": cursor, "fields": fields},
        )

    def post_signals(
        self,
        body: "SignalSent",
        *,
        idempotency_key: Optional[str] = None,
    ) -> "SignalTaken":
        """POST /signals: Send a signal in the name of a source, as by its webhook: kept, judged by its rules, then carried out."""
        return self.request(
            "POST",
            "/signals",
            body=body,
            idempotency_key=idempotency_key,
        )

    def get_signals_by_id(
        self,
        id: str,
    ) -> "Signal":
        """GET /signals/{id}: One signal, with what became of it."""
        return self.request(
            "GET",
            f"/signals/{_part(id)}",
        )

    def get_signal_sources(
        self,
        *,
        fields: Optional[str] = None,
    ) -> "GetSignalSourcesAnswer":
        """GET /signal-sources: Sources of signals, without their secrets."""
        return self.request(
            "GET",
            "/signal-sources",
            query={"fields": fields},
        )

    def post_signal_sources(
        self,
        body: "PostSignalSourcesBody",
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """POST /signal-sources: Make a source, after a confirmation, whose answer has its address, once."""
        return self.request(
            "POST",
            "/signal-sources",
            body=body,
            idempotency_key=idempotency_key,
        )

    def post_signal_sources_rotate(
        self,
        name: str,
        body: Optional["PostSignalSourcesRotateBody"] = None,
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """POST /signal-sources/{name}:rotate: Give a source another address, after a confirmation; the one before works for the overlap."""
        return self.request(
            "POST",
            f"/signal-sources/{_part(name)}:rotate",
            body=body,
            idempotency_key=idempotency_key,
        )

    def delete_signal_sources_by_name(
        self,
        name: str,
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """DELETE /signal-sources/{name}: Remove a source, after a confirmation."""
        return self.request(
            "DELETE",
            f"/signal-sources/{_part(name)}",
            idempotency_key=idempotency_key,
        )

    def post_signal_sources_test(
        self,
        name: str,
        body: "PostSignalSourcesTestBody",
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """POST /signal-sources/{name}:test: What a body would do, by the format, symbols and limits of a source; nothing is sent."""
        return self.request(
            "POST",
            f"/signal-sources/{_part(name)}:test",
            body=body,
            idempotency_key=idempotency_key,
        )

    def get_alerts_open(
        self,
        *,
        fields: Optional[str] = None,
    ) -> "GetAlertsOpenAnswer":
        """GET /alerts/open: Problems that are open or acknowledged, the worst first."""
        return self.request(
            "GET",
            "/alerts/open",
            query={"fields": fields},
        )

    def get_silences(
        self,
        *,
        fields: Optional[str] = None,
    ) -> "GetSilencesAnswer":
        """GET /silences: Silences that stand, the one that ends first first."""
        return self.request(
            "GET",
            "/silences",
            query={"fields": fields},
        )

    def post_silences(
        self,
        body: "PostSilencesBody",
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """POST /silences: Silence what a filter names for a time; a P1 at most for an hour, by an admin."""
        return self.request(
            "POST",
            "/silences",
            body=body,
            idempotency_key=idempotency_key,
        )

    def post_alerts_ack(
        self,
        id: str,
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """POST /alerts/{id}:ack: Acknowledge a problem: it is not sent again until it is worse."""
        return self.request(
            "POST",
            f"/alerts/{_part(id)}:ack",
            idempotency_key=idempotency_key,
        )

    def post_alerts_resolve(
        self,
        id: str,
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """POST /alerts/{id}:resolve: Resolve a problem that does not resolve itself."""
        return self.request(
            "POST",
            f"/alerts/{_part(id)}:resolve",
            idempotency_key=idempotency_key,
        )

    def post_alerts_test(
        self,
        body: "PostAlertsTestBody",
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """POST /alerts:test: Send a sample of an alert to whoever would receive it."""
        return self.request(
            "POST",
            "/alerts:test",
            body=body,
            idempotency_key=idempotency_key,
        )

    def delete_silences_by_id(
        self,
        id: str,
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """DELETE /silences/{id}: End a silence."""
        return self.request(
            "DELETE",
            f"/silences/{_part(id)}",
            idempotency_key=idempotency_key,
        )

    def get_alert_rules(
        self,
        *,
        fields: Optional[str] = None,
    ) -> "GetAlertRulesAnswer":
        """GET /alert-rules: Alerts that users set on a price, the result of the day or equity."""
        return self.request(
            "GET",
            "/alert-rules",
            query={"fields": fields},
        )

    def post_alert_rules(
        self,
        body: "PostAlertRulesBody",
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """POST /alert-rules: Alert when a price, the result of the day or equity passes a level."""
        return self.request(
            "POST",
            "/alert-rules",
            body=body,
            idempotency_key=idempotency_key,
        )

    def delete_alert_rules_by_id(
        self,
        id: str,
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """DELETE /alert-rules/{id}: Remove a rule."""
        return self.request(
            "DELETE",
            f"/alert-rules/{_part(id)}",
            idempotency_key=idempotency_key,
        )

    def get_routes(
        self,
        *,
        fields: Optional[str] = None,
    ) -> "GetRoutesAnswer":
        """GET /routes: Which chat receives which alerts beside its defaults: by the configuration, and as chats have subscribed."""
        return self.request(
            "GET",
            "/routes",
            query={"fields": fields},
        )

    def post_routes(
        self,
        body: "PostRoutesBody",
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """POST /routes: Send a chat the alerts that a filter names; another chat than your own is an admin’s to change."""
        return self.request(
            "POST",
            "/routes",
            body=body,
            idempotency_key=idempotency_key,
        )

    def delete_routes_by_id(
        self,
        id: str,
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """DELETE /routes/{id}: End a route that a chat has subscribed to; one of the configuration is changed there."""
        return self.request(
            "DELETE",
            f"/routes/{_part(id)}",
            idempotency_key=idempotency_key,
        )

    def get_webhooks(
        self,
        *,
        fields: Optional[str] = None,
    ) -> "GetWebhooksAnswer":
        """GET /webhooks: Webhooks, without their secrets."""
        return self.request(
            "GET",
            "/webhooks",
            query={"fields": fields},
        )

    def post_webhooks(
        self,
        body: "PostWebhooksBody",
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """POST /webhooks: Make a webhook, after a confirmation, whose answer has its secret, once."""
        return self.request(
            "POST",
            "/webhooks",
            body=body,
            idempotency_key=idempotency_key,
        )

    def get_webhooks_deliveries(
        self,
        name: str,
        *,
        fields: Optional[str] = None,
    ) -> "GetWebhooksDeliveriesAnswer":
        """GET /webhooks/{name}/deliveries: Messages of a webhook, newest first, up to 200."""
        return self.request(
            "GET",
            f"/webhooks/{_part(name)}/deliveries",
            query={"fields": fields},
        )

    def patch_webhooks_by_name(
        self,
        name: str,
        body: "PatchWebhooksByNameBody",
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """PATCH /webhooks/{name}: Change address, token or filter of a webhook, after a confirmation; what is left out stays."""
        return self.request(
            "PATCH",
            f"/webhooks/{_part(name)}",
            body=body,
            idempotency_key=idempotency_key,
        )

    def delete_webhooks_by_name(
        self,
        name: str,
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """DELETE /webhooks/{name}: Remove a webhook, after a confirmation."""
        return self.request(
            "DELETE",
            f"/webhooks/{_part(name)}",
            idempotency_key=idempotency_key,
        )

    def post_webhooks_test(
        self,
        name: str,
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """POST /webhooks/{name}:test: Send a message that says that it is a test."""
        return self.request(
            "POST",
            f"/webhooks/{_part(name)}:test",
            idempotency_key=idempotency_key,
        )

    def post_webhooks_rotate(
        self,
        name: str,
        body: Optional["PostWebhooksRotateBody"] = None,
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """POST /webhooks/{name}:rotate: Give a webhook another secret, after a confirmation, whose answer has it once; both sign for the overlap."""
        return self.request(
            "POST",
            f"/webhooks/{_part(name)}:rotate",
            body=body,
            idempotency_key=idempotency_key,
        )

    def post_webhooks_deliveries_replay(
        self,
        name: str,
        id: str,
        *,
        idempotency_key: Optional[str] = None,
    ) -> "CommandResult":
        """POST /webhooks/{name}/deliveries/{id}:replay: Send a message of a webhook again, under the same webhook-id."""
        return self.request(
            "POST",
            f"/webhooks/{_part(name)}/deliveries/{_part(id)}:replay",
            idempotency_key=idempotency_key,
        )

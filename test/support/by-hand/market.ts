/**
 * One symbol's market by hand, for loops that confirm a backtest: orders meet bars as decision 0007 says.
 * Written from that page; it shares no code with the matching engine. Prices are whole ticks, quantities whole lots.
 */
export interface Candle {
  readonly ts: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
}

export interface HandFill {
  readonly ts: number
  readonly side: number
  readonly price: number
  readonly lots: number
  /** Of an order with one; stop and target of the position under these words. */
  readonly name: string
}

interface Protection {
  readonly stop?: number
  readonly target?: number
}

interface AtMarket extends Protection {
  readonly name: string
  readonly side: number
  readonly lots: number
  readonly isExit: boolean
}

interface Resting extends Protection {
  readonly name: string
  readonly side: number
  readonly limit: number
  readonly lots: number
  readonly isExit: boolean
  /** A post-only order that would fill at once is taken off instead. */
  readonly isPostOnly?: boolean
  isNew?: boolean
}

interface Hit {
  readonly level: number
  readonly isStop: boolean
  readonly meet: () => void
}

export class HandMarket {
  position = 0
  stop: number | undefined
  target: number | undefined
  readonly fills: HandFill[] = []
  /** Fills of the bar that was played last. */
  last: HandFill[] = []
  resting: Resting[] = []
  private waiting: AtMarket[] = []
  private price = 0
  private ts = 0
  /** On the way to the extremes a target whose entry filled on that way waits. */
  private isWithin = false
  private targetWaits = false

  /** Fills at the next open. */
  enter(side: number, lots: number, protection: Protection, name = 'entry'): void {
    this.waiting.push({ name, side, lots, isExit: false, ...protection })
  }

  /** All that is held, or a part of it, at the next open. */
  close(lots = Math.abs(this.position)): void {
    if (this.position !== 0) this.waiting.push({ name: 'exit', side: -Math.sign(this.position), lots, isExit: true })
  }

  rest(order: Resting): void {
    this.resting.push({ ...order, isNew: true })
  }

  cancel(name: string): void {
    this.resting = this.resting.filter((order) => order.name !== name)
  }

  /** A new price; it keeps its place in time. */
  amend(name: string, limit: number): void {
    this.resting = this.resting.map((order) => (order.name === name && order.limit !== limit ? { ...order, limit, isNew: true } : order))
  }

  play({ ts, open, high, low, close }: Candle): void {
    this.ts = ts
    this.last = []
    this.open(open)
    const isHighFirst = this.position === 0 ? this.resting[0]?.side === 1 : this.position < 0
    this.isWithin = true
    this.move(isHighFirst ? high : low)
    this.move(isHighFirst ? low : high)
    this.isWithin = false
    this.targetWaits = false
    this.move(close)
    this.fills.push(...this.last)
  }

  private open(open: number): void {
    this.price = open
    for (const order of this.waiting) {
      const lots = order.isExit ? Math.min(order.lots, Math.abs(this.position)) : order.lots
      if (lots > 0) this.fill(order.name, order.side, open, lots, order)
    }
    this.waiting = []
    if (this.stop !== undefined && (open - this.stop) * this.position <= 0) this.leave('stop', open)
    if (this.target !== undefined && (open - this.target) * this.position >= 0) this.leave('target', open)
    for (const order of [...this.resting]) {
      const isCrossed = order.isNew === true ? (order.limit - open) * order.side >= 0 : (order.limit - open) * order.side > 0
      if (!isCrossed) continue
      if (order.isNew === true && order.isPostOnly === true) this.cancel(order.name)
      else this.meet(order, order.isNew === true ? open : order.limit)
    }
    for (const order of this.resting) order.isNew = false
  }

  private move(to: number): void {
    for (;;) {
      const hit = this.nearest(to)
      if (hit === undefined) break
      this.price = hit.level
      hit.meet()
    }
    this.price = to
  }

  private nearest(to: number): Hit | undefined {
    const [low, high] = [Math.min(this.price, to), Math.max(this.price, to)]
    const hits: Hit[] = []
    const { stop, target, position } = this
    if (stop !== undefined && (position > 0 ? low <= stop : high >= stop))
      hits.push({ level: stop, isStop: true, meet: () => this.leave('stop', stop) })
    if (target !== undefined && !this.targetWaits && (position > 0 ? high >= target : low <= target))
      hits.push({ level: target, isStop: false, meet: () => this.leave('target', target) })
    // A limit fills where the price trades through it.
    for (const order of this.resting)
      if (order.side === 1 ? low < order.limit : high > order.limit)
        hits.push({ level: order.limit, isStop: false, meet: () => this.meet(order, order.limit) })
    const away = (hit: Hit): number => Math.abs(hit.level - this.price)
    return hits.sort((a, b) => away(a) - away(b) || Number(b.isStop) - Number(a.isStop))[0]
  }

  private meet(order: Resting, price: number): void {
    this.resting = this.resting.filter((other) => other !== order)
    const lots = order.isExit ? Math.min(order.lots, Math.abs(this.position)) : order.lots
    this.fill(order.name, order.side, price, lots, order)
  }

  private leave(name: string, price: number): void {
    this.fill(name, -Math.sign(this.position), price, Math.abs(this.position), {})
  }

  private fill(name: string, side: number, price: number, lots: number, { stop, target }: Protection): void {
    this.last.push({ ts: this.ts, side, price, lots, name })
    this.position += side * lots
    if (stop !== undefined) this.stop = stop
    if (target !== undefined) {
      this.targetWaits = this.isWithin && this.target === undefined
      this.target = target
    }
    if (this.position !== 0) return
    this.stop = undefined
    this.target = undefined
    this.resting = this.resting.filter((order) => !order.isExit)
  }
}

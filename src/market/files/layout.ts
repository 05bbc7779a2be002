/**
 * What the columns of a file of candles or funding rates mean, by its header, its first rows and the options.
 */
import { type Result, err, ok } from '../../core/result.ts'
import {
  type Role,
  type TimeRank,
  isConfirm,
  isConstant,
  isFirstTrade,
  isLastPrice,
  isRate,
  keyOf,
  priceOf,
  timeRankOf,
} from './column-names.ts'
import { type ColumnOrder, ordersFor } from './column-orders.ts'
import { clockOwnerOf, isTimeOfDay } from './date-text.ts'
import { foreignRowsOf, foreignShapeOf } from './foreign-shapes.ts'
import { type TimeRules, readInstant } from './instant.ts'
import { type DecimalMark, isMissing, readFloat, toPlain } from './number-text.ts'
import { type Figures, chooseVolume } from './volume-columns.ts'

export type Stamp = 'start' | 'end'

/** The first rows of a file as its reader found them. */
export interface FileHead {
  /** Undefined where the first row holds figures. */
  readonly header: readonly string[] | undefined
  /** Line of the header, or of the first row where there is none. */
  readonly headerLine: number
  readonly rows: readonly (readonly string[])[]
  readonly mark: DecimalMark
  readonly times: TimeRules
  /** Whether the clock of times as text was named. */
  readonly hasZone: boolean
  /** Whether it was said which end of a bar its stamp is. */
  readonly isStampGiven: boolean
  /** What `--columns` says: a name, and a position from 1 or a header name. */
  readonly columns?: readonly (readonly [name: string, column: string])[] | undefined
}

export interface Layout {
  readonly kind: 'candles' | 'funding'
  readonly roles: readonly Role[]
  /** Names of the columns, for sentences about them. */
  readonly names: readonly string[]
  readonly stamp: Stamp
  readonly hasVolume: boolean
  /** Decimals that whole prices lack: Databento writes 1e-9 as 1. */
  readonly priceShift: number
  readonly notes: readonly string[]
}

/** What is wrong, without the name of the file and without a point, and what can be done. */
export interface LayoutProblem {
  readonly what: string
  readonly next: string
  readonly line?: number
}

const NEXT = 'Name the columns in the first line, as timestamp,open,high,low,close,volume (any order), or timestamp,rate for funding.'
const NEXT_COLUMNS = 'Assign the columns, for example --columns time=1,open=2,high=3,low=4,close=5,volume=6.'

const problem = (what: string, next: string, line?: number): Result<never, LayoutProblem> =>
  err(line === undefined ? { what, next } : { what, next, line })

export function layoutOf(head: FileHead): Result<Layout, LayoutProblem> {
  if (head.columns !== undefined) return layoutByColumns(head, head.columns)
  return head.header === undefined ? layoutByOrder(head) : layoutByNames(head, head.header)
}

// By names.

function layoutByNames(head: FileHead, names: readonly string[]): Result<Layout, LayoutProblem> {
  const at1 = head.headerLine
  const foreign = foreignShapeOf(names)
  if (foreign !== undefined) return problem(`the file is ${foreign.what}`, foreign.next)
  const roles: Role[] = names.map((name) => plainRole(name))
  const close = roles.indexOf('close')
  const last = names.findIndex(isLastPrice)
  if (close < 0 && last >= 0 && roles.includes('open')) roles[last] = 'close'
  const isFunding = names.some(isRate) && !roles.includes('close')
  if (isFunding)
    roles.splice(
      0,
      roles.length,
      ...roles.map((role, at): Role => (isRate(names[at] as string) ? 'rate' : role === 'constant' ? role : 'ignored')),
    )
  const time = chooseTime(head, names)
  if (typeof time === 'string') return problem(time, NEXT, at1)
  const missing = missingRoles(roles, isFunding, time)
  if (missing.length > 0)
    return problem(
      `the column${missing.length > 1 ? 's' : ''} ${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} missing from '${names.join(',').slice(0, 80)}'`,
      names.length > 1 ? `${NEXT} Or ${NEXT_COLUMNS.charAt(0).toLowerCase()}${NEXT_COLUMNS.slice(1)}` : NEXT,
      at1,
    )
  const twice = roles.find((role, at) => ['open', 'high', 'low', 'close', 'rate'].includes(role) && roles.indexOf(role) !== at)
  if (twice !== undefined) return problem(`two columns mean '${twice}'`, NEXT_COLUMNS, at1)
  return finish(head, names, roles, time as TimeChoice, isFunding)
}

function plainRole(name: string): Role {
  const price = priceOf(name)
  if (price !== undefined) return price
  if (isConfirm(name)) return 'confirm'
  return isConstant(name) ? 'constant' : 'ignored'
}

function missingRoles(roles: readonly Role[], isFunding: boolean, time: TimeChoice | undefined): string[] {
  const needed: readonly Role[] = isFunding ? ['rate'] : ['open', 'high', 'low', 'close']
  const absent: string[] = needed.filter((role) => !roles.includes(role))
  return time === undefined ? ['timestamp', ...absent] : absent
}

interface TimeChoice {
  readonly column: number
  /** Column of the time of day, where the date stands apart. */
  readonly clock: number | undefined
  readonly stamp: Stamp
  readonly notes: readonly string[]
}

const RANKS: readonly TimeRank[] = ['open', 'time', 'close', 'index']

/** Which column is the time; a sentence where two disagree. */
function chooseTime(head: FileHead, names: readonly string[]): TimeChoice | string | undefined {
  const ranked = names.map((name, at) => timeRankOf(name, at))
  const cells = (at: number): string[] => head.rows.map((row) => row[at] ?? '')
  const isTime = (at: number): boolean =>
    head.rows.length === 0 || cells(at).some((cell) => typeof readInstant(cell, head.times) === 'number')
  for (const rank of RANKS) {
    const all = ranked.flatMap((each, at) => (each === rank ? [at] : []))
    const found = all.length > 1 ? all.filter((at) => !isFirstTrade(names[at] as string)) : all
    const clock = found.find((at) => head.rows.length > 0 && found.length > 1 && cells(at).every(isTimeOfDay))
    const instants = found.filter((at) => at !== clock)
    const [first, ...others] = rank === 'index' ? instants.filter(isTime) : preferTimes(instants, isTime)
    if (first === undefined) continue
    const other = clock === undefined ? others.find((at) => isTime(at) && disagree(head, first, at)) : undefined
    if (other !== undefined) return `'${names[first]}' and '${names[other]}' both mean 'timestamp' and disagree`
    return { column: first, clock, stamp: rank === 'close' ? 'end' : 'start', notes: [] }
  }
  const id = names.findIndex((name) => keyOf(name) === 'id')
  if (id >= 0 && names.some((name) => keyOf(name) === 'amount') && head.rows.length > 0 && isTime(id))
    return { column: id, clock: undefined, stamp: 'start', notes: [] }
  return undefined
}

/** Columns that hold instants, first; where none does, all of them, so that the first bad cell is named by its line. */
const preferTimes = (found: readonly number[], isTime: (at: number) => boolean): number[] =>
  found.some(isTime) ? found.filter(isTime) : [...found]

function disagree(head: FileHead, a: number, b: number): boolean {
  return head.rows.some((row) => {
    const first = readInstant(row[a] ?? '', head.times)
    const second = readInstant(row[b] ?? '', head.times)
    return typeof first === 'number' && typeof second === 'number' && Math.abs(first - second) >= 1000
  })
}

// Without a header.

function layoutByOrder(head: FileHead): Result<Layout, LayoutProblem> {
  const isTime = (text: string): boolean => typeof readInstant(text, head.times) === 'number'
  const orders = ordersFor(head.rows, isTime, isTimeOfDay, (text) => readFloat(text, head.mark))
  const [first] = orders
  const foreign = first === undefined ? foreignRowsOf(head.rows) : undefined
  if (foreign !== undefined) return problem(`the file is ${foreign.what}`, foreign.next)
  if (first === undefined)
    return problem(
      'the file starts with numbers, it has no header, and its columns fit no known order',
      `${NEXT} Or use --columns.`,
      head.headerLine,
    )
  const places = new Set(
    orders.map(({ columns }) => ['open', 'high', 'low', 'close', 'volume'].map((name) => placeOf(columns, name)).join()),
  )
  if (places.size > 1)
    return problem(
      `the file has no header, and its rows fit several orders of columns: ${orders.map(({ source }) => source).join('; ')}`,
      NEXT_COLUMNS,
      head.headerLine,
    )
  if (first.columns.length === 5 && !head.isStampGiven)
    return problem(
      'the file has no header, and rows of time, open, high, low, close may be stamped at their end, as those of CoinGecko are',
      'Pass --stamp end or --stamp start.',
      head.headerLine,
    )
  const chosen = orders.find((order) => isMoneyToldBy(head, order)) ?? orders.find(({ columns }) => !columns.includes('turnover')) ?? first
  const roles = chosen.columns.map((name) => plainRole(name))
  const clock = chosen.columns[0] === 'date' ? 1 : undefined
  const column = chosen.columns.findIndex((name) => name === 'opentime' || name === 'date' || name === 'time')
  const note = `no header: read as ${chosen.source}${chosen.source.includes(',') ? '' : ` (${chosen.columns.slice(0, 8).join(', ')})`}`
  return finish(head, chosen.columns, roles, { column, clock, stamp: 'start', notes: [note] }, false)
}

const placeOf = (columns: readonly string[], name: string): number =>
  columns.findIndex((column) => column === name || (name === 'volume' && /^(?:vol|tickvolume)$/.test(column)))

function isMoneyToldBy(head: FileHead, { columns }: ColumnOrder): boolean {
  const choice = chooseVolume(columns, figuresOf(head), { low: columns.indexOf('low'), high: columns.indexOf('high') })
  return typeof choice !== 'string' && choice.quote !== undefined
}

// By `--columns`.

const COLUMN_WORDS: Readonly<Record<string, Role>> = {
  time: 'ts',
  timestamp: 'ts',
  clock: 'clock',
  open: 'open',
  high: 'high',
  low: 'low',
  close: 'close',
  volume: 'volume',
  quote: 'quote',
  rate: 'rate',
}

function layoutByColumns(head: FileHead, columns: readonly (readonly [string, string])[]): Result<Layout, LayoutProblem> {
  const width = head.header?.length ?? head.rows[0]?.length ?? 0
  const roles: Role[] = Array<Role>(width).fill('ignored')
  for (const [word, place] of columns) {
    const role = COLUMN_WORDS[word]
    if (role === undefined) return problem(`--columns has no field '${word}'`, `Fields: ${Object.keys(COLUMN_WORDS).join(', ')}.`)
    const at = /^\d+$/.test(place) ? Number(place) - 1 : (head.header ?? []).findIndex((name) => keyOf(name) === keyOf(place))
    if (word === 'volume' && place === 'none') continue
    if (!(at >= 0 && at < width)) return problem(`--columns names the column '${place}', and the file has ${width}`, NEXT_COLUMNS)
    roles[at] = role
  }
  const isFunding = roles.includes('rate')
  const time = roles.indexOf('ts')
  const missing = missingRoles(roles, isFunding, time < 0 ? undefined : { column: time, clock: undefined, stamp: 'start', notes: [] })
  if (missing.length > 0)
    return problem(`--columns does not name where ${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'}`, NEXT_COLUMNS)
  const zone = clockProblem(head, time)
  if (zone !== undefined) return err(zone)
  return ok({
    kind: isFunding ? 'funding' : 'candles',
    roles,
    names: head.header ?? [],
    stamp: 'start',
    hasVolume: roles.includes('volume'),
    priceShift: 0,
    notes: [],
  })
}

// Both.

function finish(
  head: FileHead,
  names: readonly string[],
  roles: Role[],
  time: TimeChoice,
  isFunding: boolean,
): Result<Layout, LayoutProblem> {
  roles[time.column] = 'ts'
  if (time.clock !== undefined) roles[time.clock] = 'clock'
  const zone = clockProblem(head, time.column)
  if (zone !== undefined) return err(zone)
  const notes = [...time.notes]
  if (isFunding) return ok({ kind: 'funding', roles, names, stamp: 'start', hasVolume: false, priceShift: 0, notes })
  const figures = figuresOf(head)
  const choice = chooseVolume(names, figures, { low: roles.indexOf('low'), high: roles.indexOf('high') })
  if (typeof choice === 'string')
    return problem(
      choice,
      `Pass the column of the volume in coins, for example --columns time=1,…,volume=6, or volume=none to leave it out.`,
    )
  if (choice.volume !== undefined) roles[choice.volume] = 'volume'
  if (choice.quote !== undefined) roles[choice.quote] = 'quote'
  if (choice.note !== undefined) notes.push(choice.note)
  if (choice.volume !== undefined && names.some((name) => keyOf(name) === 'adjclose'))
    notes.push('the volume is taken as coins; Yahoo counts that of coin pairs in money')
  const isEnd = time.stamp === 'end' || isBitmex(names)
  if (isEnd)
    notes.push(
      `the stamps are the ends of the bars (${time.stamp === 'end' ? `'${names[time.column]}'` : 'BitMEX buckets'}): each bar is moved back by its interval`,
    )
  return ok({
    kind: 'candles',
    roles,
    names,
    stamp: isEnd ? 'end' : 'start',
    hasVolume: choice.volume !== undefined,
    priceShift: isFixedPoint(head, names, roles) ? 9 : 0,
    notes,
  })
}

const CLOCKS = {
  metatrader: {
    what: 'are of the clock of a MetaTrader server, which the file does not name',
    next: 'Pass it, for example --zone UTC+3 (the files that Bybit offers for MetaTrader), --zone UTC or --zone Europe/Helsinki.',
  },
  histdata: {
    what: 'have the form of HistData, whose clock is that of New York',
    next: 'Pass it, for example --zone America/New_York, or --zone UTC if the file comes from elsewhere.',
  },
} as const

/** Some forms of dates belong to clocks that are not UTC. */
function clockProblem(head: FileHead, column: number): LayoutProblem | undefined {
  if (head.hasZone) return undefined
  const cell = head.rows.map((row) => row[column] ?? '').find((text) => clockOwnerOf(text) !== undefined)
  const owner = clockOwnerOf(cell ?? '')
  if (owner === undefined) return undefined
  const { what, next } = CLOCKS[owner]
  return { what: `the times, as '${(cell ?? '').slice(0, 40)}', ${what}`, next }
}

const figuresOf = (head: FileHead): Figures =>
  head.rows.map((row) => row.map((cell) => (isMissing(cell) ? Number.NaN : (readFloat(cell, head.mark) ?? Number.NaN))))

const isBitmex = (names: readonly string[]): boolean => {
  const keys = new Set(names.map(keyOf))
  return keys.has('homenotional') && keys.has('foreignnotional') && keys.has('lastsize')
}

const FIXED_POINT_MIN = 1e6

/** Databento's own encoding: whole numbers of a billionth, beside its columns of ids. */
function isFixedPoint(head: FileHead, names: readonly string[], roles: readonly Role[]): boolean {
  const keys = new Set(names.map(keyOf))
  if (!keys.has('rtype') || !keys.has('publisherid')) return false
  const close = roles.indexOf('close')
  return head.rows.every((row) => /^\d+$/.test(toPlain(row[close] ?? '') ?? '') && Number(row[close]) >= FIXED_POINT_MIN)
}

/**
 * Alerts in memory, for tests of commands: what was silenced, set and raised is there to be looked at.
 */
import type {
  AlertPorts,
  PriceRules,
  ReportSchedule,
  ReportSchedules,
  StoredPriceRule,
  ChatQuiet,
  SampleAlert,
  StoredSilence,
  StoredSubscription,
} from '../../api/ports/alert-ports.ts'
import type { AlertProblem } from '../../src/alerts/problem.ts'

export interface MemoryAlerts extends AlertPorts {
  list: AlertProblem[]
  readonly samples: SampleAlert[]
  /** `type: summary` */
  readonly raised: string[]
  /** Of those, in the same order. */
  readonly details: Readonly<Record<string, unknown>>[]
}

export const problemOf = (more: Partial<AlertProblem>): AlertProblem => ({
  id: 1,
  key: `${more.type ?? 'ip_ban'}/`,
  type: 'ip_ban',
  severity: 'P1',
  symbol: null,
  summary: 'Bybit refuses this address.',
  detail: {},
  count: 1,
  firstAt: 0,
  lastAt: 0,
  status: 'open',
  ackedBy: null,
  ackedAt: null,
  endedBy: null,
  endedAt: null,
  ...more,
})

export function memoryAlerts(wallNow: () => number): MemoryAlerts {
  let silences: StoredSilence[] = []
  let subscriptions: StoredSubscription[] = []
  const quiet = new Map<string, ChatQuiet>()
  const memory: MemoryAlerts = {
    list: [],
    samples: [],
    raised: [],
    details: [],
    problems: async () => memory.list.filter(({ status }) => status !== 'over'),
    past: async (limit) => memory.list.slice(0, limit),
    acknowledge: async (id, by) => {
      const due = memory.list.filter((problem) => problem.status === 'open' && (id === undefined || problem.id === id))
      memory.list = memory.list.map((problem) =>
        due.includes(problem) ? { ...problem, status: 'acked', ackedBy: by, ackedAt: wallNow() } : problem,
      )
      return due
    },
    resolve: async (id, by) => {
      const isThere = memory.list.some((problem) => problem.id === id && problem.status !== 'over')
      memory.list = memory.list.map((problem) =>
        problem.id === id ? { ...problem, status: 'over', endedBy: by, endedAt: wallNow() } : problem,
      )
      return isThere
    },
    silences: async () => silences.filter(({ until }) => until > wallNow()),
    silence: async (filter, until, reason, actor) => {
      const made = { id: silences.length + 1, filter, until, reason, actor, createdAt: wallNow() }
      silences = [...silences, made]
      return made
    },
    unsilence: async (id) => {
      const isThere = silences.some((silence) => silence.id === id && silence.until > wallNow())
      silences = silences.map((silence) => (silence.id === id ? { ...silence, until: wallNow() } : silence))
      return isThere
    },
    quiet: async (channel) => quiet.get(channel),
    setQuiet: async (channel, hours) => {
      quiet.set(channel, hours)
    },
    subscriptions: async () => subscriptions,
    subscribe: async (channel, filter, actor) => {
      subscriptions = [...subscriptions, { id: subscriptions.length + 1, channel, filter, actor }]
      return subscriptions.length
    },
    unsubscribe: async (channel, id) => {
      const before = subscriptions.length
      subscriptions = subscriptions.filter((each) => each.channel !== channel || (id !== undefined && each.id !== id))
      return before - subscriptions.length
    },
    raise: async (type, summary, detail) => {
      memory.raised.push(`${type}: ${summary}`)
      memory.details.push(detail)
    },
    raiseSample: async (sample) => memory.samples.push(sample),
  }
  return memory
}

export function memoryPrices(): PriceRules {
  let rules: StoredPriceRule[] = []
  return {
    list: async () => rules,
    add: async (rule) => {
      const id = rules.length + 1
      rules = [...rules, { ...rule, id, isArmed: true }]
      return id
    },
    remove: async (id) => {
      const before = rules.length
      rules = rules.filter((rule) => rule.id !== id)
      return rules.length < before
    },
  }
}

export function memorySchedules(): ReportSchedules {
  let rows: ReportSchedule[] = []
  const isOther = (channel: string, period: string) => (row: ReportSchedule) => row.channel !== channel || row.period !== period
  return {
    list: async () => rows,
    put: async (row) => {
      rows = [...rows.filter(isOther(row.channel, row.period)), row]
    },
    remove: async (channel, period) => {
      const before = rows.length
      rows = rows.filter(isOther(channel, period))
      return rows.length < before
    },
  }
}

/**
 * alerts: what is open, what has been, and a sample of each type through the outbox.
 */
import { z } from 'zod'
import { ALERT_TYPES, type AlertType, CATALOGUE, isAlertType } from '../../../src/alerts/catalogue.ts'
import { nearestOf } from '../../../src/core/nearest.ts'
import { ALERT_SEVERITIES } from '../../../src/kernel/state/alert-severity.ts'
import { type CommandContext, type NoPlan, type Plan, alreadyDone, defineAction, refuse } from '../command.ts'
import { field, reply, runs, untrusted } from '../reply.ts'
import { problemField } from './alert-words.ts'
import { sampleOf } from './samples.ts'

const SHOWN = 8
const SHOWN_MAX = 20
const ACTIONS = ['active', 'history', 'types', 'test'] as const

export const alerts = defineAction({
  name: 'alerts',
  aliases: [],
  group: 'Look',
  summary: 'list open alerts, or past ones; send a sample of one to see who receives it',
  usage: '[active|history [n]|types|test <type> [P1]]',
  args: z.strictObject({
    action: z.enum(ACTIONS, { error: `use ${ACTIONS.join(', ')}` }).default('active'),
    type: z.string().max(60).optional(),
    severity: z.enum(ALERT_SEVERITIES, { error: `use one of ${ALERT_SEVERITIES.join(', ')}` }).optional(),
    n: z.coerce
      .number({ error: `use a number from 1 to ${SHOWN_MAX}` })
      .int(`use a number from 1 to ${SHOWN_MAX}`)
      .min(1)
      .max(SHOWN_MAX)
      .default(SHOWN),
  }),
  read: (words) => {
    const [first, second, third, ...more] = words[0]?.toLowerCase() === 'list' ? words.slice(1) : words
    const action = first === undefined ? {} : { action: first.toLowerCase() }
    const rest = more.length === 0 ? {} : { unexpected: more.join(' ') }
    if (first?.toLowerCase() === 'test')
      return {
        ...action,
        ...(second === undefined ? {} : { type: second.toLowerCase() }),
        ...(third === undefined ? {} : { severity: third.toUpperCase() }),
        ...rest,
      }
    return { ...action, ...(second === undefined ? {} : { n: second }), ...(third === undefined ? rest : { unexpected: third }) }
  },
  examples: ['alerts', 'alerts history 20', 'alerts types', 'alerts test position.unprotected'],
  role: 'viewer',
  roleFor: ({ action }) => (action === 'test' ? 'operator' : 'viewer'),
  scope: 'alerts:read',
  scopeFor: ({ action }) => (action === 'test' ? 'alerts:write' : 'alerts:read'),
  tier: () => 'C0',
  addsRisk: () => false,
  plan: async (context, { action, type, severity, n }) => {
    switch (action) {
      case 'active':
        return active(context)
      case 'history':
        return history(context, n)
      case 'types':
        return alreadyDone(types())
      case 'test':
        return testPlan(type, severity)
    }
  },
  execute: async ({ ports }, todo) => {
    const { type, severity } = TestTodo.parse(todo)
    const sample = sampleOf(type, severity)
    const id = await ports.alerts.raiseSample({ ...sample, summary: `TEST: ${sample.summary}` })
    return {
      status: 'done',
      reply: reply(`A sample of ${type} is on its way`, {
        tone: 'ok',
        fields: [field(`${sample.severity} ${sample.type}`, sample.summary)],
        text: `It goes to every chat that would receive such an alert, past silences and quiet hours; alert ${id}.`,
        buttons: [runs('Open alerts', '/alerts')],
      }),
    }
  },
})

const TestTodo = z.object({
  type: z.string().refine(isAlertType, 'is no type of alert'),
  severity: z.enum(ALERT_SEVERITIES).optional(),
})

async function active({ ports }: CommandContext): Promise<NoPlan> {
  const [problems, silences] = await Promise.all([ports.alerts.problems(), ports.alerts.silences()])
  const now = ports.wallNow()
  const buttons = [
    ...(problems.some(({ status }) => status === 'open') ? [runs('Acknowledge all', '/ack all')] : []),
    runs('History', '/alerts history'),
    ...(silences.length > 0 ? [runs('Silences', '/silences')] : []),
  ]
  if (problems.length === 0) return alreadyDone(reply('No alert is open', { tone: 'ok', buttons }))
  const worst = problems.find(({ status }) => status === 'open')?.severity
  return alreadyDone(
    reply(problems.length === 1 ? '1 alert is open' : `${problems.length} alerts are open`, {
      tone: worst === 'P1' || worst === 'P2' ? 'bad' : 'warn',
      fields: problems.slice(0, SHOWN_MAX).map((problem) => problemField(problem, now)),
      text: [
        ...(problems.length > SHOWN_MAX ? [`${problems.length - SHOWN_MAX} more`] : []),
        'Seen: /ack NUMBER. Over: /resolve NUMBER. Not for a while: /silence TYPE 2h',
      ].join('. '),
      buttons,
    }),
  )
}

async function history({ ports }: CommandContext, n: number): Promise<NoPlan> {
  const rows = await ports.alerts.past(n)
  const now = ports.wallNow()
  if (rows.length === 0) return alreadyDone(reply('No problem has been reported yet', { tone: 'ok' }))
  return alreadyDone(
    reply(rows.length === 1 ? 'The last problem' : `The last ${rows.length} problems`, {
      fields: rows.map((problem) => problemField(problem, now)),
      text: 'Every alert, trades and reports too: GET /api/v1/alerts',
      buttons: [runs('Open alerts', '/alerts')],
    }),
  )
}

function types() {
  const groups = new Map<string, string[]>()
  for (const type of ALERT_TYPES) {
    const group = type.split('.')[0] as string
    groups.set(group, [...(groups.get(group) ?? []), `${type} ${CATALOGUE[type].severities.join('/')}`])
  }
  return reply(`${ALERT_TYPES.length} types of alerts`, {
    fields: [...groups].map(([group, list]) => field(group, list.join('\n'))),
    text: 'What each says and what to do: docs/alerts.md',
  })
}

function testPlan(type: string | undefined, severity: string | undefined): Plan | NoPlan {
  if (type === undefined) return refuse(reply('Name the type', { tone: 'warn', text: 'For example: alerts test position.unprotected' }))
  if (!isAlertType(type)) {
    const near = nearestOf(type, ALERT_TYPES)
    return refuse(
      reply(`There is no alert ${untrusted(type)}`, {
        tone: 'warn',
        ...(near === undefined ? {} : { text: `Did you mean ${near}?` }),
        buttons: [...(near === undefined ? [] : [runs(`Test ${near}`, `/alerts test ${near}`)]), runs('Types', '/alerts types')],
      }),
    )
  }
  const { severities }: { readonly severities: readonly string[] } = CATALOGUE[type satisfies AlertType]
  if (severity !== undefined && !severities.includes(severity))
    return refuse(reply(`${type} is never ${severity}`, { tone: 'warn', text: `It may be ${severities.join(' or ')}.` }))
  return {
    type: 'plan',
    card: reply(`Send a sample of ${type}?`),
    yes: 'Send it',
    no: 'Leave it',
    todo: { type, ...(severity === undefined ? {} : { severity }) },
  }
}

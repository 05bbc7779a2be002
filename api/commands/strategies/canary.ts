/**
 * `/strategy NAME canary`: a new version as a shadow beside the running one, what the test says of it, and taking it over or leaving it.
 */
import { z } from 'zod'
import type { CanaryCandidate, CanaryReport, CanarySide, TwinProblem } from '../../ports/twin-ports.ts'
import { type CommandContext, type Done, type NoPlan, type Plan, alreadyDone, refuse } from '../command.ts'
import { duration, money, time } from '../words/format.ts'
import { type Reply, field, reply, runs, untrusted } from '../reply.ts'
import { planChange } from './strategy-change.ts'

export const CANARY_STEPS = ['status', 'start', 'promote', 'stop'] as const
export type CanaryStep = (typeof CANARY_STEPS)[number]

/** `start fast=9 slow=30`: the step, then parameters. What else it takes its own schema says. */
export function readCanary([step, ...words]: readonly string[]): Record<string, unknown> {
  const params = words.filter((word) => /^[^=]+=/.test(word))
  const others = words.filter((word) => !params.includes(word))
  const named = step?.toLowerCase()
  return {
    ...(named === undefined ? {} : { step: named === 'rollback' || named === 'roll-back' ? 'stop' : named }),
    ...(params.length === 0
      ? {}
      : { params: Object.fromEntries(params.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)])) }),
    ...(others.length === 0 ? {} : { unexpected: others.join(' ') }),
  }
}

const Todo = z.object({
  canary: z.enum(['start', 'stop']),
  strategy: z.string(),
  params: z.record(z.string(), z.string()).default({}),
})
export const isCanaryTodo = (todo: unknown): boolean => Todo.safeParse(todo).success

export async function planCanary(
  context: CommandContext,
  name: string,
  step: CanaryStep,
  params: Readonly<Record<string, string>> = {},
): Promise<Plan | NoPlan> {
  const { canaries } = context.ports
  switch (step) {
    case 'status': {
      const found = await canaries.find(name)
      if (found === undefined) return alreadyDone(noneOf(name))
      return alreadyDone('problem' in found ? problemOf(found, name) : cardOf(found))
    }
    case 'start':
      return {
        type: 'plan',
        card: reply(`Try a new version of ${name}?`, {
          fields: [field('New', Object.keys(params).length === 0 ? 'its file as it is now' : paramsText(params))],
          text: 'It runs as a shadow on the same bars. No order is ever sent for it.',
        }),
        yes: `Try it beside ${name}`,
        no: 'Leave it',
        todo: { canary: 'start', strategy: name, params: { ...params } },
        isDirect: true,
      }
    case 'stop':
      return {
        type: 'plan',
        card: reply(`Stop the canary of ${name}?`),
        yes: 'Stop the canary',
        no: 'Leave it',
        todo: { canary: 'stop', strategy: name },
        isDirect: true,
      }
    case 'promote':
      return promote(context, name)
  }
}

/** By the way of any other change of a strategy: shown first, asked, and carried out between two bars. */
async function promote(context: CommandContext, name: string): Promise<Plan | NoPlan> {
  const { canaries } = context.ports
  const candidate = await canaries.candidate(name)
  if (candidate === undefined) return refuse(noneOf(name))
  if ('problem' in candidate) return refuse(problemOf(candidate, name))
  const found = await canaries.find(name)
  const plan =
    candidate.codeHash === null
      ? await planChange(context, { name, action: 'set', params: candidate.params })
      : await planChange(context, { name, action: 'reload' })
  if (plan.type !== 'plan') return plan
  const verdict = found === undefined || 'problem' in found ? 'not known' : VERDICTS[found.verdict]
  return {
    ...plan,
    card: {
      ...plan.card,
      title: `Promote the canary of ${name}?`,
      fields: [field('Test says', verdict), field('New', candidateText(candidate)), ...plan.card.fields],
    },
    yes: `Promote the canary of ${name}`,
    todo: { ...(typeof plan.todo === 'object' && plan.todo !== null ? plan.todo : {}), promotes: name },
  }
}

export async function carryOutCanary({ ports, actor }: CommandContext, todo: unknown): Promise<Done> {
  const { canary, strategy, params } = Todo.parse(todo)
  if (canary === 'stop') {
    const wasThere = await ports.canaries.end(strategy)
    return {
      status: 'done',
      reply: wasThere
        ? reply(`The canary of ${strategy} is stopped`, { tone: 'ok', text: 'What runs was never changed by it.' })
        : noneOf(strategy),
    }
  }
  const begun = await ports.canaries.start(strategy, params, actor.id)
  if ('problem' in begun) return { status: 'refused', reply: problemOf(begun, strategy) }
  return {
    status: 'done',
    reply: reply(`The canary of ${strategy} has begun`, {
      tone: 'ok',
      fields: [field('New', candidateText(begun))],
      text: 'It decides on the same bars as what runs, and no order is sent for it. An alert says when the test has decided.',
      buttons: [runs('Its state', `/strategy ${strategy} canary`)],
    }),
  }
}

/** After a change that may have taken a canary over. */
export async function endPromoted({ ports }: CommandContext, todo: unknown, done: Done): Promise<void> {
  const { promotes } = z.object({ promotes: z.string().optional() }).parse(todo)
  if (promotes !== undefined && done.status === 'done') await ports.canaries.end(promotes)
}

const VERDICTS: Readonly<Record<CanaryReport['verdict'], string>> = {
  promote: 'promote: it earns more',
  'roll-back': 'roll back: it does not earn more',
  'go-on': 'go on: not decided yet',
}

const paramsText = (params: Readonly<Record<string, string>>): string =>
  untrusted(
    Object.entries(params)
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
  )
const candidateText = ({ params, codeHash }: CanaryCandidate): string =>
  codeHash === null ? paramsText(params) : `its file, code ${codeHash}`

const noneOf = (name: string): Reply =>
  reply(`${name} has no canary`, {
    text: `Try other parameters beside it: /strategy ${name} canary start name=value. Its changed file: /strategy ${name} canary start.`,
  })

const problemOf = ({ sentence, next }: TwinProblem, name: string): Reply =>
  reply(untrusted(sentence), { tone: 'warn', text: next, buttons: [runs(name, `/strategy ${name} show`)] })

const bp = (of: number | null): string => (of === null ? '–' : `${of > 0 ? '+' : ''}${of.toFixed(3)}`)

const sideText = ({ result, trades, denied }: CanarySide): string =>
  `${money(result)}, ${trades} trades${denied === 0 ? '' : `, ${denied} denied`}`

function cardOf(report: CanaryReport): Reply {
  const { strategy, verdict, running, shadow, count, least, startedTs, to, decidedTs } = report
  return reply(`Canary of ${strategy}: ${verdict.replace('-', ' ')}`, {
    tone: verdict === 'promote' ? 'ok' : verdict === 'roll-back' ? 'bad' : 'info',
    fields: [
      field('New', candidateText(report.candidate)),
      field('Since', `${time(startedTs, to)} (${duration(to - startedTs)}), ${report.bars} bars`),
      field('Running', sideText(running)),
      field('New version', sideText(shadow)),
      ...(shadow.failure === null ? [] : [field('It failed', untrusted(shadow.failure))]),
      field('Differ', `on ${count} bars${count < least ? `; it decides from ${least} on` : ''}`),
      ...(report.lowBp === null
        ? []
        : [field('Edge', `${bp(report.meanBp)} bp a bar, surely ${bp(report.lowBp)} to ${bp(report.highBp)}`)]),
      ...(decidedTs === null ? [] : [field('Decided', time(decidedTs, to))]),
    ],
    text: `${VERDICTS[verdict][0]?.toUpperCase()}${VERDICTS[verdict].slice(1)}. Both are replayed with the same costs; a decision is wrong in at most ${(report.alpha * 100).toFixed(0)} % of cases, however often you look.`,
    buttons: [
      ...(verdict === 'roll-back' ? [] : [runs('Promote', `/strategy ${strategy} canary promote`)]),
      runs('Stop it', `/strategy ${strategy} canary stop`),
    ],
  })
}

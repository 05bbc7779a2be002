/**
 * What happens to alerts by time: digests of what was held back, P1 told again and to others, problems that are over by themselves.
 */
import type { Reply } from '../../api/commands/reply.ts'
import type { AlertProblem } from '../../src/alerts/problem.ts'
import { ESCALATE_MS, OVER_MS, REPEAT_P1_MS } from '../../src/alerts/attention.ts'
import { type AlertFilter, silences as isSilenced } from '../../src/alerts/filter.ts'
import type { Queryable, Sql } from '../client.ts'
import { toJson } from '../json.ts'
import { problemColumns } from './alert-rows.ts'
import type { DeskAlert } from './desk.ts'

export interface HeldBack {
  readonly id: number
  readonly severity: string
  readonly why: string
  readonly type: string
  readonly summary: string
}
export interface UpkeepPorts {
  readonly digestCard: (held: readonly HeldBack[]) => Reply
  readonly openCard: (problems: readonly AlertProblem[], isEscalated: boolean) => Reply
  readonly channelsOf: (alert: DeskAlert) => readonly string[]
  /** Who is told of a P1 that nobody has acknowledged. */
  readonly escalation: () => Promise<readonly string[]>
  readonly wallNow: () => number
}

export async function upkeepAlerts(sql: Sql, ports: UpkeepPorts): Promise<void> {
  await digests(sql, ports)
  await endByTime(sql, ports.wallNow())
  await repeat(sql, ports)
  await escalate(sql, ports)
}

async function digests(sql: Sql, { digestCard, wallNow }: UpkeepPorts): Promise<void> {
  const due = await sql<{ channel: string }[]>`select distinct channel from deliveries where status = 'held' and next_at <= ${wallNow()}`
  for (const { channel } of due)
    await sql.begin(async (tx) => {
      const held = await tx<HeldBack[]>`
        select d.id, d.severity, coalesce(d.last_error, '') as why, a.type, a.summary from deliveries d join alerts a on a.id = d.alert_id
        where d.channel = ${channel} and d.status = 'held' and d.next_at <= ${wallNow()} order by d.id for update of d`
      const [first] = held
      if (first === undefined) return
      const ids = held.map(({ id }) => id)
      if (held.length === 1) {
        await tx`update deliveries set status = 'pending', last_error = null where id = ${first.id}`
        return
      }
      const severity = held.map((each) => each.severity).sort()[0] as string
      await tx`
        insert into deliveries (alert_id, channel, severity, payload) values (null, ${channel}, ${severity}, ${toJson(digestCard(held))}::text::jsonb)`
      await tx`update deliveries set status = 'dropped', last_error = 'in a digest' where id in ${tx(ids)}`
    })
}

async function endByTime(sql: Sql, nowMs: number): Promise<void> {
  await sql`
    update alert_problems set status = 'over', ended_by = 'time', ended_at = ${nowMs}, shown = 'over'
    where status <> 'over' and (severity <> 'P1' or status = 'acked')
      and greatest(last_at, coalesce(acked_at, 0)) < ${nowMs} - (case severity when 'P3' then ${OVER_MS.P3 ?? 0}::bigint else ${OVER_MS.P1 ?? 0}::bigint end)`
}

const toDeskAlert = (problem: AlertProblem): DeskAlert => ({ ...problem, ts: problem.lastAt, createdAt: problem.lastAt })

const put = (sql: Queryable, channel: string, card: Reply) => sql`
  insert into deliveries (alert_id, channel, severity, payload) values (null, ${channel}, 'P1', ${toJson(card)}::text::jsonb)`

/** P1 that are open, no silence about them. */
async function standing(
  sql: Queryable,
  nowMs: number,
): Promise<(AlertProblem & { repeatedAt: number | null; escalatedAt: number | null })[]> {
  const silences = await sql<{ filter: AlertFilter }[]>`select filter from alert_silences where until > ${nowMs}`
  const rows = await sql<(AlertProblem & { repeatedAt: number | null; escalatedAt: number | null })[]>`
    select ${problemColumns(sql)}, repeated_at as "repeatedAt", escalated_at as "escalatedAt" from alert_problems
    where status = 'open' and severity = 'P1' order by id for update`
  return rows.filter((row) => !silences.some(({ filter }) => isSilenced(filter, row)))
}

/** One card a chat for all P1 that nobody has acknowledged for ten minutes. */
async function repeat(sql: Sql, { openCard, channelsOf, wallNow }: UpkeepPorts): Promise<void> {
  const nowMs = wallNow()
  await sql.begin(async (tx) => {
    const due = (await standing(tx, nowMs)).filter(({ lastAt, repeatedAt }) => Math.max(lastAt, repeatedAt ?? 0) <= nowMs - REPEAT_P1_MS)
    if (due.length === 0) return
    await tx`update alert_problems set repeated_at = ${nowMs} where id in ${tx(due.map(({ id }) => id))}`
    const byChannel = new Map<string, AlertProblem[]>()
    for (const problem of due)
      for (const channel of new Set(channelsOf(toDeskAlert(problem)))) byChannel.set(channel, [...(byChannel.get(channel) ?? []), problem])
    for (const [channel, problems] of byChannel) await put(tx, channel, openCard(problems, false))
  })
}

async function escalate(sql: Sql, { openCard, channelsOf, escalation, wallNow }: UpkeepPorts): Promise<void> {
  const nowMs = wallNow()
  const others = await escalation()
  await sql.begin(async (tx) => {
    const due = (await standing(tx, nowMs)).filter(({ firstAt, escalatedAt }) => escalatedAt === null && firstAt <= nowMs - ESCALATE_MS)
    if (due.length === 0) return
    await tx`update alert_problems set escalated_at = ${nowMs} where id in ${tx(due.map(({ id }) => id))}`
    for (const channel of new Set(others)) {
      const news = due.filter((problem) => !channelsOf(toDeskAlert(problem)).includes(channel))
      if (news.length > 0) await put(tx, channel, openCard(news, true))
    }
  })
}

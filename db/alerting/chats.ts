/**
 * What the outbox has to know of chats: which refuse messages, which have moved, and which messages are to say something else now.
 */
import type { AlertProblem } from '../../src/alerts/problem.ts'
import type { Reply } from '../../api/commands/reply.ts'
import { problemKey } from '../../src/alerts/catalogue.ts'
import type { Sql } from '../client.ts'
import { problemColumns } from './alert-rows.ts'

/** Of before this start. */
export async function refusingChats(sql: Sql): Promise<readonly string[]> {
  const rows = await sql<{ channel: string }[]>`
    select detail->>'channel' as channel from alert_problems where type = 'chat.refused' and status <> 'over'`
  return rows.map(({ channel }) => channel)
}

/** By the address of before. */
export async function chatMoves(sql: Sql): Promise<ReadonlyMap<string, string>> {
  const rows = await sql<{ channel: string; to: string }[]>`select channel, moved_to as "to" from chat_moves`
  return new Map(rows.map(({ channel, to }) => [channel, to]))
}

/** Puts the message of a chat that refuses it into others, once each. */
export async function tellElsewhere(sql: Sql, alertId: number, channel: string, others: readonly string[]): Promise<void> {
  for (const other of others)
    await sql`
      insert into deliveries (alert_id, channel, severity, payload)
      select alert_id, ${other}, severity, payload from deliveries where alert_id = ${alertId} and channel = ${channel} on conflict do nothing`
}

export interface ToSettle {
  readonly problem: AlertProblem
  readonly messages: readonly { readonly channel: string; readonly messageRef: string; readonly payload: Reply }[]
  readonly done: () => Promise<void>
}

const PROBLEMS_MAX = 20
const MESSAGES_MAX = 10

/** Problems whose messages do not show yet that they were acknowledged or are over, with the newest messages of each. */
export async function messagesToSettle(sql: Sql): Promise<readonly ToSettle[]> {
  const problems = await sql<(AlertProblem & { firstAlertId: number; lastAlertId: number })[]>`
    select ${problemColumns(sql)}, first_alert_id as "firstAlertId", last_alert_id as "lastAlertId" from alert_problems
    where status <> 'open' and shown <> status order by id limit ${PROBLEMS_MAX}`
  const list: ToSettle[] = []
  for (const problem of problems) {
    const rows = await sql<(ToSettle['messages'][number] & { symbol: string | null; detail: AlertProblem['detail'] })[]>`
      select d.channel, d.message_ref as "messageRef", d.payload, a.symbol, a.detail from deliveries d join alerts a on a.id = d.alert_id
      where a.id between ${problem.firstAlertId} and ${problem.lastAlertId} and a.type = ${problem.type}
        and d.status = 'sent' and d.message_ref is not null order by d.id desc limit ${MESSAGES_MAX}`
    list.push({
      problem,
      messages: rows.filter(({ symbol, detail }) => problemKey({ ...problem, symbol, detail }) === problem.key),
      done: async () => {
        await sql`update alert_problems set shown = ${problem.status} where id = ${problem.id}`
      },
    })
  }
  return list
}

/**
 * docs/alerts.md: how alerts reach people, and every type with what to do, from the catalogue.
 */
import { sampleOf } from '../../api/commands/alerts/samples.ts'
import { ESCALATE_MS, GROUP_MS, OVER_MS, P1_SILENCE_MAX_MS, REPEAT_P1_MS, STORM_MAX } from '../../src/alerts/attention.ts'
import { ALERT_TYPES, type AlertType, CATALOGUE } from '../../src/alerts/catalogue.ts'
import { TOPICS } from '../../src/alerts/filter.ts'

export const ALERTS_PAGE = 'docs/alerts.md'

const minutes = (ms: number | undefined): string => String((ms ?? 0) / 60_000)
const hours = (ms: number | undefined): string => String((ms ?? 0) / 3_600_000)
const cell = (text: string): string => text.replaceAll('|', '\\|')

function row(type: AlertType): string {
  const { severities, when, next, per, isProblem, endedBy } = CATALOGUE[type]
  const one = !isProblem ? 'event' : per === 'installation' ? 'problem' : `problem, of a ${per}`
  const end = endedBy === undefined ? '' : `, until \`${endedBy}\``
  return `| \`${type}\` | ${severities.join(', ')} | ${cell(when)} | ${cell(next)} | ${one}${end} |`
}

const sampleRow = (type: AlertType): string => `| \`${type}\` | ${cell(sampleOf(type).summary)} |`

const topicRow = ([topic, patterns]: readonly [string, readonly string[]]): string =>
  `| \`${topic}\` | ${patterns.map((pattern) => `\`${pattern}\``).join(' ')} |`

export const alertsPage = (): string => `# Alerts

<!-- Made from code by \`npm run docs\`. A change by hand is lost: the text is in test/docs/alerts-page.ts, the types in src/alerts/. -->

| severity | means | how it is sent |
|---|---|---|
| P1 | act now | at once, with a sound, past quiet hours and storms; again every ${minutes(REPEAT_P1_MS)} minutes until somebody acknowledges it |
| P2 | something is wrong | at once, with a sound; the same one within ${minutes(GROUP_MS)} minutes is counted and follows as one card |
| P3 | know this | without a sound; waits in quiet hours |
| P4 | news: trades, reports | the same |
| P5 | for the record | nowhere |

By default alerts go to admins in private and to listed chats, and on Discord the channel for it (P1 in \`#alerts-critical\`, trades in \`#trades\`, signals, reports, else \`#alerts\`).

## Open alerts

A **problem** is all alerts of one type about one symbol, strategy or source: it is shown, counted and acknowledged as one. Each has a number.

| in chat and at the terminal (\`ballast\` before it) | what it does |
|---|---|
| \`/alerts\` | open ones, the worst first, with age, count and what to do |
| \`/alerts history 20\` | past ones, with who ended them |
| \`/ack 7\`, \`/ack all\` | somebody has seen it: no more reminders. Its messages say so. A worse one opens it again |
| \`/resolve 7\` | it is over; told anew if it happens again |
| \`/silence rate_limit.near 2h\` | not told for two hours, counted all the same; \`/silences\`, \`/unsilence 3\` |
| \`/quiet 22:00-07:00 Europe/Vienna\` | in these hours P1 and P2 only; the rest follows in one card. \`/quiet off\` |
| \`/alerts test position.unprotected\` | a sample, to every chat that would be told; \`/alerts types\` lists all |

Over REST: \`GET /api/v1/alerts\` has all alerts, \`GET /api/v1/alerts/open\` the problems, and each command above is \`POST /api/v1/commands/NAME\` (\`alerts:read\`, \`alerts:write\`).

- A P1 that nobody has acknowledged after ${minutes(ESCALATE_MS)} minutes goes to every admin in private, on every platform that is set up.
- An open problem is over by itself when it is not told again: a P3 after ${hours(OVER_MS.P3)} hours, a P2 after ${hours(OVER_MS.P2)}, a P1 only after it was acknowledged. What has an end of its own (\`exchange.down\`) ends with that.
- A **silence** of \`sev:P3\` covers P3 and milder; without \`sev:\` it covers P2 and milder. A P1 is silenced by \`sev:P1\` only, for ${minutes(P1_SILENCE_MAX_MS)} minutes at most, by an admin.
- What follows from a bigger problem is not told while that is open: requests that fail while \`exchange.down\` or \`exchange.maintenance\` is open, parts while \`database.down\` is; and P3 and milder of strategies and signals while all is halted. A P1 always is.
- More than ${STORM_MAX} messages of P3 and milder within a minute: the others follow as one card.

## Words for which alerts

\`/silence\`, routes, subscriptions and webhooks have the same words. Words of one kind are alternatives, of different kinds all have to hold.

| word | means |
|---|---|
| \`type:exit.filled\`, \`type:signal.*\`, or the type alone | a type, or all that begin so |
| \`sev:P2\` | P2 and worse (of a silence: and milder) |
| \`sym:BTC\`, \`sym:BTCUSDT\` | a coin, or one symbol |
| \`strategy:ema-cross\` | of a strategy |
| \`minpnl:50\` | with a result of at least 50, won or lost |
| \`all\` | everything |

| topic | types |
|---|---|
${Object.entries(TOPICS).map(topicRow).join('\n')}

## Who is told: subscriptions and routes

| in chat and at the terminal | what it does |
|---|---|
| \`/subscribe fills sym:BTC minpnl:50\` | this chat, or this topic, receives these |
| \`/subscribe signals to=telegram:-100123/77\` | another chat, topic or channel is (an admin); a route in short |
| \`/subscriptions\`, \`/unsubscribe 3\`, \`/unsubscribe all\` | what chats have asked for, and its end |

A chat that has subscribed, or a topic of it, receives what it asked for, and the P1 and P2 that it would receive anyway; one that has not receives everything by default. \`notify.routes\` in the configuration has the same, for chats that nobody has to subscribe: \`["telegram:-100123/77 signals", "discord:#trades fills", "telegram:-100123/78 type:risk.* sev:P3"]\`. A private chat is told while its user is known, a Telegram group while it is listed.

A chat is \`telegram:123456\`, \`telegram:-100123/77\` (a topic), \`discord:#trades\`, \`discord:445566\` or \`discord:user:778899\`.

## Prices and results: \`/alert\`

\`/alert BTC above 70000\`, \`/alert ETH below 2500 once\`, \`/alert pnl below -200\` (the result of the day, open positions included), \`/alert equity above 12000\`; \`/alert list\`, \`/alert del 3\`. Told in the chat that asked, with a sound; at the terminal name one: \`to=telegram:123456\`. Prices are looked at with each closed minute, its high and low; after it fired it waits until the price was back, \`once\` is gone then. They survive restarts, and what passed meanwhile is seen within the last hour.

## Reports on a schedule: \`/report\`

\`/report weekly\` shows the results of the last day, week or month by strategy, with what is open. \`/report daily at 08:00 Europe/Vienna\` tells this chat each day, \`weekly\` on Mondays, \`monthly\` on the first; without a zone it is that of \`/tz\`. Operators schedule, and admins for another chat (\`to=telegram:-100123\`, also at the terminal and over REST as \`POST /api/v1/commands/report\`). \`/report daily off\` ends it, \`/report list\` lists all. Of several that were missed while Ballast did not run, one is told.

## When nothing comes any more: \`notify.deadManUrl\`

No alert can say that this machine is gone. \`notify.deadManUrl\` names a service that watches for silence (healthchecks.io, Uptime Kuma, Better Stack and the like): it gets a POST a minute while the trader reports and the database answers, and raises the alarm when that ends; set it to two or three minutes. The address counts as a secret. It is reached as webhooks are: by https, and no private network unless \`notify.webhookNetworks\` allows it. \`/health\` shows it as \`dead-man\`.

## Webhooks that go out

| at the terminal | what it does |
|---|---|
| \`ballast webhook add ops https://example.org/hook sev:P2\` | posts each such alert as JSON, signed; shows the secret, once |
| \`ballast webhook add chat https://hooks.slack.com/… --preset slack fills\` | as Slack takes it; also \`mattermost\`, \`discord\` (the URL of a channel's webhook) |
| \`ballast webhook add phone https://ntfy.sh/TOPIC --preset ntfy sev:P1\` | a push message; \`--token\` for a protected topic |
| \`ballast webhook add pager --preset pagerduty --token KEY sev:P1\` | an event of PagerDuty's Events API v2; the end of a problem resolves it |
| \`ballast webhook test ops\` | a sample, whatever it asked for |
| \`ballast webhook list\`, \`deliveries ops\`, \`replay 12\` | who is told; the log of messages; one of them once more |
| \`ballast webhook rotate ops --overlap 24h\`, \`remove ops\` | another secret, both sign for a day; no more |

In chat \`/webhook list\`, \`deliveries\`, \`test\`, \`remove\` and \`replay\`; over REST \`GET\` and \`POST /api/v1/webhooks\`, \`GET /api/v1/webhooks/NAME/deliveries\`, \`DELETE /api/v1/webhooks/NAME\`, the rest by \`POST /api/v1/commands/webhook\`. Changes need an admin.

- The body: \`{"type": "alert", "timestamp": …, "data": {"id", "type", "severity", "dedupKey", "symbol", "mode", "summary", "at", "details", "next", "actions"}}\`.
- Signed as [Standard Webhooks](https://www.standardwebhooks.com) says (\`webhook-id\`, \`webhook-timestamp\`, \`webhook-signature\`): its libraries verify it. The id is the same at each attempt and replay: a receiver takes it once.
- At least once: what is not answered with 2xx within ten seconds is sent again after 5 s, 30 s, 2 min and so on up to 12 h, ten times within about a day, later where \`Retry-After\` says so; then, or at once after 410, it is given up: \`webhook.failed\` (P3). After a failure messages may come out of order: \`timestamp\` says when.
- Silences count for webhooks too; quiet hours, grouping and digests do not.
- **No address in a private network** is reached (this machine, 10.0.0.0/8, link-local, and so on), whatever a name resolves to, and no redirect is followed. Only https. A Mattermost or ntfy of your own: \`notify.webhookNetworks\`, such as \`["10.0.0.5"]\`, by http too.
- The secret is kept nowhere: it is made from \`signals.key\` in the data directory.

## How loud a type is

\`notify.types\` in the configuration: \`on\` (with a sound), \`silent\`, \`digest\` (told at \`notify.digest\`), \`off\`; of exits by their reason too. A P1 is told whatever it says. An unknown type is an error of the configuration.

\`\`\`json
{ "notify": { "types": { "exit.filled/stop": "on", "entry.filled": "digest", "strategy.mode": "off" }, "quiet": "22:00-07:00", "zone": "Europe/Vienna" } }
\`\`\`

## When a chat does not take messages

P1 and P2 are never given up: they overtake everything that waits and are tried until the platform answers. After an outage one card says how many other messages were missed. A chat that refuses (the bot was removed, or has no right to write) is \`chat.refused\` (P2) everywhere else and in \`/health\`; its P1 and P2 go to the admins in private, and are tried there again every five minutes. A Telegram group that becomes a supergroup is followed to its new address.

## Every type

"event": told and over. "problem": open until it is over, see above.

| type | severity | when | what to do | counted as |
|---|---|---|---|---|
${ALERT_TYPES.map(row).join('\n')}

## What each says

\`/alerts test TYPE\` sends these.

| type | for example |
|---|---|
${ALERT_TYPES.map(sampleRow).join('\n')}
`

/**
 * The webhooks of an installation, as its processes open them.
 */
import { toId } from '../../../api/ids.ts'
import type { Sql } from '../../../db/client.ts'
import { PostgresWebhooks } from '../../../db/alerting/webhooks.ts'
import type { Config } from '../../config/sections/config-schema.ts'
import { urlProblem } from '../../system/guarded-request.ts'
import type { DataPaths } from '../../system/paths.ts'

export const openWebhooks = (sql: Sql, { notify, profile }: Config, { signalsKey }: DataPaths): PostgresWebhooks =>
  new PostgresWebhooks(sql, {
    keyFile: signalsKey,
    mode: profile,
    idOf: (id) => toId('alr', id),
    urlProblem: (url) => urlProblem(url, notify.webhookNetworks),
    wallNow: Date.now,
  })

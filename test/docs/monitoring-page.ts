/**
 * docs/monitoring.md: how Prometheus reads Ballast, and every family of metrics, from the registry.
 */
import { FAMILIES } from '../../api/metrics/families.ts'

export const MONITORING_PAGE = 'docs/monitoring.md'

export const monitoringPage = (): string => `# Monitoring

<!-- Made from code by \`npm run docs\`. A change by hand is lost: the text is in test/docs/monitoring-page.ts, the families in api/metrics/families.ts. -->

Ballast tells of its own troubles by [alerts](alerts.md). Prometheus sees it from outside: that it is there at all, and how its figures move over weeks.

\`\`\`
$ npx ballast api keys create --name prometheus --preset metrics     # shown once
$ curl -H "Authorization: Bearer tk_sim_…" http://127.0.0.1:8080/metrics
\`\`\`

\`GET /metrics\` needs a key with the scope \`metrics:read\` and is never open. The preset \`metrics\` reads nothing else. While the database is away it answers 503, as every other path.

[deploy/prometheus](../deploy/prometheus) has a configuration that scrapes a Ballast on the same machine, with the token in a file, and alert rules for the case that Ballast cannot send its own; [deploy/grafana](../deploy/grafana) a
dashboard to import, which asks for the data source.

## Families

Figures are of the last reading of the tables, amounts are floats: they are to be watched, and the books are in the journal. Counters of rows fall where rows are removed.

| family | type | labels | what it is |
|---|---|---|---|
${Object.values(FAMILIES)
  .map(({ name, type, labels, help }) => `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(' ')} | ${help} |`)
  .join('\n')}

Beside them those of the serving process: \`process_*\` and \`nodejs_*\` (event loop lag, garbage collection, heap).
`

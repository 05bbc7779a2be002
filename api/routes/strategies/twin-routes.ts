/**
 * GET routes of the live twin, a strategy's results beside those of the same code replayed, and of canaries, a new version beside the running one.
 */
import { OpenAPIHono, z } from '@hono/zod-openapi'
import { type ApiEnv, needs } from '../../auth.ts'
import type { ApiContext } from '../../context.ts'
import type { CanaryReport, TwinProblem, TwinReport } from '../../ports/twin-ports.ts'
import { problem } from '../../problem.ts'
import { SPAN_PROBLEM, instantAsked, isSpan, route, whole } from '../../query.ts'
import { decimal, instant, iso, isoOrNull, symbolName } from '../../shapes/field-shapes.ts'
import { onInvalid } from '../common.ts'

const Figures = z.record(z.string(), z.union([z.string(), z.number()]))
const Twin = z
  .object({
    id: z.string().openapi({ description: 'The strategy' }),
    symbols: z.array(symbolName(z.string())),
    from: instant(),
    to: instant(),
    bars: z.number().openapi({ description: 'Bars that the twin traded on' }),
    lateBars: z
      .number()
      .openapi({ description: 'Of these, the ones on which only exits were possible here: the trader was away or the bar late' }),
    live: decimal().openapi({ description: 'Result of the strategy here, in USDT, of trades decided in the window' }),
    twin: decimal().openapi({ description: 'Result of its code in the replay' }),
    gap: decimal().openapi({ description: 'live - twin; the amounts of all causes, and of all differences, add up to it exactly' }),
    trades: z.object({ live: z.number(), twin: z.number(), paired: z.number() }),
    causes: z.array(z.object({ code: z.string(), count: z.number(), amount: decimal() })),
    differences: z.array(
      z.object({
        code: z.string().openapi({
          description:
            'slippage, trigger, fee, funding, size, partly-filled, missed-bar, denied, hold, mode, universe, hand, not-filled, flattened, exchange, carried-in, twin-denied, knock-on or unexplained',
        }),
        part: z.enum(['entry', 'exit', 'size', 'fee', 'funding', 'missing', 'extra']),
        symbol: symbolName(z.string()),
        side: z.enum(['long', 'short']),
        ts: instant(),
        trade: z.number().nullable().openapi({ description: 'Number of the real trade; null where only the twin has one' }),
        amount: decimal(),
        worseBp: z.number().nullable().openapi({ description: 'How much worse the price was than the twin’s, in basis points' }),
        figures: Figures,
      }),
    ),
    notes: z.array(z.object({ code: z.string(), figures: Figures })),
  })
  .openapi('LiveTwin')

const toTwin = ({ strategy, from, to, differences, ...rest }: TwinReport): z.infer<typeof Twin> => ({
  id: strategy,
  ...rest,
  symbols: [...rest.symbols],
  causes: [...rest.causes],
  notes: rest.notes.map((note) => ({ code: note.code, figures: { ...note.figures } })),
  from: iso(from),
  to: iso(to),
  differences: differences.map((row) => ({ ...row, ts: iso(row.ts), figures: { ...row.figures } })),
})

const Side = z.object({ result: decimal(), trades: z.number(), denied: z.number(), failure: z.string().nullable() })
const Canary = z
  .object({
    id: z.string().openapi({ description: 'The strategy' }),
    candidate: z.object({
      params: z.record(z.string(), z.string()),
      codeHash: z
        .string()
        .nullable()
        .openapi({ description: 'Of the file that is tried; null: the code that runs, with other parameters' }),
    }),
    started: instant(),
    startedBy: z.string(),
    to: instant(),
    bars: z.number(),
    verdict: z.enum(['promote', 'roll-back', 'go-on']),
    decided: instant().nullable(),
    count: z.number().openapi({ description: 'Bars on which the two made something else' }),
    least: z.number().openapi({ description: 'How many of them it takes before anything is decided' }),
    alpha: z.number().openapi({ description: 'Probability that a decision is wrong, however often one looks' }),
    meanBp: z.number().openapi({ description: 'Mean of the new version less the running one, in basis points of equity a bar' }),
    lowBp: z.number().nullable(),
    highBp: z.number().nullable(),
    running: Side,
    shadow: Side,
  })
  .openapi('Canary')

const toCanary = ({ strategy, startedTs, to, decidedTs, candidate, ...rest }: CanaryReport): z.infer<typeof Canary> => ({
  id: strategy,
  ...rest,
  candidate: { params: { ...candidate.params }, codeHash: candidate.codeHash },
  started: iso(startedTs),
  to: iso(to),
  decided: isoOrNull(decidedTs),
})

const CODES = { unknown: 'not_found', 'not-ready': 'not_ready', refused: 'refused' } as const satisfies Record<
  TwinProblem['problem'],
  string
>

export function twinRoutes({ ports }: ApiContext) {
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid })
  app.openapi(
    route({
      method: 'get',
      path: '/strategies/{name}/twin',
      summary: 'The live twin: the same code replayed over the bars that the strategy traded on here, and where the difference went',
      tags: ['strategy'],
      security: [{ key: [] }],
      middleware: needs('strategy:read'),
      request: {
        params: z.object({ name: z.string().max(60) }),
        query: z
          .object({
            from: instantAsked('trades decided after it').optional(),
            to: instantAsked('trades decided up to it').optional(),
            days: whole(1, 99, 'instead of from: so many days before the end').optional(),
          })
          .refine(isSpan, SPAN_PROBLEM),
      },
      responses: { 200: { description: 'The comparison', content: { 'application/json': { schema: Twin } } } },
    }),
    async (c) => {
      const { name } = c.req.valid('param')
      const report = await ports.twins.compare({ strategy: name, ...c.req.valid('query') })
      if ('problem' in report) throw problem(CODES[report.problem], `${report.sentence} ${report.next}`)
      return c.json(toTwin(report), 200)
    },
  )
  app.openapi(
    route({
      method: 'get',
      path: '/strategies/{name}/canary',
      summary: 'A new version of a strategy as a shadow beside the running one, and what the sequential test says; 404 where there is none',
      tags: ['strategy'],
      security: [{ key: [] }],
      middleware: needs('strategy:read'),
      request: { params: z.object({ name: z.string().max(60) }) },
      responses: { 200: { description: 'The canary', content: { 'application/json': { schema: Canary } } } },
    }),
    async (c) => {
      const { name } = c.req.valid('param')
      const report = await ports.canaries.find(name)
      if (report === undefined) throw problem('not_found', `${name} has no canary.`)
      if ('problem' in report) throw problem(CODES[report.problem], `${report.sentence} ${report.next}`)
      return c.json(toCanary(report), 200)
    },
  )
  return app
}

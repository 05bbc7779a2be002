/**
 * Workflows and forms of the code host are valid YAML and name what exists; links between pages lead somewhere.
 */
import { existsSync, statSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import packageJson from '../../package.json' with { type: 'json' }
import { ROOT, filesBelow, textOf } from '../support/repository.ts'

const step = z.object({
  uses: z.string().optional(),
  run: z.string().optional(),
  name: z.string().optional(),
  with: z.unknown().optional(),
})
const Workflow = z.object({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions: z.strictObject({ contents: z.literal('read') }),
  jobs: z.record(
    z.string(),
    z.object({
      'runs-on': z.string(),
      'timeout-minutes': z.number(),
      strategy: z.object({ matrix: z.object({ node: z.array(z.number()) }) }),
      steps: z.array(step),
    }),
  ),
})
const Form = z.object({
  name: z.string(),
  description: z.string(),
  body: z
    .array(z.object({ type: z.enum(['markdown', 'textarea', 'input', 'dropdown', 'checkboxes']), attributes: z.looseObject({}) }))
    .min(1),
})

describe.each(filesBelow('.github/workflows', '.yml'))('%s', (path) => {
  const workflow = Workflow.parse(parse(textOf(path)))
  const jobs = Object.values(workflow.jobs)

  test('names each action by its commit', () => {
    const actions = jobs.flatMap((job) => job.steps.flatMap(({ uses }) => uses ?? []))
    expect(actions.length).toBeGreaterThan(0)
    for (const action of actions) expect(action).toMatch(/@[0-9a-f]{40}$/)
  })

  test('runs scripts that the repository has', () => {
    const lines = jobs.flatMap((job) => job.steps.flatMap(({ run }) => run ?? []))
    const scripts = lines.flatMap((line) => [...line.matchAll(/npm run (\S+)/g)].map(([, name]) => name as string))
    for (const name of scripts) expect(Object.keys(packageJson.scripts)).toContain(name)
    expect(lines).toContain('.ci/run')
    expect(statSync(join(ROOT, '.ci/run')).mode & 0o111).not.toBe(0)
  })

  test('tries the oldest Node that we promise, and newer ones, on each system', () => {
    const oldest = Number(/\d+/.exec(packageJson.engines.node)?.[0])
    for (const job of jobs) expect(job.strategy.matrix.node).toEqual([oldest, oldest + 2, oldest + 4])
    expect(textOf('.nvmrc').trim()).toBe(String(oldest))
  })
})

test.each(filesBelow('.github/ISSUE_TEMPLATE', '.yml').filter((path) => !path.endsWith('config.yml')))('%s is a form', (path) => {
  expect(Form.safeParse(parse(textOf(path))).error).toBeUndefined()
})

/** GitHub's anchor of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
const anchorsOf = (text: string): string[] => [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading as string))

function deadLinks(page: string): string[] {
  return [...textOf(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].flatMap(([, link]) => {
    const [file, anchor] = (link as string).split('#') as [string, string | undefined]
    const target = file === '' ? page : normalize(join(dirname(page), file))
    if (!existsSync(join(ROOT, target))) return [`${page}: ${link}`]
    return anchor === undefined || anchorsOf(textOf(target)).includes(anchor) ? [] : [`${page}: ${link}`]
  })
}

test('links between pages lead to files and headings that exist', () => {
  const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', 'examples/README.md', ...filesBelow('docs', '.md')]
  expect(pages.flatMap(deadLinks)).toEqual([])
})

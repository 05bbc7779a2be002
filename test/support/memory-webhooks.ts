/**
 * Webhooks in memory, for tests of commands.
 */
import type { NewWebhook, Webhooks } from '../../api/ports/webhook-ports.ts'

export interface MemoryWebhooks extends Webhooks {
  made: (NewWebhook & { readonly actor: string })[]
  readonly tested: string[]
}

export function memoryWebhooks(): MemoryWebhooks {
  const has = (name: string): boolean => memory.made.some((each) => each.name === name)
  const memory: MemoryWebhooks = {
    made: [],
    tested: [],
    urlProblem: (url) => (url.startsWith('https:') ? undefined : 'it has to be https'),
    list: async () =>
      memory.made.map(({ name, preset, filter }, k) => ({
        id: String(k),
        name,
        preset,
        shownUrl: 'https://example.org/…hook',
        filter,
        createdAt: 0,
        oldUntil: null,
      })),
    create: async (made, actor) => {
      if (has(made.name)) return undefined
      memory.made.push({ ...made, actor })
      return 'whsec_c2VjcmV0'
    },
    change: async (name, change) => {
      memory.made = memory.made.map((each) => (each.name === name ? { ...each, ...change } : each))
      return has(name)
    },
    rotate: async (name) => (has(name) ? 'whsec_YW5vdGhlcg==' : undefined),
    remove: async (name) => {
      const isThere = has(name)
      memory.made = memory.made.filter((each) => each.name !== name)
      return isThere
    },
    test: async (name) => has(name) && memory.tested.push(name) > 0,
    deliveries: async () => [],
    replay: async () => false,
  }
  return memory
}

/**
 * Memory and processor time of the processes of an installation, from /proc: what each is, says its file in `run`.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

export interface ProcessFigure {
  readonly role: string
  readonly residentBytes: number
  readonly cpuSeconds: number
}

const PAGE_BYTES = 4_096
const TICKS_PER_SECOND = 100
/** Fields of /proc/PID/stat after the name in brackets, counted from 0. */
const STAT = { userTicks: 11, systemTicks: 12, residentPages: 21 } as const

/** Roles of one process are named together. Empty where there is no /proc; a process that has ended is left out. */
export function processFigures(runDir: string, proc = '/proc'): readonly ProcessFigure[] {
  return [...rolesByPid(runDir)].flatMap(([pid, roles]) => {
    const stat = textOf(join(proc, String(pid), 'stat'))
    if (stat === undefined) return []
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    const of = (field: keyof typeof STAT): number => fields[STAT[field]] ?? 0
    const role = [...roles].sort().join(',')
    return [{ role, residentBytes: of('residentPages') * PAGE_BYTES, cpuSeconds: (of('userTicks') + of('systemTicks')) / TICKS_PER_SECOND }]
  })
}

function rolesByPid(runDir: string): ReadonlyMap<number, readonly string[]> {
  const found = new Map<number, string[]>()
  for (const name of namesIn(runDir)) {
    const [, role] = /^(\w+)\.pid$/.exec(name) ?? []
    const pid = role === undefined ? Number.NaN : Number(textOf(join(runDir, name)))
    if (role === undefined || !Number.isSafeInteger(pid) || pid <= 0) continue
    found.set(pid, [...(found.get(pid) ?? []), role])
  }
  return found
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch {
    // Not started yet, or removed meanwhile.
    return []
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    // It ended meanwhile, or the system has no such file.
    return undefined
  }
}

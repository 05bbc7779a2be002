/**
 * Lines of models as people look at them.
 */
import type { ModelReads } from '../../api/ports/model-ports.ts'
import type { ModelLineView, ModelVersion } from '../ml/champion/line-view.ts'
import { ModelStore } from '../model-files/model-store.ts'

/** More are on the disk, and nobody reads them in one answer. */
const VERSIONS_SHOWN = 10
const FEATURES_SHOWN = 5

export function modelReads(root: string): ModelReads {
  const store = new ModelStore(root)
  return { lines: () => store.names().map((line) => lineView(store, line)) }
}

function lineView(store: ModelStore, line: string): ModelLineView {
  const known = store.championship(line)
  const champion = known.ok ? known.value.champion : null
  const versions = [...store.versions(line)].reverse()
  const shown = versions.slice(0, VERSIONS_SHOWN)
  if (champion !== null && !shown.includes(champion)) shown.push(champion)
  return {
    line,
    problem: known.ok ? null : known.error.sentence,
    champion,
    versions: shown.map((version) => versionView(store, line, version, champion)),
    changes: known.ok ? [...known.value.changes].reverse() : [],
  }
}

function versionView(store: ModelStore, line: string, version: number, champion: number | null): ModelVersion {
  const role = version === champion ? 'champion' : champion === null || version > champion ? 'challenger' : 'former'
  const loaded = store.load(line, version)
  if (!loaded.ok)
    return {
      version,
      role,
      problem: loaded.error.sentence,
      kind: '',
      says: 'none',
      createdAt: 0,
      expiresAt: null,
      symbols: [],
      intervalMs: 0,
      features: 0,
      rows: 0,
      seenUntil: 0,
      verdict: null,
      importance: [],
      hash: '',
    }
  const { saved, hash } = loaded.value
  const { kind, says, createdAt, expiresAt, symbols, intervalMs, features, data, verdict, importance } = saved
  return {
    version,
    role,
    problem: null,
    kind,
    says,
    createdAt,
    expiresAt,
    symbols,
    intervalMs,
    features: features.length,
    rows: data.rows,
    seenUntil: data.until,
    verdict:
      verdict === null
        ? null
        : { accepted: verdict.accepted, score: verdict.score?.name ?? null, value: verdict.score?.mean ?? null, luck: verdict.pValue },
    importance: features
      .map((name, at) => [name, importance[at] ?? 0] as const)
      .sort((a, b) => b[1] - a[1])
      .slice(0, FEATURES_SHOWN),
    hash: hash.slice(0, 12),
  }
}

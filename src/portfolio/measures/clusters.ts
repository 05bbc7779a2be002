/**
 * Symbols that move as one: connected components of |rho| at or above a threshold, with their exposures signed by rho.
 */

export interface Cluster {
  /** Indices, the largest exposure first. */
  readonly members: readonly number[]
  /** Sum of the absolute exposures. */
  readonly gross: number
  /** Exposures added as bets on the first member: a long of what moves against it counts as a short. */
  readonly net: number
}

/** @param correlation square, by the order of `exposures`; the largest cluster by gross comes first */
export function clustersOf(exposures: readonly number[], correlation: readonly (readonly number[])[], threshold: number): Cluster[] {
  const size = (at: number): number => Math.abs(exposures[at] as number)
  const order = exposures.map((_, at) => at).sort((a, b) => size(b) - size(a) || a - b)
  const signs = new Map<number, number>()
  const clusters = order.flatMap((first): Cluster[] => {
    if (signs.has(first)) return []
    const members = [first]
    signs.set(first, 1)
    for (const member of members)
      for (const other of order) {
        const rho = correlation[member]?.[other] ?? 0
        if (signs.has(other) || Math.abs(rho) < threshold) continue
        signs.set(other, (signs.get(member) as number) * Math.sign(rho))
        members.push(other)
      }
    members.sort((a, b) => size(b) - size(a) || a - b)
    return [
      {
        members,
        gross: members.reduce((sum, at) => sum + size(at), 0),
        net: members.reduce((sum, at) => sum + (exposures[at] as number) * (signs.get(at) as number), 0),
      },
    ]
  })
  return clusters.sort((a, b) => b.gross - a.gross)
}

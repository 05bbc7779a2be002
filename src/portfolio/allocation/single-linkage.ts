/**
 * Single-linkage clustering of a distance matrix and the order of its leaves, step for step as SciPy's `linkage` and `leaves_list` do it:
 * Prim's minimum spanning tree from item 0, a stable sort by distance, and in each merge the cluster of the smaller number on the left.
 */
import type { Matrix } from './matrix.ts'

interface Edge {
  readonly a: number
  readonly b: number
  readonly distance: number
}

/** Leaves from left to right; distances are symmetric. */
export function leafOrder(distances: Matrix): number[] {
  const count = distances.length
  const edges = primEdges(distances).sort((a, b) => a.distance - b.distance)
  const parents = Array.from({ length: 2 * count - 1 }, (_, at) => at)
  const rootOf = (item: number): number => {
    let root = item
    while (parents[root] !== root) root = parents[root] as number
    return root
  }
  const leaves: number[][] = Array.from({ length: count }, (_, at) => [at])
  for (const { a, b } of edges) {
    const [left, right] = [rootOf(a), rootOf(b)].sort((x, y) => x - y) as [number, number]
    const merged = leaves.length
    parents[left] = merged
    parents[right] = merged
    leaves.push([...(leaves[left] as number[]), ...(leaves[right] as number[])])
  }
  return leaves.at(-1) as number[]
}

/** Each edge joins the item that was added last to the next one: runs of additions are the clusters of single linkage. */
function primEdges(distances: Matrix): Edge[] {
  const count = distances.length
  const nearest = new Float64Array(count).fill(Number.POSITIVE_INFINITY)
  const isAdded = new Array<boolean>(count).fill(false)
  const edges: Edge[] = []
  let last = 0
  for (let step = 1; step < count; step += 1) {
    isAdded[last] = true
    let next = 0
    let distance = Number.POSITIVE_INFINITY
    for (let item = 0; item < count; item += 1) {
      if (isAdded[item] === true) continue
      nearest[item] = Math.min(nearest[item] as number, (distances[last] as Float64Array)[item] as number)
      if ((nearest[item] as number) < distance) {
        next = item
        distance = nearest[item] as number
      }
    }
    edges.push({ a: last, b: next, distance })
    last = next
  }
  return edges
}

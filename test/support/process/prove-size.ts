/**
 * How much of the long proofs runs: a part that ends in minutes, or with BALLAST_PROVE=full all of them.
 */
export const isFull = process.env.BALLAST_PROVE === 'full'

/**
 * What is used of the package quadprog, which has no types of its own. Its arrays count from 1, as in Fortran: element 0 is not read.
 */
declare module 'quadprog' {
  interface Solved {
    readonly solution: readonly number[]
    /** Of each constraint, above 0 where it binds; that of an equality has lost its sign. */
    readonly Lagrangian: readonly number[]
    /** Empty where it was solved. */
    readonly message: string
  }

  /** min 1/2 b'Db - d'b over A'b >= b0, the first `equalities` of them equal; all arguments are overwritten. */
  function solveQP(D: number[][], d: number[], A: number[][], b0: number[], equalities: number): Solved

  const quadprog: { readonly solveQP: typeof solveQP }
  export default quadprog
}

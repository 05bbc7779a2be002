/**
 * What a model predicts: the probability of one of two classes, or a number.
 */
export type Task = 'classification' | 'regression'

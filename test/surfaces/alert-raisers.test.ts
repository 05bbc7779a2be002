/**
 * Every type of alert in the catalogue is raised somewhere: one that nothing raises is a promise that nobody keeps.
 */
import { expect, test } from 'vitest'
import { ALERT_TYPES } from '../../src/alerts/catalogue.ts'
import { filesBelow, textOf } from '../support/repository.ts'

/** Where types are described, sorted, shown as samples or put into words. */
const DESCRIBES = [
  /^src\/alerts\//,
  /^api\/commands\/alerts\/samples\.ts$/,
  /^src\/journal\/(alert-sentence|trade-alert)\.ts$/,
  /^src\/kernel\/alert\.ts$/,
  /^src\/kernel\/state\/alert-severity\.ts$/,
  /\.test\.ts$/,
]

test('nothing in the catalogue is never raised', () => {
  const raisers = ['src', 'api', 'bots', 'db', 'jobs']
    .flatMap((folder) => filesBelow(folder, '.ts'))
    .filter((path) => !DESCRIBES.some((form) => form.test(path)))
    .map(textOf)
    .join('\n')
  expect(ALERT_TYPES.filter((type) => !raisers.includes(`'${type}'`))).toEqual([])
})

/**
 * A picture as PNG: of its own size, with text where no font is installed.
 */
import { expect, test } from 'vitest'
import { pngOf } from './png.ts'

const picture = (body: string): string => `<svg xmlns="http://www.w3.org/2000/svg" width="96" height="64" viewBox="0 0 96 64">${body}</svg>`

test('has the size of the picture, and its text is drawn', async () => {
  const png = await pngOf(picture('<text x="4" y="40" font-family="DejaVu Sans" font-size="30">12.5</text>'))
  expect(png.subarray(1, 4).toString()).toBe('PNG')
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([96, 64])
  expect(png.length).toBeGreaterThan((await pngOf(picture(''))).length)
})

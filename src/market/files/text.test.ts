/**
 * Numbers, dates and instants as text, in the forms that files write.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clockOwnerOf, dateOrderOf, dayMs, isTimeOfDay, readOffset, readWallTime, scanIsoTime } from './date-text.ts'
import { type TimeRules, latestOf, readInstant } from './instant.ts'
import { decimalMarkOf, isMissing, readFraction, readMantissa, toPlain } from './number-text.ts'

describe('numbers', () => {
  test.each([
    ['12.50', '.', '12.50'],
    ['1.2e-3', '.', '0.0012'],
    ['1E+3', '.', '1000'],
    ['-.5', '.', '-.5'],
    ['3,300.5', '.', '3300.5'],
    ['$3,300', '.', '3300'],
    ['60.10K', '.', '60100'],
    ['1.5M', '.', '1500000'],
    ['3300,5', ',', '3300.5'],
    ['3.300,5', ',', '3300.5'],
    ['3 300,5', ',', '3300.5'],
    ['3300,5', '.', undefined],
    ['3,30', '.', undefined],
    ['33,000', '.', '33000'],
    ['1.2.3', '.', undefined],
    ['abc', '.', undefined],
    ['', '.', undefined],
    ['.', '.', undefined],
    ['0x10', '.', undefined],
    ['Infinity', '.', undefined],
  ] as const)('numbers: %s with %s is %s', (text, mark, plain) => {
    expect(toPlain(text, mark)).toBe(plain)
  })

  test('property: an exponent moves the point and loses nothing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999 }), fc.integer({ min: -8, max: 8 }), (digits, exponent) => {
        const read = readMantissa(`${digits}e${exponent}`)
        if (read === undefined) throw new Error('no number')
        const scale = 10n ** BigInt(Math.max(0, -exponent))
        const whole = BigInt(digits) * 10n ** BigInt(Math.max(0, exponent))
        expect(BigInt(read.mantissa) * scale).toBe(whole * 10n ** BigInt(read.decimals))
      }),
    )
  })

  test.each(['', 'NaN', 'null', '\\N', 'None', '-', 'n/a'])("'%s' says that there is none", (text) => expect(isMissing(text)).toBe(true))
  test('fractions with and without a sign', () => {
    expect([readFraction('0.01%'), readFraction('-1.5 %'), readFraction('0.0001'), readFraction('x%')]).toEqual([
      '0.0001',
      '-0.015',
      '0.0001',
      undefined,
    ])
  })

  test.each([
    [['12,5', '13,25'], ';', ','],
    [['3,300', '4,100'], ',', '.'],
    [['3,300', '4,100'], ';', ','],
    [['1.234,5'], '\t', ','],
    [['1,234.5'], ';', '.'],
    [['12.5', '13'], ';', '.'],
  ] as const)('%j cut by %s have the mark %s', (cells, delimiter, mark) => {
    expect(decimalMarkOf(cells, delimiter)).toBe(mark)
  })
})

describe('dates', () => {
  const utc = Date.UTC
  test.each([
    ['2025-03-03', utc(2025, 2, 3)],
    ['2025-3-3', utc(2025, 2, 3)],
    ['2025/03/03 01:02', utc(2025, 2, 3, 1, 2)],
    ['2025.03.03 01:02:03', utc(2025, 2, 3, 1, 2, 3)],
    ['20250303', utc(2025, 2, 3)],
    ['20250303 010203', utc(2025, 2, 3, 1, 2, 3)],
    ['20250303010203', utc(2025, 2, 3, 1, 2, 3)],
    ['03.04.2025 01:02:03.250', utc(2025, 3, 3, 1, 2, 3, 250)],
    ['2019-10-17 12-AM', utc(2019, 9, 17)],
    ['2019-10-17 01-PM', utc(2019, 9, 17, 13)],
    ['2025-03-03D00:00:01.5', utc(2025, 2, 3, 0, 0, 1, 500)],
    ['Mar 03, 2025', utc(2025, 2, 3)],
    ['3 March 2025', utc(2025, 2, 3)],
    ['03-Mar-2025 09:30', utc(2025, 2, 3, 9, 30)],
    ['2025-03', utc(2025, 2, 1)],
  ])('dates: %s', (text, ms) => {
    expect(readWallTime(text, undefined)?.ms).toBe(ms)
  })

  test.each([
    '2025-02-30',
    '2025-13-01',
    '2023-02-29',
    '2025-03-03 24:00',
    '2025-03-03 10:60',
    '03/04/2025',
    '2025-03-03 x',
    '31.02.2025',
    'Foo 3, 2025',
  ])('dates: %s is none', (text) => expect(readWallTime(text, undefined)).toBeUndefined())

  test('property: days count as the calendar counts them', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }), (date) => {
        const [y, m, d] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()]
        expect(dayMs(y, m + 1, d)).toBe(utc(y, m, d))
        expect(readWallTime(date.toISOString(), undefined)?.ms).toBe(date.getTime())
      }),
    )
  })

  test('property: the fast reader of ISO times reads what the other one reads, or nothing', () => {
    const near = fc.string({ unit: fc.constantFrom(...'0123456789-: TZ.'), minLength: 17, maxLength: 25 })
    const real = fc
      .date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
      .chain((date) =>
        fc.constantFrom(
          date.toISOString().slice(0, 19),
          `${date.toISOString().slice(0, 19)}Z`,
          date.toISOString().slice(0, 19).replace('T', ' '),
          date.toISOString(),
          date.toISOString().slice(0, 23),
        ),
      )
    fc.assert(
      fc.property(fc.oneof(near, real), (text) => {
        const fast = scanIsoTime(text)
        if (!Number.isNaN(fast)) expect(readWallTime(text, undefined)?.ms).toBe(fast)
      }),
      { numRuns: 500 },
    )
    expect(scanIsoTime('2025-03-03 09:30:00')).toBe(Date.UTC(2025, 2, 3, 9, 30))
    expect([scanIsoTime('2025-02-30 09:30:00'), scanIsoTime('2025-03-03 24:00:00')]).toEqual([Number.NaN, Number.NaN])
  })

  test.each([
    ['Z', 0],
    ['UTC', 0],
    ['+05:30', 19_800_000],
    ['-0500', -18_000_000],
    ['GMT+3', 10_800_000],
    ['UTC-10', -36_000_000],
    ['EST', undefined],
    ['+15:00', undefined],
  ])('dates: the zone %s', (text, ms) => {
    expect(readOffset(text)).toBe(ms)
  })

  test('whose clock a form belongs to, and what a time of day is', () => {
    expect([clockOwnerOf('2025.03.03 00:00'), clockOwnerOf('20250303 000000'), clockOwnerOf('2025-03-03 00:00')]).toEqual([
      'metatrader',
      'histdata',
      undefined,
    ])
    expect([isTimeOfDay('09:30'), isTimeOfDay('093000'), isTimeOfDay('1740960000')]).toEqual([true, true, false])
    expect(dateOrderOf(['01/02/2025', '02/02/2025', '03/02/2025'])).toBe('dmy')
    expect(dateOrderOf(['01/02/2025'])).toBeUndefined()
  })
})

describe('instants', () => {
  const rules: TimeRules = { earliestMs: Date.UTC(2009, 0, 1), latestMs: latestOf(Date.UTC(2026, 0, 1)) }
  test.each([
    ['1740960000', Date.UTC(2025, 2, 3)],
    ['1740960000.25', Date.UTC(2025, 2, 3) + 250],
    ['1740960000000', Date.UTC(2025, 2, 3)],
    ['1740960000000000', Date.UTC(2025, 2, 3)],
    ['1740960000000000000', Date.UTC(2025, 2, 3)],
    ['20250303', Date.UTC(2025, 2, 3)],
    ['45719', Date.UTC(2025, 2, 3)],
    ['45719.0416666667', Date.UTC(2025, 2, 3, 1)],
    ['2025-03-03 02:00:00+02:00', Date.UTC(2025, 2, 3)],
  ])('instants: %s', (text, ms) => {
    expect(readInstant(text, rules)).toBe(ms)
  })
  test('a unit that was said is not guessed, and what it makes of a number is checked', () => {
    expect(readInstant('1740960000', { ...rules, unit: 's' })).toBe(Date.UTC(2025, 2, 3))
    expect(readInstant('1740960000', { ...rules, unit: 'ms' })).toContain('1970-01-21 03:36 UTC: before 2009')
    expect(readInstant('20250303', { ...rules, unit: 's' })).toContain('before 2009')
  })
  test('a clock that was said is removed, and one that the text says wins', () => {
    const zoned = { ...rules, offsetMs: () => 10_800_000 }
    expect(readInstant('2025-03-03 03:00', zoned)).toBe(Date.UTC(2025, 2, 3))
    expect(readInstant('2025-03-03 03:00Z', zoned)).toBe(Date.UTC(2025, 2, 3, 3))
    expect(readInstant('1740960000', zoned)).toBe(Date.UTC(2025, 2, 3))
    expect(readInstant('2025-03-03 03:00 US/Nowhere', { ...rules, zoneNamed: () => undefined })).toContain("the zone 'US/Nowhere'")
  })
})

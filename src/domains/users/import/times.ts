const iso =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?(?:Z|UTC|GMT|([+-])(\d\d):?(\d\d)?)?)?$/i

/**
 * A moment as exports write it: ISO 8601 (a day, or a day and a time; without a zone it is UTC), or the seconds or
 * milliseconds since 1970. Undefined for anything else, also for a 30 February.
 */
export function timeOf(text: string): Date | undefined {
  if (/^\d{10}$/.test(text)) return new Date(Number(text) * 1000)
  if (/^\d{13}$/.test(text)) return new Date(Number(text))

  const found = iso.exec(text)
  if (!found) return undefined
  const [
    ,
    year,
    month,
    day,
    hour = '0',
    minute = '0',
    second = '0',
    fraction = '',
    sign,
    offsetHours = '0',
    offsetMinutes = '0',
  ] = found
  const parts = [year, month, day, hour, minute, second].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const written = new Date(Date.UTC(parts[0], parts[1] - 1, parts[2], parts[3], parts[4], parts[5]))
  const read = [
    written.getUTCFullYear(),
    written.getUTCMonth() + 1,
    written.getUTCDate(),
    written.getUTCHours(),
    written.getUTCMinutes(),
    written.getUTCSeconds(),
  ]
  if (Number(offsetHours) > 14 || Number(offsetMinutes) > 59 || !parts.every((part, i) => part === read[i]))
    return undefined

  const milliseconds = Number(fraction.slice(0, 3).padEnd(3, '0'))
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60_000 * (sign === '-' ? -1 : 1)
  return new Date(written.getTime() + milliseconds - offset)
}

import picocolors from 'picocolors'

/** For standard output. Colours are for people at a terminal: what is piped or written to a file has none. */
export const paint = picocolors.createColors(coloured(process.stdout))
/** The same for standard error, which may be a terminal while the other is not. */
export const loud = picocolors.createColors(coloured(process.stderr))

function coloured(stream: NodeJS.WriteStream): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env
  if (NO_COLOR) return false
  if (FORCE_COLOR) return FORCE_COLOR !== '0'
  return stream.isTTY === true && TERM !== 'dumb'
}

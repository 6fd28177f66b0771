#!/usr/bin/env node
import { constants } from 'node:os'
import { run } from './program.ts'
import { clearBar } from './report.ts'

// Whoever reads no further (`reeve user list | head -1`) has what they wanted.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

// Ctrl-C ends a command that has not arranged for it; the terminal is left as it was, and an embedded PostgreSQL is told.
let told = 0
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    told = 128 + constants.signals[signal]
    if (process.listenerCount(signal) > 1) return
    clearBar()
    process.exit(told)
  })
}

const words = process.argv.slice(2)
const code = await run(words)
process.exitCode = code === 1 && told > 0 ? told : code
if (words[0] === '__complete') process.exit() // a database that does not answer shall keep nobody from typing on

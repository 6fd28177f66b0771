#!/usr/bin/env node
import { run } from './program.ts'

// Whoever reads no further (`reeve user list | head -1`) has what they wanted.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

process.exitCode = await run(process.argv.slice(2))

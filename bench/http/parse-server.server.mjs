// Parse Server as its documentation says: its middleware in Express, everything else as it comes.
import express from 'express'
import { ParseServer } from 'parse-server'

const { BENCH_DATABASE, BENCH_KEY, PORT } = process.env
const parse = new ParseServer({
  databaseURI: `${BENCH_DATABASE}?poolSize=10`,
  appId: 'bench',
  masterKey: BENCH_KEY,
  serverURL: `http://127.0.0.1:${PORT}/parse`,
  logLevel: 'error',
  silent: true,
})
await parse.start()
const app = express()
app.use('/parse', parse.app)
app.listen(Number(PORT), '127.0.0.1')
process.on('SIGTERM', () => process.exit())

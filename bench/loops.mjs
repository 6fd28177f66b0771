// Starts contenders at the database, each in a process of its own, and lets them run when it is their turn.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const loop = fileURLToPath(new URL('./loop.mjs', import.meta.url))

/** A contender that is open: `run(what, seconds)` lets it ask. `open` is what its module is told. */
export async function openLoop({ closing }, name, open) {
  const module = fileURLToPath(new URL(`./database/${name}.mjs`, import.meta.url))
  const child = fork(loop, [module], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const end = once(child, 'exit')
  closing.push(async () => {
    if (child.connected) child.disconnect()
    await end
  })
  let hear
  child.on('message', (answer) => hear(answer))
  child.on('exit', (status) => hear?.({ failed: `${name} ended with ${status}` }))
  const tell = async (message) => {
    const heard = new Promise((resolve) => (hear = resolve))
    child.send(message)
    const answer = await heard
    if (answer.failed) throw new Error(`${name}: ${answer.failed}`)
    return answer
  }
  const { asks } = await tell({ open })
  return { asks, run: (what, seconds) => tell({ what, seconds }) }
}

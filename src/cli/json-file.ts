import { readFile, stat } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { Refusal } from '../foundation/refusal.ts'

const bytesMost = 1_000_000

/** What a file says, or standard input where it is called `-`. Refuses what is no JSON (`invalid_request`). */
export async function jsonIn(file: string): Promise<unknown> {
  const said = file === '-' ? await text(process.stdin) : await textOf(file)
  try {
    return JSON.parse(said) as unknown
  } catch {
    throw new Refusal('invalid_request', `${file} is no JSON`, 'write one JSON object into it')
  }
}

async function textOf(file: string): Promise<string> {
  const found = await stat(file).catch(() => undefined)
  if (!found?.isFile())
    throw new Refusal('invalid_request', `there is no file ${file}`, 'give the path of a JSON file')
  if (found.size > bytesMost)
    throw new Refusal(
      'invalid_request',
      `${file} is larger than is read`,
      'give a file of less than a megabyte',
    )
  return readFile(file, 'utf8')
}

import { isIPv6 } from 'node:net'

export type Host = { readonly host: string; readonly port: number }
export type SslMode = 'disable' | 'require' | 'verify-full'
export const sslModes: readonly SslMode[] = ['disable', 'require', 'verify-full']

/** What a connection URL says; the rest comes from other variables. */
export type DatabaseUrl = {
  readonly hosts: readonly [Host, ...Host[]]
  readonly user: string
  readonly password: string
  readonly name: string
  readonly sslMode: SslMode | undefined
  readonly sslRootCert: string | undefined
}

/**
 * Reads `postgresql://user:password@host:5432,other:5433/name?sslmode=require`. Written here because URLs know one
 * host only. A string says what is wrong, so that it can follow the variable's name; it repeats nothing of the URL.
 */
export function readDatabaseUrl(text: string): DatabaseUrl | string {
  try {
    return parse(text)
  } catch (error) {
    if (error instanceof Unusable) return error.message
    if (error instanceof URIError) return 'has a % that encodes nothing (a % itself is written %25)'
    throw error
  }
}

/** Reads `host:port` lists as they stand in a URL: names, addresses, `[::1]`, and directories of sockets as %2F…. */
export function readHosts(text: string): [Host, ...Host[]] {
  return text.split(',').map(readHost) as [Host, ...Host[]]
}

export class Unusable extends Error {}

const knownParameters = ['sslmode', 'sslrootcert', 'host', 'schema', 'target_session_attrs']

function parse(text: string): DatabaseUrl {
  const scheme = /^postgres(ql)?:\/\//.exec(text)?.[0]
  if (!scheme) throw new Unusable('does not begin with postgresql://')
  if (/[\0-\x1f\x7f]/.test(text)) throw new Unusable('has a control character in it')

  const rest = text.slice(scheme.length)
  const [authority = ''] = /^[^/?]*/.exec(rest)!
  const [path = '', ...query] = rest.slice(authority.length).split('?')
  const at = authority.lastIndexOf('@')
  if (at < 0 && rest.includes('@')) {
    throw new Unusable('has a / or ? in its user or password (written %2F and %3F there)')
  }
  const { user, password } = readUser(authority.slice(0, Math.max(at, 0)))
  const parameters = readParameters(query.join('?'))
  return {
    hosts: readHosts(authority.slice(at + 1) || encodeURIComponent(parameters.get('host') ?? '')),
    user,
    password,
    name: readName(path),
    sslMode: parameters.get('sslmode') as SslMode | undefined,
    sslRootCert: parameters.get('sslrootcert'),
  }
}

function readUser(text: string): { user: string; password: string } {
  const colon = text.indexOf(':')
  const user = decoded(colon < 0 ? text : text.slice(0, colon))
  if (user === '') throw new Unusable('names no user')
  return { user, password: colon < 0 ? '' : decoded(text.slice(colon + 1)) }
}

function readHost(text: string): Host {
  const [, ip, name, digits] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d{1,5}))?$/.exec(text) ?? []
  const port = digits === undefined ? 5432 : Number(digits)
  if (port < 1 || port > 65535) throw new Unusable('has a port that is not between 1 and 65535')
  if (ip !== undefined && isIPv6(ip)) return { host: ip, port }
  if (ip !== undefined || name === undefined) {
    throw new Unusable('has a host that is neither a name nor an address (IPv6 stands in brackets)')
  }
  const host = decoded(name)
  if (host === '') throw new Unusable('names no host')
  if (!/^([A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?|\/.*)$/.test(host)) {
    throw new Unusable('has a host that is neither a name nor an address')
  }
  return { host, port }
}

function readName(path: string): string {
  const name = decoded(path.slice(1))
  if (name === '') throw new Unusable('names no database')
  if (path.slice(1).includes('/'))
    throw new Unusable('has a / in the name of the database (written %2F there)')
  return name
}

function readParameters(query: string): Map<string, string> {
  const parameters = new Map<string, string>()
  for (const part of query.split('&').filter((part) => part !== '')) {
    const [name = '', value = ''] = part.split('=').map(decoded)
    if (!knownParameters.includes(name)) {
      throw new Unusable(`has a parameter that we do not know (known are ${knownParameters.join(', ')})`)
    }
    if (parameters.has(name)) throw new Unusable('says the same parameter twice')
    parameters.set(name, value)
  }
  const {
    sslmode = 'require',
    schema = 'public',
    target_session_attrs: writable = 'any',
  } = Object.fromEntries(parameters)
  if (!sslModes.includes(sslmode as SslMode)) {
    throw new Unusable('has an sslmode other than disable, require and verify-full')
  }
  if (schema !== 'public') throw new Unusable('has a schema other than public, where the tables are')
  if (!['any', 'read-write', 'primary'].includes(writable)) {
    throw new Unusable(
      'has target_session_attrs other than any, read-write and primary: it has to lead to the primary',
    )
  }
  return parameters
}

function decoded(text: string): string {
  const plain = decodeURIComponent(text)
  if (plain.includes('\0')) throw new Unusable('has a NUL character in it')
  return plain
}

import { Refusal } from '../../../foundation/refusal.ts'

/** What a column of the file can be. */
const fields = [
  'email',
  'name',
  'first_name',
  'last_name',
  'username',
  'phone',
  'avatar_url',
  'roles',
  'password_hash',
  'is_verified',
  'created_at',
] as const
export type Field = (typeof fields)[number]

/** Headers of a file as its reader names them, each with what it is; `ignore` leaves a column out. */
export type Mapping = Readonly<Record<string, string>>

/** Where each field stands, and what became of each header. */
export type Columns = {
  at: ReadonlyMap<Field, number>
  headers: readonly { header: string; field: Field | null }[]
}

/** What other systems call them; compared without case, spaces and punctuation. */
const synonyms: Record<Field, string[]> = {
  email: ['emailaddress', 'mail', 'mailaddress', 'primaryemail', 'useremail'],
  name: ['fullname', 'displayname', 'realname', 'commonname', 'cn'],
  first_name: ['first', 'givenname', 'given', 'forename'],
  last_name: ['last', 'familyname', 'family', 'surname', 'sn'],
  username: ['login', 'loginname', 'handle', 'preferredusername', 'samaccountname'],
  phone: ['phonenumber', 'telephone', 'telephonenumber', 'mobile', 'mobilephone', 'tel'],
  avatar_url: ['avatar', 'picture', 'pictureurl', 'photourl', 'photo', 'imageurl', 'profilepicture'],
  roles: ['role', 'rolenames'],
  password_hash: ['encryptedpassword', 'passworddigest', 'hashedpassword'],
  is_verified: ['verified', 'emailverified', 'emailisverified', 'isemailverified', 'confirmed'],
  created_at: [
    'created',
    'createdon',
    'createdtime',
    'creationtime',
    'creationdate',
    'createdtimestamp',
    'registeredat',
  ],
}
const known = new Map(
  fields.flatMap((field) => [field, ...synonyms[field]].map((name) => [plain(name), field] as const)),
)

/**
 * Says which column is which. What is mapped by hand wins; the rest goes by its name; what has no name of ours is left
 * out. Refuses two columns for one field, and a file without addresses or names.
 */
export function columnsOf(headers: readonly string[], mapping: Mapping = {}): Columns {
  const named = headers.map((header) => header.trim())
  const byHand = columnsByHand(named, mapping)
  const claimed = new Set(byHand.values())
  const result = named.map((header, at) => {
    if (byHand.has(at)) return { header, field: byHand.get(at)! }
    const field = known.get(plain(header)) ?? null
    return { header, field: field !== null && claimed.has(field) ? null : field }
  })

  const at = new Map<Field, number>()
  for (const [index, { header, field }] of result.entries()) {
    if (field === null) continue
    const other = at.get(field)
    if (other !== undefined) throw twice(field, named[other]!, header)
    at.set(field, index)
  }
  if (!at.has('email')) throw lacking('e-mail addresses', 'email', named)
  if (!at.has('name') && !at.has('first_name') && !at.has('last_name')) throw lacking('names', 'name', named)
  return { at, headers: result }
}

function columnsByHand(headers: readonly string[], mapping: Mapping): Map<number, Field | null> {
  return new Map(
    Object.entries(mapping).map(([header, wanted]) => {
      const at = find(headers, header.trim())
      const field = fields.find((name) => name === wanted.trim().toLowerCase())
      if (at < 0) {
        throw new Refusal(
          'invalid_request',
          `the file has no column ${header}`,
          `its columns are: ${list(headers)}`,
        )
      }
      if (field === undefined && wanted !== 'ignore') {
        throw new Refusal(
          'invalid_request',
          `${wanted} is nothing that people have here`,
          `write one of: ${list([...fields, 'ignore'])}`,
        )
      }
      return [at, field ?? null]
    }),
  )
}

function find(headers: readonly string[], wanted: string): number {
  const exact = headers.indexOf(wanted)
  return exact >= 0 ? exact : headers.findIndex((header) => header.toLowerCase() === wanted.toLowerCase())
}

function twice(field: Field, one: string, other: string): Refusal {
  return new Refusal(
    'invalid_request',
    `both ${one} and ${other} could be ${field}`,
    `say which: map "${one}=${field}", or "${other}=ignore"`,
  )
}

function lacking(what: string, field: Field, headers: readonly string[]): Refusal {
  return new Refusal(
    'invalid_request',
    `the file has no column of ${what}; its first line must name the columns`,
    `map one of them, as in "${headers[0] || 'Contact'}=${field}"; its columns are: ${list(headers)}`,
  )
}

function list(names: readonly string[]): string {
  const shown = names
    .slice(0, 30)
    .map((name) => name.slice(0, 60))
    .join(', ')
  return names.length > 30 ? `${shown} and ${names.length - 30} more` : shown
}

/** `E-Mail address` and `email_address` are one name. */
function plain(header: string): string {
  return header
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
}

/** A name as it is kept: composed (NFC), so that it is found however it was typed, without space around it. */
export function spelledName(name: string): string {
  return name.normalize('NFC').trim()
}

/** A user name as it is kept and compared: the same, and lower-case. */
export function spelledUsername(username: string): string {
  return username.normalize('NFC').toLowerCase().normalize('NFC').trim()
}

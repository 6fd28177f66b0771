import { Avatar } from '@mantine/core'
import { initials } from './names.ts'

/** A person's initials in a circle. Pictures at other sites are not fetched: that would tell those sites who is looking. */
export function Face({ name }: { name: string }) {
  return (
    <Avatar radius="xl" size={36} color="forest" aria-hidden="true">
      {initials(name)}
    </Avatar>
  )
}

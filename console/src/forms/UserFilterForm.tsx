import { CloseButton, Group, Loader, SegmentedControl, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useIsFetching } from '@tanstack/react-query'
import { useState } from 'react'
import type { UserFilter } from '../api/reeve.ts'
import { Search } from '../ui/icons.tsx'

const choices = [
  { value: 'everyone', label: 'Everyone' },
  { value: 'active', label: 'Active' },
  { value: 'suspended', label: 'Suspended' },
]

type Choosing = {
  filter: UserFilter
  /** What stands in the search box at first; from then on it is only what a person types. */
  typed: string
  onChange: (filter: UserFilter) => void
}

/** Who to show. Typing is waited out for a moment, so that a name is one question and not one per letter. */
export function UserFilterForm({ filter, typed, onChange }: Choosing) {
  const [q, setQ] = useState(typed)
  const isAsking = useIsFetching({ queryKey: ['users'] }) > 0
  const ask = useDebouncedCallback((said: string) => onChange(filtered(said, filter.isActive)), 250)

  function type(said: string) {
    setQ(said)
    ask(said)
  }

  return (
    <Group role="search">
      <TextInput
        aria-label="Search people by name or address"
        placeholder="Search by name or address"
        flex="1 1 220px"
        maxLength={100}
        leftSection={isAsking ? <Loader size={14} /> : <Search />}
        rightSection={
          q === '' ? null : <CloseButton aria-label="Clear the search" onClick={() => type('')} />
        }
        value={q}
        onChange={(event) => type(event.currentTarget.value)}
      />
      <SegmentedControl
        aria-label="Which people"
        data={choices}
        value={filter.isActive === undefined ? 'everyone' : filter.isActive ? 'active' : 'suspended'}
        onChange={(choice) => onChange(filtered(q, choice === 'everyone' ? undefined : choice === 'active'))}
      />
    </Group>
  )
}

function filtered(q: string, isActive: boolean | undefined): UserFilter {
  return { ...(q.trim() === '' ? {} : { q: q.trim() }), ...(isActive === undefined ? {} : { isActive }) }
}

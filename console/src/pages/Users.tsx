import { Button, Stack, Text, VisuallyHidden } from '@mantine/core'
import { useInfiniteQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { sessionQuery, tenantOf, usersQuery, type UserFilter } from '../api/reeve.ts'
import { UserFilterForm } from '../forms/UserFilterForm.tsx'
import { paths } from '../paths.ts'
import { PageTitle } from '../ui/PageTitle.tsx'
import { ProblemNote } from '../ui/ProblemNote.tsx'
import { NotFound } from '../ui/states.tsx'
import { UserTable, UserTableToBe } from './UserTable.tsx'

const from = `/signed-in${paths.users}` as const

/** A tenant's people. What is searched for is in the address, so that it can be sent to a colleague. */
export function Users() {
  const { tenantId } = useParams({ from })
  const tenant = tenantOf(useSuspenseQuery(sessionQuery).data, tenantId)
  if (!tenant) return <NotFound />
  // another tenant's page is another page, so that nothing typed or shown is carried over
  return <UsersOf key={tenantId} tenantId={tenantId} tenantName={tenant.name} />
}

function UsersOf({ tenantId, tenantName }: { tenantId: string; tenantName: string }) {
  const filter = useSearch({ from })
  const navigate = useNavigate({ from: paths.users })
  const [timesCleared, setTimesCleared] = useState(0)
  const show = (search: UserFilter) => void navigate({ search, replace: true })

  function clear() {
    show({})
    setTimesCleared(timesCleared + 1)
  }

  return (
    <Stack>
      <title>{`People · ${tenantName} · Reeve`}</title>
      <PageTitle>People</PageTitle>
      <UserFilterForm
        key={timesCleared}
        filter={filter}
        typed={timesCleared === 0 ? (filter.q ?? '') : ''}
        onChange={show}
      />
      <UserList tenantId={tenantId} filter={filter} onClear={clear} />
    </Stack>
  )
}

function UserList({
  tenantId,
  filter,
  onClear,
}: {
  tenantId: string
  filter: UserFilter
  onClear: () => void
}) {
  const list = useInfiniteQuery(usersQuery(tenantId, filter))
  const users = list.data?.pages.flatMap((page) => page.items) ?? []

  if (list.isPending) return <UserTableToBe />
  if (users.length === 0 && !list.error) return <NobodyHere filter={filter} onClear={onClear} />
  return (
    <>
      {list.error && (
        <ProblemNote
          error={list.error}
          onRetry={() => void (list.isFetchNextPageError ? list.fetchNextPage() : list.refetch())}
        />
      )}
      {users.length > 0 && <UserTable users={users} stale={list.isPlaceholderData} />}
      <VisuallyHidden role="status">{people(users.length)} shown</VisuallyHidden>
      {list.hasNextPage && !list.error && (
        <Button
          variant="default"
          mx="auto"
          loading={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          Show more people
        </Button>
      )}
    </>
  )
}

function NobodyHere({ filter, onClear }: { filter: UserFilter; onClear: () => void }) {
  const isFiltered = Object.keys(filter).length > 0
  return (
    <Stack align="center" py={64} gap="xs" role="status">
      <Text fw={600}>{isFiltered ? 'Nobody like that here' : 'Nobody here yet'}</Text>
      <Text c="dimmed" ta="center">
        {isFiltered
          ? 'Part of a name or of an address is enough.'
          : 'People appear here once they are added or imported.'}
      </Text>
      {isFiltered && (
        <Button variant="default" mt="xs" onClick={onClear}>
          Show everyone
        </Button>
      )}
    </Stack>
  )
}

function people(count: number): string {
  return count === 1 ? '1 person' : `${count} people`
}

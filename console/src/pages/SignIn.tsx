import { Container, Group, Paper, Stack, Title } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useRouter, useSearch } from '@tanstack/react-router'
import { sessionQuery } from '../api/reeve.ts'
import { SignInForm } from '../forms/SignInForm.tsx'
import { afterSignIn, paths } from '../paths.ts'
import { Mark } from '../ui/Mark.tsx'
import { SchemeButton } from '../ui/SchemeButton.tsx'

/** The door. */
export function SignIn() {
  const answers = useQueryClient()
  const router = useRouter()
  const { next } = useSearch({ from: paths.signIn })

  async function enter() {
    await answers.resetQueries(sessionQuery)
    router.history.replace(afterSignIn(next, window.location.origin))
  }

  return (
    <Container component="main" size={420} py={{ base: 24, sm: 96 }}>
      <title>Sign in · Reeve</title>
      <Stack gap="lg">
        <Group justify="space-between">
          <Mark />
          <SchemeButton />
        </Group>
        <Paper withBorder p={{ base: 'md', sm: 'xl' }} radius="lg">
          <Stack>
            <Title order={1}>Sign in</Title>
            <SignInForm onSignedIn={enter} />
          </Stack>
        </Paper>
      </Stack>
    </Container>
  )
}

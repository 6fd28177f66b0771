import { Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import { reeve } from '../api/reeve.ts'
import { ProblemNote } from '../ui/ProblemNote.tsx'

/** An address and a password for a session in a cookie. */
export function SignInForm({ onSignedIn }: { onSignedIn: () => Promise<void> }) {
  const signIn = useMutation({
    mutationFn: (credentials: { email: string; password: string }) =>
      reeve.signIn({ ...credentials, cookie: true }),
    onSuccess: onSignedIn,
  })
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { email: '', password: '' },
    validate: {
      email: (email) => (/^\S+@\S+$/.test(email.trim()) ? null : 'Write an address, such as kim@example.com'),
      password: (password) => (password === '' ? 'Write your password' : null),
    },
    onSubmitPreventDefault: 'always',
  })

  return (
    <form
      noValidate
      onSubmit={form.onSubmit(
        ({ email, password }) => signIn.mutate({ email: email.trim(), password }),
        (_, values) => form.getInputNode(values.email === '' ? 'email' : 'password')?.focus(),
      )}
    >
      <Stack>
        {signIn.error && <ProblemNote error={signIn.error} />}
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          size="md"
          key={form.key('email')}
          {...form.getInputProps('email')}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          size="md"
          visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password' }}
          key={form.key('password')}
          {...form.getInputProps('password')}
        />
        <Button type="submit" size="md" loading={signIn.isPending}>
          Sign in
        </Button>
      </Stack>
    </form>
  )
}

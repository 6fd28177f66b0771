import './ui/styles.ts'
import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createAnswers } from './api/reeve.ts'
import { createConsole } from './router.tsx'
import { schemeKeeper } from './ui/scheme.ts'
import { theme, variables } from './ui/theme.ts'

const answers = createAnswers(signInAgain)
const router = createConsole(answers)

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      colorSchemeManager={schemeKeeper}
      defaultColorScheme="auto"
    >
      <QueryClientProvider client={answers}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)

/** Nothing that the last session saw stays behind; the routes ask again, and lead to the door. */
function signInAgain() {
  answers.clear()
  void router.invalidate()
}

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}

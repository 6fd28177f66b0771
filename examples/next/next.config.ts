import type { NextConfig } from 'next'

const config: NextConfig = {
  // It is a server of its own kind, with parts that no bundler can bundle.
  serverExternalPackages: ['reeve'],
}

export default config

import type { NextConfig } from 'next'

const nextConfig: NextConfig = {
  output: 'standalone',
  poweredByHeader: false,
  reactStrictMode: true,
  // No page shows pictures that need resizing: the public address that would do it stays closed.
  images: { unoptimized: true },
  devIndicators: false,
  // Packages that read their own files or have native parts: loaded by Node as they are.
  serverExternalPackages: [
    '@kubernetes/client-node',
    'pg',
    'pg-boss',
    'pino',
    '@prisma/adapter-pg',
    '@google-cloud/asset',
    'google-auth-library',
  ],
  // The database's and control plane's state, and programs that are not part of the web server, never travel with it.
  outputFileTracingExcludes: { '/*': ['.corbel/**', 'demo/**', 'e2e/**', 'bench/**'] },
  // Read by lib/catalogue at run time, from the folder the server is started in.
  outputFileTracingIncludes: { '/*': ['blueprints/**'] },
}

export default nextConfig

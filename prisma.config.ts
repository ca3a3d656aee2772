import { defineConfig } from 'prisma/config'

// Prisma's native schema engine is a download; this shim carries out the same protocol with Prisma's own wasm build.
// A site that has the native engine sets the variable itself.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= new URL('./scripts/prisma-schema-engine.mjs', import.meta.url).pathname

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env.DATABASE_URL ?? 'memory://' },
})

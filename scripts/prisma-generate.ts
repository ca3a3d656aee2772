/** Makes generated/prisma from prisma/schema.prisma where it is missing or older than the schema. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const stamp = join(root, 'generated', 'prisma', '.made-from')

/** Generates the Prisma client unless it was made from this very schema. Throws with Prisma's own words when that fails. */
export function generatePrismaClient(): void {
  const schema = readFileSync(join(root, 'prisma', 'schema.prisma'))
  const lock = readFileSync(join(root, 'node_modules', 'prisma', 'package.json'))
  const madeFrom = createHash('sha256').update(schema).update(lock).digest('hex')
  if (readStamp() === madeFrom) return
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'node_modules', 'prisma', 'build', 'index.js'), 'generate'], {
    cwd: root,
    encoding: 'utf8',
    env: {
      ...process.env,
      PRISMA_SCHEMA_ENGINE_BINARY: join(root, 'scripts', 'prisma-schema-engine.mjs'),
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
    },
  })
  if (status !== 0) throw new Error(`prisma generate failed:\n${stdout}${stderr}`)
  writeFileSync(stamp, madeFrom)
}

function readStamp(): string | undefined {
  try {
    return readFileSync(stamp, 'utf8')
  } catch {
    return undefined
  }
}

if (import.meta.main) generatePrismaClient()

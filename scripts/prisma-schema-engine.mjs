#!/usr/bin/env node
/**
 * Prisma's native schema engine is a binary that Prisma downloads. This program stands in for it where that host cannot
 * be reached: it takes the same arguments, speaks the same JSON-RPC over standard input and output, and lets Prisma's own
 * WebAssembly build of the engine do the work through the `pg` driver. Same migration files, same `_prisma_migrations`
 * table and checksums. `PRISMA_SCHEMA_ENGINE_BINARY` points at it (see prisma.config.ts).
 *
 *   prisma-schema-engine.mjs [--datamodels FILE]... [--datasource JSON] [cli can-connect-to-database | --version]
 *
 * Plain JavaScript: the Prisma command runs it as an executable.
 */
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'

const throwAwayDatabase = 'memory://'
const charOid = 18
const textOid = 25
const characterColumnType = 6

process.removeAllListeners('warning')
const options = readArguments(process.argv.slice(2))
const engineModule = await loadEngine()
const closers = []

if (options.version) {
  console.log(`schema-engine-wasm ${engineModule.version()}`)
} else if (options.command) {
  process.exitCode = await checkConnection()
  await closeAll()
} else {
  serve()
}

function readArguments(args) {
  const valuesOf = (name) => args.flatMap((arg, index) => (arg === name ? [args[index + 1]] : []))
  const commandAt = args.indexOf('cli')
  return {
    version: args.includes('--version') || args.includes('-V'),
    command: commandAt < 0 ? undefined : args[commandAt + 1],
    datamodels: valuesOf('--datamodels').map((file) => [file, readFileSync(file, 'utf8')]),
    url: JSON.parse(valuesOf('--datasource')[0] ?? '{}').url || throwAwayDatabase,
  }
}

/** The package expects a bundler to link its .wasm file; here that is done by hand. */
async function loadEngine() {
  const bindings = await import('@prisma/schema-engine-wasm/schema_engine_bg')
  const entry = fileURLToPath(import.meta.resolve('@prisma/schema-engine-wasm/schema_engine_bg'))
  const { instance } = await WebAssembly.instantiate(readFileSync(entry.replace(/\.js$/, '.wasm')), { './schema_engine_bg.js': bindings })
  bindings.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
  return bindings
}

/** One connection: the engine's advisory lock belongs to the connection that took it. */
async function openPool(url) {
  const { default: pg } = await import('pg')
  if (url !== throwAwayDatabase) {
    const pool = new pg.Pool({ connectionString: url, max: 1 })
    closers.push(() => pool.end())
    return pool
  }
  const { PGlite } = await import('@electric-sql/pglite')
  const { createPgConfig } = await import('@electric-sql/pglite/node-postgres')
  const database = await PGlite.create(throwAwayDatabase)
  closers.push(() => database.close())
  const { connection } = createPgConfig(database)
  const parse = connection.parse.bind(connection)
  // adapter-pg passes `types` as an object, PGlite expects a list or nothing
  connection.parse = (query) => parse(Array.isArray(query.types) ? query : { ...query, types: undefined })
  return new pg.Pool({ connection, max: 1 })
}

/** Prisma's adapter for `pg`, with three of its faults that only migrations meet (7.10) corrected. */
async function adapterFactory(url) {
  const { PrismaPg } = await import('@prisma/adapter-pg')
  const pool = await openPool(url)
  const factory = new PrismaPg(pool)
  const connect = factory.connect.bind(factory)
  factory.connect = async () => {
    const adapter = await connect()
    readCatalogueChars(adapter)
    // The stock version splits a script at every semicolon, which breaks functions; whole, it is one transaction as well.
    adapter.executeScript = async (script) => {
      try {
        await pool.query(script)
      } catch (error) {
        adapter.onError(error)
      }
    }
    return adapter
  }
  // The stock shadow database IS the main one when a connection string was given.
  factory.connectToShadowDb = async () => (await adapterFactory(throwAwayDatabase)).connect()
  return factory
}

/** The stock adapter refuses the catalogue's type "char", which the engine reads when it describes a schema. */
function readCatalogueChars(adapter) {
  const perform = adapter.performIO.bind(adapter)
  const { queryRaw } = Object.getPrototypeOf(Object.getPrototypeOf(adapter))
  adapter.queryRaw = async (query) => {
    const reply = await perform(query)
    const chars = reply.fields.flatMap((field, index) => (field.dataTypeID === charOid ? [index] : []))
    for (const index of chars) reply.fields[index].dataTypeID = textOid
    const result = await queryRaw.call({ performIO: async () => reply, pgOptions: adapter.pgOptions }, query)
    for (const index of chars) result.columnTypes[index] = characterColumnType
    return result
  }
}

/** Exit code of `cli can-connect-to-database`; the Prisma command reads the log lines on standard error. */
async function checkConnection() {
  try {
    if (options.command !== 'can-connect-to-database') throw new Error(`${options.command} is not supported here`)
    const adapter = await (await adapterFactory(options.url)).connect()
    await adapter.queryRaw({ sql: 'SELECT 1', args: [], argTypes: [] })
    log('INFO', { message: 'Connection successful' })
    return 0
  } catch (error) {
    const cause = error.cause ?? error
    const code = cause.kind === 'DatabaseDoesNotExist' ? 'P1003' : 'P1001'
    log('ERROR', { message: `Can't reach database: ${cause.kind ?? cause.message}`, error_code: code, is_panic: false })
    return 1
  }
}

function log(level, fields) {
  console.error(JSON.stringify({ timestamp: new Date().toISOString(), level, fields, target: 'schema_engine::logger' }))
}

/** Answers requests one after the other until standard input ends. */
function serve() {
  let engine
  const startEngine = async () => {
    const factory = bindMigrationAwareSqlAdapterFactory(await adapterFactory(options.url))
    return engineModule.SchemaEngine.new({ datamodels: options.datamodels.length ? options.datamodels : undefined }, () => {}, factory)
  }
  const answer = async ({ id, method, params }) => {
    try {
      engine ??= startEngine()
      const result = await (await engine)[method === 'getDatabaseVersion' ? 'version' : method](params)
      if (method === 'diff' && result.stdout != null) {
        send({ id: 0, method: 'print', params: { content: result.stdout } })
        result.stdout = null
      }
      send({ id, result: result ?? null })
    } catch (error) {
      const data = { is_panic: false, message: String(error.message ?? error), meta: error.meta ?? null, error_code: error.code ?? null }
      send({ id, error: { code: 4466, message: 'An error happened. Check the data field for details.', data } })
    }
  }
  let queue = Promise.resolve()
  const lines = createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })
  lines.on('line', (line) => {
    if (line.trim()) queue = queue.then(() => answer(JSON.parse(line)))
  })
  lines.on('close', () => queue.then(closeAll))
}

function send(message) {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
}

async function closeAll() {
  await Promise.allSettled(closers.reverse().map((close) => close()))
  process.exit()
}

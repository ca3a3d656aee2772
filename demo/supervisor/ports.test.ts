import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { freePort, holdPort, releasePort } from './ports.ts'

test('a port that is taken is replaced by another', async () => {
  const server = createServer()
  const taken = await freePort()
  await new Promise<void>((resolve) => server.listen({ port: taken, host: '127.0.0.1' }, resolve))
  expect(await freePort(taken)).not.toBe(taken)
  await new Promise((resolve) => server.close(resolve))
})

test('a held port is nobody else’s until it is let go', async () => {
  const port = await holdPort()
  expect(await freePort(port)).not.toBe(port)
  expect(await holdPort(port)).toBe(port)
  await releasePort(port)
  expect(await freePort(port)).toBe(port)
})

/** Keeps what the provider must remember (sessions, grants, refresh tokens) in one file, so that a restart signs nobody out. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Adapter, AdapterPayload } from 'oidc-provider'

interface Entry {
  payload: AdapterPayload
  /** Milliseconds since 1970. */
  expiresAt: number
}

const forever = Number.MAX_SAFE_INTEGER

/** A factory of oidc-provider adapters over one file. Every change is on disk before it is acknowledged. */
export function stateFileAdapter(file: string): (model: string) => Adapter {
  const entries = new Map(readEntries(file))
  const save = (): void => {
    for (const [key, entry] of entries) if (entry.expiresAt < Date.now()) entries.delete(key)
    writeFileSync(`${file}.new`, JSON.stringify([...entries]), { mode: 0o600 })
    renameSync(`${file}.new`, file)
  }
  const live = (key: string): AdapterPayload | undefined => {
    const entry = entries.get(key)
    return entry && entry.expiresAt > Date.now() ? entry.payload : undefined
  }
  return (model) => {
    const key = (id: string): string => `${model}:${id}`
    const findWhere = (field: 'uid' | 'userCode', value: string): AdapterPayload | undefined => {
      for (const name of entries.keys()) {
        const payload = name.startsWith(key('')) ? live(name) : undefined
        if (payload?.[field] === value) return payload
      }
      return undefined
    }
    return {
      upsert: async (id, payload, expiresIn) => {
        entries.set(key(id), { payload, expiresAt: expiresIn ? Date.now() + expiresIn * 1000 : forever })
        save()
      },
      find: async (id) => live(key(id)),
      findByUid: async (uid) => findWhere('uid', uid),
      findByUserCode: async (userCode) => findWhere('userCode', userCode),
      consume: async (id) => {
        const payload = live(key(id))
        if (payload) payload.consumed = Math.floor(Date.now() / 1000)
        save()
      },
      destroy: async (id) => {
        entries.delete(key(id))
        save()
      },
      revokeByGrantId: async (grantId) => {
        for (const [name, { payload }] of entries) if (payload.grantId === grantId) entries.delete(name)
        save()
      },
    }
  }
}

function readEntries(file: string): [string, Entry][] {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return [] // the first start, or a file cut short: people sign in again
  }
}

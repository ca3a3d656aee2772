/**
 * What GitHub keeps beside git: pull requests, comments, checks, statuses, labels, tokens and webhook deliveries, in one SQLite file.
 * Every statement is its own transaction unless `atomically` is used; the file survives `kill -9` (write-ahead log).
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import type { ZodType } from 'zod'

const tables = `
CREATE TABLE IF NOT EXISTS account (id INTEGER PRIMARY KEY AUTOINCREMENT, login TEXT NOT NULL UNIQUE, type TEXT NOT NULL, name TEXT, email TEXT);
CREATE TABLE IF NOT EXISTS repository (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS known_branch (repository TEXT NOT NULL, branch TEXT NOT NULL, sha TEXT NOT NULL, PRIMARY KEY (repository, branch));
CREATE TABLE IF NOT EXISTS pull (
  id INTEGER PRIMARY KEY AUTOINCREMENT, repository TEXT NOT NULL, number INTEGER NOT NULL, title TEXT NOT NULL, body TEXT, author TEXT NOT NULL,
  head TEXT NOT NULL, base TEXT NOT NULL, head_sha TEXT NOT NULL, base_sha TEXT NOT NULL, state TEXT NOT NULL, draft INTEGER NOT NULL,
  merged_at INTEGER, merged_by TEXT, merge_sha TEXT, closed_at INTEGER, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  UNIQUE (repository, number));
CREATE UNIQUE INDEX IF NOT EXISTS one_open_pull ON pull (repository, head, base) WHERE state = 'open';
CREATE TABLE IF NOT EXISTS comment (
  id INTEGER PRIMARY KEY AUTOINCREMENT, repository TEXT NOT NULL, number INTEGER NOT NULL, author TEXT NOT NULL, body TEXT NOT NULL,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS label (
  id INTEGER PRIMARY KEY AUTOINCREMENT, repository TEXT NOT NULL, name TEXT NOT NULL, color TEXT NOT NULL, description TEXT NOT NULL, UNIQUE (repository, name));
CREATE TABLE IF NOT EXISTS pull_label (pull INTEGER NOT NULL, label INTEGER NOT NULL, PRIMARY KEY (pull, label));
CREATE TABLE IF NOT EXISTS check_run (
  id INTEGER PRIMARY KEY AUTOINCREMENT, repository TEXT NOT NULL, head_sha TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL, conclusion TEXT,
  details_url TEXT, external_id TEXT, started_at TEXT, completed_at TEXT, title TEXT, summary TEXT, text TEXT);
CREATE INDEX IF NOT EXISTS check_run_commit ON check_run (repository, head_sha);
CREATE TABLE IF NOT EXISTS status (
  id INTEGER PRIMARY KEY AUTOINCREMENT, repository TEXT NOT NULL, sha TEXT NOT NULL, state TEXT NOT NULL, context TEXT NOT NULL,
  description TEXT, target_url TEXT, creator TEXT NOT NULL, created_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS token (
  hash TEXT PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, permissions TEXT NOT NULL, repositories TEXT, expires_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS oauth_code (
  hash TEXT PRIMARY KEY, login TEXT NOT NULL, redirect_uri TEXT NOT NULL, challenge TEXT, expires_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS delivery (
  id TEXT PRIMARY KEY, hook INTEGER NOT NULL, event TEXT NOT NULL, action TEXT, body TEXT NOT NULL, attempts INTEGER NOT NULL,
  next_at INTEGER, delivered_at INTEGER, last_status INTEGER, last_error TEXT, created_at INTEGER NOT NULL);
`

type Values = Record<string, SQLInputValue>

export interface Store {
  /** Rows read through a schema: the database is a border like any other. */
  all<T>(schema: ZodType<T>, sql: string, values?: Values): T[]
  one<T>(schema: ZodType<T>, sql: string, values?: Values): T | undefined
  /** Changes rows; the id of an inserted row and how many rows changed. */
  run(sql: string, values?: Values): { id: number; changes: number }
  /** All of the work or none of it. The work must not wait for anything. */
  atomically<T>(work: () => T): T
  close(): void
}

/** Opens (and makes) the state file in a folder. */
export function openStore(directory: string): Store {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const database = new DatabaseSync(join(directory, 'state.sqlite'))
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000')
  database.exec(tables)
  const prepared = new Map<string, ReturnType<DatabaseSync['prepare']>>()
  const statement = (sql: string) => {
    const known = prepared.get(sql)
    if (known) return known
    const made = database.prepare(sql)
    prepared.set(sql, made)
    return made
  }
  return {
    all: (schema, sql, values = {}) =>
      statement(sql)
        .all(values)
        .map((row) => schema.parse(row)),
    one: (schema, sql, values = {}) => {
      const row = statement(sql).get(values)
      return row === undefined ? undefined : schema.parse(row)
    },
    run: (sql, values = {}) => {
      const result = statement(sql).run(values)
      return { id: Number(result.lastInsertRowid), changes: Number(result.changes) }
    },
    atomically: (work) => {
      database.exec('BEGIN IMMEDIATE')
      try {
        const result = work()
        database.exec('COMMIT')
        return result
      } catch (error) {
        database.exec('ROLLBACK')
        throw error
      }
    },
    close: () => database.close(),
  }
}

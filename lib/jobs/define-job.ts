/**
 * Jobs: side effects that must happen, once, whatever is killed. A job is a row (pg-boss) written in the transaction that wants it; a
 * worker takes it, keeps a heartbeat while it works and deletes the claim when done. A worker that dies stops the heartbeat and another
 * takes the job over within about fifteen seconds, so a handler runs at least once and must find what an earlier run has done already.
 */
import type { z } from 'zod'

export interface JobContext {
  /** Aborted when the worker stops or the job takes too long. */
  signal: AbortSignal
  /** 0 for the first attempt. */
  attempt: number
  /** No attempt follows this one. */
  last: boolean
}

export interface JobOptions {
  /** How many times a failed job is tried again. Each wait is about double the one before. */
  retries: number
  /** The first wait, in seconds. */
  retryAfterSeconds: number
  /** The longest wait, in seconds. */
  retryAtMostSeconds: number
  /** An attempt that takes longer is given up, in seconds. */
  expireSeconds: number
  /** How many run at a time in one worker. */
  concurrency: number
  /**
   * For jobs with the same key. `one`: no second while one waits or runs. `one-waiting`: one may wait while another runs, for jobs
   * that look at the newest state and must look again when it changed meanwhile.
   */
  same: 'one' | 'one-waiting'
  /** Runs by itself at these times (cron, UTC) with empty data. */
  schedule: string | undefined
}

export interface Job<Data extends object> {
  name: string
  data: z.ZodType<Data>
  handle: (data: Data, context: JobContext) => Promise<void>
  options: JobOptions
}

const defaults: JobOptions = {
  retries: 12,
  retryAfterSeconds: 2,
  retryAtMostSeconds: 300,
  expireSeconds: 120,
  concurrency: 2,
  same: 'one',
  schedule: undefined,
}

/** Declares a job. `name` is kept in the database: do not rename one that may be waiting. */
export function defineJob<Data extends object>(
  name: string,
  data: z.ZodType<Data>,
  handle: (data: Data, context: JobContext) => Promise<void>,
  options: Partial<JobOptions> = {},
): Job<Data> {
  return { name, data, handle, options: { ...defaults, ...options } }
}

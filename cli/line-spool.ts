/** Lines kept on disk between two passes, so that the memory of a command does not grow with its input. */
import { closeSync, createReadStream, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const batchLength = 1_000_000

export class LineSpool {
  readonly #folder = mkdtempSync(join(tmpdir(), 'corbel-'))
  readonly #path = join(this.#folder, 'lines')
  readonly #file = openSync(this.#path, 'wx', 0o600)
  #batch: string[] = []
  #length = 0

  /** Adds one line; it holds no line break. */
  add(line: string): void {
    this.#batch.push(line, '\n')
    this.#length += line.length
    if (this.#length > batchLength) this.#write()
  }

  /** The lines in their order. Nothing can be added after. */
  async *lines(): AsyncIterable<string> {
    this.#write()
    yield* createInterface({ input: createReadStream(this.#path), crlfDelay: Number.POSITIVE_INFINITY })
  }

  /** Removes the file. */
  remove(): void {
    closeSync(this.#file)
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #write(): void {
    if (this.#batch.length > 0) writeSync(this.#file, this.#batch.join(''))
    this.#batch = []
    this.#length = 0
  }
}

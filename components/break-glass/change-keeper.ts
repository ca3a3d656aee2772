/**
 * Keeps what is typed into a change on the server: 700 ms after a pause, at once when the person goes on. A save names
 * the revision it is based on, so two tabs never overwrite each other in silence: where this tab has nothing unsaved it
 * follows the other one, else the person chooses. Without an answer it tries again; the text stands in the editor all the while.
 */
import { ApiProblem } from '#components/data/api-problem.ts'
import type { ChangeEditor } from '#lib/break-glass/contract.ts'

/** The part of an editor's document that is needed here. */
interface KeptDocument {
  state: () => { text: string; broken: string | undefined }
  subscribe: (listener: () => void) => () => void
  settle: () => void
  replace: (text: string, from: 'outside') => void
}

/** Where the text is kept. Both throw ApiProblem. */
export interface ChangeServer {
  /** Throws the code `conflict` when the revision is not the newest. */
  save: (text: string, revision: number) => Promise<ChangeEditor>
  read: () => Promise<ChangeEditor>
}

type ChangeKeeping =
  | { state: 'kept' }
  | { state: 'typing' }
  | { state: 'saving' }
  /** The other tab changed it too; `theirs` is what the server has. */
  | { state: 'conflict'; theirs: ChangeEditor }
  /** No answer, or a refusal: the sentence. */
  | { state: 'failed'; message: string; again: boolean }

const saveAfter = 700
const tryAgainAfter = 4000

export class ChangeKeeper {
  #keeping: ChangeKeeping = { state: 'kept' }
  #revision: number
  #saved: string
  #timer: ReturnType<typeof setTimeout> | undefined
  #under: Promise<boolean> | undefined
  readonly #store: KeptDocument
  readonly #server: ChangeServer
  readonly #listeners = new Set<() => void>()
  readonly #onSaved: (editor: ChangeEditor) => void

  constructor(store: KeptDocument, editor: ChangeEditor, server: ChangeServer, onSaved: (editor: ChangeEditor) => void) {
    this.#store = store
    this.#server = server
    this.#revision = editor.change.revision
    this.#saved = editor.text
    this.#onSaved = onSaved
  }

  readonly keeping = (): ChangeKeeping => this.#keeping
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Begins to follow the document; what it gives ends that. */
  start(): () => void {
    const stop = this.#store.subscribe(() => this.#follow())
    const leave = () => void this.save()
    window.addEventListener('pagehide', leave)
    window.addEventListener('blur', leave)
    return () => {
      stop()
      clearTimeout(this.#timer)
      window.removeEventListener('pagehide', leave)
      window.removeEventListener('blur', leave)
    }
  }

  /** Saves what is typed, if it is not saved yet. Gives whether the server has it. */
  async save(): Promise<boolean> {
    clearTimeout(this.#timer)
    if (this.#under) await this.#under
    this.#store.settle()
    if (this.#keeping.state === 'conflict') return false
    if (this.#store.state().text === this.#saved) return true
    this.#under = this.#send()
    try {
      return await this.#under
    } finally {
      this.#under = undefined
    }
  }

  /** What the server has now, asked for or told by another answer. */
  hear(editor: ChangeEditor): void {
    if (editor.change.revision <= this.#revision || this.#under || this.#keeping.state === 'conflict') return
    const { text } = this.#store.state()
    if (editor.text === text || editor.text === this.#saved) {
      this.#revision = editor.change.revision
      this.#saved = editor.text
    } else if (text === this.#saved) this.#take(editor)
    else this.#tell({ state: 'conflict', theirs: editor })
  }

  /** Ends a conflict with one of the two texts. */
  choose(whose: 'mine' | 'theirs'): void {
    if (this.#keeping.state !== 'conflict') return
    const { theirs } = this.#keeping
    if (whose === 'theirs') {
      this.#take(theirs)
      return
    }
    this.#revision = theirs.change.revision
    this.#saved = theirs.text
    this.#tell({ state: 'typing' })
    void this.save()
  }

  #take(editor: ChangeEditor): void {
    this.#revision = editor.change.revision
    this.#saved = editor.text
    this.#store.replace(editor.text, 'outside')
    this.#tell({ state: 'kept' })
  }

  #follow(): void {
    if (this.#keeping.state === 'conflict') return
    clearTimeout(this.#timer)
    const isSaved = this.#store.state().text === this.#saved
    this.#tell({ state: isSaved ? 'kept' : 'typing' })
    if (isSaved) return
    this.#timer = setTimeout(() => void this.save(), saveAfter)
  }

  async #send(): Promise<boolean> {
    const { text, broken } = this.#store.state()
    // what cannot be read is kept in the editor; the server takes manifests only
    if (broken !== undefined) return false
    this.#tell({ state: 'saving' })
    try {
      const editor = await this.#server.save(text, this.#revision)
      this.#revision = editor.change.revision
      this.#saved = text
      this.#onSaved(editor)
      const same = this.#store.state().text === text
      this.#tell({ state: same ? 'kept' : 'typing' })
      if (!same) this.#timer = setTimeout(() => void this.save(), saveAfter)
      return same
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      if (error.code === 'conflict') return this.#meet(error)
      const again = error.code === 'unreachable' || error.code === 'unavailable' || error.code === 'rate-limited'
      this.#tell({ state: 'failed', message: error.detail, again })
      if (again) this.#timer = setTimeout(() => void this.save(), tryAgainAfter)
      return false
    }
  }

  /** A save was refused for another one before it: looks at that one. */
  async #meet(refused: ApiProblem): Promise<boolean> {
    const theirs = await this.#server.read().catch(() => null)
    if (!theirs || theirs.change.revision === this.#revision) {
      this.#tell({ state: 'failed', message: refused.detail, again: false })
      return false
    }
    if (theirs.text === this.#store.state().text) {
      this.#revision = theirs.change.revision
      this.#saved = theirs.text
      this.#tell({ state: 'kept' })
      return true
    }
    this.#tell({ state: 'conflict', theirs })
    return false
  }

  #tell(keeping: ChangeKeeping): void {
    this.#keeping = keeping
    for (const listener of this.#listeners) listener()
  }
}

/**
 * Keeps what a person types. Every change is put into this tab's session storage at once (a long text within a
 * quarter of a second, or when the page goes away), and on the server one second after a pause, when the window loses the focus and when the page goes away. The server knows drafts by revision: a
 * save names the one it is based on, so two tabs never overwrite each other in silence.
 *
 * What happens when a step fails: the tab dies before the save: session storage has the text when it comes back. It dies before the
 * answer: session storage has what was sent as well, which is not taken for another tab's then. The server does not answer: the tab
 * keeps the text and tries every 5 s. Signed out: the same, and the person is told; the page is not left. Another tab saved: this one
 * keeps its text and asks the person. Session storage full or forbidden: the server still has it.
 */
import { apiPaths } from '#components/data/api-paths.ts'
import { ApiProblem } from '#components/data/api-problem.ts'
import { fetchJson } from '#components/data/fetch-json.ts'
import type { Draft } from '#lib/proposals/contract.ts'
import { afterFailedSave, type Keeping, type KeptText, readKept, trySavingAgain } from './draft-rules.ts'
import type { ManifestStore } from './manifest-store.ts'

const saveAfter = 1000
/** Longer texts are put into session storage after this pause, in milliseconds, and when the page goes away: writing one takes longer than a key. */
const keepInTabAfter = 250
const keptAtOnce = 8_000

export interface DraftAddress {
  key: string
  /** Whose draft it is: two people at one browser never see each other's. */
  username: string
}

const storageKey = ({ key, username }: DraftAddress) => `corbel.draft ${username} ${key}`

/** What this tab kept of a draft that the server may not have. */
export function keptInTab(address: DraftAddress): KeptText | null {
  try {
    return readKept(sessionStorage.getItem(storageKey(address)))
  } catch {
    return null // session storage is forbidden: there is nothing kept then
  }
}

/** Leaves a text for the editor of a draft that is opened next in this tab; where there is a draft already, it asks. */
export function leaveInTab(address: DraftAddress, text: string): void {
  const kept: KeptText = { text, revision: null, baseBlob: null }
  try {
    sessionStorage.setItem(storageKey(address), JSON.stringify(kept))
  } catch {
    // Full or forbidden: the editor opens with an empty manifest, and the answers are kept where they are.
  }
}

export class DraftKeeper {
  #keeping: Keeping
  readonly #listeners = new Set<() => void>()
  readonly #store: ManifestStore
  readonly #address: DraftAddress
  readonly #title: () => string
  #baseBlob: string | null
  #revision: number | null
  /** The text the server has, or the one nobody has changed yet. */
  #saved: string
  /** What is on its way to the server, or was when no answer came. */
  #sent: string | undefined
  /** The save whose answer is waited for. */
  #under: Promise<void> | undefined
  #held = false
  #ended = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #tabTimer: ReturnType<typeof setTimeout> | undefined

  constructor(
    store: ManifestStore,
    options: {
      address: DraftAddress
      title: () => string
      saved: string
      draft: Draft | null
      baseBlob: string | null
      conflict: Draft | null
      /** What this tab sent before it was left, where nobody knows whether it arrived. */
      sent?: string | undefined
    },
  ) {
    this.#store = store
    this.#address = options.address
    this.#title = options.title
    this.#saved = options.saved
    this.#revision = options.draft?.revision ?? null
    this.#baseBlob = options.baseBlob
    this.#sent = options.sent
    this.#keeping = options.conflict
      ? { state: 'conflict', other: options.conflict }
      : { state: 'kept', at: options.draft ? Date.parse(options.draft.updatedAt) : null }
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly keeping = (): Keeping => this.#keeping

  /** Begins to follow the document; what it gives ends that, and saves what is left. */
  start(): () => void {
    const stop = this.#store.subscribe(() => this.#changed())
    const leave = () => {
      if (document.visibilityState === 'hidden') goAway()
    }
    const goAway = () => {
      if (this.#tabTimer !== undefined) this.#keepInTab()
      void this.save(true)
    }
    const lookAgain = () => {
      if (trySavingAgain(this.#keeping) !== undefined) void this.save()
    }
    document.addEventListener('visibilitychange', leave)
    window.addEventListener('pagehide', goAway)
    window.addEventListener('blur', goAway)
    window.addEventListener('focus', lookAgain)
    window.addEventListener('online', lookAgain)
    this.#changed()
    return () => {
      stop()
      document.removeEventListener('visibilitychange', leave)
      window.removeEventListener('pagehide', goAway)
      window.removeEventListener('blur', goAway)
      window.removeEventListener('focus', lookAgain)
      window.removeEventListener('online', lookAgain)
      goAway()
      clearTimeout(this.#timer)
    }
  }

  /** The version in Git the text is now based on. */
  rebase(baseBlob: string): void {
    this.#baseBlob = baseBlob
    if (this.#revision !== null) this.#saved = '' // the same text on another base is a change to save
    this.#changed()
  }

  /** In a conflict: saves this tab's text on top of the other one. */
  async keepMine(): Promise<void> {
    if (this.#keeping.state !== 'conflict') return
    this.#revision = this.#keeping.other?.revision ?? null
    this.#saved = this.#keeping.other?.content.text ?? ''
    this.#keepInTab() // chosen is chosen, also when the page goes away before the answer
    this.#tell({ state: 'typing' })
    await this.save()
  }

  /** In a conflict: takes the other tab's text. Gives the version in Git that it is based on. */
  takeOther(): string | null {
    if (this.#keeping.state !== 'conflict' || !this.#keeping.other) return this.#baseBlob
    const { other } = this.#keeping
    this.#baseBlob = other.content.baseBlob ?? this.#baseBlob
    this.#revision = other.revision
    this.#saved = other.content.text
    this.#tell({ state: 'kept', at: Date.parse(other.updatedAt) })
    this.#store.replace(other.content.text, 'outside')
    this.#forget()
    return this.#baseBlob
  }

  /** The text was sent, or is to be thrown away: nothing is saved from here on. Deletes the draft unless the server did. */
  async end(options: { deleteOnServer: boolean }): Promise<void> {
    this.#ended = true
    clearTimeout(this.#timer)
    this.#forget()
    // else the save under way would bring back what is being deleted
    if (options.deleteOnServer) await this.#under?.catch(() => undefined)
    if (options.deleteOnServer && (this.#revision !== null || this.#sent !== undefined))
      await fetchJson<void>(apiPaths.draft(this.#address.key), { method: 'DELETE', stay: true })
    this.#revision = null
    this.#sent = undefined
  }

  /**
   * Waits for the save under way and begins no other, until what it gives is called: for as long as the server takes the draft away with
   * something else. Leaving the page saves all the same.
   */
  async hold(): Promise<() => void> {
    this.#held = true
    clearTimeout(this.#timer)
    await this.#under?.catch(() => undefined)
    return () => {
      this.#held = false
      this.#changed()
    }
  }

  /** After `end`: follows the document again, with `text` as what nobody has changed. */
  begin(text: string, baseBlob: string | null): void {
    this.#ended = false
    this.#saved = text
    this.#baseBlob = baseBlob
    this.#tell({ state: 'kept', at: null })
    this.#changed() // somebody may have typed since that text
  }

  /** Saves now if there is something to save. `leaving`: the page may go away before the answer. */
  async save(leaving = false): Promise<void> {
    clearTimeout(this.#timer)
    const { text } = this.#store.state()
    if (this.#ended || this.#under || this.#keeping.state === 'conflict' || text === this.#saved) return
    if (this.#held && !leaving) return
    this.#under = this.#put(text, leaving)
    try {
      await this.#under
    } finally {
      this.#under = undefined
    }
    if (this.#ended) return
    if (this.#store.state().text !== this.#saved && this.keeping().state !== 'conflict') this.#schedule()
  }

  async #put(text: string, leaving: boolean): Promise<void> {
    const sentBefore = this.#sent
    this.#sent = text
    this.#keepInTab()
    if (!leaving) this.#tell({ state: 'saving' })
    try {
      const draft = await this.#send(text, leaving)
      this.#revision = draft.revision
      this.#saved = text
      if (this.#store.state().text === text) {
        this.#forget()
        this.#tell({ state: 'kept', at: Date.now() })
      } else this.#keepInTab()
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      const other = otherDraft(error)
      if (error.code === 'conflict' && other && (other.content.text === text || other.content.text === sentBefore)) {
        // The other tab is this one: an earlier save arrived, only its answer was lost.
        this.#revision = other.revision
        this.#saved = other.content.text
        this.#tell(other.content.text === this.#store.state().text ? { state: 'kept', at: Date.now() } : { state: 'typing' })
      } else this.#tell(afterFailedSave(error.code, error.detail, other))
    }
  }

  async #send(text: string, keepalive: boolean): Promise<Draft> {
    const body = { title: this.#title(), content: { text, baseBlob: this.#baseBlob }, baseRevision: this.#revision }
    // Browsers refuse to keep large requests alive (64 KiB over all of them); those go as usual.
    return fetchJson<Draft>(apiPaths.draft(this.#address.key), {
      method: 'PUT',
      body,
      stay: true,
      keepalive: keepalive && JSON.stringify(body).length < 50_000,
    })
  }

  #changed(): void {
    if (this.#ended) return
    const { text } = this.#store.state()
    if (text === this.#saved) {
      if (this.#keeping.state === 'typing') this.#tell({ state: 'kept', at: null })
      return
    }
    if (text.length <= keptAtOnce) this.#keepInTab()
    else this.#tabTimer ??= setTimeout(() => this.#keepInTab(), keepInTabAfter)
    if (this.#keeping.state === 'conflict') return
    if (this.#keeping.state === 'kept') this.#tell({ state: 'typing' })
    this.#schedule()
  }

  #keepInTab(): void {
    clearTimeout(this.#tabTimer)
    this.#tabTimer = undefined
    const { text } = this.#store.state()
    if (this.#ended || text === this.#saved) return
    try {
      const kept: KeptText = { text, revision: this.#revision, baseBlob: this.#baseBlob, sent: this.#sent }
      sessionStorage.setItem(storageKey(this.#address), JSON.stringify(kept))
    } catch {
      // Full or forbidden: the server's copy is the one that counts, and its failure is shown.
    }
  }

  #schedule(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.save(), trySavingAgain(this.#keeping) ?? saveAfter)
  }

  #forget(): void {
    clearTimeout(this.#tabTimer)
    this.#tabTimer = undefined
    try {
      sessionStorage.removeItem(storageKey(this.#address))
    } catch {
      // forbidden: there is nothing to forget then
    }
  }

  #tell(keeping: Keeping): void {
    this.#keeping = keeping
    for (const listener of this.#listeners) listener()
  }
}

function otherDraft(problem: ApiProblem): Draft | null {
  const details = problem.body.details
  if (typeof details !== 'object' || details === null || !('draft' in details)) return null
  return (details.draft ?? null) as Draft | null // the route's conflict carries a Draft or null: lib/drafts/drafts.ts
}

'use client'

import { createContext, type ReactNode, useCallback, useContext, useMemo, useSyncExternalStore } from 'react'
import type { Complaints, ManifestStore } from '#components/create/manifest-store.ts'
import { useFocusWhenAsked } from '#components/forms/focus-when-asked.ts'
import type { FormView } from '#components/forms/form-view.ts'
import { type SaidHere, saidHere } from '#components/forms/said-here.ts'
import { shapeOf } from '#components/forms/shape-of.ts'
import type { KindHints } from '#lib/blueprint/kind-hints.ts'
import { type Json, type JsonPath, valueAt } from '#lib/json.ts'
import type { ProposalDetail } from '#lib/proposals/contract.ts'
import type { CompiledKind, FieldNode } from '#lib/schema/field-tree.ts'

/** Everything a field editor needs besides its node and path. The same object for the life of a form. */
export interface FormModel {
  kind: CompiledKind
  store: ManifestStore
  view: FormView
  /** The resource exists: its immutable fields are locked. */
  exists: boolean
  /** Why the name cannot be changed although the resource does not exist. */
  nameLock?: string
  cluster: string
  namespace: string
  /** What the open proposal changes to whose branch this is added; empty without one. */
  proposal: ProposalDetail['resources']
}

const Context = createContext<FormModel | null>(null)
const Hints = createContext<KindHints | undefined>(undefined)

export function FormProvider({ model, children }: { model: FormModel; children: ReactNode }) {
  useFocusWhenAsked(model.view)
  return <Context value={model}>{children}</Context>
}

/** Gives the fields inside what the company says about them. */
export const FormHints = Hints.Provider

/** What the company says about the kind's fields, once it is known. */
export const useHints = (): KindHints | undefined => useContext(Hints)

export function useForm(): FormModel {
  const model = useContext(Context)
  if (!model) throw new Error('a field editor stands outside of a form')
  return model
}

/** The value of one field; the component renders again when it changes, and only then. `undefined` is unset. */
export function useValue(path: JsonPath): Json | undefined {
  const { store } = useForm()
  const subscribe = useCallback((listener: () => void) => store.subscribeAt(path, listener), [store, path])
  const read = useCallback(() => valueAt(store.state().value, path), [store, path])
  return useSyncExternalStore(subscribe, read, read)
}

/** What is said of the value at a path; the component renders again only when that changes. */
export function useSaid<Said extends string | boolean>(path: JsonPath, say: (value: Json | undefined) => Said): Said {
  const { store } = useForm()
  const subscribe = useCallback((listener: () => void) => store.subscribeAt(path, listener), [store, path])
  const read = () => say(valueAt(store.state().value, path))
  return useSyncExternalStore(subscribe, read, read)
}

/**
 * The value of one field for what is drawn around it: of objects and lists the keys and the length may be read, and the
 * component renders again when those change. So a key in a deep field draws none of the sections it stands in.
 */
export function useShape(path: JsonPath): Json | undefined {
  const { store } = useForm()
  useSaid(path, shapeOf)
  return valueAt(store.state().value, path)
}

/**
 * The complaints that are said at a field: those at exactly its path, and with `inside` those below it too, where nothing else says
 * them.
 */
export function useSaidHere(path: JsonPath, inside: boolean): readonly SaidHere[] {
  const { store } = useForm()
  const subscribe = useCallback(
    (listener: () => void) => (inside ? store.subscribeComplaints(listener) : store.subscribeMessages(path, listener)),
    [store, path, inside],
  )
  const read = useCallback(
    () => (inside || store.messagesAt(path).length > 0 ? JSON.stringify(saidHere(store.complaints().all, path, inside)) : '[]'),
    [store, path, inside],
  )
  const said = useSyncExternalStore(subscribe, read, read)
  return useMemo((): SaidHere[] => JSON.parse(said), [said])
}

/** All complaints of the document. */
export function useComplaints(store: ManifestStore): Complaints {
  return useSyncExternalStore(store.subscribeComplaints, store.complaints, store.complaints)
}

/** How many complaints stand below a path, the path itself left out; `except`: and what is below that key of it. */
export function useProblemsInside(path: JsonPath, except?: string): number {
  const { store } = useForm()
  const read = useCallback(
    () =>
      store
        .complaints()
        .all.filter(
          ({ path: at }) => at.length > path.length && at[path.length] !== except && path.every((key, index) => at[index] === key),
        ).length,
    [store, path, except],
  )
  return useSyncExternalStore(store.subscribeComplaints, read, read)
}

/** Renders again when what the form shows at a path changes: its section opens or closes, fields directly in it are opened. */
export function useView(path: JsonPath): number {
  const { view } = useForm()
  const subscribe = useCallback((listener: () => void) => view.subscribeAt(path, listener), [view, path])
  const read = useCallback(() => view.versionAt(path), [view, path])
  return useSyncExternalStore(subscribe, read, read)
}

/** Whether the form is locked because the YAML cannot be read at the moment. */
export function useLocked(): boolean {
  const { store } = useForm()
  const subscribe = useCallback((listener: () => void) => store.subscribeLock(listener), [store])
  const read = useCallback(() => store.state().broken !== undefined, [store])
  return useSyncExternalStore(subscribe, read, read)
}

/** Why a field cannot be changed once the resource exists, or undefined. */
export function lockedReason(node: FieldNode, exists: boolean): string | undefined {
  if (!exists || !node.immutable) return undefined
  return node.immutable === 'schema'
    ? 'Cannot be changed after creation: the cluster refuses it. Delete the resource and create another one instead.'
    : 'Cannot be changed after creation, says the kind. Delete the resource and create another one instead.'
}

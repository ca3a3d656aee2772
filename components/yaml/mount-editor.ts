/**
 * The CodeMirror side of the YAML view, loaded only when the view is shown. It keeps two texts the same: what is typed
 * here goes to the store at once; what changes elsewhere (the form, a draft) arrives as the smallest change, so that
 * cursor, scroll, folds and the undo history stay.
 */
import { autocompletion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete'
import { indentWithTab } from '@codemirror/commands'
import { yaml } from '@codemirror/lang-yaml'
import { indentUnit } from '@codemirror/language'
import { type Action, lintGutter, setDiagnostics } from '@codemirror/lint'
import { search } from '@codemirror/search'
import { Annotation, EditorState, type Extension, Prec, StateEffect, StateField } from '@codemirror/state'
import { Decoration, type DecorationSet, drawSelection, EditorView, hoverTooltip, keymap } from '@codemirror/view'
import { basicSetup } from 'codemirror'
import { type ManifestStore, pathKey } from '#components/create/manifest-store.ts'
import type { FormView } from '#components/forms/form-view.ts'
import { type JsonPath, valueAt } from '#lib/json.ts'
import { pathAtOffset, rangeOf } from '#lib/manifest/locate.ts'
import { explainField } from '#lib/schema/explain-field.ts'
import type { CompiledKind } from '#lib/schema/field-tree.ts'
import { aboutField, completeYaml, type ReferencePlace, referencePlace } from './complete-yaml.ts'
import { documentField } from './document-fields.ts'
import { editorTheme } from './editor-theme.ts'
import { findProblems } from './find-problems.ts'
import type { FoundReference } from './found-references.ts'
import { type LineEnd, lineEndOf, toEditorOffset, toEditorText, toFileOffset, toFileText } from './line-ends.ts'
import { minimalChange } from './minimal-change.ts'

export interface EditorOptions {
  parent: HTMLElement
  store: ManifestStore
  /** Absent where there is no form beside the text. */
  view?: FormView | undefined
  /** Absent where the schema is not known: no completion and no help then. */
  kind?: CompiledKind | undefined
  /** What a reference may name; absent where nobody can be asked. */
  findReferences?: ((place: ReferencePlace, signal: AbortSignal) => Promise<FoundReference[]>) | undefined
  readOnly: boolean
  label: string
  /** The id of the element that says how to leave the editor by keyboard. */
  describedBy: string
  /** The field the cursor stands in, told after it rests; undefined outside of any. */
  onCursor: (path: JsonPath | undefined) => void
}

export interface MountedEditor {
  /** Puts the cursor at a line, counted from 1, and the focus into the editor. */
  goToLine: (line: number) => void
  /** Puts the cursor at a field, or what it would stand in, and the focus into the editor. */
  goToField: (path: JsonPath) => void
  destroy: () => void
}

const fromStore = Annotation.define<boolean>()
const light = StateEffect.define<{ from: number; to: number } | null>()
const litLine = Decoration.line({ class: 'cm-litLine' })
const litLines = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(lines, transaction) {
    let now = lines.map(transaction.changes)
    for (const effect of transaction.effects) {
      if (!effect.is(light)) continue
      const starts: number[] = []
      if (effect.value) {
        const { doc } = transaction.state
        const last = doc.lineAt(Math.min(effect.value.to, doc.length)).number
        for (let number = doc.lineAt(Math.min(effect.value.from, doc.length)).number; number <= last; number += 1)
          starts.push(doc.line(number).from)
      }
      now = Decoration.set(starts.map((start) => litLine.range(start)))
    }
    return now
  },
  provide: (field) => EditorView.decorations.from(field),
})

/** The words of the search panel. */
const phrases = {
  next: 'Next',
  previous: 'Previous',
  all: 'All',
  'match case': 'Match case',
  regexp: 'Pattern',
  'by word': 'Whole words',
  replace: 'Replace',
  'replace all': 'Replace all',
}

const restAfter = 150
/** Between two keys of the form that the text beside it follows, in milliseconds at least: keys may come faster than an editor draws. */
const followAgainAfter = 100

/** Makes an editor inside `parent`. It takes the page's nonce from the document, as its styles need one. */
export function mountEditor(options: EditorOptions): MountedEditor {
  const { store, view: form, kind } = options
  let end: LineEnd = lineEndOf(store.state().text)
  let shown = store.state().revision
  let resting: ReturnType<typeof setTimeout> | undefined
  let checking: ReturnType<typeof setTimeout> | undefined
  let lit: string | undefined
  let following = false
  let followedAt = -followAgainAfter
  let gone = false

  const tellCursor = (editor: EditorView) => {
    clearTimeout(resting)
    if (editor.hasFocus) resting = setTimeout(() => options.onCursor(pathUnder(editor)), restAfter)
  }
  const pathUnder = (editor: EditorView): JsonPath | undefined => {
    const path = pathAtOffset(
      store.state().text,
      store.document,
      toFileOffset(editor.state.doc.toString(), editor.state.selection.main.head, end),
    )
    return path.length > 0 ? path : undefined
  }
  const showInForm = (editor: EditorView): boolean => {
    const path = pathUnder(editor)
    // taken in any case: by itself the editor would add an empty line
    if (path && !store.state().broken) form?.reveal(path)
    return form !== undefined
  }
  const nonce = document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce

  const extensions: Extension[] = [
    ...(nonce ? [EditorView.cspNonce.of(nonce)] : []),
    // Lines are kept apart by \n alone: what stands beside them in a mixed file must not vanish.
    EditorState.lineSeparator.of('\n'),
    Prec.highest(keymap.of([{ key: 'Mod-Enter', run: showInForm }])),
    basicSetup,
    // A blinking cursor is an animation that never ends: the browser draws the whole page again in every frame for it.
    drawSelection({ cursorBlinkRate: 0 }),
    keymap.of([indentWithTab]),
    indentUnit.of('  '),
    EditorState.tabSize.of(2),
    yaml(),
    lintGutter(),
    search({ top: true }),
    EditorState.phrases.of(phrases),
    litLines,
    editorTheme,
    EditorState.readOnly.of(options.readOnly),
    EditorView.editable.of(!options.readOnly),
    EditorView.contentAttributes.of({
      'aria-label': options.label,
      'aria-describedby': options.describedBy,
      'aria-multiline': 'true',
      tabindex: '0',
      ...(options.readOnly ? { 'aria-readonly': 'true' } : {}),
    }),
    EditorView.domEventHandlers({ focus: () => take() }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged && !update.transactions.some((transaction) => transaction.annotation(fromStore))) {
        store.replace(toFileText(update.state.doc.toString(), end), 'yaml')
        shown = store.state().revision
      }
      if (update.selectionSet || update.docChanged || update.focusChanged) tellCursor(update.view)
    }),
    ...(kind
      ? [
          autocompletion({ override: [(context) => complete(context, kind, store, options.findReferences)], icons: false }),
          helpOnHover(kind, store, () => end),
        ]
      : []),
  ]
  const editor = new EditorView({
    parent: options.parent,
    state: EditorState.create({ doc: toEditorText(store.state().text, end), extensions }),
  })

  const check = () => {
    clearTimeout(checking)
    checking = setTimeout(() => {
      // after a rest: both read the whole text, and the lit lines move along with the text by themselves
      lightFocused(false)
      const { text, problems } = store.state()
      const limit = editor.state.doc.length
      const found = findProblems(text, store.document, problems, store.complaints().all).map(({ from, to, severity, message, quoted }) => ({
        from: Math.min(toEditorOffset(text, from, end), limit),
        to: Math.min(toEditorOffset(text, to, end), limit),
        severity,
        message,
        ...(quoted === undefined || options.readOnly ? {} : { actions: [quoteAction(quoted)] }),
      }))
      editor.dispatch(setDiagnostics(editor.state, found))
    }, restAfter)
  }
  const lightFocused = (scroll: boolean) => {
    take()
    const path = form?.focused()
    const { text, value, revision } = store.state()
    const key = path ? `${revision} ${pathKey(path)}` : undefined
    if (key === lit) return
    const moved = key?.split(' ')[1] !== lit?.split(' ')[1]
    lit = key
    const range = path && path.length > 0 && valueAt(value, path) !== undefined ? rangeOf(text, store.document, path) : undefined
    if (!range) return editor.dispatch({ effects: light.of(null) })
    const from = toEditorOffset(text, range.start, end)
    const to = toEditorOffset(text, text[range.end - 1] === '\n' ? range.end - 1 : range.end, end)
    const place = Math.min(from, editor.state.doc.length)
    editor.dispatch({
      effects: [
        light.of({ from: place, to }),
        ...(scroll && moved ? [EditorView.scrollIntoView(place, { y: 'nearest', yMargin: 40 })] : []),
      ],
    })
  }
  /** Puts the store's text into the editor, if another one stands there. */
  const take = () => {
    const { text, revision } = store.state()
    if (gone || revision === shown) return
    shown = revision
    if (lineEndOf(text) !== end && text.includes('\n')) end = lineEndOf(text)
    const changes = minimalChange(editor.state.doc.toString(), toEditorText(text, end))
    if (changes) editor.dispatch({ changes, annotations: fromStore.of(true) })
  }
  const follow = () => {
    // A key in the form is painted first; the text beside it follows right after. Who looks at places or types here takes it before.
    if (store.state().from !== 'form' || editor.hasFocus) take()
    else if (!following) {
      following = true
      requestAnimationFrame(() =>
        setTimeout(
          () => {
            following = false
            followedAt = performance.now()
            take()
          },
          followedAt + followAgainAfter - performance.now(),
        ),
      )
    }
    check()
  }
  const stopStore = store.subscribe(follow)
  const stopForm = form?.subscribe(() => lightFocused(!editor.hasFocus))
  check()
  lightFocused(true)

  const goTo = (at: number) => {
    take()
    editor.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'center' }) })
    editor.focus()
  }
  return {
    goToLine: (line) => {
      take()
      const { doc } = editor.state
      goTo(doc.line(Math.max(1, Math.min(line, doc.lines))).from)
    },
    goToField: (path) => {
      const { text } = store.state()
      const range = rangeOf(text, store.document, path)
      goTo(range ? Math.min(toEditorOffset(text, range.start, end), editor.state.doc.length) : 0)
    },
    destroy: () => {
      gone = true
      clearTimeout(resting)
      clearTimeout(checking)
      stopStore()
      stopForm?.()
      editor.destroy()
    },
  }
}

/** Puts quotes around a value that readers would take for something else than text. */
const quoteAction = (quoted: string): Action => ({
  name: `Write ${quoted}`,
  apply: (editor, from, to) => editor.dispatch({ changes: { from, to, insert: quoted } }),
})

/** Resources a reference may name, found while its name is typed. */
async function completeReference(
  context: CompletionContext,
  place: ReferencePlace,
  find: NonNullable<EditorOptions['findReferences']>,
): Promise<CompletionResult | null> {
  const ended = new AbortController()
  context.addEventListener('abort', () => ended.abort())
  const items = await find(place, ended.signal).catch(() => []) // without an answer a typed name is as good
  if (context.aborted || items.length === 0) return null
  return {
    from: place.from,
    options: items.map(({ label, detail, insert }, index) => ({ label, detail, apply: insert, type: 'variable', boost: -index })),
  }
}

function complete(
  context: CompletionContext,
  kind: CompiledKind,
  store: ManifestStore,
  find: EditorOptions['findReferences'],
): CompletionResult | null | Promise<CompletionResult | null> {
  const place = find ? referencePlace(kind, context.state.doc.toString(), store.document, context.pos) : null
  if (find && place) return completeReference(context, place, find)
  const found = completeYaml(kind, context.state.doc.toString(), store.document, context.pos)
  if (!found || found.items.length === 0) return null
  const typed = context.pos > found.from
  // Without a letter typed the list opens when asked for (Ctrl-Space), and by itself only for values.
  if (!typed && !context.explicit && found.items[0]?.type === 'key') return null
  return {
    from: found.from,
    validFor: /^[\w./-]*$/,
    options: found.items.map((item) => ({
      label: item.label,
      detail: item.detail,
      type: item.type === 'key' ? 'property' : 'constant',
      apply: item.insert,
      boost: item.required ? 10 : 0,
      ...(item.about ? { info: item.about } : {}),
    })),
  }
}

const helpOnHover = (kind: CompiledKind, store: ManifestStore, lineEnd: () => LineEnd) =>
  hoverTooltip((editor, position) => {
    const path = pathAtOffset(store.state().text, store.document, toFileOffset(editor.state.doc.toString(), position, lineEnd()))
    const node = path.length > 0 ? documentField(kind, path) : undefined
    const word = editor.state.wordAt(position)
    if (!node || !word) return null
    const about = aboutField(node)
    return {
      pos: word.from,
      end: word.to,
      create: () => {
        const dom = document.createElement('div')
        dom.className = 'cm-about'
        const title = document.createElement('strong')
        title.textContent = path.join('.')
        dom.append(title, [explainField(node), about].filter(Boolean).join('\n'))
        return { dom }
      },
    }
  })

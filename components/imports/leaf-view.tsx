'use client'

import { type KeyboardEvent, memo, type ReactNode, useCallback, useEffect, useId, useMemo, useRef, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { count, fieldPath } from '#components/ui/format.ts'
import type { ImportDetail, ImportLeaf } from '#lib/imports/contract.ts'
import { fateLooks, fates } from './import-words.ts'
import { type AssetLine, assetData, assetLines, leavesOf, linesAt, type ManifestLine, manifestLines } from './leaf-lines.ts'
import styles from './leaf-view.module.css'

/** What is looked at, on either side; the other side shows what belongs to it. */
type Looked = { side: 'asset'; at: number } | { side: 'manifest'; manifest: number; at: number } | null

/** Lines drawn before somebody asks for more. */
const drawnAtFirst = 800

/** An asset beside its manifests, leaf by leaf: hovering or moving through one side lights what belongs to it on the other. */
export function LeafView({ detail, head }: { detail: ImportDetail; head: (manifest: number) => ReactNode }) {
  const [looked, setLooked] = useState<Looked>(null)
  const [hidden, setHidden] = useState<ReadonlySet<ImportLeaf['fate']>>(new Set())
  const [all, setAll] = useState(false)
  const { asset, leaves, manifests } = detail
  const everyLine = useMemo(() => assetLines(assetData(asset), leaves), [asset, leaves])
  const lines = useMemo(
    () => (hidden.size === 0 ? everyLine : everyLine.filter(({ leaf, value }) => value !== null && !(leaf && hidden.has(leaf.fate)))),
    [everyLine, hidden],
  )
  const drawn = all ? lines : lines.slice(0, drawnAtFirst)
  const texts = useMemo(() => manifests.map(({ text }) => manifestLines(text)), [manifests])

  const line = looked?.side === 'asset' ? drawn[looked.at] : undefined
  const litLines = useMemo(
    () =>
      texts.map((manifest, index) =>
        line?.leaf?.to && (line.leaf.manifest ?? 0) === index ? new Set(linesAt(manifest, line.leaf.to)) : new Set<number>(),
      ),
    [texts, line],
  )
  const litLeaves = useMemo(() => {
    if (looked?.side !== 'manifest') return new Set<string>()
    return new Set(leavesOf(leaves, looked.manifest, texts[looked.manifest]?.[looked.at]?.path ?? []))
  }, [looked, leaves, texts])

  const leaf = line?.leaf
  const about = leaf
    ? leaf.fate === 'written'
      ? written(leaf, manifests.length > 1)
      : (leaf.why ?? fateLooks[leaf.fate].about)
    : undefined
  const counts = new Map(fates.map((fate) => [fate, leaves.filter((leaf) => leaf.fate === fate).length]))
  const toggle = (fate: ImportLeaf['fate']) => {
    const next = new Set(hidden)
    if (!next.delete(fate)) next.add(fate)
    setHidden(next)
    setLooked(null)
  }
  return (
    <>
      {leaves.length > 0 ? (
        <fieldset className={styles.legend}>
          <legend className="visually-hidden">What became of the asset’s fields; choose which to show</legend>
          {fates.map((fate) =>
            (counts.get(fate) ?? 0) > 0 ? (
              <button
                key={fate}
                type="button"
                data-fate={fate}
                aria-pressed={!hidden.has(fate)}
                title={fateLooks[fate].about}
                onClick={() => toggle(fate)}
              >
                <span className={styles.dot} aria-hidden="true" />
                {count(counts.get(fate) ?? 0)} {fateLooks[fate].word}
              </button>
            ) : null,
          )}
        </fieldset>
      ) : null}
      <div className={styles.panes} data-alone={manifests.length === 0 || undefined}>
        <div className={styles.pane}>
          <div className={styles.paneHead}>
            <strong>The asset, as it is in the cloud</strong>
            {/* said here and not in the line: lines must not move under the pointer */}
            <span className={styles.about} title={about}>
              {about}
            </span>
          </div>
          <AssetPane lines={drawn} looked={looked} lit={litLeaves} look={setLooked} manifests={manifests.length} />
          {drawn.length < lines.length ? (
            <Button size="small" onClick={() => setAll(true)}>
              Show all {count(lines.length)} lines
            </Button>
          ) : null}
        </div>
        {manifests.length > 0 ? (
          <div className={styles.pane}>
            {manifests.map((manifest, index) => (
              <div key={`${manifest.kind}/${manifest.name}`} className={styles.manifest}>
                {head(index)}
                <ManifestPane
                  label={`Manifest of ${manifest.name}`}
                  lines={texts[index] ?? []}
                  manifest={index}
                  looked={looked}
                  lit={litLines[index] ?? new Set()}
                  look={setLooked}
                />
              </div>
            ))}
          </div>
        ) : null}
      </div>
    </>
  )
}

/** Moves through lines by arrows, Home and End; scrolls what is lit from the other side into its pane, never the page. */
function useLines(lit: boolean, count: number, at: number, move: (at: number) => void) {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const pane = box.current
    const found = lit ? pane?.querySelector<HTMLElement>('[data-lit]') : at >= 0 ? pane?.querySelector<HTMLElement>('[data-active]') : null
    if (!pane || !found) return
    const top = found.offsetTop
    const bottom = top + found.offsetHeight
    if (top < pane.scrollTop) pane.scrollTop = Math.max(0, top - 24)
    else if (bottom > pane.scrollTop + pane.clientHeight) pane.scrollTop = bottom - pane.clientHeight + 24
  })
  const onKeyDown = (event: KeyboardEvent) => {
    const next =
      event.key === 'ArrowDown'
        ? Math.min(at + 1, count - 1)
        : event.key === 'ArrowUp'
          ? Math.max(at - 1, 0)
          : event.key === 'Home'
            ? 0
            : event.key === 'End'
              ? count - 1
              : undefined
    if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    move(next)
  }
  return { box, onKeyDown }
}

function AssetPane({
  lines,
  looked,
  lit,
  look,
  manifests,
}: {
  lines: readonly AssetLine[]
  looked: Looked
  lit: ReadonlySet<string>
  look: (looked: Looked) => void
  manifests: number
}) {
  const id = useId()
  const at = looked?.side === 'asset' ? looked.at : -1
  const move = useCallback((next: number) => look({ side: 'asset', at: next }), [look])
  const { box, onKeyDown } = useLines(lit.size > 0, lines.length, at, move)
  return (
    <div
      ref={box}
      className={styles.lines}
      role="listbox"
      tabIndex={0}
      aria-label="Fields of the asset"
      aria-activedescendant={at >= 0 ? `${id}-${at}` : undefined}
      onKeyDown={onKeyDown}
      onFocus={() => at < 0 && lit.size === 0 && move(0)}
      onMouseLeave={() => look(null)}
    >
      {lines.map((line, index) => (
        <AssetRow
          key={line.key}
          id={`${id}-${index}`}
          line={line}
          index={index}
          active={index === at}
          lit={lit.has(line.key)}
          move={move}
          several={manifests > 1}
        />
      ))}
    </div>
  )
}

const AssetRow = memo(function AssetRow({
  id,
  line,
  index,
  active,
  lit,
  move,
  several,
}: {
  id: string
  line: AssetLine
  index: number
  active: boolean
  lit: boolean
  move: (at: number) => void
  several: boolean
}) {
  const { leaf } = line
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the list keeps the focus, after the ARIA pattern
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the keys, after the ARIA pattern
    <div
      id={id}
      role="option"
      aria-selected={active}
      data-active={active || undefined}
      data-lit={lit || undefined}
      data-fate={leaf?.fate}
      className={styles.line}
      style={{ paddingLeft: 10 + Math.min(line.depth, 10) * 14 }}
      onMouseEnter={() => move(index)}
      onClick={() => move(index)}
    >
      <span className={styles.text}>
        <span className={styles.key}>{line.label}</span>
        {line.value === null ? '' : ` ${line.value === '' ? '""' : line.value}`}
      </span>
      {leaf ? (
        <span className={styles.fate}>
          {leaf.fate === 'written' ? <span className="visually-hidden">{written(leaf, several)}</span> : fateLooks[leaf.fate].word}
        </span>
      ) : null}
    </div>
  )
})

const written = (leaf: ImportLeaf, several: boolean) =>
  `→ ${leaf.to ? fieldPath(leaf.to) : 'the manifest'}${several && leaf.manifest !== null ? ` of manifest ${leaf.manifest + 1}` : ''}`

function ManifestPane({
  label,
  lines,
  manifest,
  looked,
  lit,
  look,
}: {
  label: string
  lines: readonly ManifestLine[]
  manifest: number
  looked: Looked
  lit: ReadonlySet<number>
  look: (looked: Looked) => void
}) {
  const id = useId()
  const at = looked?.side === 'manifest' && looked.manifest === manifest ? looked.at : -1
  const move = useCallback((next: number) => look({ side: 'manifest', manifest, at: next }), [look, manifest])
  const { box, onKeyDown } = useLines(lit.size > 0, lines.length, at, move)
  return (
    <div
      ref={box}
      className={styles.lines}
      role="listbox"
      tabIndex={0}
      aria-label={label}
      aria-activedescendant={at >= 0 ? `${id}-${at}` : undefined}
      onKeyDown={onKeyDown}
      onFocus={() => at < 0 && lit.size === 0 && move(0)}
      onMouseLeave={() => look(null)}
    >
      {lines.map((line, index) => (
        <ManifestRow
          // biome-ignore lint/suspicious/noArrayIndexKey: lines of a text have no other identity
          key={index}
          id={`${id}-${index}`}
          text={line.text}
          index={index}
          active={index === at}
          lit={lit.has(index)}
          move={move}
        />
      ))}
    </div>
  )
}

const keyOfLine = /^(\s*(?:- )*)([^\s:#'"][^:#]*:)(?=\s|$)/

const ManifestRow = memo(function ManifestRow({
  id,
  text,
  index,
  active,
  lit,
  move,
}: {
  id: string
  text: string
  index: number
  active: boolean
  lit: boolean
  move: (at: number) => void
}) {
  const match = keyOfLine.exec(text)
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the list keeps the focus, after the ARIA pattern
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the keys, after the ARIA pattern
    <div
      id={id}
      role="option"
      aria-selected={active}
      data-active={active || undefined}
      data-lit={lit || undefined}
      className={styles.line}
      onMouseEnter={() => move(index)}
      onClick={() => move(index)}
    >
      <span className={styles.text}>
        {match ? (
          <>
            {match[1]}
            <span className={styles.key}>{match[2]}</span>
            {text.slice(match[0].length)}
          </>
        ) : (
          text || ' '
        )}
      </span>
    </div>
  )
})

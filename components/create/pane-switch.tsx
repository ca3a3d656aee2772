import styles from './editor.module.css'

/** On phones, the two sides of an editor one at a time. The sides have the ids `pane-<key>`. */
export function PaneSwitch<Pane extends string>({
  label,
  panes,
  current,
  choose,
}: {
  label: string
  panes: readonly { pane: Pane; title: string }[]
  current: Pane
  choose: (pane: Pane) => void
}) {
  return (
    <div className={styles.switch} role="tablist" aria-label={label}>
      {panes.map(({ pane, title }) => (
        <button
          key={pane}
          type="button"
          role="tab"
          id={`pane-${pane}-tab`}
          aria-selected={current === pane}
          aria-controls={`pane-${pane}`}
          onClick={() => choose(pane)}
        >
          {title}
        </button>
      ))}
    </div>
  )
}

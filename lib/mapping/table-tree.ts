/** A kind's table as a tree, so that the walk finds its rules by one look-up per key. Pure. */
import type { LeafFate } from './account.ts'
import type { FieldRule, KindTable, SourcePath } from './kind-table.ts'

export class TableNode {
  rule: FieldRule | undefined
  leave: { fate: LeafFate; why: string } | undefined
  /** Accounted for elsewhere: labels, parts. */
  taken = false
  readonly #below = new Map<string, TableNode>()

  /** Whether something is said about what lies below. */
  get hasRules(): boolean {
    return this.#below.size > 0
  }

  /** What the table says below a key. */
  at(key: string): TableNode | undefined {
    // Older inventory data has some lists under their singular name only.
    return this.#below.get(key) ?? this.#below.get(`${key}s`) ?? this.#below.get('*')
  }

  /** The node at a path, made when it is missing. */
  grow(path: SourcePath): TableNode {
    const [step, ...rest] = path
    if (step === undefined) return this
    let next = this.#below.get(step)
    if (!next) {
      next = new TableNode()
      this.#below.set(step, next)
    }
    return next.grow(rest)
  }
}

/** The tree of a table. */
export function tableTree(table: KindTable): TableNode {
  const root = new TableNode()
  for (const rule of table.fields ?? []) root.grow(rule.from).rule = rule
  for (const { from, fate, why } of table.leave ?? []) root.grow(from).leave = { fate, why }
  for (const { from } of table.parts ?? []) root.grow(from).taken = true
  for (const path of table.labels ?? []) root.grow(path).taken = true
  return root
}

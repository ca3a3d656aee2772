/**
 * Matching of Go RE2 patterns, as the API server does it, in linear time: patterns come from CRDs anybody may install,
 * and JavaScript's own backtracking would let one freeze the page (`^(a+)+$` on 30 letters). A pattern is compiled
 * into a small program for a set-of-states machine (Thompson's construction). What we do not know (lookaround and
 * backreferences RE2 has not either; Unicode classes by name we have) compiles into undefined: then nothing is said.
 */

/** A compiled pattern. Unanchored, as `regexp.MatchString`. */
export interface Re2Pattern {
  /** Length of the program: matching takes at most this many steps for each character. */
  instructions: number
  matches(text: string): boolean
}

type Instruction =
  | { op: 'char'; test: (code: number) => boolean; next: number }
  | { op: 'split'; next: number; other: number }
  | { op: 'assert'; kind: Assertion; next: number }
  | { op: 'match' }

type Assertion = 'start' | 'end' | 'line-start' | 'line-end' | 'word' | 'not-word'

type Node =
  | { kind: 'char'; test: (code: number) => boolean }
  | { kind: 'assert'; assertion: Assertion }
  | { kind: 'sequence'; nodes: Node[] }
  | { kind: 'either'; nodes: Node[] }
  | { kind: 'repeat'; node: Node; min: number; max: number }

/** Programs longer than this are not run; RE2's own limit on repeats is 1,000. */
const longestProgram = 20_000
/** Texts longer than this many steps of a program are let through: the server judges them. */
const mostSteps = 50_000_000
const remembered = new Map<string, Re2Pattern | undefined>()
const rememberAtMost = 500

/** Compiles a pattern, or gives undefined when it is no RE2 pattern or too large. Remembers the latest 500. */
export function compileRe2(source: string): Re2Pattern | undefined {
  if (remembered.has(source)) return remembered.get(source)
  const pattern = build(source)
  if (remembered.size >= rememberAtMost) remembered.clear()
  remembered.set(source, pattern)
  return pattern
}

function build(source: string): Re2Pattern | undefined {
  try {
    const program = assemble(new Reader(source).read())
    return { instructions: program.length, matches: (text) => run(program, text) }
  } catch (error) {
    if (error instanceof NotUnderstood) return undefined
    throw error
  }
}

class NotUnderstood extends Error {}

interface Flags {
  ignoreCase: boolean
  multiLine: boolean
  dotAll: boolean
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57
const isWord = (code: number): boolean => isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95
const isSpace = (code: number): boolean => code === 9 || code === 10 || code === 12 || code === 13 || code === 32

const posix: Record<string, (code: number) => boolean> = {
  alnum: (code) => isWord(code) && code !== 95,
  alpha: (code) => (code >= 65 && code <= 90) || (code >= 97 && code <= 122),
  ascii: (code) => code < 128,
  blank: (code) => code === 9 || code === 32,
  cntrl: (code) => code < 32 || code === 127,
  digit: isDigit,
  graph: (code) => code > 32 && code < 127,
  lower: (code) => code >= 97 && code <= 122,
  print: (code) => code >= 32 && code < 127,
  punct: (code) => code > 32 && code < 127 && !(isWord(code) && code !== 95),
  space: (code) => isSpace(code) || code === 11,
  upper: (code) => code >= 65 && code <= 90,
  word: isWord,
  xdigit: (code) => isDigit(code) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102),
}

/** Recursive descent over a pattern's code points. */
class Reader {
  private readonly points: string[]
  private at = 0
  private depth = 0
  private flags: Flags = { ignoreCase: false, multiLine: false, dotAll: false }

  constructor(source: string) {
    this.points = [...source]
  }

  read(): Node {
    const node = this.either()
    if (this.at < this.points.length) throw new NotUnderstood()
    return node
  }

  private peek(ahead = 0): string {
    return this.points[this.at + ahead] ?? ''
  }

  private take(text: string): boolean {
    for (const [index, point] of [...text].entries()) if (this.peek(index) !== point) return false
    this.at += [...text].length
    return true
  }

  private either(): Node {
    const nodes = [this.sequence()]
    while (this.take('|')) nodes.push(this.sequence())
    return nodes.length === 1 && nodes[0] ? nodes[0] : { kind: 'either', nodes }
  }

  private sequence(): Node {
    const nodes: Node[] = []
    while (this.at < this.points.length && this.peek() !== '|' && this.peek() !== ')') {
      const node = this.atom()
      if (node) nodes.push(this.repeated(node))
    }
    return { kind: 'sequence', nodes }
  }

  private repeated(node: Node): Node {
    const range = this.quantifier()
    if (!range) return node
    this.take('?')
    // RE2 refuses `a**`.
    if (this.quantifier()) throw new NotUnderstood()
    return { kind: 'repeat', node, ...range }
  }

  private quantifier(): { min: number; max: number } | undefined {
    if (this.take('*')) return { min: 0, max: Number.POSITIVE_INFINITY }
    if (this.take('+')) return { min: 1, max: Number.POSITIVE_INFINITY }
    if (this.take('?')) return { min: 0, max: 1 }
    if (this.peek() !== '{') return undefined
    const found = /^\{(\d{1,4})(?:(,)(\d{0,4}))?\}/.exec(this.points.slice(this.at, this.at + 12).join(''))
    if (!found) return undefined
    const min = Number(found[1])
    const max = found[2] === undefined ? min : found[3] === '' ? Number.POSITIVE_INFINITY : Number(found[3])
    if (min > 1000 || (max !== Number.POSITIVE_INFINITY && max > 1000) || max < min) throw new NotUnderstood()
    this.at += found[0].length
    return { min, max }
  }

  private atom(): Node | undefined {
    const point = this.peek()
    if (point === '(') return this.group()
    if (point === '[') return this.charClass()
    if ('*+?'.includes(point)) throw new NotUnderstood()
    this.at += 1
    if (point === '.') {
      const { dotAll } = this.flags
      return { kind: 'char', test: (code) => dotAll || code !== 10 }
    }
    if (point === '^') return { kind: 'assert', assertion: this.flags.multiLine ? 'line-start' : 'start' }
    if (point === '$') return { kind: 'assert', assertion: this.flags.multiLine ? 'line-end' : 'end' }
    if (point === '\\') return this.escape()
    return this.literal(point)
  }

  private literal(point: string): Node {
    const code = point.codePointAt(0) ?? 0
    return { kind: 'char', test: this.folded((other) => other === code) }
  }

  /** The test, blind to upper and lower case where the flag says so. */
  private folded(test: (code: number) => boolean): (code: number) => boolean {
    if (!this.flags.ignoreCase) return test
    return (code) => {
      const point = String.fromCodePoint(code)
      return test(code) || test(point.toLowerCase().codePointAt(0) ?? code) || test(point.toUpperCase().codePointAt(0) ?? code)
    }
  }

  private group(): Node | undefined {
    this.at += 1
    this.depth += 1
    if (this.depth > 200) throw new NotUnderstood()
    const before = this.flags
    if (this.take('?')) {
      if (this.take('P<') || (this.peek() === '<' && !'=!'.includes(this.peek(1)) && this.take('<'))) {
        while (/^\w$/.test(this.peek())) this.at += 1
        if (!this.take('>')) throw new NotUnderstood()
      } else if (this.setFlags()) {
        this.depth -= 1
        return undefined
      }
    }
    const node = this.either()
    if (!this.take(')')) throw new NotUnderstood()
    this.flags = before
    this.depth -= 1
    return node
  }

  /** Reads `i`, `m-s` and so on; true when the group ends there (`(?i)`), so the flags hold for the rest. */
  private setFlags(): boolean {
    const flags = { ...this.flags }
    let on = true
    for (;;) {
      if (this.take(':')) break
      if (this.take(')')) {
        this.flags = flags
        return true
      }
      if (this.take('-')) on = false
      else if (this.take('i')) flags.ignoreCase = on
      else if (this.take('m')) flags.multiLine = on
      else if (this.take('s')) flags.dotAll = on
      // Greed does not change whether a text matches.
      else if (this.take('U')) continue
      else throw new NotUnderstood()
    }
    this.flags = flags
    return false
  }

  private escape(): Node {
    const point = this.peek()
    if (point === 'A' || point === 'z' || point === 'b' || point === 'B') {
      this.at += 1
      const kinds = { A: 'start', z: 'end', b: 'word', B: 'not-word' } as const
      return { kind: 'assert', assertion: kinds[point] }
    }
    if (point === 'Q') {
      this.at += 1
      const nodes: Node[] = []
      while (this.at < this.points.length && !this.take('\\E')) {
        nodes.push(this.literal(this.peek()))
        this.at += 1
      }
      return { kind: 'sequence', nodes }
    }
    const set = this.classEscape()
    if (set) return { kind: 'char', test: this.folded(set) }
    const code = this.codeEscape()
    return { kind: 'char', test: this.folded((other) => other === code) }
  }

  /** `\d`, `\S`, `\pL`, `\P{Greek}` at the current place (after the backslash), or undefined. */
  private classEscape(): ((code: number) => boolean) | undefined {
    const point = this.peek()
    const simple = { d: isDigit, w: isWord, s: isSpace }
    const lower = point.toLowerCase()
    if (lower === 'd' || lower === 'w' || lower === 's') {
      this.at += 1
      const test = simple[lower]
      return point === lower ? test : (code) => !test(code)
    }
    if (lower !== 'p') return undefined
    this.at += 1
    let name = this.peek()
    this.at += 1
    if (name === '{') {
      name = ''
      while (this.at < this.points.length && this.peek() !== '}') {
        name += this.peek()
        this.at += 1
      }
      if (!this.take('}')) throw new NotUnderstood()
    }
    return unicodeClass(name, point === 'P')
  }

  private codeEscape(): number {
    const point = this.peek()
    this.at += 1
    const controls: Record<string, number> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 }
    const control = /^[aftnrv]$/.test(point) ? controls[point] : undefined
    if (control !== undefined) return control
    if (point === 'x') {
      const found = /^(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2}))/.exec(this.points.slice(this.at, this.at + 9).join(''))
      if (!found) throw new NotUnderstood()
      this.at += found[0].length
      return Number.parseInt(found[1] ?? found[2] ?? '', 16)
    }
    // RE2 lets punctuation be escaped, and refuses unknown letters and backreferences.
    if (point === '' || /[A-Za-z0-9]/.test(point)) throw new NotUnderstood()
    return point.codePointAt(0) ?? 0
  }

  private charClass(): Node {
    this.at += 1
    const negated = this.take('^')
    const tests: ((code: number) => boolean)[] = []
    for (let first = true; first || this.peek() !== ']'; first = false) {
      if (this.at >= this.points.length) throw new NotUnderstood()
      tests.push(this.classItem())
    }
    this.at += 1
    const any = this.folded((code) => tests.some((test) => test(code)))
    return { kind: 'char', test: negated ? (code) => !any(code) : any }
  }

  private classItem(): (code: number) => boolean {
    const named = /^\[:(\^?)([a-z]+):\]/.exec(this.points.slice(this.at, this.at + 14).join(''))
    if (named) {
      const test = Object.hasOwn(posix, named[2] ?? '') ? posix[named[2] ?? ''] : undefined
      if (!test) throw new NotUnderstood()
      this.at += named[0].length
      return named[1] === '^' ? (code) => !test(code) : test
    }
    if (this.peek() === '\\') {
      this.at += 1
      const set = this.classEscape()
      if (set) return set
      this.at -= 1
    }
    const from = this.classCode()
    if (this.peek() !== '-' || this.peek(1) === ']' || this.peek(1) === '') return (code) => code === from
    this.at += 1
    const to = this.classCode()
    if (to < from) throw new NotUnderstood()
    return (code) => code >= from && code <= to
  }

  private classCode(): number {
    const point = this.peek()
    this.at += 1
    if (point === '\\') return this.codeEscape()
    if (point === '') throw new NotUnderstood()
    return point.codePointAt(0) ?? 0
  }
}

function unicodeClass(name: string, negated: boolean): (code: number) => boolean {
  const positive = name.startsWith('^') ? name.slice(1) : name
  const inverse = negated !== name.startsWith('^')
  for (const form of [positive, `Script=${positive}`]) {
    if (!/^[A-Za-z_=]+$/.test(form)) break
    try {
      const pattern = new RegExp(`^\\p{${form}}$`, 'u')
      return (code) => pattern.test(String.fromCodePoint(code)) !== inverse
    } catch {
      // Not a class of that form; the next one may be.
    }
  }
  throw new NotUnderstood()
}

function assemble(root: Node): Instruction[] {
  const program: Instruction[] = []
  const add = (instruction: Instruction): number => {
    if (program.length >= longestProgram) throw new NotUnderstood()
    return program.push(instruction) - 1
  }
  /** Emits a node that goes on at `next`; gives where it starts. Built back to front, so every target exists. */
  const emit = (node: Node, next: number): number => {
    switch (node.kind) {
      case 'char':
        return add({ op: 'char', test: node.test, next })
      case 'assert':
        return add({ op: 'assert', kind: node.assertion, next })
      case 'sequence':
        return node.nodes.reduceRight((after, inner) => emit(inner, after), next)
      case 'either':
        return node.nodes.map((inner) => emit(inner, next)).reduceRight((other, start) => add({ op: 'split', next: start, other }))
      case 'repeat': {
        let after = next
        if (node.max === Number.POSITIVE_INFINITY) {
          const loop: Instruction = { op: 'split', next, other: next }
          after = add(loop)
          loop.other = emit(node.node, after)
        } else {
          for (let count = node.min; count < node.max; count += 1) after = add({ op: 'split', next: emit(node.node, after), other: next })
        }
        for (let count = 0; count < node.min; count += 1) after = emit(node.node, after)
        return after
      }
    }
  }
  const start = emit(root, add({ op: 'match' }))
  // The first instruction to run stands last.
  add({ op: 'split', next: start, other: start })
  return program
}

function run(program: Instruction[], text: string): boolean {
  const codes = Array.from(text, (point) => point.codePointAt(0) ?? 0)
  if (codes.length * program.length > mostSteps) return true
  const start = program.length - 1
  const seen = new Int32Array(program.length).fill(-1)
  let current: number[] = []
  const stack: number[] = []
  for (let at = 0; at <= codes.length; at += 1) {
    const waiting: { test: (code: number) => boolean; next: number }[] = []
    stack.push(...current, start)
    while (stack.length > 0) {
      const index = stack.pop() ?? 0
      if (seen[index] === at) continue
      seen[index] = at
      const instruction = program[index]
      if (instruction === undefined) continue
      if (instruction.op === 'match') return true
      if (instruction.op === 'split') stack.push(instruction.other, instruction.next)
      else if (instruction.op === 'char') waiting.push(instruction)
      else if (holds(instruction.kind, codes, at)) stack.push(instruction.next)
    }
    const code = codes[at]
    current = code === undefined ? [] : waiting.filter((one) => one.test(code)).map((one) => one.next)
  }
  return false
}

function holds(kind: Assertion, codes: number[], at: number): boolean {
  const [before, after] = [codes[at - 1], codes[at]]
  if (kind === 'start') return before === undefined
  if (kind === 'end') return after === undefined
  if (kind === 'line-start') return before === undefined || before === 10
  if (kind === 'line-end') return after === undefined || after === 10
  const boundary = (before !== undefined && isWord(before)) !== (after !== undefined && isWord(after))
  return kind === 'word' ? boundary : !boundary
}

/** Wire shapes of break-glass: what `/api/v1/break-glass` gives and takes. Pages import the types only. */
import { z } from 'zod'
import { DryRunResult, ManifestText } from '#lib/proposals/contract.ts'

/** See lib/break-glass/session-life.ts for who moves a session from state to state. */
export const SessionState = z.enum([
  'requested', // waits for a second person (higher tier)
  'approved', // a second person agreed; the requester opens it
  'open', // the gate is open: edit, dry run, apply
  'applying', // a write is under way
  'handing-back', // the gate is shut; what was changed is to come back to Git, or to be undone
  'review', // nothing is left over; a second person signs
  'closed', // the end
  'expired', // the end: time ran out and nothing was changed
  'ended', // the end: ended by somebody and nothing was changed
  'refused', // the end: a second person refused
])
export type SessionState = z.infer<typeof SessionState>

/** ordinary: nobody needs to agree, skipped approvers are told. approval: a second person first (IAM, deletion, kinds on the list). */
export const Tier = z.enum(['ordinary', 'approval'])
export type Tier = z.infer<typeof Tier>

/** How the cluster lets the person act as the account. */
export const ActingMode = z.enum(['constrained', 'legacy'])
export type ActingMode = z.infer<typeof ActingMode>

export const shortestReason = 12
export const mostMinutes = 240

const Person = z.object({ username: z.string(), name: z.string() })

/** Where break-glass is asked for. */
export const OfferQuery = z.object({ cluster: z.string(), namespace: z.string(), kind: z.string(), name: z.string() })
export type OfferQuery = z.infer<typeof OfferQuery>

/** What a person can do about one resource by break-glass, before asking for anything. */
export const Offer = z.object({
  /** Null where the person may; else why not and who could let them. */
  refused: z.string().nullable(),
  account: z.string(),
  mode: ActingMode.nullable(),
  /** Of an edit; a deletion is always `approval`. */
  tier: Tier,
  /** Why the tier is higher. */
  tierReason: z.string().nullable(),
  /** Groups whose members may agree. */
  approverGroups: z.array(z.string()),
  ticket: z.object({ required: z.boolean(), pattern: z.string().nullable(), example: z.string().nullable() }),
  minutes: z.object({ usual: z.number().int(), most: z.number().int() }),
  /** The person's own session in this project that is asked for or open. */
  mine: z.uuid().nullable(),
  /** Others who have one here now. */
  others: z.array(z.object({ session: z.uuid(), person: Person, expiresAt: z.iso.datetime().nullable() })),
  /** Reviews that are overdue and block this (unless it is an incident); null where none does. */
  blocked: z.string().nullable(),
  /** Whether one must prove who one is before opening. */
  stepUp: z.boolean(),
})
export type Offer = z.infer<typeof Offer>

export const SessionRequest = OfferQuery.extend({
  action: z.enum(['edit', 'delete']).default('edit'),
  reason: z.string().trim().min(shortestReason).max(1000),
  ticket: z.string().trim().max(200).nullable().default(null),
  minutes: z.number().int().min(1).max(mostMinutes),
  drill: z.boolean().default(false),
  /** Says that an incident is going on: overdue reviews do not block it then, and it is marked. */
  incident: z.boolean().default(false),
}).strict()
export type SessionRequest = z.infer<typeof SessionRequest>

export const BreakGlassSession = z.object({
  id: z.uuid(),
  cluster: z.string(),
  namespace: z.string(),
  kind: z.string(),
  name: z.string(),
  team: z.string().nullable(),
  /** What it was asked for. */
  action: z.enum(['edit', 'delete']),
  tier: Tier,
  state: SessionState,
  drill: z.boolean(),
  incident: z.boolean(),
  requestedBy: Person,
  reason: z.string(),
  ticket: z.object({ text: z.string(), url: z.string().nullable() }).nullable(),
  minutes: z.number().int(),
  requestedAt: z.iso.datetime(),
  decidedBy: z.string().nullable(),
  decidedAt: z.iso.datetime().nullable(),
  decisionNote: z.string().nullable(),
  openedAt: z.iso.datetime().nullable(),
  mode: ActingMode.nullable(),
  expiresAt: z.iso.datetime().nullable(),
  idleAt: z.iso.datetime().nullable(),
  /** The database's clock when this was read: pages count down from it, not from their own clock. */
  now: z.iso.datetime(),
  gate: z.enum(['shut', 'open', 'unknown']),
  endedAt: z.iso.datetime().nullable(),
  endedBy: z.string().nullable(),
  endReason: z.enum(['ended', 'expired', 'idle']).nullable(),
  reviewDueAt: z.iso.datetime().nullable(),
  reviewedBy: z.string().nullable(),
  reviewedAt: z.iso.datetime().nullable(),
  reviewNote: z.string().nullable(),
  closedAt: z.iso.datetime().nullable(),
  problem: z.string().nullable(),
})
export type BreakGlassSession = z.infer<typeof BreakGlassSession>

export const ChangeState = z.enum([
  'editing', // typed, or judged and edited since
  'judged', // a dry run of exactly these bytes was accepted
  'applying', // sent; the answer is not here yet
  'applied', // the API server said yes
  'failed', // the API server said no
  'unknown', // nobody can say yet whether it was done; the object is read again
  'undone', // put back by another change of this kind
])
export type ChangeState = z.infer<typeof ChangeState>

/** One changed field. Values are redacted; `before` and `after` are absent where there was or is no value. */
export const ChangedField = z.object({
  path: z.array(z.union([z.string(), z.number()])),
  kind: z.enum(['added', 'removed', 'changed']),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
  /** Who holds the field now, by the API server's record. */
  owner: z.object({ manager: z.string(), at: z.string().nullable() }).nullable(),
  /** Cannot change on a live resource: the reason. */
  immutable: z.string().nullable(),
  /** The controller filled it in; setting it pins it. */
  pins: z.boolean(),
})
export type ChangedField = z.infer<typeof ChangedField>

/** Who will undo the change, and when. */
export const Undoer = z.object({
  controller: z.enum(['argocd', 'flux', 'config-sync', 'corbel', 'config-connector', 'unknown']),
  /** A sentence: who, what it does to this change, when. */
  message: z.string(),
  /** Whether it puts back what is changed (config-connector carries it out instead). */
  undoes: z.boolean(),
  /** Whether it can be held back from here. */
  canPause: z.boolean(),
  paused: z.boolean(),
})
export type Undoer = z.infer<typeof Undoer>

export const Difference = z.object({
  fields: z.array(ChangedField),
  undoers: z.array(Undoer),
  warnings: z.array(z.string()),
  /** The patch as it is sent, redacted for showing. */
  patch: z.array(z.object({ op: z.string(), path: z.string(), value: z.unknown().optional() })),
  hash: z.string(),
  kubectl: z.object({ dryRun: z.string(), apply: z.string() }),
})
export type Difference = z.infer<typeof Difference>

/** What still differs between the cluster and Git at the touched paths. */
export const Residue = z.object({
  checkedAt: z.iso.datetime(),
  /** The file that was compared; null where Git has none for the resource. */
  file: z.object({ repository: z.string(), path: z.string(), url: z.string() }).nullable(),
  differences: z.array(
    z.object({ path: z.array(z.union([z.string(), z.number()])), live: z.unknown().optional(), git: z.unknown().optional() }),
  ),
  /** Why it cannot be told, or what else is to be done first (a pull request to be closed). */
  problem: z.string().nullable(),
  /**
   * Another tool renders the file, so Git and the cluster cannot be compared: a sentence that says so, and what to do. No problem: whoever signs
   * the review says in `SessionReview.statement` that it was changed there.
   */
  notCompared: z.string().nullable().default(null),
  /** What they said. */
  stated: z.object({ by: z.string(), at: z.iso.datetime(), text: z.string() }).nullable().default(null),
})
export type Residue = z.infer<typeof Residue>

export const SessionChange = z.object({
  id: z.uuid(),
  kind: z.string(),
  name: z.string(),
  action: z.enum(['edit', 'delete']),
  state: ChangeState,
  revision: z.number().int(),
  fields: z.array(ChangedField.pick({ path: true, kind: true, before: true, after: true })),
  patchHash: z.string().nullable(),
  dryRun: DryRunResult.nullable(),
  dryRunAt: z.iso.datetime().nullable(),
  auditId: z.string().nullable(),
  appliedAt: z.iso.datetime().nullable(),
  undoOf: z.uuid().nullable(),
  /** Of a change that is undone: the applied change that put it back, and the session that belongs to; another one where that was made later. */
  undoneBy: z.object({ change: z.uuid(), session: z.uuid() }).nullable(),
  /**
   * Whether it is to be handed back, by the rule of lib/break-glass/remaining-changes.ts: exactly for these the page offers it. Also an undo is,
   * once the change it undid was merged: handing it back proposes the way back. While that pull request is open, `residue.problem` of the undone
   * change says that it is to be closed.
   */
  remaining: z.boolean(),
  /** The state of the resource itself as the index last saw it, and whether it has seen this change. */
  readiness: z.object({ state: z.string(), headline: z.string(), observed: z.boolean() }).nullable(),
  /** The write in the cluster's own audit log. */
  corroborated: z.enum(['matched', 'waiting', 'not-read']),
  /** What it was handed back with, also after it was undone. */
  proposal: z
    .object({ id: z.uuid(), state: z.string(), pullNumber: z.number().int().nullable(), pullUrl: z.string().nullable() })
    .nullable(),
  /** Null also where nothing of the change counts any more. */
  residue: Residue.nullable(),
  problem: z.string().nullable(),
})
export type SessionChange = z.infer<typeof SessionChange>

export const Pause = z.object({
  id: z.uuid(),
  controller: z.enum(['flux', 'argocd', 'corbel']),
  target: z.object({ kind: z.string(), namespace: z.string(), name: z.string() }),
  owner: z.string(),
  reason: z.string(),
  until: z.iso.datetime(),
  state: z.enum(['pausing', 'paused', 'resuming', 'resumed', 'failed']),
  problem: z.string().nullable(),
})
export type Pause = z.infer<typeof Pause>

/** What the person who looks may do with the session now; the server decides again at each act. */
export const Abilities = z.object({
  approve: z.boolean(),
  open: z.boolean(),
  edit: z.boolean(),
  end: z.boolean(),
  handBack: z.boolean(),
  review: z.boolean(),
  /** Why reviewing is not possible now, or not for this person. */
  reviewRefused: z.string().nullable(),
})
export type Abilities = z.infer<typeof Abilities>

export const SessionDetail = BreakGlassSession.extend({
  changes: z.array(SessionChange),
  pauses: z.array(Pause),
  /** Others with a session in this project now. */
  others: Offer.shape.others,
  abilities: Abilities,
  stepUp: z.boolean(),
  account: z.string(),
})
export type SessionDetail = z.infer<typeof SessionDetail>

export const SessionQuery = z.object({
  state: z.array(SessionState).default([]),
  cluster: z.string().optional(),
  namespace: z.string().optional(),
  who: z.enum(['mine', 'all']).default('all'),
  /** Only those that wait for somebody: to approve, to hand back, to review. */
  waiting: z.stringbool().default(false),
  cursor: z.string().max(1000).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(30),
})
export type SessionQuery = z.infer<typeof SessionQuery>
export const SessionPage = z.object({ items: z.array(BreakGlassSession), nextCursor: z.string().nullable() })
export type SessionPage = z.infer<typeof SessionPage>

/** For the red bar and the dot: sessions that are open now in projects the person may read. */
export const OpenSessions = z.object({
  items: z.array(
    BreakGlassSession.pick({
      id: true,
      cluster: true,
      namespace: true,
      kind: true,
      name: true,
      state: true,
      drill: true,
      requestedBy: true,
      expiresAt: true,
      idleAt: true,
      now: true,
    }).extend({
      mine: z.boolean(),
    }),
  ),
  /** Sessions that wait for this person: to open, hand back, approve or review. */
  waiting: z.number().int(),
})
export type OpenSessions = z.infer<typeof OpenSessions>

export const SessionDecision = z.object({ note: z.string().trim().max(1000).default('') }).strict()
export const SessionEnding = z.object({ note: z.string().trim().max(1000).default('') }).strict()
export const SessionReview = z
  .object({
    note: z.string().trim().min(shortestReason).max(4000),
    /** Must be there where a change's `residue.notCompared` is: what one has seen of the change in the file that Corbel cannot compare. */
    statement: z.string().trim().min(shortestReason).max(4000).optional(),
  })
  .strict()

/** The live object to edit, and what is typed so far. */
export const ChangeStart = z.object({ kind: z.string(), name: z.string(), action: z.enum(['edit', 'delete']) }).strict()
export type ChangeStart = z.infer<typeof ChangeStart>

export const ChangeEditor = z.object({
  change: SessionChange,
  /** The live object as YAML, without status and managed fields. */
  live: z.string(),
  /** What is typed: the same as `live` at the start. */
  text: z.string(),
  /** Differs from the live object that the text is based on: somebody changed it meanwhile. */
  stale: z.string().nullable(),
})
export type ChangeEditor = z.infer<typeof ChangeEditor>

export const ChangeEdit = z.object({ text: ManifestText, revision: z.number().int() }).strict()
export type ChangeEdit = z.infer<typeof ChangeEdit>

/** Applying: the name as typed, and the hash of the bytes that were judged. */
export const ChangeApply = z.object({ name: z.string().max(300), hash: z.string().max(100) }).strict()
export type ChangeApply = z.infer<typeof ChangeApply>

export const ChangeUndo = z.object({ name: z.string().max(300) }).strict()

export const HandBackPreview = z.object({
  repository: z.string(),
  path: z.string(),
  /** Unified diff, redacted. */
  diff: z.string(),
  title: z.string(),
  body: z.string(),
  /** Why no pull request can be opened; the change is to be undone, or brought to Git by hand. */
  refused: z.string().nullable(),
})
export type HandBackPreview = z.infer<typeof HandBackPreview>
export const HandBackRequest = z.object({ title: z.string().trim().min(1).max(200), idempotencyKey: z.uuid() }).strict()
export const HandedBack = z.object({ proposal: z.uuid() })

export const PauseRequest = z
  .object({
    change: z.uuid(),
    controller: z.enum(['flux', 'argocd', 'corbel']),
    minutes: z
      .number()
      .int()
      .min(5)
      .max(7 * 24 * 60),
  })
  .strict()

export const Notice = z.object({ id: z.uuid(), session: z.uuid(), message: z.string(), createdAt: z.iso.datetime() })
export const NoticeList = z.object({ items: z.array(Notice) })

export const Alert = z.object({
  id: z.uuid(),
  type: z.enum(['unmatched-use', 'anonymous-use', 'intent-without-event', 'gate-by-hand']),
  cluster: z.string(),
  namespace: z.string(),
  message: z.string(),
  session: z.uuid().nullable(),
  at: z.iso.datetime(),
  acknowledgedBy: z.string().nullable(),
  acknowledgedAt: z.iso.datetime().nullable(),
  note: z.string().nullable(),
})
export type Alert = z.infer<typeof Alert>
export const AlertNote = z.object({ note: z.string().trim().min(1).max(1000) }).strict()
export const AlertList = z.object({
  items: z.array(Alert),
  /** Per cluster: how far its audit log is read; null where it is not. */
  reading: z.array(z.object({ cluster: z.string(), eventAt: z.iso.datetime().nullable(), problem: z.string().nullable() })),
})
export type AlertList = z.infer<typeof AlertList>

/** The trend report. Durations in minutes. */
export const TrendReport = z.object({
  weeks: z.array(
    z.object({
      week: z.iso.date(),
      sessions: z.number().int(),
      drills: z.number().int(),
      applied: z.number().int(),
      undone: z.number().int(),
    }),
  ),
  sessions: z.number().int(),
  meanMinutesOpen: z.number().nullable(),
  undoneShare: z.number().nullable(),
  mergedWithinDayShare: z.number().nullable(),
  overdueReviews: z.number().int(),
  byTeam: z.array(z.object({ team: z.string().nullable(), sessions: z.number().int() })),
  byKind: z.array(z.object({ kind: z.string(), sessions: z.number().int() })),
})
export type TrendReport = z.infer<typeof TrendReport>

/** A pause as the database keeps it. */
import { z } from 'zod'
import type { BreakGlassPause } from '#db/client.ts'
import type { ObjectRef } from '#lib/cluster/kubernetes-object.ts'
import type { JsonObject } from '#lib/json.ts'
import { Pause } from './contract.ts'
import { type StoredSession, sessionTarget } from './session-row.ts'

const PauseTarget = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string(),
  name: z.string(),
  /** Kind.group of a resource that is offered. */
  key: z.string().optional(),
  uid: z.string().optional(),
})
export type PauseTarget = z.infer<typeof PauseTarget>

export const targetOfPause = ({ target }: Pick<BreakGlassPause, 'target'>): PauseTarget => PauseTarget.parse(target)

/** What Argo CD's Application said before, to be put back. */
export const rememberedOf = ({ remembered }: Pick<BreakGlassPause, 'remembered'>): JsonObject =>
  z
    .object({ automated: z.record(z.string(), z.json()) })
    .catch({ automated: {} })
    .parse(remembered).automated

export const refOfPause = ({ apiVersion, kind, namespace, name }: PauseTarget): ObjectRef & { namespace: string } => ({
  apiVersion,
  kind,
  namespace,
  name,
})

/** A pause in one of these states holds a controller back. */
export const activePauses = ['pausing', 'paused', 'resuming']

/** Whether two pauses stand on one object. */
export const samePlace = (a: Place, b: Place): boolean => a.kind === b.kind && a.namespace === b.namespace && a.name === b.name
type Place = Pick<PauseTarget, 'kind' | 'namespace' | 'name'>

export const pauseView = (row: BreakGlassPause): Pause =>
  Pause.parse({ ...row, target: targetOfPause(row), until: row.until.toISOString() })

/** What an audit entry about a pause names: the object that carries it. */
export const auditTarget = (session: StoredSession, { key, kind, name }: PauseTarget): JsonObject => ({
  ...sessionTarget(session),
  kind: key ?? kind,
  name,
})

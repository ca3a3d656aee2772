/** What people are told when a session is in another state than they thought. */
import type { BreakGlassSession as StoredRow } from '#db/client.ts'

type Standing = Pick<StoredRow, 'state' | 'tier' | 'endReason' | 'endedBy' | 'decidedBy'>

/** Why something cannot be done with a session: `act` is what was wanted, as in "cannot be approved". */
export const stateSentence = (session: Standing, act: string): string => `This session cannot be ${act}: ${standing(session)}`

/** Why nobody can work in a session now. */
export const notOpenSentence = (session: Standing): string => `Nothing was done: ${standing(session)}`

function standing({ state, tier, endReason, endedBy, decidedBy }: Standing): string {
  if (state === 'requested')
    return tier === 'approval'
      ? 'it waits for a second person.'
      : 'it is not open yet, and after four hours it cannot be opened any more. Open it, or ask again.'
  if (state === 'approved')
    return 'it was agreed to and is not open yet, and after four hours it cannot be opened any more. Open it, or ask again.'
  if (state === 'open')
    return endReason === null
      ? 'it is open, or its time has just run out. Load the page again; ask for another one if you need more time.'
      : 'it is over.'
  if (state === 'applying') return 'a change is being applied in it. Wait for its outcome.'
  if (state === 'refused') return `${decidedBy ?? 'somebody'} refused it.`
  if (state === 'expired')
    return `${endReason === 'idle' ? 'nothing was done in it for too long' : 'its time has run out'}. Ask for another one.`
  if (state === 'ended') return `${endedBy ?? 'somebody'} ended it. Ask for another one.`
  if (state === 'handing-back') return 'it is over, and what was changed is to be brought back to Git. Ask for another one to change more.'
  if (state === 'review') return 'it is over and waits for its review. Ask for another one to change more.'
  return 'it is closed.'
}

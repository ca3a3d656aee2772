/** Where reading the inventory stands: what the column `pageToken` of a run holds, as JSON; empty at the start. Pure. */
import { z } from 'zod'

/**
 * `projects`: the project assets of a folder or an organization, which tell ids and numbers · `assets`: everything at once · `types`: asked
 * for piece by piece, because not everything may be read · `policies`: who may do what · `close`: names, references, counts.
 */
const ScanPlace = z.discriminatedUnion('step', [
  z.object({ step: z.literal('projects'), token: z.string() }),
  z.object({ step: z.literal('assets'), token: z.string(), again: z.number().int() }),
  // `types`: patterns or names still to be asked, the first is being read
  z.object({ step: z.literal('types'), token: z.string(), again: z.number().int(), types: z.array(z.string()) }),
  z.object({ step: z.literal('policies'), token: z.string() }),
  z.object({ step: z.literal('close') }),
])
export type ScanPlace = z.infer<typeof ScanPlace>

/** Where a run begins. `wide`: of a folder or an organization. */
export const firstPlace = (wide: boolean): ScanPlace => (wide ? { step: 'projects', token: '' } : { step: 'assets', token: '', again: 0 })

/** The place in a run's row. Throws where another version of Corbel wrote it: the job says so and the run can be started anew. */
export const readPlace = (text: string, wide: boolean): ScanPlace => (text === '' ? firstPlace(wide) : ScanPlace.parse(JSON.parse(text)))

/** The place as the row keeps it. */
export const writePlace = (place: ScanPlace): string => JSON.stringify(place)

/** Where reading goes on after a page. */
export function placeAfter(place: ScanPlace, nextToken: string): ScanPlace {
  if (place.step === 'close') return place
  if (nextToken !== '') return { ...place, token: nextToken }
  switch (place.step) {
    case 'projects':
      return { step: 'assets', token: '', again: 0 }
    case 'types': {
      const types = place.types.slice(1)
      return types.length > 0 ? { step: 'types', token: '', again: 0, types } : { step: 'policies', token: '' }
    }
    case 'assets':
      return { step: 'policies', token: '' }
    case 'policies':
      return { step: 'close' }
    default:
      return place satisfies never
  }
}

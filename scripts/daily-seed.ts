/**
 * Before every test file: the property tests of one day draw the same examples, those of another day others, as with the kinds that the API
 * server judges. So a run tells of the change it judges and not of luck, and what one day finds is found again that day. PROPERTY_SEED, a
 * whole number, draws others.
 */
import fc from 'fast-check'

const dayMs = 86_400_000

fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? Math.floor(Date.now() / dayMs)) })

/** What deleting an object from the cluster does to what it stands for, in sentences. Pure: plans and editors say the same. */
import { type Json, textAt, valueAt } from '#lib/json.ts'

const prefix = 'cnrm.cloud.google.com'

/** `object` is the live object, or its manifest. For kinds of Config Connector its deletion policy decides, for others their operator does. */
export function deletionEffect(object: Json | undefined): string {
  const [group = ''] = (textAt(object, 'apiVersion') ?? '').split('/')
  if (group !== prefix && !group.endsWith(`.${prefix}`))
    return `What becomes of what it stands for is up to the operator of ${group || 'its kind'}.`
  const annotation = (name: string) => textAt(object, 'metadata', 'annotations', `${prefix}/${name}`)
  if (annotation('deletion-policy') === 'abandon') {
    return 'Its deletion policy is "abandon": what it stands for stays in the cloud, managed by nobody.'
  }
  // databases and their users have a policy of their own, for what the cloud refuses to delete
  if (textAt(object, 'spec', 'deletionPolicy') === 'ABANDON')
    return 'Its field spec.deletionPolicy is "ABANDON": what it stands for stays in the cloud, managed by nobody.'
  const protectedBy = ['deletionProtection', 'deletionProtectionEnabled'].find(
    (field) => valueAt(object, ['spec', field]) === true || valueAt(object, ['spec', 'settings', field]) === true,
  )
  const force = annotation('force-destroy') === 'true' ? ' with everything in it' : ''
  const guard = protectedBy ? ` The cloud will refuse while ${protectedBy} is set.` : ''
  return `It will be deleted in the cloud too${force}, data included.${guard} To keep it there, first set the annotation ${prefix}/deletion-policy: abandon.`
}

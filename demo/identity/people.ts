/** The people of the demo's company. Each signs in with one click; nobody has a password. */
export interface Person {
  /** Also the account's id and the part of the e-mail address before the @. */
  id: string
  name: string
  groups: string[]
  /** What they are here for, for the sign-in page. */
  role: string
}

export const people: Person[] = [
  { id: 'alice', name: 'Alice Andersen', groups: ['payments'], role: 'engineer in payments' },
  { id: 'bob', name: 'Bob Brandt', groups: ['payments'], role: 'engineer in payments' },
  { id: 'carol', name: 'Carol Costa', groups: ['playlists'], role: 'engineer in playlists' },
  { id: 'dave', name: 'Dave Duval', groups: ['platform'], role: 'platform engineer, administrator' },
  { id: 'fay', name: 'Fay Fischer', groups: ['search'], role: 'engineer in search' },
  { id: 'erin', name: 'Erin Eze', groups: ['auditors'], role: 'auditor, reads everything' },
]

/** A person's e-mail address, verified by decree. */
export const emailOf = (person: Person): string => `${person.id}@acme.test`

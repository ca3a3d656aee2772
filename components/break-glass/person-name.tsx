/** A person as pages name them: the name, with the username the cluster knows behind it on hover. */
export function PersonName({ person }: { person: { username: string; name: string } }) {
  return <span title={person.username}>{person.name}</span>
}

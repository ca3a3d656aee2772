import { matchingProjects } from '#components/projects/matching-projects.ts'
import { Combobox } from '#components/ui/combobox.tsx'
import { TextField } from '#components/ui/inputs.tsx'
import type { Project } from '#lib/inventory/contract.ts'
import { nameProblem } from '#lib/schema/metadata-rules.ts'
import styles from './relocate.module.css'

const keyOf = ({ cluster, namespace }: Project): string => JSON.stringify([cluster, namespace])

/** The name and the project somebody chooses; `children` may add more. Projects in which they may not propose stand at the end and say so. */
export function PlaceFields({
  name,
  setName,
  nameHelp,
  project,
  projects,
  setProject,
  children,
}: {
  name: string
  setName: (name: string) => void
  nameHelp?: string
  project: Project
  projects: readonly Project[]
  setProject: (project: Project) => void
  children?: React.ReactNode
}) {
  return (
    <div className={styles.fields}>
      <TextField label="Name" mono required value={name} onChange={setName} help={nameHelp} error={nameProblem(name)} />
      <Combobox
        label="Project"
        required
        text={project.namespace}
        search={async (query) =>
          matchingProjects(projects, query)
            .toSorted((a, b) => Number(b.canPropose) - Number(a.canPropose))
            .slice(0, 50)
            .map((each) => ({
              value: keyOf(each),
              label: each.namespace,
              detail: [each.team, each.repository ?? 'no repository', each.cluster, each.canPropose ? '' : 'you may not propose there']
                .filter(Boolean)
                .join(' · '),
              disabled: !each.canPropose,
            }))
        }
        onChange={(option) => {
          const chosen = projects.find((each) => keyOf(each) === option?.value)
          if (chosen) setProject(chosen)
        }}
      />
      {children}
    </div>
  )
}

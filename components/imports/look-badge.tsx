import { Badge } from '#components/ui/badge.tsx'
import type { StateLook } from '#components/ui/states.ts'

/** A look as a badge; `plain` drops the pill, for tables. */
export function LookBadge({ look, plain, detail }: { look: StateLook; plain?: boolean; detail?: React.ReactNode }) {
  return (
    <Badge tone={look.tone} icon={look.icon} plain={plain ?? false}>
      {look.word}
      {detail ? <> {detail}</> : null}
    </Badge>
  )
}

/**
 * `corbel doctor`: who else could do break-glass on a cluster, and what to do about it. It reads with an administrator's kubeconfig and
 * changes nothing. What it could not look at is told, and then "nothing found" is no answer.
 */
import { type DoctorReport, type Finding, severities, verdictOf } from '#lib/doctor/contract.ts'
import { askDoctor } from '#lib/doctor/observe-cluster.ts'
import { CorbelError, Invalid } from '#lib/errors.ts'
import { redactText } from '#lib/redact/redact.ts'
import { clusterOf } from './cluster-access.ts'
import type { Options } from './options.ts'
import type { Terminal } from './terminal.ts'

const exitCodes = { clean: 0, findings: 1, unknown: 2 } as const
const titles: Record<Finding['severity'], string> = { critical: 'CRITICAL', warning: 'Warnings', note: 'Notes' }

/** Exit code: 0 clean, 1 findings, 2 could not tell; never anything else. */
export async function doctorCommand(options: Options, terminal: Terminal): Promise<number> {
  try {
    if (options.positionals.length > 0)
      throw new Invalid('Usage: corbel doctor [--kubeconfig FILE] [--context NAME] [--json]. Run "corbel help".')
    const cluster = clusterOf(options, options.context ?? 'cluster')
    try {
      const { prefix, kindPatterns } = options
      const report = await askDoctor({
        cluster: cluster.name,
        calls: cluster.asPortal(),
        prefix,
        kindPatterns,
        now: Date.now(),
        byPage: false,
      })
      terminal.out(options.format === 'json' ? `${JSON.stringify(report, null, 2)}\n` : render(report))
      return exitCodes[verdictOf(report, true)]
    } finally {
      await cluster.close()
    }
  } catch (error) {
    // Also what is a mistake of ours must not look like "clean" or like findings.
    terminal.err(`corbel: could not tell: ${redactText(error instanceof Error ? error.message : String(error))}\n`)
    if (!(error instanceof CorbelError) && error instanceof Error) terminal.err(`${redactText(error.stack ?? '')}\n`)
    return exitCodes.unknown
  }
}

function render(report: DoctorReport): string {
  const { findings, gaps, looked, version, mode } = report
  const parts = [summary(report)]
  for (const severity of severities) {
    const some = findings.filter((finding) => finding.severity === severity)
    if (some.length > 0) parts.push(`${titles[severity]}\n\n${some.map(renderFinding).join('\n\n')}`)
  }
  if (gaps.length > 0)
    parts.push(
      `Could not look at\n\n${gaps.map(({ message }) => `  ${message}`).join('\n')}${report.advice ? `\n\n  ${report.advice}` : ''}`,
    )
  parts.push(`What no API tells\n\n${report.limits.map((limit) => `  ${limit}`).join('\n')}`)
  parts.push(
    `Looked at ${looked.bindings} bindings of ${looked.subjects} subjects and ${looked.projects} projects, Kubernetes ${version ?? 'unknown'}${mode ? `, ${mode} impersonation` : ''}.`,
  )
  return `${parts.join('\n\n')}\n`
}

function summary(report: DoctorReport): string {
  const verdict = verdictOf(report, true)
  const notes = report.findings.filter(({ severity }) => severity === 'note').length
  if (verdict === 'clean')
    return notes === 0
      ? 'Nobody else can do break-glass.'
      : `No finding that must be mended; ${notes} ${notes === 1 ? 'note' : 'notes'} below.`
  if (verdict === 'unknown') return 'Found nothing, but could not look at everything.'
  const counts = severities.map((severity) => `${report.findings.filter((finding) => finding.severity === severity).length} ${severity}`)
  return `Others could do break-glass: ${counts.join(', ')}.`
}

function renderFinding({ title, through, why, powers, accepted, fix }: Finding): string {
  return [
    `  ${title}.`,
    ...(through ? [`    From  ${through}`] : []),
    `    Why   ${why}`,
    ...powers.map((power, index) => `    ${index === 0 ? 'All   ' : '      '}${power}`),
    ...(accepted ? [`    Accepted: ${accepted}`] : []),
    ...(fix
      ? [...fix.commands.split('\n').map((command, index) => `    ${index === 0 ? 'Fix   ' : '      '}${command}`), `    Risk  ${fix.risk}`]
      : []),
  ].join('\n')
}

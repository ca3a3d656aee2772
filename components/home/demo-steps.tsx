import Link from 'next/link'
import type { Me } from '#lib/identity/contract.ts'
import styles from './home.module.css'

/** Only in the demo: what to try, in order, and what of it is simulated. */
export function DemoSteps({ demo }: { demo: NonNullable<Me['demo']> }) {
  return (
    <details className={styles.demo} open>
      <summary>
        <h2>What to try in this demo</h2>
      </summary>
      <ol className={styles.steps}>
        {demo.steps.map((step) => (
          <li key={step.title} className={styles.step}>
            <h3>{step.href ? <Link href={step.href}>{step.title}</Link> : step.title}</h3>
            <p>{step.text}</p>
          </li>
        ))}
      </ol>
      {demo.simulated.length > 0 ? (
        <div className={styles.simulated}>
          Simulated here; everything else is real:
          <ul>
            {demo.simulated.map((part) => (
              <li key={part}>{part}</li>
            ))}
          </ul>
        </div>
      ) : null}
    </details>
  )
}

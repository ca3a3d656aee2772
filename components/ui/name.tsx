import Link from 'next/link'
import { CopyButton } from './copy-button.tsx'
import { shortenMiddle } from './format.ts'
import styles from './name.module.css'

/** A resource's name: long ones lose their middle, the whole stands in the tooltip and is copied by the button. */
export function Name({ name, href, length = 44 }: { name: string; href: string; length?: number }) {
  return (
    <span className={styles.name}>
      <Link href={href} className={styles.text} title={name}>
        {shortenMiddle(name, length)}
      </Link>
      <CopyButton text={name} label={`Copy ${name}`} />
    </span>
  )
}

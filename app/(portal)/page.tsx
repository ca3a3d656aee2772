import type { Metadata } from 'next'
import { HomeView } from '#components/home/home-view.tsx'

export const metadata: Metadata = { title: { absolute: 'Corbel' } }

export default function HomePage() {
  return <HomeView />
}

import { Skeleton } from '#components/ui/skeleton.tsx'

export default function Loading() {
  return <Skeleton lines={2} rows={8} label="Loading the page" />
}

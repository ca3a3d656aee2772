-- Who merged the pull request, as GitHub calls them; null where GitHub did not say, and for merges before this version.
ALTER TABLE "proposal" ADD COLUMN "mergedBy" TEXT;

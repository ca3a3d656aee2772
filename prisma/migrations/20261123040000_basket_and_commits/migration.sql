-- AlterTable
ALTER TABLE "proposal_resource" ADD COLUMN     "beside" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "basket_item" (
    "id" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "cluster" TEXT NOT NULL,
    "namespace" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "change" JSONB NOT NULL,
    "addedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "basket_item_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "proposal_commit" (
    "id" UUID NOT NULL,
    "proposalId" UUID NOT NULL,
    "requestedById" UUID NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "title" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "files" JSONB NOT NULL,
    "resources" JSONB NOT NULL,
    "sha" TEXT,
    "problem" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "proposal_commit_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "basket_item_userId_cluster_namespace_kind_name_key" ON "basket_item"("userId", "cluster", "namespace", "kind", "name");

-- CreateIndex
CREATE INDEX "proposal_commit_proposalId_idx" ON "proposal_commit"("proposalId");

-- AddForeignKey
ALTER TABLE "basket_item" ADD CONSTRAINT "basket_item_userId_fkey" FOREIGN KEY ("userId") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "proposal_commit" ADD CONSTRAINT "proposal_commit_proposalId_fkey" FOREIGN KEY ("proposalId") REFERENCES "proposal"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "proposal_commit" ADD CONSTRAINT "proposal_commit_requestedById_fkey" FOREIGN KEY ("requestedById") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;


-- What Prisma's schema language cannot say.

-- One open proposal per resource, those besides that a person has explicitly started next to it.
DROP INDEX "proposal_resource_one_open";
CREATE UNIQUE INDEX "proposal_resource_one_open" ON "proposal_resource" ("cluster", "namespace", "kind", "name") WHERE "open" AND NOT "beside";

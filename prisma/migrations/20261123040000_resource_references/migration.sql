-- What each resource refers to, so that what depends on a resource is found by one look into an index.

-- With which reading of its kind's definition the references of a row were taken; null: not yet.
ALTER TABLE "resource" ADD COLUMN "referencesOf" TEXT;

-- CreateTable
CREATE TABLE "resource_reference" (
    "resourceId" UUID NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "cluster" TEXT NOT NULL,
    "relation" TEXT NOT NULL,
    "path" JSONB NOT NULL,
    "targetKinds" TEXT[],
    "targetGroup" TEXT,
    "targetPlace" TEXT NOT NULL,
    "targetName" TEXT NOT NULL,
    "external" TEXT,

    CONSTRAINT "resource_reference_pkey" PRIMARY KEY ("resourceId","ordinal")
);

-- CreateIndex
CREATE INDEX "resource_reference_targetPlace_targetName_cluster_idx" ON "resource_reference"("targetPlace", "targetName", "cluster");

-- AddForeignKey
ALTER TABLE "resource_reference" ADD CONSTRAINT "resource_reference_resourceId_fkey" FOREIGN KEY ("resourceId") REFERENCES "resource"("id") ON DELETE CASCADE ON UPDATE CASCADE;

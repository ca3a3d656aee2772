-- The audit chain moves into a schema of its own, so that another role than the portal's can own it: the owner of a
-- schema may drop what is in it, and "public" belongs to whoever owns the database (docs/audit.md, "Who owns the chain").
-- Entries of the version before stay as they are, in format 1; new ones have format 2 and gapless numbers.

CREATE SCHEMA "corbel_audit";

DROP TRIGGER "audit_entry_no_update" ON "audit_entry";
DROP TRIGGER "audit_entry_no_truncate" ON "audit_entry";
DROP FUNCTION "audit_entry_is_append_only"();
DROP INDEX "audit_entry_actor_at_idx";
DROP INDEX "audit_entry_action_at_idx";
DROP INDEX "audit_entry_hash_key";

ALTER TABLE "audit_entry" SET SCHEMA "corbel_audit";
ALTER TABLE "corbel_audit"."audit_entry" RENAME TO "entry";
ALTER TABLE "corbel_audit"."entry" ALTER COLUMN "seq" DROP DEFAULT;
DROP SEQUENCE "corbel_audit"."audit_entry_seq_seq";

ALTER TABLE "corbel_audit"."entry"
  ADD COLUMN "format" SMALLINT NOT NULL DEFAULT 1,
  ADD COLUMN "intent" UUID,
  ADD COLUMN "awaits" BOOLEAN NOT NULL DEFAULT false,
  -- what lists are cut by; they follow from what the hash covers
  ADD COLUMN "namespace" TEXT GENERATED ALWAYS AS ("target" ->> 'namespace') STORED,
  ADD COLUMN "subject" TEXT GENERATED ALWAYS AS
    (coalesce("target" ->> 'name', "target" ->> 'proposal', "target" ->> 'session', "target" ->> 'id')) STORED;
ALTER TABLE "corbel_audit"."entry"
  ALTER COLUMN "format" DROP DEFAULT,
  ALTER COLUMN "awaits" DROP DEFAULT,
  ADD CONSTRAINT "entry_format" CHECK ("format" IN (1, 2)),
  ADD CONSTRAINT "entry_outcome" CHECK ("outcome" IN ('intent', 'succeeded', 'denied', 'failed', 'unknown')),
  -- a second guard against forks: two entries never follow the same one
  ADD CONSTRAINT "entry_previous_key" UNIQUE ("previous");

-- Pages are cut by (at, seq): each filter has the index that gives its rows in that order.
CREATE INDEX "entry_at_idx" ON "corbel_audit"."entry"("at", "seq");
CREATE INDEX "entry_actor_idx" ON "corbel_audit"."entry"("actor", "at", "seq");
CREATE INDEX "entry_action_idx" ON "corbel_audit"."entry"("action", "at", "seq");
CREATE INDEX "entry_outcome_idx" ON "corbel_audit"."entry"("outcome", "at", "seq");
CREATE INDEX "entry_namespace_idx" ON "corbel_audit"."entry"("namespace", "at", "seq") WHERE "namespace" IS NOT NULL;
CREATE INDEX "entry_subject_idx" ON "corbel_audit"."entry"("subject", "at", "seq") WHERE "subject" IS NOT NULL;
CREATE INDEX "entry_session_idx" ON "corbel_audit"."entry"(("target" ->> 'session'), "seq") WHERE "target" ->> 'session' IS NOT NULL;
CREATE INDEX "entry_intent_idx" ON "corbel_audit"."entry"("intent") WHERE "intent" IS NOT NULL;
CREATE INDEX "entry_awaits_idx" ON "corbel_audit"."entry"("at") WHERE "awaits";

-- The end of the chain: one row that is always there, so that locking it puts writers in a row.
CREATE TABLE "corbel_audit"."head" (
    "only" BOOLEAN NOT NULL DEFAULT true,
    "seq" BIGINT NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "head_pkey" PRIMARY KEY ("only"),
    CONSTRAINT "head_is_one_row" CHECK ("only")
);
INSERT INTO "corbel_audit"."head" ("seq", "hash")
  SELECT coalesce(max("seq"), 0), coalesce((SELECT "hash" FROM "corbel_audit"."entry" ORDER BY "seq" DESC LIMIT 1), repeat('0', 64))
  FROM "corbel_audit"."entry";

-- Signed statements of where the chain stood (signed notes).
CREATE TABLE "corbel_audit"."checkpoint" (
    "seq" BIGINT NOT NULL,
    "hash" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "note" TEXT NOT NULL,

    CONSTRAINT "checkpoint_pkey" PRIMARY KEY ("seq")
);

-- SHA-256 over: "corbel/audit/v2" and a line feed; number and time (microseconds since 1970) as 8 bytes each, big-endian;
-- the 32 bytes of the hash before; the 32 bytes of the SHA-256 of the content. lib/audit-format/entry-hash.ts does the same.
CREATE FUNCTION "corbel_audit"."entry_hash"("seq" BIGINT, "at" TIMESTAMPTZ, "previous" TEXT, "content" TEXT) RETURNS TEXT
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT encode(sha256(
    convert_to(E'corbel/audit/v2\n', 'UTF8') || int8send($1) || int8send((extract(epoch FROM $2) * 1000000)::bigint)
    || decode($3, 'hex') || sha256(convert_to($4, 'UTF8'))), 'hex')
$$;

-- The only way to a new entry. `content` is canonical JSON (RFC 8785) made by lib/audit/append-audit.ts; its bytes are what is hashed.
-- It runs with the rights of the chain's owner. It is short: the head stays locked until the caller's transaction ends.
CREATE FUNCTION "corbel_audit"."append"("content" TEXT) RETURNS TABLE ("seq" BIGINT, "at" TIMESTAMPTZ, "hash" TEXT)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  told JSONB := content::jsonb;
  before RECORD;
  new_seq BIGINT;
  new_at TIMESTAMPTZ;
  new_hash TEXT;
BEGIN
  IF jsonb_typeof(told) <> 'object' OR jsonb_typeof(told -> 'target') <> 'object' OR jsonb_typeof(told -> 'details') <> 'object' THEN
    RAISE EXCEPTION 'an audit entry is an object with the objects target and details' USING ERRCODE = '22023';
  END IF;
  IF octet_length(content) > 1048576 THEN
    RAISE EXCEPTION 'an audit entry is at most 1 MiB' USING ERRCODE = '54000';
  END IF;
  SELECT h.seq, h.hash INTO STRICT before FROM corbel_audit.head h FOR UPDATE;
  new_seq := before.seq + 1;
  -- inside the lock and not the transaction's start: otherwise times would run backwards along the chain
  new_at := date_trunc('milliseconds', clock_timestamp());
  new_hash := corbel_audit.entry_hash(new_seq, new_at, before.hash, content);
  INSERT INTO corbel_audit.entry
    ("seq", "format", "id", "at", "requestId", "actor", "action", "outcome", "intent", "awaits", "target", "details", "previous", "hash")
  VALUES (new_seq, 2, (told ->> 'id')::uuid, new_at, told ->> 'requestId', told ->> 'actor', told ->> 'action', told ->> 'outcome',
    (told ->> 'intent')::uuid, coalesce((told ->> 'awaits')::boolean, false), told -> 'target', told -> 'details', before.hash, new_hash);
  UPDATE corbel_audit.head h SET seq = new_seq, hash = new_hash;
  RETURN QUERY SELECT new_seq, new_at, new_hash;
END
$$;

-- Keeps a signed note, if it is about an entry of the chain. Gives whether it is new.
CREATE FUNCTION "corbel_audit"."keep_checkpoint"("of_seq" BIGINT, "of_hash" TEXT, "signed_note" TEXT) RETURNS BOOLEAN
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM corbel_audit.entry e WHERE e.seq = of_seq AND e.hash = of_hash) THEN
    RAISE EXCEPTION 'the chain has no entry % with this hash', of_seq USING ERRCODE = '22023';
  END IF;
  INSERT INTO corbel_audit.checkpoint ("seq", "hash", "at", "note")
    VALUES (of_seq, of_hash, date_trunc('milliseconds', clock_timestamp()), signed_note) ON CONFLICT DO NOTHING;
  RETURN FOUND;
END
$$;

-- Nobody changes or removes: neither the portal's account, nor the owner, nor a replication role.
CREATE FUNCTION "corbel_audit"."only_grows"() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'audit entries are never changed or removed' USING ERRCODE = '42501';
END
$$;
CREATE FUNCTION "corbel_audit"."head_moves_on"() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NEW.seq <> OLD.seq + 1 OR NEW.hash = OLD.hash THEN
    RAISE EXCEPTION 'the head of the audit chain only moves on, by one' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER "entry_only_grows" BEFORE UPDATE OR DELETE ON "corbel_audit"."entry" FOR EACH ROW EXECUTE FUNCTION "corbel_audit"."only_grows"();
CREATE TRIGGER "entry_no_truncate" BEFORE TRUNCATE ON "corbel_audit"."entry" FOR EACH STATEMENT EXECUTE FUNCTION "corbel_audit"."only_grows"();
CREATE TRIGGER "checkpoint_only_grows" BEFORE UPDATE OR DELETE ON "corbel_audit"."checkpoint" FOR EACH ROW EXECUTE FUNCTION "corbel_audit"."only_grows"();
CREATE TRIGGER "checkpoint_no_truncate" BEFORE TRUNCATE ON "corbel_audit"."checkpoint" FOR EACH STATEMENT EXECUTE FUNCTION "corbel_audit"."only_grows"();
CREATE TRIGGER "head_moves_on" BEFORE UPDATE ON "corbel_audit"."head" FOR EACH ROW EXECUTE FUNCTION "corbel_audit"."head_moves_on"();
CREATE TRIGGER "head_stays" BEFORE DELETE ON "corbel_audit"."head" FOR EACH ROW EXECUTE FUNCTION "corbel_audit"."only_grows"();
CREATE TRIGGER "head_no_truncate" BEFORE TRUNCATE ON "corbel_audit"."head" FOR EACH STATEMENT EXECUTE FUNCTION "corbel_audit"."only_grows"();
ALTER TABLE "corbel_audit"."entry" ENABLE ALWAYS TRIGGER "entry_only_grows", ENABLE ALWAYS TRIGGER "entry_no_truncate";
ALTER TABLE "corbel_audit"."checkpoint" ENABLE ALWAYS TRIGGER "checkpoint_only_grows", ENABLE ALWAYS TRIGGER "checkpoint_no_truncate";
ALTER TABLE "corbel_audit"."head" ENABLE ALWAYS TRIGGER "head_moves_on", ENABLE ALWAYS TRIGGER "head_stays", ENABLE ALWAYS TRIGGER "head_no_truncate";

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA "corbel_audit" FROM PUBLIC;

-- What Prisma reads: the same rows, under the name they always had.
CREATE VIEW "audit_entry" AS
  SELECT "seq", "format", "id", "at", "requestId", "actor", "action", "outcome", "intent", "awaits", "target", "details", "previous", "hash"
  FROM "corbel_audit"."entry";

-- When the portal itself last looked through the chain: a note to show, no evidence.
CREATE TABLE "audit_verification" (
    "scope" TEXT NOT NULL,
    "seq" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "problem" TEXT,
    "problemSeq" BIGINT,

    CONSTRAINT "audit_verification_pkey" PRIMARY KEY ("scope")
);
